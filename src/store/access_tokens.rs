//! Access tokens that have a row: those that say nothing to whoever holds them, whose claims stand here, and those of either
//! kind that were taken back before their end. A token is found by the hash of its whole text and by nothing less (row P14).

use serde_json::Value;

use super::tokens::{STANDING, STANDS_ON, Standing, standing_of};
use super::{Change, Db, Reader, Row, StoreError, Tx, sql};
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
        sql::run(&self.0, kept.addition()).await?;
        Ok(())
    }

    /// The token of a hash; also one that is over or was taken back.
    pub async fn find(&self, id: &Hash) -> Result<Option<TokenRow>, StoreError> {
        let select = "SELECT id, client_id, family, claims, expires_at, revoked_at FROM access_tokens WHERE id = $1";
        sql::row(&self.0, select, [id.to_vec().into()]).await?.as_ref().map(|row| record(row, "")).transpose()
    }

    /// What is known of a token that was shown, by one question: its row, if it has one, and what it stands on: the family of its row,
    /// or the one that it names itself.
    pub async fn shown(
        &self,
        id: &Hash,
        family: Option<FamilyId>,
        now: Timestamp,
    ) -> Result<(Option<TokenRow>, Option<Standing>), StoreError> {
        let values = [id.to_vec().into(), now.0.into(), family.map(|family| family.0).into()];
        let row = sql::row(&self.0, &shown(), values).await?;
        let row = row.ok_or_else(|| StoreError::Corrupt { table: "access_tokens", what: "no answer".to_owned() })?;
        let kept: Option<Vec<u8>> = row.try_get("token_", "id")?;
        let stands: Option<uuid::Uuid> = row.try_get("", "id")?;
        Ok((kept.map(|_| record(&row, "token_")).transpose()?, stands.map(|_| standing_of(&row)).transpose()?))
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

impl TokenRow {
    /// [`AccessTokens::add`] as a write of its own, for whoever has nothing else to write.
    pub fn addition(&self) -> Change {
        Change { sql: INSERT.into(), values: values(self).into() }
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

fn record(row: &Row, prefix: &str) -> Result<TokenRow, StoreError> {
    let claims: Option<String> = row.try_get(prefix, "claims")?;
    Ok(TokenRow {
        id: sql::hash("access_tokens", &row.try_get::<Vec<u8>>(prefix, "id")?)?,
        client_id: row.try_get(prefix, "client_id")?,
        family: row.try_get::<Option<uuid::Uuid>>(prefix, "family")?.map(FamilyId),
        claims: claims.map(|claims| sql::json("access_tokens", &claims)).transpose()?,
        expires_at: Timestamp(row.try_get(prefix, "expires_at")?),
        revoked_at: row.try_get::<Option<i64>>(prefix, "revoked_at")?.map(Timestamp),
    })
}

/// One row always.
fn shown() -> String {
    format!(
        "SELECT t.id AS token_id, t.client_id AS token_client_id, t.family AS token_family, t.claims AS token_claims, \
         t.expires_at AS token_expires_at, t.revoked_at AS token_revoked_at, {STANDING} FROM (SELECT 1 AS one) AS asked \
         LEFT JOIN access_tokens t ON t.id = $1 LEFT JOIN token_families f ON f.id = COALESCE(t.family, $3) {STANDS_ON}"
    )
}

const INSERT: &str = "INSERT INTO access_tokens (id, client_id, family, claims, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn what_is_shown_is_found_with_what_it_stands_on() {
        for store in stores().await {
            let family = crate::store::tokens::sample();
            let token = TokenRow {
                id: Hash::of(b"token"),
                client_id: family.client_id.clone(),
                family: Some(family.id),
                claims: Some(json!({ "sub": "x" })),
                expires_at: Timestamp(900),
                revoked_at: None,
            };
            let own = TokenRow { id: Hash::of(b"own"), family: None, ..token.clone() };
            let add = async |tx: &Tx| {
                tx.clients().add(&crate::store::clients::sample()).await?;
                tx.tokens().add(&family).await?;
                tx.access_tokens().add(&token).await?;
                tx.access_tokens().add(&own).await
            };
            store.write(add).await.unwrap();
            let other = Hash::of(b"other");
            for (id, named, row, stands) in [
                (&token.id, None, Some(&token), true),
                (&own.id, None, Some(&own), false),
                (&other, Some(family.id), None, true),
                (&other, Some(FamilyId(uuid::Uuid::nil())), None, false),
                (&other, None, None, false),
            ] {
                let (kept, standing) = store.read().access_tokens().shown(id, named, Timestamp(5)).await.unwrap();
                assert_eq!((kept.as_ref(), standing.map(|standing| standing.family)), (row, stands.then(|| family.clone())));
            }
        }
        assert_quick(&stores().await[0], &shown()).await;
    }

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
