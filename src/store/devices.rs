//! Known devices: browsers in which somebody signed in and asked to be known. The cookie opens nothing; it buys a budget
//! of tries of its own, so that a stranger's wrong passwords do not lock the owner out (row R19).

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{AccountId, Hash, Timestamp};

/// The queries on known devices.
pub struct Devices<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Known devices.
    pub fn devices(&self) -> Devices<'_> {
        Devices(self.db())
    }
}

impl Tx {
    /// Known devices.
    pub fn devices(&self) -> Devices<'_> {
        Devices(self.db())
    }
}

impl Devices<'_> {
    /// Knows a browser by the hash of its cookie.
    pub async fn add(&self, secret: &Hash, account: AccountId, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO known_devices (secret, account, created_at, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        sql::execute(&self.0, insert, [secret.to_vec().into(), account.0.into(), now.0.into(), expires_at.0.into()]).await?;
        Ok(())
    }

    /// Whose device the cookie of this hash is.
    pub async fn owner(&self, secret: &Hash, now: Timestamp) -> Result<Option<AccountId>, StoreError> {
        let select = "SELECT account FROM known_devices WHERE secret = $1 AND expires_at > $2";
        let row = sql::row(&self.0, select, [secret.to_vec().into(), now.0.into()]).await?;
        row.map(|row| Ok(AccountId(row.try_get("", "account")?))).transpose()
    }

    /// Knows none of an account's devices any more (row R14).
    pub async fn forget_all(&self, account: AccountId) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM known_devices WHERE account = $1", [account.0.into()]).await
    }

    /// Forgets what was over before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM known_devices WHERE expires_at < $1", [before.0.into()]).await
    }
}
