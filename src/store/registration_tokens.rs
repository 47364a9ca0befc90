//! Initial access tokens (RFC 7591 section 3): with one of these an app may register itself. A use falls by one
//! conditional write.

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{Hash, Timestamp};

/// An initial access token, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationToken {
    /// What stands for it.
    pub hash: Hash,
    /// What it is for, in an administrator's words.
    pub note: String,
    /// So many apps may still register with it.
    pub uses: u32,
    /// Until when.
    pub expires_at: Timestamp,
}

/// The queries on them.
pub struct RegistrationTokens<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Initial access tokens.
    pub fn registration_tokens(&self) -> RegistrationTokens<'_> {
        RegistrationTokens(self.db())
    }
}

impl Tx {
    /// Initial access tokens.
    pub fn registration_tokens(&self) -> RegistrationTokens<'_> {
        RegistrationTokens(self.db())
    }
}

impl RegistrationTokens<'_> {
    /// Keeps one.
    pub async fn add(&self, token: &RegistrationToken) -> Result<(), StoreError> {
        let insert = "INSERT INTO registration_tokens (hash, note, uses, expires_at) VALUES ($1, $2, $3, $4)";
        let values = [token.hash.to_vec().into(), token.note.clone().into(), i64::from(token.uses).into(), token.expires_at.0.into()];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// It would be good for one more app.
    pub async fn is_good(&self, hash: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let select = "SELECT uses FROM registration_tokens WHERE hash = $1 AND uses > 0 AND expires_at > $2";
        Ok(sql::row(&self.0, select, [hash.to_vec().into(), now.0.into()]).await?.is_some())
    }

    /// Uses it for one app; false if it is over.
    pub async fn spend(&self, hash: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE registration_tokens SET uses = uses - 1 WHERE hash = $1 AND uses > 0 AND expires_at > $2";
        Ok(sql::execute(&self.0, update, [hash.to_vec().into(), now.0.into()]).await? == 1)
    }

    /// Forgets those that ended before an instant.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM registration_tokens WHERE expires_at < $1", [before.0.into()]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::stores;

    #[tokio::test]
    async fn a_token_is_good_for_so_many_apps_and_until_its_end() {
        for store in stores().await {
            let token = RegistrationToken { hash: Hash([7; 32]), note: "LMS".to_owned(), uses: 2, expires_at: Timestamp(100) };
            store.write(async |tx: &Tx| tx.registration_tokens().add(&token).await).await.unwrap();
            let spend =
                async |hash: Hash, now| store.write(async |tx: &Tx| tx.registration_tokens().spend(&hash, Timestamp(now)).await).await;
            assert!(!spend(Hash([8; 32]), 1).await.unwrap() && !spend(token.hash, 100).await.unwrap());
            assert!(store.read().registration_tokens().is_good(&token.hash, Timestamp(99)).await.unwrap());
            assert!(spend(token.hash, 99).await.unwrap() && spend(token.hash, 99).await.unwrap());
            assert!(!spend(token.hash, 99).await.unwrap(), "a third app");
            assert!(!store.read().registration_tokens().is_good(&token.hash, Timestamp(99)).await.unwrap());
        }
    }

    #[tokio::test]
    async fn of_many_at_once_no_more_register_than_it_is_good_for() {
        for store in stores().await {
            let token = RegistrationToken { hash: Hash([7; 32]), note: String::new(), uses: 3, expires_at: Timestamp(100) };
            store.write(async |tx: &Tx| tx.registration_tokens().add(&token).await).await.unwrap();
            let spend =
                async || store.write(async |tx: &Tx| tx.registration_tokens().spend(&token.hash, Timestamp(1)).await).await.unwrap();
            let tries = tokio::join!(spend(), spend(), spend(), spend(), spend(), spend());
            let spent = [tries.0, tries.1, tries.2, tries.3, tries.4, tries.5].into_iter().filter(|spent| *spent).count();
            assert_eq!(spent, 3);
        }
    }
}
