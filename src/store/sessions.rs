//! Sessions: one sign-in in one browser. The store keeps the hash of the cookie, never the cookie.

use super::{Db, Reader, StoreError, Tx};
use crate::model::{AccountId, Hash, SessionId, Timestamp};

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

impl Sessions<'_> {
    /// The live session of a cookie's hash.
    pub async fn live(&self, _secret: &Hash, _now: Timestamp) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    /// The live session of an id: refresh tokens end with it.
    pub async fn live_by_id(&self, _id: SessionId, _now: Timestamp) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    /// Ends a session; false if it had ended already.
    pub async fn end(&self, _id: SessionId, _now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// Ends every session of an account but `except`.
    pub async fn end_all(&self, _account: AccountId, _except: Option<SessionId>, _now: Timestamp) -> Result<u64, StoreError> {
        todo!()
    }
}
