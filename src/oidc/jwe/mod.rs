//! Tokens that only one client can read (JSON Web Encryption, RFC 7516, compact). We encrypt and never decrypt: what a client sends
//! us is read by nobody on the way but TLS. The primitives are the crypto library's own; here is how JOSE puts them together.

mod content;
mod key;

use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::client_auth::jwk::PublicKey;
use crate::keys::KeyError;
use crate::random::Random;
use crate::store::clients::Encryption;

/// Encrypts for one key of a client.
#[derive(Clone, Debug)]
pub struct Sealer {
    by: Encryption,
    kid: Option<String>,
    key: PublicKey,
}

impl Sealer {
    /// Encrypts for this key, which the client calls `kid`; `None` if it is not one that `by` encrypts for.
    pub fn new(by: Encryption, kid: Option<String>, key: PublicKey) -> Option<Self> {
        key::fits(by.alg, &key).then_some(Self { by, kid, key })
    }

    /// A JWE that holds a signed JWT (RFC 7519 section 5.2).
    pub fn seal_jwt(&self, jwt: &str, random: &Random) -> Result<String, KeyError> {
        self.seal(jwt.as_bytes(), json!({ "cty": "JWT" }), random)
    }

    /// A JWE that holds claims which nobody signed.
    pub fn seal_claims(&self, claims: &Value, random: &Random) -> Result<String, KeyError> {
        self.seal(claims.to_string().as_bytes(), json!({ "typ": "JWT" }), random)
    }

    /// RFC 7516 section 5.1.
    fn seal(&self, plain: &[u8], mut header: Value, random: &Random) -> Result<String, KeyError> {
        let refused = |_: Unspecified| KeyError::Crypto("nothing was encrypted");
        let agreed = key::agree(self.by, &self.key, random).map_err(refused)?;
        header["alg"] = self.by.alg.name().into();
        header["enc"] = self.by.enc.name().into();
        if let Some(kid) = &self.kid {
            header["kid"] = kid.clone().into();
        }
        if let Some(epk) = agreed.ephemeral {
            header["epk"] = epk;
        }
        let header = b64(header.to_string().as_bytes());
        let sealed = content::encrypt(self.by.enc, &agreed.key, header.as_bytes(), plain, random).map_err(refused)?;
        Ok([header, b64(&agreed.wrapped), b64(&sealed.iv), b64(&sealed.text), b64(&sealed.tag)].join("."))
    }
}

fn b64(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
pub mod testing;

#[cfg(test)]
mod tests {
    use super::testing::Owner;
    use super::*;
    use crate::store::clients::{ContentAlgorithm, KeyAlgorithm};

    #[test]
    fn whoever_has_the_key_reads_what_was_sealed_for_them_and_nobody_else_does() {
        let random = Random::seeded(1);
        for alg in KeyAlgorithm::ALL.iter().copied() {
            for enc in ContentAlgorithm::ALL.iter().copied() {
                let (owner, other) = (Owner::new(alg), Owner::new(alg));
                let sealer = Sealer::new(Encryption { alg, enc }, Some("k1".to_owned()), owner.public()).unwrap();
                let sealed = sealer.seal_jwt("a.b.c", &random).unwrap();
                let (header, plain) = owner.open(&sealed).unwrap();
                assert_eq!((header["alg"].as_str(), header["enc"].as_str()), (Some(alg.name()), Some(enc.name())));
                assert_eq!((header["cty"].as_str(), header["kid"].as_str()), (Some("JWT"), Some("k1")));
                assert_eq!(plain, b"a.b.c", "{alg:?} {enc:?}");
                assert_eq!(other.open(&sealed), None);
                assert_ne!(sealer.seal_jwt("a.b.c", &random).unwrap(), sealed, "never twice the same");
                // The header is bound to the content.
                let (_, rest) = sealed.split_once('.').unwrap();
                let mut changed = header.clone();
                changed["cty"] = "x".into();
                assert_eq!(owner.open(&format!("{}.{rest}", b64(changed.to_string().as_bytes()))), None);
            }
        }
    }

    #[test]
    fn a_key_of_another_kind_seals_nothing() {
        let (rsa, ec) = (Owner::new(KeyAlgorithm::RsaOaep), Owner::new(KeyAlgorithm::EcdhEs));
        let by = |alg| Encryption { alg, enc: ContentAlgorithm::A256Gcm };
        assert!(Sealer::new(by(KeyAlgorithm::RsaOaep256), None, ec.public()).is_none());
        assert!(Sealer::new(by(KeyAlgorithm::EcdhEsA128Kw), None, rsa.public()).is_none());
        let nowhere = PublicKey::Ec { curve: crate::oidc::client_auth::jwk::Curve::P256, point: [vec![4], vec![7; 64]].concat() };
        let sealer = Sealer::new(by(KeyAlgorithm::EcdhEs), None, nowhere).unwrap();
        assert!(sealer.seal_jwt("a.b.c", &Random::seeded(1)).is_err(), "a point that is on no curve");
    }
}
