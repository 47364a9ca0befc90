//! The keys as they stand at one instant, opened and parsed: what signs, what verifies, what is published. Made anew and
//! exchanged as a whole, so nobody who signs ever waits.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::life::{self, Stage};
use super::seal::Seals;
use super::signing::SigningKey;
use super::{KeyError, private};
use crate::model::Timestamp;
use crate::store::StoreError;
use crate::store::signing_keys::StoredKey;

#[derive(Default)]
pub(super) struct Ring {
    current: BTreeMap<Algorithm, Arc<SigningKey>>,
    known: HashMap<String, Arc<SigningKey>>,
    published: Vec<(Stage, Value)>,
}

impl Ring {
    /// Opens what the database holds, `keys` by algorithm and number. A key that `before` has is not parsed again.
    pub(super) fn open(keys: &[StoredKey], now: Timestamp, seals: &Seals, before: &Self) -> Result<Self, KeyError> {
        let mut ring = Self::default();
        for (stored, stage) in life::stages(keys, now) {
            let key = match before.known.get(&stored.kid) {
                Some(key) => Arc::clone(key),
                None => Arc::new(open(stored, seals)?),
            };
            ring.take(key, stage, now);
        }
        ring.published.sort_by_key(|(stage, _)| *stage);
        Ok(ring)
    }

    /// A ring of keys that all sign now.
    #[cfg(test)]
    pub(super) fn of(keys: Vec<SigningKey>) -> Self {
        let mut ring = Self::default();
        keys.into_iter().for_each(|key| ring.take(Arc::new(key), Stage::Current, Timestamp(0)));
        ring
    }

    fn take(&mut self, key: Arc<SigningKey>, stage: Stage, now: Timestamp) {
        if stage == Stage::Current {
            self.current.insert(key.algorithm, Arc::clone(&key));
        }
        if stage.is_published(now) {
            self.published.push((stage, key.jwk.clone()));
        }
        self.known.insert(key.kid.clone(), key);
    }

    /// The key that signs.
    pub(super) fn current(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.current.get(&algorithm).map(AsRef::as_ref)
    }

    /// A key by its name: also one that does not sign yet here, for on another node it may.
    pub(super) fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.known.get(kid).map(AsRef::as_ref)
    }

    pub(super) fn jwks(&self) -> Value {
        json!({ "keys": self.published.iter().map(|(_, jwk)| jwk).collect::<Vec<_>>() })
    }
}

fn open(stored: &StoredKey, seals: &Seals) -> Result<SigningKey, KeyError> {
    let pkcs8 = Zeroizing::new(seals.unseal(private(&stored.kid), &stored.sealed)?);
    match SigningKey::from_pkcs8(stored.algorithm, &pkcs8)? {
        // The row says in clear what the seal says: nobody has put another name or another public key beside it.
        Some(key) if key.kid == stored.kid && key.jwk == stored.public_jwk => Ok(key),
        _ => Err(StoreError::Corrupt { table: "signing_keys", what: format!("{} is not the key that is sealed there", stored.kid) }.into()),
    }
}
