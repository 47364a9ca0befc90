//! Signing keys, sealed, and the mark of the master key that sealed them. Rows of keys hardly change: the instant from
//! which a key signs may be brought forward, and that is all.

use serde_json::Value;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::keys::Algorithm;
use crate::model::{Hash, Timestamp};

/// A signing key, as the database keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredKey {
    /// Its name in headers and in the JWKS.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Which one of its algorithm: each signs until the next number begins.
    pub number: i64,
    /// When it was made, and published.
    pub made_at: Timestamp,
    /// When it begins to sign.
    pub signs_from: Timestamp,
    /// Its PKCS#8, sealed.
    pub sealed: Vec<u8>,
    /// Its public half (RFC 7517).
    pub public_jwk: Value,
}

/// The queries on signing keys.
pub struct SigningKeys<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Signing keys.
    pub fn signing_keys(&self) -> SigningKeys<'_> {
        SigningKeys(self.db())
    }
}

impl Tx {
    /// Signing keys.
    pub fn signing_keys(&self) -> SigningKeys<'_> {
        SigningKeys(self.db())
    }
}

impl SigningKeys<'_> {
    /// All keys, by algorithm and number.
    pub async fn all(&self) -> Result<Vec<StoredKey>, StoreError> {
        let select = "SELECT kid, algorithm, number, made_at, signs_from, sealed, public_jwk FROM signing_keys ORDER BY algorithm, number";
        sql::rows(&self.0, select, []).await?.iter().map(record).collect()
    }

    /// Adds a key, unless its algorithm has one of that number, or there is one of that name: of two nodes that make the
    /// next key, one is told false.
    pub async fn add(&self, key: &StoredKey) -> Result<bool, StoreError> {
        let insert = "INSERT INTO signing_keys (kid, algorithm, number, made_at, signs_from, sealed, public_jwk) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let values = [
            key.kid.as_str().into(),
            key.algorithm.name().into(),
            key.number.into(),
            key.made_at.0.into(),
            key.signs_from.0.into(),
            key.sealed.clone().into(),
            key.public_jwk.to_string().into(),
        ];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// Lets a key sign from `now` that was to sign later; false if it signs already or is gone.
    pub async fn bring_forward(&self, kid: &str, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE signing_keys SET signs_from = $2 WHERE kid = $1 AND signs_from > $2";
        Ok(sql::execute(&self.0, update, [kid.into(), now.0.into()]).await? == 1)
    }

    /// Removes a key that has not signed; false if it has, or is gone.
    pub async fn withdraw(&self, kid: &str, now: Timestamp) -> Result<bool, StoreError> {
        let delete = "DELETE FROM signing_keys WHERE kid = $1 AND signs_from > $2";
        Ok(sql::execute(&self.0, delete, [kid.into(), now.0.into()]).await? == 1)
    }

    /// Removes a key; false if it was gone.
    pub async fn remove(&self, kid: &str) -> Result<bool, StoreError> {
        Ok(sql::execute(&self.0, "DELETE FROM signing_keys WHERE kid = $1", [kid.into()]).await? == 1)
    }

    /// The mark of the master key that everything here is sealed with; `None` in a database that has none yet.
    pub async fn master_mark(&self) -> Result<Option<Hash>, StoreError> {
        let row = sql::row(&self.0, "SELECT mark FROM master_key", []).await?;
        row.map(|row| sql::hash("master_key", &row.try_get::<Vec<u8>>("", "mark")?)).transpose()
    }

    /// Ties the database to a master key; false if it is tied already.
    pub async fn set_master_mark(&self, mark: Hash, now: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO master_key (id, mark, set_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING";
        Ok(sql::execute(&self.0, insert, [mark.to_vec().into(), now.0.into()]).await? == 1)
    }
}

fn record(row: &Row) -> Result<StoredKey, StoreError> {
    let algorithm: String = row.try_get("", "algorithm")?;
    let unknown = || StoreError::Corrupt { table: "signing_keys", what: format!("the algorithm {algorithm}") };
    Ok(StoredKey {
        kid: row.try_get("", "kid")?,
        algorithm: Algorithm::from_name(&algorithm).ok_or_else(unknown)?,
        number: row.try_get("", "number")?,
        made_at: Timestamp(row.try_get("", "made_at")?),
        signs_from: Timestamp(row.try_get("", "signs_from")?),
        sealed: row.try_get("", "sealed")?,
        public_jwk: sql::json("signing_keys", &row.try_get::<String>("", "public_jwk")?)?,
    })
}
