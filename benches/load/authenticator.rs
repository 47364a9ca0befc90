//! An authenticator in software with one passkey, ES256, and the browser that asks it: it makes a key and signs with it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use preau::random::Random;
use serde_json::{Value, json};

/// One passkey.
pub struct Authenticator {
    key: EcdsaKeyPair,
    credential: [u8; 32],
    user: Vec<u8>,
    rp_id: String,
    origin: String,
}

impl Authenticator {
    /// With a fresh key for whom, and for what, these options say.
    pub fn new(options: &Value, origin: &str) -> Self {
        let user = options["user"]["id"].as_str().expect("it is somebody's");
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"),
            credential: Random::system().bytes(),
            user: BASE64_URL_SAFE_NO_PAD.decode(user).expect("base64url"),
            rp_id: options["rp"]["id"].as_str().expect("it is for somebody").to_owned(),
            origin: origin.to_owned(),
        }
    }

    /// The answer of `navigator.credentials.create`.
    pub fn make(&self, challenge: &str) -> String {
        let mut data = self.data(IS_NEW);
        data.extend([0; 16]);
        data.extend((self.credential.len() as u16).to_be_bytes());
        data.extend(self.credential);
        data.extend(cbor(&self.public_key()));
        let text = |text: &str| Cbor::Text(text.to_owned());
        let statement = vec![(text("fmt"), text("none")), (text("attStmt"), Cbor::Map(Vec::new())), (text("authData"), Cbor::Bytes(data))];
        let client = self.client("webauthn.create", challenge);
        self.written(&json!({ "clientDataJSON": encode(&client), "attestationObject": encode(&cbor(&Cbor::Map(statement))) }))
    }

    /// The answer of `navigator.credentials.get`.
    pub fn show(&self, challenge: &str) -> String {
        let (client, data) = (self.client("webauthn.get", challenge), self.data(0));
        let signed = [&data, digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.written(&json!({
            "clientDataJSON": encode(&client),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
            "userHandle": encode(&self.user),
        }))
    }

    /// As COSE writes it (RFC 9053 section 7.1.1).
    fn public_key(&self) -> Cbor {
        let point = self.key.public_key().as_ref();
        let coordinate = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        let entries =
            [(1, Cbor::from(2)), (3, Cbor::from(-7)), (-1, Cbor::from(1)), (-2, coordinate(&point[1..33])), (-3, coordinate(&point[33..]))];
        Cbor::Map(entries.into_iter().map(|(label, value)| (Cbor::from(label), value)).collect())
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string().into_bytes()
    }

    /// It does not count its signatures, as passkeys that are on several devices do not.
    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | VERIFIED | more);
        data.extend([0; 4]);
        data
    }

    fn written(&self, response: &Value) -> String {
        let id = encode(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response }).to_string()
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("a Vec takes all");
    bytes
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Flags of authenticator data (WebAuthn section 6.1).
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const IS_NEW: u8 = 1 << 6;
