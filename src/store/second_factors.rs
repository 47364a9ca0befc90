//! Second factors: authenticator apps, whose secrets are sealed, and recovery codes, which are kept as MACs. Each code is good once,
//! by one conditional write.

use uuid::Uuid;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, AuthenticatorId, Hash, Timestamp};

/// An authenticator app whose first code was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// Its id.
    pub id: AuthenticatorId,
    /// Whose it is.
    pub account: AccountId,
    /// Its secret, sealed for this row.
    pub secret: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// When its first code was right.
    pub confirmed_at: Timestamp,
    /// The step of its last code that was taken (RFC 6238 section 5.2): none of that step or an earlier one is taken again.
    pub last_step: i64,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

/// The queries on second factors.
pub struct SecondFactors<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Second factors.
    pub fn second_factors(&self) -> SecondFactors<'_> {
        SecondFactors(self.db())
    }
}

impl Tx {
    /// Second factors.
    pub fn second_factors(&self) -> SecondFactors<'_> {
        SecondFactors(self.db())
    }
}

impl SecondFactors<'_> {
    /// The authenticator apps of an account, the oldest first.
    pub async fn authenticators(&self, account: AccountId) -> Result<Vec<Authenticator>, StoreError> {
        let select = "SELECT id, account, secret, name, confirmed_at, last_step, last_used_at FROM totp WHERE account = $1 \
                      ORDER BY confirmed_at, id";
        sql::rows(&self.0, select, [account.0.into()]).await?.iter().map(record).collect()
    }

    /// Whether an account has a second factor at all.
    pub async fn has_any(&self, account: AccountId) -> Result<bool, StoreError> {
        Ok(sql::row(&self.0, "SELECT id FROM totp WHERE account = $1 LIMIT 1", [account.0.into()]).await?.is_some())
    }

    /// Adds an authenticator app.
    pub async fn add(&self, app: &Authenticator) -> Result<(), StoreError> {
        let insert =
            "INSERT INTO totp (id, account, secret, name, confirmed_at, last_step, last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [
            app.id.0.into(),
            app.account.0.into(),
            app.secret.clone().into(),
            app.name.clone().into(),
            app.confirmed_at.0.into(),
            app.last_step.into(),
            app.last_used_at.map(|at| at.0).into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// Gives an app another name; false if this account has no such app.
    pub async fn rename(&self, account: AccountId, id: AuthenticatorId, name: &str) -> Result<bool, StoreError> {
        let update = "UPDATE totp SET name = $3 WHERE id = $1 AND account = $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), account.0.into(), name.into()]).await? == 1)
    }

    /// Removes an app, and with the last one the recovery codes, which stand in for it; false if this account has no such app.
    pub async fn remove(&self, account: AccountId, id: AuthenticatorId) -> Result<bool, StoreError> {
        let delete = "DELETE FROM totp WHERE id = $1 AND account = $2";
        let removed = sql::execute(&self.0, delete, [id.0.into(), account.0.into()]).await? == 1;
        if removed && !self.has_any(account).await? {
            sql::execute(&self.0, "DELETE FROM recovery_codes WHERE account = $1", [account.0.into()]).await?;
        }
        Ok(removed)
    }

    /// Takes the code of a step, in one conditional write: of two that send it one gets true, and none of an earlier step does.
    pub async fn use_step(&self, id: AuthenticatorId, step: i64, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE totp SET last_step = $2, last_used_at = $3 WHERE id = $1 AND last_step < $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), step.into(), now.0.into()]).await? == 1)
    }

    /// Recovery codes in the place of those there were.
    pub async fn replace_codes(&self, account: AccountId, set: Uuid, codes: &[Hash]) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM recovery_codes WHERE account = $1", [account.0.into()]).await?;
        for code in codes {
            let insert = "INSERT INTO recovery_codes (hash, account, set_id) VALUES ($1, $2, $3)";
            sql::execute(&self.0, insert, [code.to_vec().into(), account.0.into(), set.into()]).await?;
        }
        Ok(())
    }

    /// How many recovery codes are left, and how many there were.
    pub async fn codes_left(&self, account: AccountId) -> Result<(i64, i64), StoreError> {
        let select = "SELECT COUNT(*) AS all_of_them, COUNT(used_at) AS used FROM recovery_codes WHERE account = $1";
        let Some(row) = sql::row(&self.0, select, [account.0.into()]).await? else { return Ok((0, 0)) };
        let (all, used): (i64, i64) = (row.try_get("", "all_of_them")?, row.try_get("", "used")?);
        Ok((all - used, all))
    }

    /// Takes a recovery code, in one conditional write: of two that send it one gets true.
    pub async fn spend_code(&self, account: AccountId, code: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE recovery_codes SET used_at = $3 WHERE hash = $2 AND account = $1 AND used_at IS NULL";
        Ok(sql::execute(&self.0, update, [account.0.into(), code.to_vec().into(), now.0.into()]).await? == 1)
    }

    /// Since when somebody is asked to set a second factor up: from now on, if they never were.
    pub async fn due_since(&self, account: AccountId, now: Timestamp) -> Result<Timestamp, StoreError> {
        let insert = "INSERT INTO second_factor_due (account, since) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sql::execute(&self.0, insert, [account.0.into(), now.0.into()]).await?;
        let row = sql::row(&self.0, "SELECT since FROM second_factor_due WHERE account = $1", [account.0.into()]).await?;
        row.map_or(Ok(now), |row| Ok(Timestamp(row.try_get("", "since")?)))
    }
}

fn record(row: &Row) -> Result<Authenticator, StoreError> {
    Ok(Authenticator {
        id: AuthenticatorId(row.try_get("", "id")?),
        account: AccountId(row.try_get("", "account")?),
        secret: row.try_get("", "secret")?,
        name: row.try_get("", "name")?,
        confirmed_at: Timestamp(row.try_get("", "confirmed_at")?),
        last_step: row.try_get("", "last_step")?,
        last_used_at: row.try_get::<Option<i64>>("", "last_used_at")?.map(Timestamp),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn whose(number: u128) -> AccountId {
        AccountId(Uuid::from_u128(number))
    }

    fn app(number: u128, account: AccountId) -> Authenticator {
        Authenticator {
            id: AuthenticatorId(Uuid::from_u128(number)),
            account,
            secret: vec![1, 2, 3],
            name: "Téléphone".to_owned(),
            confirmed_at: Timestamp(NOW.0 + i64::try_from(number).unwrap()),
            last_step: 60_000_000,
            last_used_at: None,
        }
    }

    #[tokio::test]
    async fn of_thirty_two_that_send_the_code_of_one_step_at_once_one_comes_in() {
        for store in stores().await {
            let store = Arc::new(store);
            let app = app(1, whose(1));
            store.write(async |tx: &Tx| tx.second_factors().add(&app).await).await.unwrap();
            let sending = (0..32).map(|_| {
                let (store, id) = (Arc::clone(&store), app.id);
                tokio::spawn(
                    async move { store.write(async |tx: &Tx| tx.second_factors().use_step(id, 60_000_001, NOW).await).await.unwrap() },
                )
            });
            let mut taken = 0;
            for sent in sending.collect::<Vec<_>>() {
                taken += usize::from(sent.await.unwrap());
            }
            assert_eq!(taken, 1);
            let earlier = async |tx: &Tx| tx.second_factors().use_step(app.id, 60_000_000, NOW).await;
            assert!(!store.write(earlier).await.unwrap(), "a step that is over is not taken after a later one");
            let kept = store.read().second_factors().authenticators(whose(1)).await.unwrap();
            assert_eq!(kept, [Authenticator { last_step: 60_000_001, last_used_at: Some(NOW), ..app }]);
        }
    }

    #[tokio::test]
    async fn of_thirty_two_that_send_one_recovery_code_at_once_one_comes_in() {
        for store in stores().await {
            let store = Arc::new(store);
            let codes = [Hash::of(b"one"), Hash::of(b"two")];
            store.write(async |tx: &Tx| tx.second_factors().replace_codes(whose(1), Uuid::from_u128(7), &codes).await).await.unwrap();
            let sending = (0..32).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let spend = async |tx: &Tx| tx.second_factors().spend_code(whose(1), &Hash::of(b"one"), NOW).await;
                    store.write(spend).await.unwrap()
                })
            });
            let mut taken = 0;
            for sent in sending.collect::<Vec<_>>() {
                taken += usize::from(sent.await.unwrap());
            }
            assert_eq!(taken, 1);
            assert_eq!(store.read().second_factors().codes_left(whose(1)).await.unwrap(), (1, 2));
        }
    }

    #[tokio::test]
    async fn a_code_an_app_and_a_name_are_one_accounts() {
        for store in stores().await {
            let (mine, theirs) = (app(1, whose(1)), app(2, whose(1)));
            let write = async |tx: &Tx| {
                let factors = tx.second_factors();
                factors.add(&mine).await?;
                factors.add(&theirs).await?;
                factors.replace_codes(whose(1), Uuid::from_u128(7), &[Hash::of(b"one")]).await?;
                assert!(!factors.spend_code(whose(2), &Hash::of(b"one"), NOW).await?);
                assert!(!factors.rename(whose(2), mine.id, "x").await?);
                assert!(!factors.remove(whose(2), mine.id).await?);
                assert!(factors.rename(whose(1), mine.id, "Tablette").await?);
                assert!(factors.remove(whose(1), theirs.id).await?);
                assert_eq!(factors.codes_left(whose(1)).await?, (1, 1), "the other app is there still");
                assert!(factors.remove(whose(1), mine.id).await?);
                assert_eq!(factors.codes_left(whose(1)).await?, (0, 0));
                assert!(!factors.has_any(whose(1)).await?);
                Ok::<_, StoreError>(())
            };
            store.write(write).await.unwrap();
        }
    }

    #[tokio::test]
    async fn whoever_is_asked_to_set_one_up_was_first_asked_once() {
        for store in stores().await {
            for (now, since) in [(NOW, NOW), (Timestamp(NOW.0 + 9), NOW)] {
                let asked = async |tx: &Tx| tx.second_factors().due_since(whose(1), now).await;
                assert_eq!(store.write(asked).await.unwrap(), since);
            }
        }
    }
}
