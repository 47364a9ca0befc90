//! Clients that are still to hear that a session is over (OpenID Connect Back-Channel Logout 1.0): a row a client and
//! session, written in the transaction that ends the session and gone once the client has heard. What is sent is made and
//! signed when it is sent. When it is tried again, and when it is given up, is the courier's business.

use std::time::Duration;

use super::{Db, Reader, Row, StoreError, Tx, clients, sql};
use crate::model::{AccountId, SessionId, Timestamp};

/// Word of an end that a client is still to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The session that is over.
    pub session: SessionId,
    /// The client.
    pub client_id: String,
    /// Whose session it was.
    pub account: AccountId,
    /// How often it was tried.
    pub tries: i32,
}

/// Word that a client never heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// The client.
    pub client_id: String,
    /// Of how many sessions.
    pub sessions: i64,
}

/// The queries on what clients are still to hear.
pub struct LogoutOutbox<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// What clients are still to hear.
    pub fn logout_outbox(&self) -> LogoutOutbox<'_> {
        LogoutOutbox(self.db())
    }
}

impl Tx {
    /// What clients are still to hear.
    pub fn logout_outbox(&self) -> LogoutOutbox<'_> {
        LogoutOutbox(self.db())
    }
}

/// Every client that a session reached and that wants to hear of its end is owed word of it. Called where it ends.
pub(super) async fn owe(db: &Db<'_>, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
    for client in clients::reached_by(db, session).await? {
        if client.settings.logout.backchannel_logout_uri.is_some() {
            let insert = "INSERT INTO logout_outbox (session, client_id, account, ended_at, next_at, tries) \
                          SELECT session, client_id, account, $3, $3, 0 FROM session_clients WHERE session = $1 AND client_id = $2 \
                          ON CONFLICT (session, client_id) DO NOTHING";
            sql::execute(db, insert, [session.0.into(), client.client_id.into(), now.0.into()]).await?;
        }
    }
    Ok(())
}

impl LogoutOutbox<'_> {
    /// What may be sent now, the longest due first: at most `most`, and of one client at most `of_one`, so that one that
    /// hangs does not keep others waiting.
    pub async fn due(&self, most: usize, of_one: usize, now: Timestamp) -> Result<Vec<Owed>, StoreError> {
        let select = format!("SELECT session, client_id, account, tries FROM logout_outbox WHERE {DUE} ORDER BY next_at, session LIMIT $2");
        let mut due: Vec<Owed> = Vec::new();
        for row in sql::rows(&self.0, &select, [now.0.into(), LOOKED_AT.into()]).await? {
            let owed = owed(&row)?;
            if due.len() < most && due.iter().filter(|other| other.client_id == owed.client_id).count() < of_one {
                due.push(owed);
            }
        }
        Ok(due)
    }

    /// What is owed because of one session.
    pub async fn of_session(&self, session: SessionId) -> Result<Vec<Owed>, StoreError> {
        let select = "SELECT session, client_id, account, tries FROM logout_outbox WHERE session = $1 ORDER BY client_id";
        sql::rows(&self.0, select, [session.0.into()]).await?.iter().map(owed).collect()
    }

    /// Takes it for the length of a lease, in one conditional write; false if somebody else has it or it is not due.
    pub async fn take(&self, owed: &Owed, lease: Duration, now: Timestamp) -> Result<bool, StoreError> {
        let update = format!(
            "UPDATE logout_outbox SET lease_until = $4, tries = tries + 1 WHERE {DUE} AND session = $2 AND client_id = $3 AND tries = $5"
        );
        let values = [now.0.into(), owed.session.0.into(), owed.client_id.clone().into(), (now + lease).0.into(), owed.tries.into()];
        Ok(sql::execute(&self.0, &update, values).await? == 1)
    }

    /// The client has heard, or is not to hear any more.
    pub async fn done(&self, owed: &Owed) -> Result<(), StoreError> {
        let delete = "DELETE FROM logout_outbox WHERE session = $1 AND client_id = $2";
        sql::execute(&self.0, delete, [owed.session.0.into(), owed.client_id.clone().into()]).await?;
        Ok(())
    }

    /// A client answers again: whatever else it is to hear is due at once.
    pub async fn hurry(&self, client_id: &str, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE logout_outbox SET next_at = $2 WHERE client_id = $1 AND next_at > $2";
        sql::execute(&self.0, update, [client_id.into(), now.0.into()]).await?;
        Ok(())
    }

    /// A client did not hear: this is tried again at `next_at`, and whatever else it is to hear not before.
    pub async fn again(&self, owed: &Owed, next_at: Timestamp, why: &str) -> Result<(), StoreError> {
        let others = "UPDATE logout_outbox SET next_at = $2 WHERE client_id = $1 AND next_at < $2 AND lease_until IS NULL";
        sql::execute(&self.0, others, [owed.client_id.clone().into(), next_at.0.into()]).await?;
        let update = "UPDATE logout_outbox SET next_at = $3, lease_until = NULL, last_error = $4 WHERE session = $1 AND client_id = $2";
        let values = [owed.session.0.into(), owed.client_id.clone().into(), next_at.0.into(), why.into()];
        sql::execute(&self.0, update, values).await?;
        Ok(())
    }

    /// Gives up what is owed since before `before`; what that was, client by client.
    pub async fn give_up(&self, before: Timestamp) -> Result<Vec<Unheard>, StoreError> {
        let delete = "DELETE FROM logout_outbox WHERE ended_at < $1 RETURNING client_id";
        let mut unheard: Vec<Unheard> = Vec::new();
        for row in sql::rows(&self.0, delete, [before.0.into()]).await? {
            let client_id: String = row.try_get("", "client_id")?;
            match unheard.iter_mut().find(|known| known.client_id == client_id) {
                Some(known) => known.sessions += 1,
                None => unheard.push(Unheard { client_id, sessions: 1 }),
            }
        }
        Ok(unheard)
    }

    /// How much waits, in the whole district.
    pub async fn waiting(&self) -> Result<i64, StoreError> {
        let row = sql::row(&self.0, "SELECT COUNT(*) AS n FROM logout_outbox", []).await?;
        row.map_or(Ok(0), |row| row.try_get("", "n"))
    }
}

fn owed(row: &Row) -> Result<Owed, StoreError> {
    Ok(Owed {
        session: SessionId(row.try_get("", "session")?),
        client_id: row.try_get("", "client_id")?,
        account: AccountId(row.try_get("", "account")?),
        tries: row.try_get("", "tries")?,
    })
}

/// Its time has come ($1), and nobody has it.
const DUE: &str = "next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";
/// A whole school that signs out at one moment fills several looks.
const LOOKED_AT: i64 = 500;
