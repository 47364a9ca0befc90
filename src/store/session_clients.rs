//! Which clients a session reached: those that were given an ID token or an access token by it. Written where tokens are, and
//! read where the session ends.

use super::clients::{self, Client};
use super::{Backend, Db, Reader, StoreError, Tx, sql};
use crate::model::{SessionId, Timestamp};

/// The queries on the clients of sessions.
pub struct SessionClients<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// The clients of sessions.
    pub fn session_clients(&self) -> SessionClients<'_> {
        SessionClients(self.db())
    }
}

impl Tx {
    /// The clients of sessions.
    pub fn session_clients(&self) -> SessionClients<'_> {
        SessionClients(self.db())
    }
}

impl SessionClients<'_> {
    /// Remembers that a client was told of a session; false if the session has ended, and nobody may be told of it any more.
    /// [`super::tokens::Tokens::add`] does it for tokens.
    pub async fn remember(&self, session: SessionId, client_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        remember(&self.0, session, client_id, now).await
    }

    /// The clients that a session reached, by name; those that were shut since are not among them.
    pub async fn reached(&self, session: SessionId) -> Result<Vec<Client>, StoreError> {
        clients::reached_by(&self.0, session).await
    }
}

/// On PostgreSQL the session's row is held until the commit: whoever ends the session meanwhile waits, and then finds this
/// client among those to tell. On SQLite there is one writer.
pub(super) async fn remember(db: &Db<'_>, session: SessionId, client_id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let hold = if db.backend() == Backend::Postgres { "FOR SHARE" } else { "" };
    let insert = format!(
        "INSERT INTO session_clients (session, client_id, account, told_at, expires_at) \
         SELECT id, $2, account, $3, expires_at FROM sessions WHERE id = $1 AND ended_at IS NULL {hold} \
         ON CONFLICT (session, client_id) DO UPDATE SET told_at = excluded.told_at"
    );
    Ok(sql::execute(db, &insert, [session.0.into(), client_id.into(), now.0.into()]).await? == 1)
}
