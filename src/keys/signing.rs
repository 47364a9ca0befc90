//! One signing key: made or read, parsed once, and then used without another look at its bytes. RFC 7517 and RFC 7518
//! say how its public half is told, RFC 7638 what it is called.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaPublicKey, KeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaSubjectPublicKey,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::KeyError;
use crate::model::Hash;

/// The signature algorithms (RFC 7518 section 3.1) that keys are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; every relying party knows it.
    RS256,
    /// ECDSA on P-256 with SHA-256; many times cheaper to sign.
    ES256,
}

impl Algorithm {
    /// Every algorithm, in the order of the JWKS.
    pub const ALL: &'static [Self] = &[Self::RS256, Self::ES256];

    /// Its name in JOSE.
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
        }
    }

    /// The algorithm of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }
}

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
}

impl SigningKey {
    /// A fresh key. Slow for RSA (hundreds of milliseconds): not for the async threads, not inside a write. Its
    /// randomness is the crypto library's own, which takes no other.
    pub(super) fn generate(algorithm: Algorithm, bits: u32) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::RS256 => Pair::Rsa(RsaKeyPair::generate(size(bits)).map_err(|_| KeyError::Crypto("no RSA key was made"))?),
            Algorithm::ES256 => {
                let made = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
                Pair::Ec(made.map_err(|_| KeyError::Crypto("no key on P-256 was made"))?)
            }
        };
        Self::of(pair)
    }

    /// Reads an unencrypted PKCS#8 key (RFC 5208); the algorithm is what the key can do. `None` if it is none
    /// that we sign with.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Option<Self>, KeyError> {
        let rsa = RsaKeyPair::from_pkcs8(der).ok().filter(|pair| pair.public_modulus_len() <= LONGEST_RSA);
        let ec = || EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok();
        rsa.map(Pair::Rsa).or_else(|| ec().map(Pair::Ec)).map(Self::of).transpose()
    }

    fn of(pair: Pair) -> Result<Self, KeyError> {
        let (algorithm, (kid, jwk), public) = match &pair {
            Pair::Rsa(pair) => {
                let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
                (Algorithm::RS256, rsa_jwk(pair.public_key()), public)
            }
            Pair::Ec(pair) => {
                let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
                (Algorithm::ES256, ec_jwk(pair.public_key()), public)
            }
        };
        let public = public.map_err(|_| KeyError::Crypto("a public key was not understood"))?;
        Ok(Self { kid, algorithm, jwk, pair, public })
    }

    /// The private key, to be sealed.
    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let bytes = match &self.pair {
            Pair::Rsa(pair) => pair.as_der().map(|der| der.as_ref().to_vec()),
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
        };
        bytes.map(Zeroizing::new).map_err(|_| KeyError::Crypto("a key was not written"))
    }

    /// Signs, in the form of JWS (RFC 7518 section 3): for ES256 the two numbers, one after the other.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &unused(), message, &mut signature).map(|()| signature)
            }
            Pair::Ec(pair) => pair.sign(&unused(), message).map(|signature| signature.as_ref().to_vec()),
        };
        signature.map_err(|_| KeyError::Crypto("nothing was signed"))
    }

    /// Did this key sign `message`?
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

#[expect(clippy::disallowed_types, reason = "a signature asks for it, in the manner of ring; this library ignores it and uses its own")]
fn unused() -> impl SecureRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

fn rsa_jwk(public: &RsaSubjectPublicKey) -> (String, Value) {
    let n = BASE64_URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let e = BASE64_URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
    let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
    let jwk = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e });
    (kid, jwk)
}

fn ec_jwk(public: &EcdsaPublicKey) -> (String, Value) {
    // The uncompressed point of SEC 1: a mark, then the coordinates.
    let (x, y) = public.as_ref()[1..].split_at(32);
    let (x, y) = (BASE64_URL_SAFE_NO_PAD.encode(x), BASE64_URL_SAFE_NO_PAD.encode(y));
    let kid = thumbprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    let jwk = json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": kid, "crv": "P-256", "x": x, "y": y });
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

    /// Worked out by other programs (openssl and Python) from the same files.
    #[test]
    fn a_key_is_called_by_its_thumbprint() {
        let kid = |pem: &str| read(pem.as_bytes()).unwrap().unwrap().kid;
        assert_eq!(kid(RS256), "dsiFzfHb9hTrfrDNTkh49E0IEXvHKY30BZLfFf_TBi0");
        assert_eq!(kid(ES256), "ww5koJ9KuhKxpK73qSj26xEdPadBN-YmzLOpRaOWJvw");
    }

    #[test]
    fn a_key_that_is_made_comes_back_from_its_bytes() {
        for (algorithm, length) in [(Algorithm::RS256, 384), (Algorithm::ES256, 64)] {
            let made = SigningKey::generate(algorithm, 3072).unwrap();
            let again = SigningKey::from_pkcs8(&made.to_pkcs8().unwrap()).unwrap().unwrap();
            assert_eq!((&again.kid, again.algorithm, &again.jwk), (&made.kid, algorithm, &made.jwk));
            let signature = made.sign(b"message").unwrap();
            assert_eq!(signature.len(), length, "the form of RFC 7518, section 3");
            assert!(again.verifies(b"message", &signature));
            assert!(!again.verifies(b"massage", &signature) && !again.verifies(b"message", &signature[1..]));
        }
    }

    #[test]
    fn a_public_key_says_what_it_is_for_and_nothing_private() {
        for (pem, members) in
            [(RS256, ["alg", "e", "kid", "kty", "n", "use"].as_slice()), (ES256, &["alg", "crv", "kid", "kty", "use", "x", "y"])]
        {
            let key = read(pem.as_bytes()).unwrap().unwrap();
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
            assert!(read(file.as_bytes()).unwrap().is_none(), "{file:?}");
        }
    }
}
