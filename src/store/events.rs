//! The event log: what was done, by whom, to whom, where and when. Rows are only ever added; each is chained to the
//! one before it.

use serde_json::Value;

use super::{StoreError, Tx};
use crate::model::{AccountId, OrgId, PersonId, Timestamp};

/// Something that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What, in words that stay: `account.claimed`, `session.started`, `client.registered`.
    pub kind: &'static str,
    /// Who did it; `None` for the program itself or somebody not signed in.
    pub actor: Option<AccountId>,
    /// To whom.
    pub person: Option<PersonId>,
    /// Where.
    pub school: Option<OrgId>,
    /// What else is needed to understand it. Never a secret, never what somebody typed.
    pub detail: Value,
}

impl Event {
    /// An event that needs no more words yet.
    pub fn of(kind: &'static str) -> Self {
        Self { kind, actor: None, person: None, school: None, detail: Value::Null }
    }
}

impl Tx {
    /// Adds an event to the log, in the same transaction as what it tells of.
    pub async fn record(&self, _event: &Event, _now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }
}
