//! Signatures of clients (RFC 7515), checked against the keys they were registered with. The key decides the
//! algorithm and never the token (row P10); a header can name a key of the list and nothing else (row P11).

use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// The algorithms that clients may sign with; discovery lists them.
pub const ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256"];

/// The payload of a compact JWS that one of `jwks` signed; `None` for everything else.
pub fn verify(token: &str, jwks: &Value) -> Option<Vec<u8>> {
    if token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    let signature = decode(signature)?;
    let keys: Keys = Keys::deserialize(jwks).ok()?;
    let fits = |key: &&Key| header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid));
    keys.keys.iter().filter(fits).find(|key| key.verifies(&header.alg, signed.as_bytes(), &signature))?;
    decode(payload)
}

/// Can every key of this document verify something? For registration.
pub fn check_keys(jwks: &Value) -> Result<(), &'static str> {
    let keys = Keys::deserialize(jwks).map_err(|_| "is not a JSON Web Key Set")?;
    if keys.keys.is_empty() {
        return Err("has no key");
    }
    if jwks["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| key.get("d").is_some() || key.get("k").is_some())) {
        return Err("holds a private key: give the public keys only");
    }
    match keys.keys.iter().all(Key::is_usable) {
        true => Ok(()),
        false => Err("has a key that is neither RSA (2048 bits or more) nor EC on P-256"),
    }
}

/// Unknown members are ignored, but `crit` and `b64` change what was signed and are refused by not being expected.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(default, deserialize_with = "refuse")]
    #[serde(rename = "crit")]
    _crit: (),
    #[serde(default, deserialize_with = "refuse")]
    #[serde(rename = "b64")]
    _b64: (),
}

fn refuse<'de, D: serde::Deserializer<'de>>(_: D) -> Result<(), D::Error> {
    Err(serde::de::Error::custom("extensions are not understood"))
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    fn is_usable(&self) -> bool {
        match self.kty.as_str() {
            "RSA" => self.rsa().is_some_and(|(n, _)| n.len() >= 256),
            "EC" => self.ec().is_some(),
            _ => false,
        }
    }

    fn verifies(&self, alg: &str, message: &[u8], signature: &[u8]) -> bool {
        let may = self.alg.as_deref().is_none_or(|registered| registered == alg)
            && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
        may && match (self.kty.as_str(), alg) {
            ("RSA", "RS256") => self.rsa_verifies(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature),
            ("RSA", "PS256") => self.rsa_verifies(&signature::RSA_PSS_2048_8192_SHA256, message, signature),
            ("EC", "ES256") => self.ec_verifies(&signature::ECDSA_P256_SHA256_FIXED, message, signature),
            _ => false,
        }
    }

    fn rsa_verifies(&self, how: &'static signature::RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        self.rsa().is_some_and(|(n, e)| RsaPublicKeyComponents { n, e }.verify(how, message, signature).is_ok())
    }

    fn ec_verifies(&self, how: &'static dyn VerificationAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        self.ec().is_some_and(|point| UnparsedPublicKey::new(how, point).verify(message, signature).is_ok())
    }

    fn rsa(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        Some((decode(self.n.as_ref()?)?, decode(self.e.as_ref()?)?))
    }

    /// The uncompressed point of SEC 1.
    fn ec(&self) -> Option<Vec<u8>> {
        if self.crv.as_deref() != Some("P-256") {
            return None;
        }
        let (x, y) = (decode(self.x.as_ref()?)?, decode(self.y.as_ref()?)?);
        (x.len() == 32 && y.len() == 32).then(|| [vec![4], x, y].concat())
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

const LONGEST: usize = 4 * 1024;
