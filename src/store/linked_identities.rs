//! Whom other providers' names for people mean here (E9). A name that was linked once means that account for ever.

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{AccountId, Timestamp};

/// The queries on linked identities.
pub struct LinkedIdentities<'a>(Db<'a>);

impl Reader<'_> {
    /// Whom other providers mean.
    pub fn linked_identities(&self) -> LinkedIdentities<'_> {
        LinkedIdentities(self.db())
    }
}

impl Tx {
    /// Whom other providers mean.
    pub fn linked_identities(&self) -> LinkedIdentities<'_> {
        LinkedIdentities(self.db())
    }
}

impl LinkedIdentities<'_> {
    /// The account that a provider's name means.
    pub async fn account(&self, source: &str, subject: &str) -> Result<Option<AccountId>, StoreError> {
        let select = "SELECT account FROM linked_identities WHERE source = $1 AND subject = $2";
        let row = sql::row(&self.0, select, [source.into(), subject.into()]).await?;
        row.map(|row| Ok(AccountId(row.try_get("", "account")?))).transpose()
    }

    /// Links a provider's name to an account; false if either is linked otherwise already.
    pub async fn link(&self, source: &str, subject: &str, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO linked_identities (source, subject, account, linked_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        sql::execute(&self.0, insert, [source.into(), subject.into(), account.0.into(), now.0.into()]).await?;
        Ok(self.account(source, subject).await? == Some(account))
    }
}
