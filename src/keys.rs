//! The district's keys. One master key, in a file; from it, one key a purpose. Signing keys have a life (next,
//! current, retired) and are sealed rows of the database, so that every node has them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{Hash, Timestamp};
use crate::random::Random;
use crate::store::{Store, StoreError};

/// Seals, MACs and signatures.
pub struct KeyStore {}

/// The signature algorithms (RFC 7518 section 3.1) that keys are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; every relying party knows it.
    RS256,
    /// ECDSA on P-256 with SHA-256; many times cheaper to sign.
    ES256,
}

/// Where a sealed value stands; sealed for one place, it opens at no other.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row, by its key.
    pub row: &'a str,
}

/// A purpose of the master key; each has a key of its own (HKDF-SHA-256, RFC 5869).
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// CSRF tokens.
    Csrf,
    /// Throttle keys: canonical identifiers, also of people who do not exist.
    Throttle,
    /// Pairwise subjects (OpenID Connect Core section 8.1).
    Subject,
    /// Activation codes.
    Code,
    /// The pepper of passwords and answers.
    Pepper,
    /// Challenges, cursors and whatever else the server hands out to see again.
    Ticket,
    /// Decoys for names that nobody has.
    Decoy,
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
    #[error("signing failed: {0}")]
    Crypto(String),
}

/// A token that is not ours, not for this purpose, or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct BadToken;

impl KeyStore {
    /// Opens the store's keys under the master key of the settings; makes both for an empty database only.
    pub async fn open(_master_key_file: &std::path::Path, _store: &Store, _now: Timestamp, _random: &Random) -> Result<Self, KeyError> {
        todo!()
    }

    /// A key store for tests: a fixed master key and signing keys that every run has the same.
    pub fn for_tests() -> Self {
        todo!()
    }

    /// Seals `plain` for one place.
    pub fn seal(&self, _place: Place<'_>, _plain: &[u8], _random: &Random) -> Vec<u8> {
        todo!()
    }

    /// Opens what was sealed for this place.
    pub fn unseal(&self, _place: Place<'_>, _sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        todo!()
    }

    /// HMAC-SHA-256 of `data` under the purpose's key. Several parts are told apart by their lengths.
    pub fn mac(&self, _purpose: Purpose, _parts: &[&[u8]]) -> Hash {
        todo!()
    }

    /// A signed compact JWS of `claims` with the current key of `algorithm`; `typ` goes into its header.
    pub fn sign<C: Serialize>(&self, _algorithm: Algorithm, _typ: &str, _claims: &C) -> Result<String, KeyError> {
        todo!()
    }

    /// The claims of a token that one of our keys signed and whose header has this `typ`. Expiry is the caller's
    /// business: an `id_token_hint` may be over.
    pub fn verify<C: DeserializeOwned>(&self, _typ: &str, _token: &str) -> Result<C, BadToken> {
        todo!()
    }

    /// The public keys that verify (RFC 7517 section 5): next, current and retired-but-valid.
    pub fn jwks(&self) -> serde_json::Value {
        todo!()
    }
}
