//! Access tokens that have a row: those that say nothing to whoever holds them, whose claims stand here, and those of either
//! kind that were taken back before their end. A token is found by the hash of its whole text and by nothing less (row P14).

use sea_orm::QueryResult;
use serde_json::Value;

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{FamilyId, Hash, Timestamp};

/// An access token with a row.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRow {
    /// The hash of its text.
    pub id: Hash,
    /// Who may use it.
    pub client_id: String,
    /// The family that it grew from; `None` for a client's own.
    pub family: Option<FamilyId>,
    /// What it says, unless it says so itself.
    pub claims: Option<Value>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// The queries on access tokens.
pub struct AccessTokens<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Access tokens.
    pub fn access_tokens(&self) -> AccessTokens<'_> {
        AccessTokens(self.db())
    }
}

impl Tx {
    /// Access tokens.
    pub fn access_tokens(&self) -> AccessTokens<'_> {
        AccessTokens(self.db())
    }
}

impl AccessTokens<'_> {
    /// Keeps a token.
    pub async fn add(&self, kept: &TokenRow) -> Result<(), StoreError> {
        sql::execute(&self.0, INSERT, values(kept)).await?;
        Ok(())
    }

    /// The token of a hash; also one that is over or was taken back.
    pub async fn find(&self, id: &Hash) -> Result<Option<TokenRow>, StoreError> {
        let select = "SELECT id, client_id, family, claims, expires_at, revoked_at FROM access_tokens WHERE id = $1";
        sql::row(&self.0, select, [id.to_vec().into()]).await?.as_ref().map(record).transpose()
    }

    /// Takes a token back, whether it has a row or gets one now. False if it was taken back before.
    pub async fn revoke(&self, token: &TokenRow, now: Timestamp) -> Result<bool, StoreError> {
        let upsert =
            format!("{INSERT} ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at WHERE access_tokens.revoked_at IS NULL");
        let revoked = TokenRow { revoked_at: Some(now), ..token.clone() };
        Ok(sql::execute(&self.0, &upsert, values(&revoked)).await? == 1)
    }

    /// Forgets what ended before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM access_tokens WHERE expires_at < $1", [before.0.into()]).await
    }
}

fn values(kept: &TokenRow) -> [sea_orm::Value; 6] {
    [
        kept.id.to_vec().into(),
        kept.client_id.clone().into(),
        kept.family.map(|family| family.0).into(),
        kept.claims.as_ref().map(Value::to_string).into(),
        kept.expires_at.0.into(),
        kept.revoked_at.map(|at| at.0).into(),
    ]
}

fn record(row: &QueryResult) -> Result<TokenRow, StoreError> {
    let claims: Option<String> = row.try_get("", "claims")?;
    Ok(TokenRow {
        id: sql::hash("access_tokens", &row.try_get::<Vec<u8>>("", "id")?)?,
        client_id: row.try_get("", "client_id")?,
        family: row.try_get::<Option<uuid::Uuid>>("", "family")?.map(FamilyId),
        claims: claims.map(|claims| sql::json("access_tokens", &claims)).transpose()?,
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        revoked_at: row.try_get::<Option<i64>>("", "revoked_at")?.map(Timestamp),
    })
}

const INSERT: &str = "INSERT INTO access_tokens (id, client_id, family, claims, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::stores;

    #[tokio::test]
    async fn a_token_is_taken_back_once_whether_it_was_kept_or_not() {
        for store in stores().await {
            let kept = TokenRow {
                id: Hash::of(b"token"),
                client_id: "app".to_owned(),
                family: Some(FamilyId(uuid::Uuid::from_u128(1))),
                claims: Some(json!({ "sub": "x" })),
                expires_at: Timestamp(900),
                revoked_at: None,
            };
            let unkept = TokenRow { id: Hash::of(b"other"), family: None, claims: None, ..kept.clone() };
            store.write(async |tx: &Tx| tx.access_tokens().add(&kept).await).await.unwrap();
            assert_eq!(store.read().access_tokens().find(&kept.id).await.unwrap(), Some(kept.clone()));
            assert_eq!(store.read().access_tokens().find(&unkept.id).await.unwrap(), None);
            for token in [&kept, &unkept] {
                for expected in [true, false] {
                    let revoked = store.write(async |tx: &Tx| tx.access_tokens().revoke(token, Timestamp(5)).await).await.unwrap();
                    assert_eq!(revoked, expected);
                }
                let found = store.read().access_tokens().find(&token.id).await.unwrap().unwrap();
                assert_eq!((found.revoked_at, &found.claims), (Some(Timestamp(5)), &token.claims));
            }
            assert_eq!(store.write(async |tx: &Tx| tx.access_tokens().forget(Timestamp(901)).await).await.unwrap(), 2);
        }
    }
}
