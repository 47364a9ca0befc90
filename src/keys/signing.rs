//! One signing key: made or read, parsed once, and then used without another look at its bytes. RFC 7517 and RFC 7518
//! say how its public half is told, RFC 7638 what it is called.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, ED25519,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaKeyPair, RsaSubjectPublicKey, VerificationAlgorithm,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::KeyError;
use super::algorithm::Algorithm;
use crate::model::Hash;

/// A key that signs, and what the world knows of it.
pub(super) struct SigningKey {
    pub(super) kid: String,
    pub(super) algorithm: Algorithm,
    /// The public key, as the JWKS shows it.
    pub(super) jwk: Value,
    pair: Pair,
    public: ParsedPublicKey,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl SigningKey {
    /// A fresh key. Slow for RSA (hundreds of milliseconds): not for the async threads, not inside a write. Its
    /// randomness is the crypto library's own, which takes no other.
    pub(super) fn generate(algorithm: Algorithm, bits: u32) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => RsaKeyPair::generate(size(bits)).map(Pair::Rsa),
            Algorithm::ES256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::Ec),
            Algorithm::ES384 => EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Pair::Ec),
            Algorithm::EdDSA => Ed25519KeyPair::generate().map(Pair::Ed),
        };
        Self::of(algorithm, pair.map_err(|_| KeyError::Crypto("no key was made"))?)
    }

    /// Reads an unencrypted PKCS#8 key (RFC 5208) that signs by `algorithm`. `None` if this one cannot.
    pub(super) fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Option<Self>, KeyError> {
        let ec = |curve: &'static EcdsaSigningAlgorithm| EcdsaKeyPair::from_pkcs8(curve, der).ok().map(Pair::Ec);
        let pair = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => {
                RsaKeyPair::from_pkcs8(der).ok().filter(|pair| pair.public_modulus_len() <= LONGEST_RSA).map(Pair::Rsa)
            }
            Algorithm::ES256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::ES384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::EdDSA => Ed25519KeyPair::from_pkcs8(der).ok().map(Pair::Ed),
        };
        pair.map(|pair| Self::of(algorithm, pair)).transpose()
    }

    fn of(algorithm: Algorithm, pair: Pair) -> Result<Self, KeyError> {
        let (kid, jwk) = match &pair {
            Pair::Rsa(pair) => rsa_jwk(algorithm, pair.public_key()),
            Pair::Ec(pair) => ec_jwk(algorithm, pair.public_key().as_ref()),
            Pair::Ed(pair) => ed_jwk(algorithm, pair.public_key().as_ref()),
        };
        let public = ParsedPublicKey::new(verification(algorithm), pair.public());
        let public = public.map_err(|_| KeyError::Crypto("a public key was not understood"))?;
        Ok(Self { kid, algorithm, jwk, pair, public })
    }

    /// The private key, to be sealed.
    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let bytes = match &self.pair {
            Pair::Rsa(pair) => pair.as_der().map(|der| der.as_ref().to_vec()),
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Pair::Ed(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
        };
        bytes.map(Zeroizing::new).map_err(|_| KeyError::Crypto("a key was not written"))
    }

    /// Signs, in the form of JWS (RFC 7518 section 3, RFC 8037 section 3.1): on a curve the two numbers, one after the
    /// other.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let padding = if self.algorithm == Algorithm::PS256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &unused(), message, &mut signature).map(|()| signature)
            }
            Pair::Ec(pair) => pair.sign(&unused(), message).map(|signature| signature.as_ref().to_vec()),
            Pair::Ed(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
        };
        signature.map_err(|_| KeyError::Crypto("nothing was signed"))
    }

    /// Did this key sign `message`?
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

impl Pair {
    fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(pair) => pair.public_key().as_ref(),
            Self::Ec(pair) => pair.public_key().as_ref(),
            Self::Ed(pair) => pair.public_key().as_ref(),
        }
    }
}

fn verification(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::RS256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::PS256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDSA => &ED25519,
    }
}

#[expect(clippy::disallowed_types, reason = "a signature asks for it, in the manner of ring; this library ignores it and uses its own")]
fn unused() -> impl SecureRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

fn rsa_jwk(algorithm: Algorithm, public: &RsaSubjectPublicKey) -> (String, Value) {
    let n = BASE64_URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let e = BASE64_URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
    let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
    let jwk = json!({ "kty": "RSA", "use": "sig", "alg": algorithm.name(), "kid": kid, "n": n, "e": e });
    (kid, jwk)
}

fn ec_jwk(algorithm: Algorithm, point: &[u8]) -> (String, Value) {
    // The uncompressed point of SEC 1: a mark, then the coordinates.
    let (x, y) = point[1..].split_at(point.len() / 2);
    let (x, y) = (BASE64_URL_SAFE_NO_PAD.encode(x), BASE64_URL_SAFE_NO_PAD.encode(y));
    let curve = if algorithm == Algorithm::ES384 { "P-384" } else { "P-256" };
    let kid = thumbprint(&format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#));
    let jwk = json!({ "kty": "EC", "use": "sig", "alg": algorithm.name(), "kid": kid, "crv": curve, "x": x, "y": y });
    (kid, jwk)
}

/// RFC 8037 section 2.
fn ed_jwk(algorithm: Algorithm, public: &[u8]) -> (String, Value) {
    let x = BASE64_URL_SAFE_NO_PAD.encode(public);
    let kid = thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    let jwk = json!({ "kty": "OKP", "use": "sig", "alg": algorithm.name(), "kid": kid, "crv": "Ed25519", "x": x });
    (kid, jwk)
}

/// RFC 7638: of the members that a key must have, by their names, without spaces.
fn thumbprint(members: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Hash::of(members.as_bytes()).0)
}

fn size(bits: u32) -> KeySize {
    match bits {
        3072 => KeySize::Rsa3072,
        _ => KeySize::Rsa2048,
    }
}

/// Bytes of an RSA modulus; a longer one would keep everybody waiting.
const LONGEST_RSA: usize = 512;

#[cfg(test)]
mod tests {
    use super::super::rotation::read;
    use super::*;

    const RS256: &str = include_str!("../tests/keys/rs256.pem");
    const ES256: &str = include_str!("../tests/keys/es256.pem");
    const ES384: &str = include_str!("../tests/keys/es384.pem");
    const EDDSA: &str = include_str!("../tests/keys/eddsa.pem");

    /// Worked out by other programs (openssl and Python) from the same files.
    #[test]
    fn a_key_is_called_by_its_thumbprint() {
        let kid = |pem: &str| read(pem.as_bytes(), None).unwrap().unwrap().kid;
        assert_eq!(kid(RS256), "dsiFzfHb9hTrfrDNTkh49E0IEXvHKY30BZLfFf_TBi0");
        assert_eq!(kid(ES256), "ww5koJ9KuhKxpK73qSj26xEdPadBN-YmzLOpRaOWJvw");
        assert_eq!(kid(ES384), "iMmRCs-bNsB7C7n_VqW0lzi2ofepP4SwjMMZ3YYgcqk");
        assert_eq!(kid(EDDSA), "ufSlxizLpHDWqhvGkosfUS3C472l9lE4pNKnm7_dd4k");
    }

    #[test]
    fn a_key_that_is_made_comes_back_from_its_bytes() {
        for (algorithm, length) in Algorithm::ALL.iter().copied().zip([384, 384, 64, 96, 64]) {
            let made = SigningKey::generate(algorithm, 3072).unwrap();
            let again = SigningKey::from_pkcs8(algorithm, &made.to_pkcs8().unwrap()).unwrap().unwrap();
            assert_eq!((&again.kid, again.algorithm, &again.jwk), (&made.kid, algorithm, &made.jwk));
            let signature = made.sign(b"message").unwrap();
            assert_eq!(signature.len(), length, "the form of RFC 7518, section 3");
            assert!(again.verifies(b"message", &signature));
            assert!(!again.verifies(b"massage", &signature) && !again.verifies(b"message", &signature[1..]));
        }
    }

    #[test]
    fn a_public_key_says_what_it_is_for_and_nothing_private() {
        let on_a_curve = ["alg", "crv", "kid", "kty", "use", "x", "y"].as_slice();
        for (pem, members) in [
            (RS256, ["alg", "e", "kid", "kty", "n", "use"].as_slice()),
            (ES256, on_a_curve),
            (ES384, on_a_curve),
            (EDDSA, &["alg", "crv", "kid", "kty", "use", "x"]),
        ] {
            let key = read(pem.as_bytes(), None).unwrap().unwrap();
            let mut found: Vec<&str> = key.jwk.as_object().unwrap().keys().map(String::as_str).collect();
            found.sort_unstable();
            assert_eq!(found, members);
            assert_eq!((key.jwk["use"].as_str(), key.jwk["alg"].as_str()), (Some("sig"), Some(key.algorithm.name())));
        }
    }

    #[test]
    fn what_is_no_key_of_ours_is_none() {
        let encrypted = RS256.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let public = RS256.replace("PRIVATE KEY", "PUBLIC KEY");
        for file in ["", "\0", "\u{30}\u{3}abc", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", &encrypted, &public] {
            assert!(read(file.as_bytes(), None).unwrap().is_none(), "{file:?}");
        }
    }

    #[test]
    fn a_key_signs_by_the_algorithm_it_is_for() {
        let by = |pem: &str, algorithm| read(pem.as_bytes(), algorithm).unwrap().map(|key| key.algorithm);
        assert_eq!(by(RS256, None), Some(Algorithm::RS256));
        assert_eq!(by(RS256, Some(Algorithm::PS256)), Some(Algorithm::PS256));
        assert_eq!(by(EDDSA, None), Some(Algorithm::EdDSA));
        for (pem, other) in [(RS256, Algorithm::ES256), (ES256, Algorithm::ES384), (ES384, Algorithm::ES256), (EDDSA, Algorithm::RS256)] {
            assert_eq!(by(pem, Some(other)), None, "{other:?}");
        }
        // One RSA key is two keys, by what it is for, and what one signed the other does not verify.
        let [pkcs1, pss] = [Algorithm::RS256, Algorithm::PS256].map(|by| read(RS256.as_bytes(), Some(by)).unwrap().unwrap());
        let (one, other) = (pkcs1.sign(b"message").unwrap(), pss.sign(b"message").unwrap());
        assert!(pkcs1.verifies(b"message", &one) && pss.verifies(b"message", &other));
        assert!(!pkcs1.verifies(b"message", &other) && !pss.verifies(b"message", &one));
    }
}
