//! Accounts and what they are opened with.

use serde::{Deserialize, Serialize};

use super::{Db, Reader, StoreError, Tx};
use crate::model::draft::PasswordHash;
use crate::model::{AccountId, Language, PersonId, Timestamp};

/// What a person signs in with. It exists only once it is claimed; a reset by the school leaves it here, unclaimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Never shown; `sub` is derived from it.
    pub id: AccountId,
    /// Whose it is; one account a person.
    pub person: PersonId,
    /// The name to sign in with, canonical.
    pub username: String,
    /// What it may do.
    pub state: AccountState,
    /// The language its owner chose.
    pub language: Option<Language>,
    /// The flow it was claimed by, such as `student-claim`.
    pub claimed_by: String,
    /// When it was claimed.
    pub claimed_at: Timestamp,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Open to its owner.
    Claimed,
    /// Reset by the school: its owner must claim it again. Ids, ties and consents stay.
    Unclaimed,
    /// Shut by the school until it opens it again.
    Disabled,
}

/// The password of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// Its hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub set_at: Timestamp,
}

/// The queries on accounts.
pub struct Accounts<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Accounts and credentials.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self.db())
    }
}

impl Tx {
    /// Accounts and credentials.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self.db())
    }
}

impl Accounts<'_> {
    /// An account by id.
    pub async fn find(&self, _id: AccountId) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// The account of a person.
    pub async fn of_person(&self, _person: PersonId) -> Result<Option<Account>, StoreError> {
        todo!()
    }
}
