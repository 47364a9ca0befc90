//! What people agreed to: which charter, which version, when, and in which language they read it (E16).

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{AccountId, Language, Timestamp};

/// The queries on charters that were accepted.
pub struct Acceptances<'a>(Db<'a>);

impl Reader<'_> {
    /// Charters that were accepted.
    pub fn charters(&self) -> Acceptances<'_> {
        Acceptances(self.db())
    }
}

impl Tx {
    /// Charters that were accepted.
    pub fn charters(&self) -> Acceptances<'_> {
        Acceptances(self.db())
    }
}

impl Acceptances<'_> {
    /// Notes that a version was accepted; the first time counts.
    pub async fn accept(
        &self,
        account: AccountId,
        (charter, version): (&str, &str),
        language: Language,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO charter_acceptances (account, charter, version, language, accepted_at) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT DO NOTHING";
        let values = [account.0.into(), charter.into(), version.into(), language.tag().into(), now.0.into()];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// The versions of a charter that an account accepted, the latest first.
    pub async fn of(&self, account: AccountId, charter: &str) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let select = "SELECT version, accepted_at FROM charter_acceptances WHERE account = $1 AND charter = $2 \
                      ORDER BY accepted_at DESC, version DESC";
        let rows = sql::rows(&self.0, select, [account.0.into(), charter.into()]).await?;
        rows.iter().map(|row| Ok((row.try_get("", "version")?, Timestamp(row.try_get("", "accepted_at")?)))).collect()
    }
}
