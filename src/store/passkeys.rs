//! Passkeys, and the challenges that were answered.

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, Hash, PasskeyId, Timestamp};

/// One passkey of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its id here.
    pub id: PasskeyId,
    /// Whose it is.
    pub account: AccountId,
    /// What its authenticator calls it: no two have the same.
    pub credential: Vec<u8>,
    /// Its public key, as COSE writes it.
    pub public_key: Vec<u8>,
    /// How often it was used, as its authenticator counted the last time; 0 where it does not count.
    pub sign_count: u32,
    /// It may be copied to other devices of its owner.
    pub backup_eligible: bool,
    /// It was.
    pub backed_up: bool,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Its count went back: somebody else holds a copy, and it opens nothing any more (row W04).
    pub suspect_at: Option<Timestamp>,
}

/// The queries on passkeys.
pub struct Passkeys<'a>(Db<'a>);

impl Reader<'_> {
    /// Passkeys.
    pub fn passkeys(&self) -> Passkeys<'_> {
        Passkeys(self.db())
    }
}

impl Tx {
    /// Passkeys.
    pub fn passkeys(&self) -> Passkeys<'_> {
        Passkeys(self.db())
    }
}

impl Passkeys<'_> {
    /// Those of an account, the oldest first.
    pub async fn of_account(&self, account: AccountId) -> Result<Vec<Passkey>, StoreError> {
        let rows = sql::rows(&self.0, "SELECT * FROM passkeys WHERE account = $1 ORDER BY made_at, id", [account.0.into()]).await?;
        rows.iter().map(record).collect()
    }

    /// The one of this name at its authenticator.
    pub async fn by_credential(&self, credential: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM passkeys WHERE credential = $1", [credential.to_vec().into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The one of this id, if it is this account's and opens something.
    pub async fn open(&self, id: PasskeyId, account: AccountId) -> Result<Option<Passkey>, StoreError> {
        let select = "SELECT * FROM passkeys WHERE id = $1 AND account = $2 AND suspect_at IS NULL";
        let row = sql::row(&self.0, select, [id.0.into(), account.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// An account has one that opens something.
    pub async fn has_any(&self, account: AccountId) -> Result<bool, StoreError> {
        let select = "SELECT id FROM passkeys WHERE account = $1 AND suspect_at IS NULL LIMIT 1";
        Ok(sql::row(&self.0, select, [account.0.into()]).await?.is_some())
    }

    /// Keeps a new one. False: somebody has it already, or the account has [`MOST_PASSKEYS`].
    pub async fn add(&self, passkey: &Passkey) -> Result<bool, StoreError> {
        let insert = "INSERT INTO passkeys \
                      (id, account, credential, public_key, sign_count, backup_eligible, backed_up, name, made_at) \
                      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
                      WHERE (SELECT COUNT(*) FROM passkeys WHERE account = $2) < $10 ON CONFLICT DO NOTHING";
        let values = [
            passkey.id.0.into(),
            passkey.account.0.into(),
            passkey.credential.clone().into(),
            passkey.public_key.clone().into(),
            i64::from(passkey.sign_count).into(),
            passkey.backup_eligible.into(),
            passkey.backed_up.into(),
            passkey.name.clone().into(),
            passkey.made_at.0.into(),
            MOST_PASSKEYS.into(),
        ];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// It was used, and counts so far. False: its count did not go on, or it is gone, or opens nothing (row W04). An
    /// authenticator that does not count says 0 each time.
    pub async fn used(&self, id: PasskeyId, sign_count: u32, backed_up: bool, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE passkeys SET sign_count = $2, backed_up = $3, used_at = $4 \
                      WHERE id = $1 AND suspect_at IS NULL AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))";
        let values = [id.0.into(), i64::from(sign_count).into(), backed_up.into(), now.0.into()];
        Ok(sql::execute(&self.0, update, values).await? == 1)
    }

    /// It opens nothing from now on. False: it did not before, or is gone.
    pub async fn suspect(&self, id: PasskeyId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE passkeys SET suspect_at = $2 WHERE id = $1 AND suspect_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1)
    }

    /// Gives it another name; false if the account has none such.
    pub async fn rename(&self, account: AccountId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
        let update = "UPDATE passkeys SET name = $3 WHERE id = $1 AND account = $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), account.0.into(), name.into()]).await? == 1)
    }

    /// Takes it away; false if the account has none such.
    pub async fn remove(&self, account: AccountId, id: PasskeyId) -> Result<bool, StoreError> {
        let delete = "DELETE FROM passkeys WHERE id = $1 AND account = $2";
        Ok(sql::execute(&self.0, delete, [id.0.into(), account.0.into()]).await? == 1)
    }

    /// Uses a challenge up, in one conditional write: of several answers that race one gets true. It is remembered until
    /// `until`, when it is refused for its age.
    pub async fn spend(&self, challenge: &Hash, until: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO passkey_challenges (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        Ok(sql::execute(&self.0, insert, [challenge.to_vec().into(), until.0.into()]).await? == 1)
    }

    /// Forgets challenges that are refused for their age by now.
    pub async fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM passkey_challenges WHERE expires_at < $1", [now.0.into()]).await
    }
}

fn record(row: &Row) -> Result<Passkey, StoreError> {
    let count: i64 = row.try_get("", "sign_count")?;
    let instant = |column: &str| row.try_get::<Option<i64>>("", column).map(|at| at.map(Timestamp));
    Ok(Passkey {
        id: PasskeyId(row.try_get("", "id")?),
        account: AccountId(row.try_get("", "account")?),
        credential: row.try_get("", "credential")?,
        public_key: row.try_get("", "public_key")?,
        sign_count: u32::try_from(count).map_err(|_| StoreError::Corrupt { table: "passkeys", what: format!("a count of {count}") })?,
        backup_eligible: row.try_get("", "backup_eligible")?,
        backed_up: row.try_get("", "backed_up")?,
        name: row.try_get("", "name")?,
        made_at: Timestamp(row.try_get("", "made_at")?),
        used_at: instant("used_at")?,
        suspect_at: instant("suspect_at")?,
    })
}

/// A phone, a computer, a key on the key ring, and as many again for whoever collects them.
pub const MOST_PASSKEYS: i64 = 20;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::random::Random;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn passkey(random: &Random, account: AccountId, credential: u8) -> Passkey {
        Passkey {
            id: PasskeyId::new(NOW, random),
            account,
            credential: vec![credential; 32],
            public_key: vec![1, 2, 3],
            sign_count: 0,
            backup_eligible: true,
            backed_up: false,
            name: "Téléphone".to_owned(),
            made_at: NOW,
            used_at: None,
            suspect_at: None,
        }
    }

    #[tokio::test]
    async fn w01_of_sixteen_answers_to_one_challenge_one_counts() {
        for store in stores().await {
            let store = Arc::new(store);
            let answering = (0..16).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    store.write(async |tx: &Tx| tx.passkeys().spend(&Hash::of(b"challenge"), Timestamp(300)).await).await.unwrap()
                })
            });
            let mut counted = 0;
            for answered in answering.collect::<Vec<_>>() {
                counted += usize::from(answered.await.unwrap());
            }
            assert_eq!(counted, 1);
            assert_eq!(store.write(async |tx: &Tx| tx.passkeys().forget(Timestamp(300)).await).await.unwrap(), 0);
            assert_eq!(store.write(async |tx: &Tx| tx.passkeys().forget(Timestamp(301)).await).await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn w04_a_count_goes_on_or_the_passkey_is_not_used() {
        for store in stores().await {
            let random = Random::seeded(1);
            let kept = passkey(&random, AccountId::new(NOW, &random), 1);
            assert!(store.write(async |tx: &Tx| tx.passkeys().add(&kept).await).await.unwrap());
            let used = async |count| store.write(async |tx: &Tx| tx.passkeys().used(kept.id, count, true, NOW).await).await.unwrap();
            for (count, expected) in [(0, true), (0, true), (1, true), (1, false), (0, false), (10, true), (9, false), (u32::MAX, true)] {
                assert_eq!(used(count).await, expected, "{count}");
            }
            let now = store.read().passkeys().by_credential(&kept.credential).await.unwrap().unwrap();
            assert_eq!(now, Passkey { sign_count: u32::MAX, backed_up: true, used_at: Some(NOW), ..kept.clone() });
            assert!(store.write(async |tx: &Tx| tx.passkeys().suspect(kept.id, NOW).await).await.unwrap());
            assert!(!store.write(async |tx: &Tx| tx.passkeys().suspect(kept.id, NOW).await).await.unwrap());
            assert!(!used(u32::MAX).await);
            assert_eq!(store.read().passkeys().open(kept.id, kept.account).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_passkey_is_one_accounts_and_its_owner_alone_changes_it() {
        for store in stores().await {
            let random = Random::seeded(1);
            let (owner, other) = (AccountId::new(NOW, &random), AccountId::new(NOW, &random));
            let add = async |passkey: &Passkey| store.write(async |tx: &Tx| tx.passkeys().add(passkey).await).await.unwrap();
            let kept = passkey(&random, owner, 1);
            assert!(add(&kept).await);
            assert!(!add(&passkey(&random, other, 1)).await, "no two have the same name at their authenticator");
            for number in 2..=MOST_PASSKEYS {
                assert!(add(&passkey(&random, owner, u8::try_from(number).unwrap())).await, "{number}");
            }
            assert!(!add(&passkey(&random, owner, 200)).await, "enough is enough");
            assert!(add(&passkey(&random, other, 200)).await);
            let change = async |whose| {
                let change = async |tx: &Tx| {
                    let renamed = tx.passkeys().rename(whose, kept.id, "Tablette").await?;
                    Ok::<_, StoreError>((renamed, tx.passkeys().remove(whose, kept.id).await?))
                };
                store.write(change).await.unwrap()
            };
            assert_eq!(store.read().passkeys().open(kept.id, other).await.unwrap(), None);
            assert_eq!(change(other).await, (false, false));
            assert_eq!(change(owner).await, (true, true));
            assert_eq!(store.read().passkeys().of_account(owner).await.unwrap().len(), usize::try_from(MOST_PASSKEYS).unwrap() - 1);
        }
    }
}
