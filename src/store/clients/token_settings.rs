//! What a client's tokens are, beside what signs them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::keys::Algorithm;

/// What a client's tokens are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSettings {
    /// Its access tokens say nothing to whoever holds them.
    pub opaque: bool,
    /// What encrypts its ID tokens, after they were signed (OpenID Connect Core section 16.14).
    pub id_token_encryption: Option<Encryption>,
    /// What signs the answers of the UserInfo endpoint (OpenID Connect Core section 5.3.2); plain JSON without it.
    pub userinfo_alg: Option<Algorithm>,
    /// What encrypts them, signed or not.
    pub userinfo_encryption: Option<Encryption>,
    /// What the district trusts it with.
    pub trust: Trust,
}

/// What lets a client reach further than its own tokens, or keeps one good for longer: the district's to set, and never the client's
/// own registration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trust {
    /// What it is called where tokens are for it: it may ask what such a token is worth (RFC 7662, RFC 8707).
    pub identifiers: BTreeSet<String>,
    /// The services that it may ask tokens for (RFC 8707).
    pub targets: BTreeSet<String>,
    /// The services that it may exchange a token for, as `audience` or `resource` (RFC 8693).
    pub exchange: BTreeSet<String>,
    /// Whose word on a person it may bring (RFC 7523 section 2.1).
    pub issuers: Vec<TrustedIssuer>,
    /// Seconds in which a refresh token whose answer was lost is answered once more; 0: never.
    pub refresh_grace: u32,
}

/// An issuer whose word on a person is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its `iss`.
    pub issuer: String,
    /// Its public keys (RFC 7517).
    pub jwks: serde_json::Value,
}

/// What encrypts for a client (RFC 7518 sections 4.1 and 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// How the content's key comes to the client.
    pub alg: KeyAlgorithm,
    /// How the content is encrypted.
    #[serde(default)]
    pub enc: ContentAlgorithm,
}

/// How the key of a content comes to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the RFC's own")]
pub enum KeyAlgorithm {
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128Kw,
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256Kw,
}

/// How a content is encrypted; the default is that of OpenID Connect Dynamic Client Registration section 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the RFC's own")]
pub enum ContentAlgorithm {
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
    #[serde(rename = "A128GCM")]
    A128Gcm,
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

impl KeyAlgorithm {
    /// Every algorithm, in the order of discovery.
    pub const ALL: &'static [Self] = &[Self::RsaOaep, Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// Its name (RFC 7518 section 4.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// The algorithm of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }
}

impl ContentAlgorithm {
    /// Every algorithm, in the order of discovery.
    pub const ALL: &'static [Self] = &[Self::A128CbcHs256, Self::A256CbcHs512, Self::A128Gcm, Self::A256Gcm];

    /// Its name (RFC 7518 section 5.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// The algorithm of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }

    /// Bytes of its key.
    pub fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
            Self::A256CbcHs512 => 64,
        }
    }
}

impl Trust {
    /// The longest that a lost answer may be asked for again.
    pub const LONGEST_GRACE: u32 = 60;
}
