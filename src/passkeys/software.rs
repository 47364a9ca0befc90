//! An authenticator in software, and the browser that asks it, for tests: it makes a key, keeps it, and signs with it as its
//! owner says, truly or not. What it says of itself is for a test to change.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "an authenticator makes its own keys, and tells nobody how")]

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use serde_json::{Value, json};

/// One passkey, and everything that it says.
pub struct Authenticator {
    /// What it signs with.
    pub key: Pair,
    /// What the passkey is found by.
    pub credential: Vec<u8>,
    /// Whose it is.
    pub user: Vec<u8>,
    /// The relying party that it signs for.
    pub rp_id: String,
    /// Where its browser says to be.
    pub origin: String,
    /// Its browser says that a page of another origin frames this one.
    pub cross_origin: bool,
    /// The flags, beside the one of a new key.
    pub flags: u8,
    /// How often it was used; it stays 0 where it does not count.
    pub count: u32,
    /// What stands behind a new key.
    pub statement: Statement,
}

/// What a new key comes with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Statement {
    /// Nothing.
    None,
    /// Its own signature.
    Own,
    /// A signature that is not its own.
    Forged,
    /// A format that nobody asked for.
    Foreign,
}

/// A kind of key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Es256,
    EdDsa,
    Rs256,
}

/// A pair of keys.
pub enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

/// Present and verified.
pub const OWNER: u8 = 0b101;

impl Authenticator {
    /// With a fresh key of this kind, for the relying party and the person of these options.
    pub fn new(kind: Kind, options: &Value, origin: &str) -> Self {
        let key = match kind {
            Kind::Es256 => Pair::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()),
            Kind::EdDsa => Pair::EdDsa(Ed25519KeyPair::generate().unwrap()),
            Kind::Rs256 => Pair::Rs256(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())),
        };
        let mut credential = vec![0; 32];
        aws_lc_rs::rand::fill(&mut credential).unwrap();
        Self {
            key,
            credential,
            user: BASE64_URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap(),
            rp_id: options["rp"]["id"].as_str().unwrap().to_owned(),
            origin: origin.to_owned(),
            cross_origin: false,
            flags: OWNER,
            count: 0,
            statement: Statement::None,
        }
    }

    /// The answer of `navigator.credentials.create`.
    pub fn make(&self, challenge: &str) -> String {
        self.make_with(challenge, &self.cose())
    }

    /// The same with this key in place of its own.
    pub fn make_with(&self, challenge: &str, cose: &[u8]) -> String {
        let client = self.client("webauthn.create", challenge);
        let mut data = self.data(1 << 6);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
        data.extend(&self.credential);
        data.extend(cose);
        let text = |text: &str| Cbor::Text(text.to_owned());
        let (format, statement) = match self.statement {
            Statement::None => ("none", Vec::new()),
            Statement::Foreign => ("fido-u2f", Vec::new()),
            Statement::Own | Statement::Forged => {
                let mut signature = self.sign(&[&data, hash(&client).as_slice()].concat());
                if self.statement == Statement::Forged {
                    *signature.last_mut().unwrap() ^= 1;
                }
                ("packed", vec![(text("alg"), Cbor::from(self.algorithm())), (text("sig"), Cbor::Bytes(signature))])
            }
        };
        let object = cbor(&Cbor::Map(vec![
            (text("fmt"), text(format)),
            (text("attStmt"), Cbor::Map(statement)),
            (text("authData"), Cbor::Bytes(data)),
        ]));
        self.written(&json!({ "clientDataJSON": encode(&client), "attestationObject": encode(&object) }))
    }

    /// The answer of `navigator.credentials.get`.
    pub fn show(&self, challenge: &str) -> String {
        let client = self.client("webauthn.get", challenge);
        let data = self.data(0);
        let signature = self.sign(&[&data, hash(&client).as_slice()].concat());
        let said = [("clientDataJSON", &client), ("authenticatorData", &data), ("signature", &signature), ("userHandle", &self.user)];
        self.written(&said.into_iter().map(|(name, bytes)| (name.to_owned(), Value::from(encode(bytes)))).collect())
    }

    /// Its public key.
    pub fn cose(&self) -> Vec<u8> {
        let head = |kind: i64| vec![(Cbor::from(1), Cbor::from(kind)), (Cbor::from(3), Cbor::from(self.algorithm()))];
        let bytes = |label: i64, bytes: &[u8]| (Cbor::from(label), Cbor::Bytes(bytes.to_vec()));
        let entries = match &self.key {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                [head(2), vec![(Cbor::from(-1), Cbor::from(1)), bytes(-2, &point[1..33]), bytes(-3, &point[33..])]].concat()
            }
            Pair::EdDsa(pair) => [head(1), vec![(Cbor::from(-1), Cbor::from(6)), bytes(-2, pair.public_key().as_ref())]].concat(),
            Pair::Rs256(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                [head(3), vec![bytes(-1, n.big_endian_without_leading_zero()), bytes(-2, e.big_endian_without_leading_zero())]].concat()
            }
        };
        cbor(&Cbor::Map(entries))
    }

    fn algorithm(&self) -> i64 {
        match self.key {
            Pair::Es256(_) => -7,
            Pair::EdDsa(_) => -8,
            Pair::Rs256(_) => -257,
        }
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin }).to_string().into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = hash(self.rp_id.as_bytes());
        data.push(self.flags | more);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }

    fn written(&self, response: &Value) -> String {
        let id = encode(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response }).to_string()
    }
}

/// A value as CBOR.
pub fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&SHA256, bytes).as_ref().to_vec()
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
