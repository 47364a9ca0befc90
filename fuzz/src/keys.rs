//! Keys of the apps: one of each algorithm, the same in every run, in the form of whoever signs and of whoever verifies.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// One key.
pub struct Key {
    /// Its public half (RFC 7517).
    pub jwk: Value,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>, &'static dyn aws_lc_rs::signature::RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// In the order RS256, PS256, ES256, ES384, EdDSA. The first says no algorithm: it is good for two.
pub static ALL: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let rsa = |pem, encoding: &'static dyn aws_lc_rs::signature::RsaEncoding, kid| {
        let pair = RsaKeyPair::from_pkcs8(&der(pem)).expect("a key");
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        Key {
            jwk: json!({ "kty": "RSA", "kid": kid, "n": b64(&public.n), "e": b64(&public.e) }),
            pair: Pair::Rsa(Box::new(pair), encoding),
        }
    };
    let ec = |pem, curve, name, kid| {
        let pair = EcdsaKeyPair::from_pkcs8(curve, &der(pem)).expect("a key");
        let (x, y) = pair.public_key().as_ref()[1..].split_at((pair.public_key().as_ref().len() - 1) / 2);
        Key { jwk: json!({ "kty": "EC", "crv": name, "kid": kid, "x": b64(x), "y": b64(y) }), pair: Pair::Ec(pair) }
    };
    let ed = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(include_str!("../../src/tests/keys/eddsa.pem"))).expect("a key");
    let mut second = rsa(include_str!("../../src/tests/keys/ps256.pem"), &RSA_PSS_SHA256, "k2");
    second.jwk["alg"] = "PS256".into();
    second.jwk["use"] = "sig".into();
    vec![
        rsa(include_str!("../../src/tests/keys/rs256.pem"), &RSA_PKCS1_SHA256, "k1"),
        second,
        ec(include_str!("../../src/tests/keys/es256.pem"), &ECDSA_P256_SHA256_FIXED_SIGNING, "P-256", "k3"),
        ec(include_str!("../../src/tests/keys/es384.pem"), &ECDSA_P384_SHA384_FIXED_SIGNING, "P-384", "k4"),
        Key { jwk: json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k5", "x": b64(ed.public_key().as_ref()) }), pair: Pair::Ed(ed) },
    ]
});

/// All of them, as an app registers them.
pub fn set() -> Value {
    json!({ "keys": ALL.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
}

impl Key {
    /// Signs these bytes, in the form of a JWS.
    pub fn sign(&self, bytes: &[u8]) -> String {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, bytes, &mut signature).expect("it signs");
                b64(signature)
            }
            Pair::Ec(pair) => b64(pair.sign(&random, bytes).expect("it signs")),
            Pair::Ed(pair) => b64(pair.sign(bytes)),
        }
    }
}

/// Base64url without padding.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn der(pem: &str) -> Vec<u8> {
    let inside = pem.lines().skip_while(|line| !line.starts_with("-----BEGIN")).skip(1);
    let body: String = inside.take_while(|line| !line.starts_with("-----END")).collect();
    BASE64_STANDARD.decode(body).expect("PEM")
}
