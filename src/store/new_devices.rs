//! Which kinds of device an account was seen on, and the letters about new ones: each holds a token, of which the store has a
//! MAC, that shuts the account's door once (row W07).

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{AccountId, Hash, Timestamp};

/// A letter that told somebody of a sign-in on a new device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The MAC of its token.
    pub token: Hash,
    /// Whose account it is about.
    pub account: AccountId,
    /// From then on its token does nothing.
    pub until: Timestamp,
}

/// The queries on new devices.
pub struct NewDevices<'a>(Db<'a>);

impl Reader<'_> {
    /// New devices.
    pub fn new_devices(&self) -> NewDevices<'_> {
        NewDevices(self.db())
    }
}

impl Tx {
    /// New devices.
    pub fn new_devices(&self) -> NewDevices<'_> {
        NewDevices(self.db())
    }
}

impl NewDevices<'_> {
    /// Notes that an account was seen on a kind of device; true if it never was before.
    pub async fn meet(&self, account: AccountId, mark: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let values = || [account.0.into(), mark.to_vec().into(), now.0.into()];
        let update = "UPDATE seen_devices SET seen_at = $3 WHERE account = $1 AND mark = $2";
        if sql::execute(&self.0, update, values()).await? == 1 {
            return Ok(false);
        }
        let insert = "INSERT INTO seen_devices (account, mark, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(sql::execute(&self.0, insert, values()).await? == 1)
    }

    /// Remembers a letter.
    pub async fn add_notice(&self, notice: &Notice) -> Result<(), StoreError> {
        let insert = "INSERT INTO sign_in_notices (token, account, until) VALUES ($1, $2, $3)";
        sql::execute(&self.0, insert, [notice.token.to_vec().into(), notice.account.0.into(), notice.until.0.into()]).await?;
        Ok(())
    }

    /// A token still does something.
    pub async fn is_open(&self, token: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let select = "SELECT account FROM sign_in_notices WHERE token = $1 AND used_at IS NULL AND until > $2";
        Ok(sql::row(&self.0, select, [token.to_vec().into(), now.0.into()]).await?.is_some())
    }

    /// Uses a token up: whose account its letter was about, for the one caller that came in time.
    pub async fn use_up(&self, token: &Hash, now: Timestamp) -> Result<Option<AccountId>, StoreError> {
        let update = "UPDATE sign_in_notices SET used_at = $2 WHERE token = $1 AND used_at IS NULL AND until > $2 RETURNING account";
        let row = sql::row(&self.0, update, [token.to_vec().into(), now.0.into()]).await?;
        row.map(|row| Ok(AccountId(row.try_get("", "account")?))).transpose()
    }

    /// Forgets letters that were over before `now`, and devices that were not seen since `before`.
    pub async fn forget(&self, before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM sign_in_notices WHERE until < $1", [now.0.into()]).await?;
        sql::execute(&self.0, "DELETE FROM seen_devices WHERE seen_at < $1", [before.0.into()]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_000);

    #[tokio::test]
    async fn a_device_is_new_once_to_each_account() {
        for store in stores().await {
            let random = Random::seeded(1);
            let (one, other) = (AccountId::new(NOW, &random), AccountId::new(NOW, &random));
            let meet = async |account, mark: &'static [u8]| {
                store.write(async |tx: &Tx| tx.new_devices().meet(account, &Hash::of(mark), NOW).await).await.unwrap()
            };
            assert!(meet(one, b"Firefox").await && meet(other, b"Firefox").await && meet(one, b"Chrome").await);
            assert!(!meet(one, b"Firefox").await);
            store.write(async |tx: &Tx| tx.new_devices().forget(Timestamp(2_000), NOW).await).await.unwrap();
            assert!(meet(one, b"Firefox").await);
        }
    }

    #[tokio::test]
    async fn w07_a_token_shuts_one_door_once_and_in_time() {
        for store in stores().await {
            let account = AccountId::new(NOW, &Random::seeded(1));
            let notice = Notice { token: Hash::of(b"token"), account, until: Timestamp(2_000) };
            store.write(async |tx: &Tx| tx.new_devices().add_notice(&notice).await).await.unwrap();
            let use_up = async |token: &'static [u8], now| {
                store.write(async |tx: &Tx| tx.new_devices().use_up(&Hash::of(token), Timestamp(now)).await).await.unwrap()
            };
            assert_eq!((use_up(b"another", 1_500).await, use_up(b"token", 2_000).await), (None, None));
            assert!(store.read().new_devices().is_open(&notice.token, Timestamp(1_999)).await.unwrap());
            assert_eq!((use_up(b"token", 1_999).await, use_up(b"token", 1_999).await), (Some(account), None));
            assert!(!store.read().new_devices().is_open(&notice.token, Timestamp(1_999)).await.unwrap());
        }
    }
}
