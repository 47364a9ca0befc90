//! What people allowed apps to see.

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
