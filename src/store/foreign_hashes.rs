//! Which kinds of hashes came from other systems and are still on file, and what the dearest of each asks. A row a kind, raised in
//! the write that takes hashes over, and forgotten once the last of its kind was renewed.

use super::{Db, Reader, StoreError, Tx, sql};
use crate::password::Levels;

/// The queries on hashes of other systems.
pub struct ForeignHashes<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Hashes of other systems.
    pub fn foreign_hashes(&self) -> ForeignHashes<'_> {
        ForeignHashes(self.db())
    }
}

impl Tx {
    /// Hashes of other systems.
    pub fn foreign_hashes(&self) -> ForeignHashes<'_> {
        ForeignHashes(self.db())
    }
}

impl ForeignHashes<'_> {
    /// What the dearest of each kind asks; empty where none is on file.
    pub async fn levels(&self) -> Result<Levels, StoreError> {
        let mut levels = Levels::default();
        for row in sql::rows(&self.0, "SELECT kind, level FROM hashes_of_other_systems", []).await? {
            levels.0.insert(row.try_get("", "kind")?, u64::try_from(row.try_get::<i64>("", "level")?).unwrap_or_default());
        }
        Ok(levels)
    }

    /// One of this kind, which asks so much, is on file from now on.
    pub async fn raise(&self, kind: &str, level: u64) -> Result<(), StoreError> {
        let upsert = "INSERT INTO hashes_of_other_systems (kind, level) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET \
                      level = CASE WHEN excluded.level > hashes_of_other_systems.level THEN excluded.level \
                      ELSE hashes_of_other_systems.level END";
        sql::execute(&self.0, upsert, [kind.into(), i64::try_from(level).unwrap_or(i64::MAX).into()]).await?;
        Ok(())
    }

    /// The kinds of which none is on file any more.
    pub async fn unused(&self) -> Result<Vec<String>, StoreError> {
        let mut unused = Vec::new();
        for kind in self.levels().await?.0.into_keys() {
            if sql::row(&self.0, &format!("SELECT account FROM passwords WHERE {LIKE} LIMIT 1"), [kind.clone().into()]).await?.is_none() {
                unused.push(kind);
            }
        }
        Ok(unused)
    }

    /// Forgets a kind, unless one of it came in the meantime.
    pub async fn forget(&self, kind: &str) -> Result<bool, StoreError> {
        let delete = format!("DELETE FROM hashes_of_other_systems WHERE kind = $1 AND NOT EXISTS (SELECT 1 FROM passwords WHERE {LIKE})");
        Ok(sql::execute(&self.0, &delete, [kind.into()]).await? == 1)
    }

    /// How many people have not signed in since their password was taken over.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        let row = sql::row(&self.0, "SELECT COUNT(*) AS waiting FROM passwords WHERE hash NOT LIKE '$%'", []).await?;
        row.map_or(Ok(0), |row| Ok(u64::try_from(row.try_get::<i64>("", "waiting")?).unwrap_or_default()))
    }
}

/// A hash of kind `$1`, which begins with it.
const LIKE: &str = "hash LIKE $1 || ':%'";

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::draft::PasswordHash;
    use crate::model::{AccountId, PersonId, Timestamp};
    use crate::store::accounts::{Account, AccountState, Password};
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[tokio::test]
    async fn e02_a_kind_is_known_from_its_first_hash_to_its_last() {
        for store in stores().await {
            let account = Account {
                id: AccountId(Uuid::from_u128(1)),
                person: PersonId(Uuid::from_u128(2)),
                username: "zoe".to_owned(),
                state: AccountState::Claimed,
                language: None,
                claimed_by: "taken-over".to_owned(),
                assurance: "urn:preau:acr:identified".to_owned(),
                claimed_at: NOW,
            };
            let old = PasswordHash("bcrypt:10:AAAA$argon2id$old".to_owned());
            let given = Password { hash: old.clone(), set_at: NOW, must_change: false, expires_at: None };
            let take = async |tx: &Tx| {
                tx.accounts().claim(&account).await?;
                tx.accounts().give_password(account.id, &given).await?;
                for (kind, level) in [("bcrypt", 10), ("bcrypt", 12), ("bcrypt", 11), ("pbkdf2-sha256", 1_000)] {
                    tx.foreign_hashes().raise(kind, level).await?;
                }
                Ok::<_, StoreError>(())
            };
            store.write(take).await.unwrap();
            let reader = store.read();
            let levels = reader.foreign_hashes().levels().await.unwrap();
            assert_eq!(levels.0.into_iter().collect::<Vec<_>>(), [("bcrypt".to_owned(), 12), ("pbkdf2-sha256".to_owned(), 1_000)]);
            assert_eq!(reader.foreign_hashes().waiting().await.unwrap(), 1);
            assert_eq!(reader.foreign_hashes().unused().await.unwrap(), ["pbkdf2-sha256"]);
            let forget = async |kind: &'static str| store.write(async |tx: &Tx| tx.foreign_hashes().forget(kind).await).await.unwrap();
            assert!(forget("pbkdf2-sha256").await);
            assert!(!forget("bcrypt").await, "one is on file");
            let new = PasswordHash("$argon2id$new".to_owned());
            assert!(store.write(async |tx: &Tx| tx.accounts().rehash(account.id, &old, &new).await).await.unwrap());
            assert!(forget("bcrypt").await);
            assert_eq!(store.read().foreign_hashes().waiting().await.unwrap(), 0);
            assert_eq!(store.read().foreign_hashes().levels().await.unwrap(), Levels::default());
        }
    }
}
