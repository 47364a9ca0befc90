//! The district's keys. One master key, in a file; from it, one key a purpose. Signing keys have a life (next,
//! current, retired) and are sealed rows of the database, so that every node has them.
//!
//! `master` is the file; `seal` and `mac` are what is derived from it; `algorithm` names what keys sign by, `signing` is one
//! signing key, `life` says when
//! keys are made and go, `ring` is those of one instant, `rotation` keeps ring and database together; `jws` is what
//! they are for. Nothing here knows what a token says.

mod algorithm;
mod jws;
mod life;
mod mac;
mod master;
mod ring;
mod rotation;
mod seal;
mod signing;
#[cfg(test)]
mod tests;

use std::sync::{Arc, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::algorithm::Algorithm;
pub use self::life::{Stage, stages};
pub use self::mac::{Purpose, signed_with};
pub use self::rotation::{Asked, Import, Pace, Rotation};
pub use self::seal::Place;

use self::mac::Macs;
use self::master::MasterKey;
use self::ring::Ring;
use self::seal::Seals;
use crate::config::keys::KeySettings;
use crate::model::{Hash, Timestamp};
use crate::random::Random;
use crate::store::{Store, StoreError};

/// Seals, MACs and signatures.
pub struct KeyStore {
    macs: Macs,
    seals: Seals,
    rsa_bits: u32,
    ring: RwLock<Arc<Ring>>,
}

/// The public keys of one moment. Equal to those of another if the keys were not exchanged in between.
#[derive(Clone)]
pub struct Published(Arc<Ring>);

impl PartialEq for Published {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Published {
    /// As a document (RFC 7517 section 5): next, current and retired-but-valid.
    pub fn jwks(&self) -> serde_json::Value {
        self.0.jwks()
    }
}

/// A key or a seal failed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The master key's file is missing, readable by others, or not a key; the text says which and what to do.
    #[error("{0}")]
    Master(String),
    /// What was sealed was changed, moved, or sealed under another master key.
    #[error("a sealed value of {0} does not open: it was changed, or sealed under another master key")]
    Seal(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The crypto library refused.
    #[error("the crypto library refused: {0}")]
    Crypto(&'static str),
}

/// A token that is not ours, not for this purpose, or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct BadToken;

impl KeyStore {
    /// Opens the store's keys under the master key of the settings; makes both for an empty database only. Of signing
    /// keys it makes those that must sign now; what comes after them is for the next turn of [`Self::refresh`], so that
    /// nobody waits at a start for keys that sign in 90 days.
    pub async fn open(settings: &KeySettings, store: &Store, now: Timestamp, random: &Random) -> Result<Self, KeyError> {
        let master = master::open(&settings.master_key_file, store, now, random).await?;
        let keys = Self::under(&master, settings.rsa_bits, Ring::default());
        keys.keep(store, now, random, |wanted| wanted.signs_from <= now).await?;
        Ok(keys)
    }

    /// Whether the database's keys open under the master key of the settings; changes nothing. How many sign now, or
    /// `None` where nothing is sealed yet, and the first start makes them.
    pub async fn check(settings: &KeySettings, store: &Store, now: Timestamp) -> Result<Option<usize>, KeyError> {
        let Some(master) = master::check(&settings.master_key_file, store).await? else { return Ok(None) };
        let found = store.read().signing_keys().all().await?;
        let ring = Ring::open(&found, now, &Seals::of(&master), &Ring::default())?;
        Ok(Some(Algorithm::ALL.iter().filter(|algorithm| ring.current(**algorithm).is_some()).count()))
    }

    /// A key store for tests: a fixed master key and signing keys that every run has the same.
    #[cfg(test)]
    pub fn for_tests() -> Self {
        let keys = [
            include_str!("../tests/keys/rs256.pem"),
            include_str!("../tests/keys/ps256.pem"),
            include_str!("../tests/keys/es256.pem"),
            include_str!("../tests/keys/es384.pem"),
            include_str!("../tests/keys/eddsa.pem"),
        ];
        let read = |(pem, algorithm): (&str, &Algorithm)| rotation::read(pem.as_bytes(), Some(*algorithm)).unwrap().unwrap();
        Self::under(&MasterKey::fixed(1), 2048, Ring::of(keys.into_iter().zip(Algorithm::ALL).map(read).collect()))
    }

    fn under(master: &MasterKey, rsa_bits: u32, ring: Ring) -> Self {
        Self { macs: Macs::of(master), seals: Seals::of(master), rsa_bits, ring: RwLock::new(Arc::new(ring)) }
    }

    /// Seals `plain` for one place.
    pub fn seal(&self, place: Place<'_>, plain: &[u8], random: &Random) -> Vec<u8> {
        self.seals.seal(place, plain, random)
    }

    /// Opens what was sealed for this place.
    pub fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.seals.unseal(place, sealed)
    }

    /// HMAC-SHA-256 of `data` under the purpose's key. Several parts are told apart by their lengths.
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> Hash {
        self.macs.mac(purpose, parts)
    }

    /// A signed compact JWS of `claims` with the current key of `algorithm`; `typ` goes into its header.
    pub fn sign<C: Serialize>(&self, algorithm: Algorithm, typ: &str, claims: &C) -> Result<String, KeyError> {
        let ring = self.ring();
        jws::sign(ring.current(algorithm).ok_or(KeyError::Crypto("there is no key of this algorithm"))?, typ, claims)
    }

    /// The claims of a token that one of our keys signed and whose header has this `typ`. Expiry is the caller's
    /// business: an `id_token_hint` may be over.
    pub fn verify<C: DeserializeOwned>(&self, typ: &str, token: &str) -> Result<C, BadToken> {
        jws::verify(&self.ring(), typ, token)
    }

    /// The public keys that verify (RFC 7517 section 5): next, current and retired-but-valid.
    #[cfg(test)]
    pub fn jwks(&self) -> serde_json::Value {
        self.published().jwks()
    }

    /// The public keys as they are at this moment, to tell whether they have changed.
    pub fn published(&self) -> Published {
        Published(self.ring())
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().expect("nothing panics while it holds the ring"))
    }
}

/// Where the private half of a signing key stands.
fn private(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", column: "sealed", row: kid }
}
