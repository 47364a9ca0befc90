//! What it costs to read and verify a passkey that is shown, of each kind of key: everything that a sign-in by one does beside
//! the database. The goal is less than 2 ms.
//!
//! `cargo bench --bench passkeys`

#![expect(clippy::disallowed_types, reason = "the authenticator signs by the system's randomness")]

use std::hint::black_box;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ciborium::Value;
use criterion::Criterion;
use preau::config::Config;
use preau::passkeys::Passkeys;
use serde_json::json;

/// A key as COSE writes it, and what it signs.
struct Pair {
    name: &'static str,
    cose: Vec<u8>,
    sign: Sign,
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    shown(&mut criterion);
    criterion.final_summary();
}

fn shown(criterion: &mut Criterion) {
    let passkeys = Passkeys::of(&Config::default()).expect("passkeys are on");
    for pair in [es256(), eddsa(), rs256()] {
        let answer = answer(&pair);
        let judge = || {
            let shown = passkeys.shown(black_box(&answer)).expect("it is written as browsers write it");
            passkeys.verify(&shown, black_box(&pair.cose), false).expect("it is true")
        };
        criterion.bench_function(&format!("a passkey that is shown, {}", pair.name), |bencher| bencher.iter(judge));
    }
}

/// What a browser sends.
fn answer(pair: &Pair) -> String {
    let client = json!({ "type": "webauthn.get", "challenge": "A".repeat(75), "origin": "http://localhost:8080", "crossOrigin": false });
    let client = client.to_string().into_bytes();
    let mut data = digest(&SHA256, b"localhost").as_ref().to_vec();
    data.extend([0b101, 0, 0, 0, 1]);
    let signature = (pair.sign)(&[&data, digest(&SHA256, &client).as_ref()].concat());
    let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let response = json!({
        "clientDataJSON": text(&client), "authenticatorData": text(&data), "signature": text(&signature), "userHandle": text(&[7; 16]),
    });
    json!({ "id": text(&[1; 32]), "rawId": text(&[1; 32]), "type": "public-key", "response": response }).to_string()
}

fn es256() -> Pair {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
    let point = pair.public_key().as_ref().to_vec();
    let cose = cose(2, -7, vec![(-1, Value::from(1)), (-2, Value::Bytes(point[1..33].to_vec())), (-3, Value::Bytes(point[33..].to_vec()))]);
    let sign = move |message: &[u8]| pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec();
    Pair { name: "ES256", cose, sign: Box::new(sign) }
}

fn eddsa() -> Pair {
    let pair = Ed25519KeyPair::generate().expect("a key");
    let cose = cose(1, -8, vec![(-1, Value::from(6)), (-2, Value::Bytes(pair.public_key().as_ref().to_vec()))]);
    Pair { name: "EdDSA", cose, sign: Box::new(move |message| pair.sign(message).as_ref().to_vec()) }
}

fn rs256() -> Pair {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    let cose = cose(3, -257, vec![(-1, bytes(n.big_endian_without_leading_zero())), (-2, bytes(e.big_endian_without_leading_zero()))]);
    let sign = move |message: &[u8]| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a signature");
        signature
    };
    Pair { name: "RS256", cose, sign: Box::new(sign) }
}

fn cose(kind: i64, algorithm: i64, more: Vec<(i64, Value)>) -> Vec<u8> {
    let entries = [vec![(1, Value::from(kind)), (3, Value::from(algorithm))], more].concat();
    let mut bytes = Vec::new();
    let map = Value::Map(entries.into_iter().map(|(label, value)| (Value::from(label), value)).collect());
    ciborium::into_writer(&map, &mut bytes).expect("a Vec takes all");
    bytes
}
