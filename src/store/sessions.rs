//! Sessions: one sign-in in one browser. The store keeps the hash of the cookie, never the cookie (row S05). Both
//! limits, idle and absolute, are asked at every use, so no sweeper's delay lengthens a life (rows S08, S14).

use std::time::Duration;

use super::accounts::{Account, account_of};
use super::{Db, Reader, Row, StoreError, Tx, logout_outbox, sql};
use crate::model::{AccountId, DateFormat, Hash, SessionId, Timestamp};

/// A session that may be used now: not ended, not over, not idle too long, its account open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id; also the `sid` that relying parties see.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// The assurance reached, as published in discovery (`acr_values_supported`).
    pub acr: String,
    /// How (RFC 8176), such as `["pwd"]`.
    pub amr: Vec<String>,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
}

/// Whose browser a live session is in.
#[derive(Clone, Debug)]
pub struct Visiting {
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
    /// The name the person goes by.
    pub name: String,
    /// The order of a date that its owner chose.
    pub dates: Option<DateFormat>,
}

/// The device that a session is on, as far as its owner can recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenOn {
    /// Browser and machine, such as `Firefox, Windows`; empty if neither is known.
    pub device: String,
    /// The address, or the network of a household, that it signed in from; empty if unknown.
    pub network: String,
}

/// The queries on sessions.
pub struct Sessions<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Sessions.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self.db())
    }
}

impl Tx {
    /// Sessions.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self.db())
    }
}

impl Session {
    /// It was not used for a minute or more: [`Sessions::touch`] has something to write.
    pub fn is_to_touch(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= TOUCH
    }
}

impl Sessions<'_> {
    /// Begins a session that the cookie of this hash opens, and that ends when it is idle for longer than `idle`.
    pub async fn add(&self, session: &Session, secret: &Hash, idle: Duration, on: &SeenOn) -> Result<(), StoreError> {
        let insert = "INSERT INTO sessions (id, secret, account, auth_time, acr, amr, seen_at, idle, expires_at, device, network) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let values = [
            session.id.0.into(),
            secret.to_vec().into(),
            session.account.0.into(),
            session.auth_time.0.into(),
            session.acr.clone().into(),
            session.amr.join(" ").into(),
            session.seen_at.0.into(),
            i64::try_from(idle.as_secs()).unwrap_or(i64::MAX).into(),
            session.expires_at.0.into(),
            on.device.clone().into(),
            on.network.clone().into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        // For whoever counts who has been here: sessions are forgotten, this is not (A3).
        let seen = "UPDATE accounts SET signed_in_at = $2 WHERE id = $1";
        sql::execute(&self.0, seen, [session.account.0.into(), session.auth_time.0.into()]).await?;
        Ok(())
    }

    /// The live session of a cookie's hash.
    pub async fn live(&self, secret: &Hash, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row =
            sql::row(&self.0, &format!("{UNENDED} {NOT_IDLE} AND sessions.secret = $2"), [now.0.into(), secret.to_vec().into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The live session of a cookie's hash with its account and person, by one question: every page asks it. Whoever is
    /// not in the roster any more has no live session (row S07).
    pub async fn of_visitor(&self, secret: &Hash, now: Timestamp) -> Result<Option<Visiting>, StoreError> {
        let rows = sql::rows(&self.0, OF_VISITOR, [now.0.into(), secret.to_vec().into()]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        // One person under several source records: what the first leaves open, the next may say.
        let said = |column: &str| -> Result<Option<String>, StoreError> {
            let said: Vec<Option<String>> = rows.iter().map(|row| row.try_get("", column)).collect::<Result<_, _>>()?;
            Ok(said.into_iter().flatten().next())
        };
        let given = said("preferred_given_name")?.or(said("given_name")?).unwrap_or_default();
        let family = said("preferred_family_name")?.or(said("family_name")?).unwrap_or_default();
        let dates: Option<String> = first.try_get("", "date_format")?;
        Ok(Some(Visiting {
            session: record(first)?,
            account: account_of(first, "account_")?,
            name: format!("{given} {family}").trim().to_owned(),
            dates: dates.as_deref().and_then(DateFormat::from_word),
        }))
    }

    /// The session of an id, for what apps were given by it: their tokens end with it. An app in use does not touch its
    /// person's session, so idleness, which shuts the browser's door, does not shut the app's.
    pub async fn live_by_id(&self, id: SessionId, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row = sql::row(&self.0, &format!("{UNENDED} AND sessions.id = $2"), [now.0.into(), id.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The live sessions of an account, the latest first.
    pub async fn of_account(&self, account: AccountId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let select = format!("{UNENDED} {NOT_IDLE} AND sessions.account = $2 ORDER BY sessions.auth_time DESC, sessions.id");
        sql::rows(&self.0, &select, [now.0.into(), account.0.into()]).await?.iter().map(record).collect()
    }

    /// The same with the device of each, for their owner.
    pub async fn places(&self, account: AccountId, now: Timestamp) -> Result<Vec<(Session, SeenOn)>, StoreError> {
        let select = format!("{UNENDED} {NOT_IDLE} AND sessions.account = $2 ORDER BY sessions.auth_time DESC, sessions.id");
        let rows = sql::rows(&self.0, &select, [now.0.into(), account.0.into()]).await?;
        rows.iter().map(|row| Ok((record(row)?, seen_on(row)?))).collect()
    }

    /// Notes that a session is used; at most once a minute there is something to write.
    pub async fn touch(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at <= $3 AND ended_at IS NULL";
        sql::execute(&self.0, update, [id.0.into(), now.0.into(), (now.0 - TOUCH).into()]).await?;
        Ok(())
    }

    /// A session's owner proved more: it rises, and from now on another cookie opens it, as after every change of right
    /// (row S03). What apps have of it stays. False if it has ended.
    pub async fn rise(&self, session: &Session, secret: &Hash) -> Result<bool, StoreError> {
        let update = "UPDATE sessions SET secret = $2, auth_time = $3, acr = $4, amr = $5 WHERE id = $1 AND ended_at IS NULL";
        let values = [
            session.id.0.into(),
            secret.to_vec().into(),
            session.auth_time.0.into(),
            session.acr.clone().into(),
            session.amr.join(" ").into(),
        ];
        Ok(sql::execute(&self.0, update, values).await? == 1)
    }

    /// Its owner showed once more that it is them.
    pub async fn show(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE sessions SET shown_at = $2 WHERE id = $1 AND ended_at IS NULL";
        sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await?;
        Ok(())
    }

    /// When they last did so; `None` if nothing but the sign-in asked for it.
    pub async fn shown_at(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError> {
        let row = sql::row(&self.0, "SELECT shown_at FROM sessions WHERE id = $1", [id.0.into()]).await?;
        Ok(row.map(|row| row.try_get::<Option<i64>>("", "shown_at")).transpose()?.flatten().map(Timestamp))
    }

    /// Ends a session; false if it had ended already. The clients that it reached are told ([`super::logout_outbox`]).
    pub async fn end(&self, id: SessionId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        let ended = sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1;
        if ended {
            logout_outbox::owe(&self.0, id, now).await?;
        }
        Ok(ended)
    }

    /// Ends one session of an account at its owner's wish, with everything that apps were given by it, also what would have outlived
    /// it; false if it is not theirs or had ended.
    pub async fn end_at_wish(&self, id: SessionId, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
        let of_account = "SELECT id FROM sessions WHERE id = $1 AND account = $2 AND ended_at IS NULL";
        if sql::row(&self.0, of_account, [id.0.into(), account.0.into()]).await?.is_none() {
            return Ok(false);
        }
        let revoke = "UPDATE token_families SET revoked_at = $2 WHERE session = $1 AND revoked_at IS NULL";
        sql::execute(&self.0, revoke, [id.0.into(), now.0.into()]).await?;
        self.end(id, now).await
    }

    /// Ends every session of an account but `except`, and takes back what apps were given by them, also what would have
    /// outlived them (rows R14, S06). The clients that they reached are told.
    pub async fn end_all(&self, account: AccountId, except: Option<SessionId>, now: Timestamp) -> Result<u64, StoreError> {
        let update = "UPDATE sessions SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL AND id <> $3 RETURNING id";
        let except = except.map_or_else(uuid::Uuid::nil, |session| session.0);
        sql::execute(&self.0, super::tokens::REVOKE_ALL, [account.0.into(), now.0.into(), except.into()]).await?;
        let ended = sql::rows(&self.0, update, [account.0.into(), now.0.into(), except.into()]).await?;
        for row in &ended {
            logout_outbox::owe(&self.0, SessionId(row.try_get("", "id")?), now).await?;
        }
        Ok(ended.len() as u64)
    }

    /// Forgets what was over before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM session_clients WHERE expires_at < $1", [before.0.into()]).await?;
        sql::execute(&self.0, "DELETE FROM sessions WHERE expires_at < $1", [before.0.into()]).await
    }
}

fn record(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId(row.try_get("", "id")?),
        account: AccountId(row.try_get("", "account")?),
        auth_time: Timestamp(row.try_get("", "auth_time")?),
        acr: row.try_get("", "acr")?,
        amr: row.try_get::<String>("", "amr")?.split_whitespace().map(str::to_owned).collect(),
        seen_at: Timestamp(row.try_get("", "seen_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
    })
}

fn seen_on(row: &Row) -> Result<SeenOn, StoreError> {
    let said = |column: &str| row.try_get::<Option<String>>("", column).map(Option::unwrap_or_default);
    Ok(SeenOn { device: said("device")?, network: said("network")? })
}

/// Row S07: neither a shut or unclaimed account nor somebody who left the roster has a live session, whatever its rows say.
const UNENDED: &str = "SELECT sessions.id, sessions.account, sessions.auth_time, sessions.acr, sessions.amr, sessions.seen_at, \
                       sessions.expires_at, sessions.device, sessions.network FROM sessions JOIN accounts ON accounts.id = sessions.account \
                       WHERE sessions.ended_at IS NULL AND sessions.expires_at > $1 AND accounts.state = 'claimed' \
                       AND EXISTS (SELECT 1 FROM current_roster_users u WHERE u.person = accounts.person AND u.active)";
const OF_VISITOR: &str = "SELECT s.id, s.account, s.auth_time, s.acr, s.amr, s.seen_at, s.expires_at, a.id AS account_id, \
                          a.person AS account_person, a.username AS account_username, a.state AS account_state, \
                          a.language AS account_language, a.claimed_by AS account_claimed_by, a.assurance AS account_assurance, \
                          a.claimed_at AS account_claimed_at, a.date_format, u.given_name, u.family_name, u.preferred_given_name, \
                          u.preferred_family_name FROM sessions s JOIN accounts a ON a.id = s.account \
                          JOIN current_roster_users u ON u.person = a.person AND u.active WHERE s.ended_at IS NULL \
                          AND s.expires_at > $1 AND a.state = 'claimed' AND s.seen_at + s.idle > $1 AND s.secret = $2 ORDER BY u.source_id";
const NOT_IDLE: &str = "AND sessions.seen_at + sessions.idle > $1";
const TOUCH: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn the_visitor_of_every_page_is_found_by_keys_alone() {
        assert_quick(&stores().await[0], OF_VISITOR).await;
    }
}
