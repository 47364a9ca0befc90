//! Authorization requests that clients pushed (RFC 9126), from the pushing to the answer. The address that stands for one is
//! kept as its hash; the answer uses it up by one conditional write.

use uuid::Uuid;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Hash, Timestamp};

/// A pushed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Its row.
    pub id: Uuid,
    /// What stands for it in the browser's request.
    pub secret: Hash,
    /// Who pushed it; nobody else may use it.
    pub client_id: String,
    /// What it asks, form-encoded.
    pub params: String,
    /// Until when a browser may come with it.
    pub expires_at: Timestamp,
    /// It was answered.
    pub used: bool,
}

/// The queries on pushed requests.
pub struct PushedRequests<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Pushed requests.
    pub fn pushed_requests(&self) -> PushedRequests<'_> {
        PushedRequests(self.db())
    }
}

impl Tx {
    /// Pushed requests.
    pub fn pushed_requests(&self) -> PushedRequests<'_> {
        PushedRequests(self.db())
    }
}

impl PushedRequests<'_> {
    /// Keeps a request.
    pub async fn add(&self, pushed: &Pushed) -> Result<(), StoreError> {
        let insert = "INSERT INTO pushed_requests (id, secret, client_id, params, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            pushed.id.into(),
            pushed.secret.to_vec().into(),
            pushed.client_id.clone().into(),
            pushed.params.clone().into(),
            pushed.expires_at.0.into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// The request of a secret's hash; also one that is over or was used.
    pub async fn find(&self, secret: &Hash) -> Result<Option<Pushed>, StoreError> {
        let select = "SELECT id, secret, client_id, params, expires_at, used_at FROM pushed_requests WHERE secret = $1";
        sql::row(&self.0, select, [secret.to_vec().into()]).await?.as_ref().map(record).transpose()
    }

    /// Uses a request up, in one conditional write: of two answers that race one gets true (row P26).
    pub async fn spend(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE pushed_requests SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.into(), now.0.into()]).await? == 1)
    }

    /// Forgets what ended before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM pushed_requests WHERE expires_at < $1", [before.0.into()]).await
    }
}

fn record(row: &Row) -> Result<Pushed, StoreError> {
    Ok(Pushed {
        id: row.try_get("", "id")?,
        secret: sql::hash("pushed_requests", &row.try_get::<Vec<u8>>("", "secret")?)?,
        client_id: row.try_get("", "client_id")?,
        params: row.try_get("", "params")?,
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        used: row.try_get::<Option<i64>>("", "used_at")?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::testing::stores;

    #[tokio::test]
    async fn p26_of_sixteen_answers_to_one_pushed_request_one_is_given() {
        for store in stores().await {
            let store = Arc::new(store);
            let pushed = Pushed {
                id: Uuid::from_u128(1),
                secret: Hash::of(b"urn"),
                client_id: "app".to_owned(),
                params: "scope=openid".to_owned(),
                expires_at: Timestamp(160),
                used: false,
            };
            store.write(async |tx: &Tx| tx.pushed_requests().add(&pushed).await).await.unwrap();
            assert_eq!(store.read().pushed_requests().find(&pushed.secret).await.unwrap().as_ref(), Some(&pushed));
            let answering = (0..16).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    store.write(async |tx: &Tx| tx.pushed_requests().spend(Uuid::from_u128(1), Timestamp(150)).await).await.unwrap()
                })
            });
            let mut given = 0;
            for answered in answering.collect::<Vec<_>>() {
                given += usize::from(answered.await.unwrap());
            }
            assert_eq!(given, 1);
            assert!(store.read().pushed_requests().find(&pushed.secret).await.unwrap().unwrap().used);
            assert_eq!(store.write(async |tx: &Tx| tx.pushed_requests().forget(Timestamp(161)).await).await.unwrap(), 1);
        }
    }
}
