//! One public key of a client (RFC 7517, RFC 7518 section 6, RFC 8037 section 2): read, and used to verify. The key says
//! which algorithms it is good for.

use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::keys::Algorithm;
use crate::model::Hash;

/// A public key that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA of 2048 bits or more.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// A point of P-256 or P-384.
    Ec {
        /// Which of the two.
        curve: Curve,
        /// The uncompressed point of SEC 1.
        point: Vec<u8>,
    },
    /// Ed25519.
    Ed(Vec<u8>),
}

/// A curve that is signed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are NIST's own")]
pub enum Curve {
    P256,
    P384,
}

impl PublicKey {
    /// Reads a key; `None` for one that cannot verify here, and for one whose private half was sent along.
    pub fn of(jwk: &Value) -> Option<Self> {
        if is_secret(jwk) {
            return None;
        }
        let bytes = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
        match (jwk.get("kty")?.as_str()?, jwk.get("crv").and_then(Value::as_str)) {
            ("RSA", _) => Some(Self::Rsa { n: bytes("n").filter(|n| (SHORTEST_RSA..=LONGEST_RSA).contains(&n.len()))?, e: bytes("e")? }),
            ("EC", Some("P-256")) => Self::point(Curve::P256, bytes("x")?, bytes("y")?),
            ("EC", Some("P-384")) => Self::point(Curve::P384, bytes("x")?, bytes("y")?),
            ("OKP", Some("Ed25519")) => bytes("x").filter(|x| x.len() == 32).map(Self::Ed),
            _ => None,
        }
    }

    fn point(curve: Curve, x: Vec<u8>, y: Vec<u8>) -> Option<Self> {
        let fits = x.len() == curve.length() && y.len() == curve.length();
        fits.then(|| Self::Ec { curve, point: [vec![UNCOMPRESSED], x, y].concat() })
    }

    /// Did this key sign `message` by this algorithm? False where it is not one of the key's.
    pub fn verifies(&self, by: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let rsa = |n, e, how| RsaPublicKeyComponents { n, e }.verify(how, message, signature).is_ok();
        let raw = |how: &'static dyn VerificationAlgorithm, key: &[u8]| UnparsedPublicKey::new(how, key).verify(message, signature).is_ok();
        match (self, by) {
            (Self::Rsa { n, e }, Algorithm::RS256) => rsa(n, e, &signature::RSA_PKCS1_2048_8192_SHA256),
            (Self::Rsa { n, e }, Algorithm::PS256) => rsa(n, e, &signature::RSA_PSS_2048_8192_SHA256),
            (Self::Ec { curve: Curve::P256, point }, Algorithm::ES256) => raw(&signature::ECDSA_P256_SHA256_FIXED, point),
            (Self::Ec { curve: Curve::P384, point }, Algorithm::ES384) => raw(&signature::ECDSA_P384_SHA384_FIXED, point),
            (Self::Ed(key), Algorithm::EdDSA) => raw(&signature::ED25519, key),
            _ => false,
        }
    }

    /// What the key is called everywhere (RFC 7638): the hash of the members that it must have, written anew.
    pub fn thumbprint(&self) -> String {
        let b64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let members = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, b64(e), b64(n)),
            Self::Ec { curve, point } => {
                let (x, y) = point[1..].split_at(curve.length());
                format!(r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#, curve.name(), b64(x), b64(y))
            }
            Self::Ed(key) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, b64(key)),
        };
        b64(&Hash::of(members.as_bytes()).0)
    }
}

impl Curve {
    fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    /// Bytes of a coordinate.
    fn length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}

/// Holds what only its owner should have: the private half, or a shared secret.
pub fn is_secret(jwk: &Value) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|member| jwk.get(*member).is_some())
}

const UNCOMPRESSED: u8 = 4;
/// Bytes of a modulus.
const SHORTEST_RSA: usize = 256;
const LONGEST_RSA: usize = 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::KeyStore;

    #[test]
    fn every_algorithm_has_its_keys_and_no_others() {
        let keys = KeyStore::for_tests();
        let jwks = keys.jwks();
        for jwk in jwks["keys"].as_array().unwrap() {
            let key = PublicKey::of(jwk).unwrap();
            assert_eq!(key.thumbprint(), jwk["kid"], "our own keys are called by their thumbprints");
            let own = Algorithm::from_name(jwk["alg"].as_str().unwrap()).unwrap();
            let token = keys.sign(own, "JWT", &json!({})).unwrap();
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
            for by in Algorithm::ALL {
                assert_eq!(key.verifies(*by, signed.as_bytes(), &signature), *by == own, "{by:?} by a key of {own:?}");
            }
        }
    }

    /// The examples of RFC 7638 section 3.1 and RFC 8037 appendix A.3.
    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let rsa = json!({
            "kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        assert_eq!(PublicKey::of(&rsa).unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let ed = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        assert_eq!(PublicKey::of(&ed).unwrap().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn what_is_no_public_key_is_none() {
        let point = "A".repeat(43);
        for jwk in [
            json!({}),
            json!({ "kty": "oct", "k": "AAAA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": point }),
            json!({ "kty": "EC", "crv": "P-384", "x": point, "y": point }),
            json!({ "kty": "EC", "crv": "secp256k1", "x": point, "y": point }),
            json!({ "kty": "EC", "crv": "P-256", "x": point, "y": point, "d": point }),
            json!({ "kty": "OKP", "crv": "X25519", "x": point }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" }),
            json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }),
        ] {
            assert_eq!(PublicKey::of(&jwk), None, "{jwk}");
        }
    }
}
