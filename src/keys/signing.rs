//! One signing key: made or read, parsed once, and then used without another look at its bytes. RFC 7517 and RFC 7518
//! say how its public half is told, RFC 7638 what it is called.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair,
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

    /// Reads an unencrypted PKCS#8 key (RFC 5208); the algorithm is what the key can do. `None` if there is none.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Option<Self>, KeyError> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return Self::of(Pair::Rsa(pair)).map(Some);
        }
        match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der) {
            Ok(pair) => Self::of(Pair::Ec(pair)).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn of(pair: Pair) -> Result<Self, KeyError> {
        let (algorithm, members) = match &pair {
            Pair::Rsa(pair) => (Algorithm::RS256, rsa_members(pair)),
            Pair::Ec(pair) => (Algorithm::ES256, ec_members(pair)),
        };
        let public = match &pair {
            Pair::Rsa(pair) => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()),
            Pair::Ec(pair) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()),
        };
        let public = public.map_err(|_| KeyError::Crypto("a public key was not understood"))?;
        // RFC 7638: the required members alone, in the order of their names, without spaces; so serde_json writes a map.
        let kid = BASE64_URL_SAFE_NO_PAD.encode(Hash::of(members.to_string().as_bytes()).0);
        let mut jwk = members;
        jwk["use"] = "sig".into();
        jwk["alg"] = algorithm.name().into();
        jwk["kid"] = kid.as_str().into();
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
                pair.sign(&RSA_PKCS1_SHA256, unused(), message, &mut signature).map(|()| signature)
            }
            Pair::Ec(pair) => pair.sign(unused(), message).map(|signature| signature.as_ref().to_vec()),
        };
        signature.map_err(|_| KeyError::Crypto("nothing was signed"))
    }

    /// Did this key sign `message`?
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

#[expect(clippy::disallowed_types, reason = "the signature of ring's API asks for it; this library ignores it and uses its own")]
fn unused() -> &'static dyn SecureRandom {
    static UNUSED: std::sync::LazyLock<aws_lc_rs::rand::SystemRandom> = std::sync::LazyLock::new(aws_lc_rs::rand::SystemRandom::new);
    &*UNUSED
}

fn rsa_members(pair: &RsaKeyPair) -> Value {
    let public = pair.public_key();
    let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let (n, e) = (public.modulus(), public.exponent());
    json!({ "kty": "RSA", "n": number(n.big_endian_without_leading_zero()), "e": number(e.big_endian_without_leading_zero()) })
}

fn ec_members(pair: &EcdsaKeyPair) -> Value {
    // The uncompressed point of SEC 1: a mark, then the coordinates.
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "x": number(x), "y": number(y) })
}

fn size(bits: u32) -> KeySize {
    match bits {
        3072 => KeySize::Rsa3072,
        _ => KeySize::Rsa2048,
    }
}
