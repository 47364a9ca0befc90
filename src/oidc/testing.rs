//! What the tables of this folder are about.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client_auth::jwk::PublicKey;
use crate::model::{AccountId, SessionId, Timestamp};
pub use crate::store::clients::sample as client;
pub use crate::store::grants::sample as grant;
use crate::store::sessions::Session;

/// A session, told apart by its number, of somebody who signed in then.
pub fn session(number: u128, auth_time: Timestamp) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(number)),
        account: AccountId(Uuid::from_u128(100)),
        auth_time,
        acr: "urn:preau:acr:identified".to_owned(),
        amr: vec!["pwd".to_owned()],
        seen_at: auth_time,
        expires_at: Timestamp(auth_time.0 + 36_000),
    }
}

/// Somebody who holds a key of P-256 and makes proofs of it.
pub struct KeyHolder(EcdsaKeyPair);

impl KeyHolder {
    /// One with a key of its own.
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// Its public key.
    pub fn jwk(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": BASE64_URL_SAFE_NO_PAD.encode(x), "y": BASE64_URL_SAFE_NO_PAD.encode(y) })
    }

    /// What its key is called.
    pub fn thumbprint(&self) -> String {
        PublicKey::of(&self.jwk()).unwrap().thumbprint()
    }

    /// The header of a DPoP proof.
    pub fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    /// A compact JWS of whatever stands in it.
    #[expect(clippy::disallowed_types, reason = "what is played here has a key and a chance of its own")]
    pub fn sign(&self, header: &Value, payload: &str) -> String {
        let signed = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()), BASE64_URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}
