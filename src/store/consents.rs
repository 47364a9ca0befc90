//! What people allowed apps to see.

use std::collections::BTreeSet;

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{AccountId, Scopes, Timestamp};

/// The queries on consents.
pub struct Consents<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Consents.
    pub fn consents(&self) -> Consents<'_> {
        Consents(self.db())
    }
}

impl Tx {
    /// Consents.
    pub fn consents(&self) -> Consents<'_> {
        Consents(self.db())
    }
}

impl Consents<'_> {
    /// What this person allowed this client; nothing, if never asked.
    pub async fn find(&self, account: AccountId, client_id: &str) -> Result<Scopes, StoreError> {
        let select = "SELECT scope FROM consents WHERE account = $1 AND client_id = $2";
        let row = sql::row(&self.0, select, [account.0.into(), client_id.into()]).await?;
        Ok(row.map(|row| row.try_get::<String>("", "scope")).transpose()?.map_or_else(Scopes::default, Scopes::from))
    }

    /// The clients that a person allowed something.
    pub async fn of_account(&self, account: AccountId) -> Result<BTreeSet<String>, StoreError> {
        let rows = sql::rows(&self.0, "SELECT client_id FROM consents WHERE account = $1", [account.0.into()]).await?;
        rows.iter().map(|row| row.try_get("", "client_id")).collect()
    }

    /// Remembers what a person allows a client, beside what was allowed before.
    pub async fn allow(&self, account: AccountId, client_id: &str, scopes: &Scopes, now: Timestamp) -> Result<(), StoreError> {
        let all = self.find(account, client_id).await?.and(scopes);
        let upsert = "INSERT INTO consents (account, client_id, scope, given_at) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT (account, client_id) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at";
        sql::execute(&self.0, upsert, [account.0.into(), client_id.into(), all.to_string().into(), now.0.into()]).await?;
        Ok(())
    }

    /// Takes it all back; false if there was nothing.
    pub async fn withdraw(&self, account: AccountId, client_id: &str) -> Result<bool, StoreError> {
        let delete = "DELETE FROM consents WHERE account = $1 AND client_id = $2";
        Ok(sql::execute(&self.0, delete, [account.0.into(), client_id.into()]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::stores;

    #[tokio::test]
    async fn consent_grows_and_is_withdrawn_whole() {
        let (account, now) = (AccountId(uuid::Uuid::from_u128(1)), Timestamp(1));
        for store in stores().await {
            for scopes in ["openid", "profile"] {
                store.write(async |tx: &Tx| tx.consents().allow(account, "app", &Scopes::parse(scopes), now).await).await.unwrap();
            }
            assert_eq!(store.read().consents().find(account, "app").await.unwrap(), Scopes::parse("openid profile"));
            assert!(store.read().consents().find(account, "other").await.unwrap().is_empty());
            assert!(store.write(async |tx: &Tx| tx.consents().withdraw(account, "app").await).await.unwrap());
            assert!(store.read().consents().find(account, "app").await.unwrap().is_empty());
        }
    }
}
