//! Signatures of clients (RFC 7515), checked against the keys they were registered with. The key decides the
//! algorithm and never the token (row P10); a header can name a key of the list and nothing else (row P11).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::jwk::{self, PublicKey};
use super::params;
use crate::keys::{self, Algorithm};
use crate::random::Secret;

/// The algorithms that clients may sign with; discovery lists them.
pub const ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/// What a client signs with its secret by. No longer hash: RFC 7518 section 3.2 wants a secret as long as the hash, and ours have
/// 43 characters.
pub const SHARED: &str = "HS256";

/// The payload of a compact JWS that one of `jwks` signed; `None` for everything else.
pub fn verify(token: &str, jwks: &Value) -> Option<Vec<u8>> {
    let parts = Parts::of(token)?;
    let header: Header = serde_json::from_slice(&parts.header).ok()?;
    let by = Algorithm::from_name(&header.alg)?;
    let keys: Keys = Keys::deserialize(jwks).ok()?;
    let fits = |key: &&Key| header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid)) && key.may_sign(by);
    keys.keys.iter().filter(fits).find(|key| {
        let public = PublicKey::of(&key.members());
        public.is_some_and(|public| public.verifies(by, parts.signed.as_bytes(), &parts.signature))
    })?;
    Some(parts.payload)
}

/// The payload of a compact JWS that one of these secrets signed (HS256); `None` for everything else. A token that names another
/// algorithm, one for keys included, is not looked at: what is public never becomes a secret here (row P10).
pub fn verify_shared(token: &str, secrets: &[Secret]) -> Option<Vec<u8>> {
    let parts = Parts::of(token)?;
    let header: Header = serde_json::from_slice(&parts.header).ok()?;
    let fits = header.alg == SHARED && secrets.iter().any(|secret| keys::signed_with(secret, parts.signed.as_bytes(), &parts.signature));
    fits.then_some(parts.payload)
}

/// A JWS that brought its own key: it shows that its maker holds that key, and nothing of who that is.
pub struct SelfSigned {
    /// The key.
    pub key: PublicKey,
    /// What signed.
    pub algorithm: Algorithm,
    /// What was signed.
    pub payload: Vec<u8>,
}

/// A compact JWS of this type that is signed by the public key in its header (`jwk`); `None` for everything else.
pub fn by_its_own_key(token: &str, typ: &str) -> Option<SelfSigned> {
    #[derive(Deserialize)]
    struct Own {
        typ: String,
        jwk: Value,
    }
    let parts = Parts::of(token)?;
    let header: Header = serde_json::from_slice(&parts.header).ok()?;
    let own: Own = serde_json::from_slice(&parts.header).ok().filter(|own: &Own| own.typ.eq_ignore_ascii_case(typ))?;
    let algorithm = Algorithm::from_name(&header.alg)?;
    let key = PublicKey::of(&own.jwk)?;
    key.verifies(algorithm, parts.signed.as_bytes(), &parts.signature).then_some(SelfSigned { key, algorithm, payload: parts.payload })
}

/// The token's header names a key of this set, or none at all.
pub fn names_one_of(token: &str, jwks: &Value) -> bool {
    let Some(header) = Parts::of(token).and_then(|parts| serde_json::from_slice::<Header>(&parts.header).ok()) else { return true };
    let named = |kid: &String| jwks["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| key["kid"] == **kid));
    header.kid.as_ref().is_none_or(named)
}

/// The algorithm that a token's header names. The key is asked again: this can only refuse.
pub fn algorithm(token: &str) -> Option<Algorithm> {
    let header: Header = serde_json::from_slice(&Parts::of(token)?.header).ok()?;
    Algorithm::from_name(&header.alg)
}

/// What a compact JWS says, before anything is believed: only to find the keys that it must fit.
pub fn unverified<C: serde::de::DeserializeOwned>(token: &str) -> Option<C> {
    serde_json::from_slice(&Parts::of(token)?.payload).ok()
}

/// Can every key of this document verify something, or is it for encryption? For registration.
pub fn check_keys(jwks: &Value) -> Result<(), &'static str> {
    let keys = Keys::deserialize(jwks).map_err(|_| "is not a JSON Web Key Set")?;
    if keys.keys.is_empty() {
        return Err("has no key");
    }
    if jwks["keys"].as_array().is_some_and(|keys| keys.iter().any(jwk::is_secret)) {
        return Err("holds a private key: give the public keys only");
    }
    match keys.keys.iter().all(|key| key.purpose.as_deref() == Some("enc") || PublicKey::of(&key.members()).is_some()) {
        true => Ok(()),
        false => Err("has a key that is neither RSA (2048 bits or more) nor EC on P-256 or P-384 nor Ed25519"),
    }
}

/// A compact JWS, taken apart and not yet believed.
struct Parts<'a> {
    /// What was signed: header and payload, as they came.
    signed: &'a str,
    /// The header.
    header: Vec<u8>,
    /// The payload.
    payload: Vec<u8>,
    /// The signature.
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    /// Takes a token apart; `None` for one that is endless or has other than three parts.
    fn of(token: &'a str) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        Some(Self { signed, header: decode(header)?, payload: decode(payload)?, signature: decode(signature)? })
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

/// Refuses a member by its being there.
fn refuse<'de, D: serde::Deserializer<'de>>(_: D) -> Result<(), D::Error> {
    Err(serde::de::Error::custom("extensions are not understood"))
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    #[serde(flatten)]
    members: serde_json::Map<String, Value>,
}

impl Key {
    fn may_sign(&self, by: Algorithm) -> bool {
        self.alg.as_deref().is_none_or(|registered| registered == by.name())
            && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
    }

    fn members(&self) -> Value {
        Value::Object(self.members.clone())
    }
}

/// As long as any that a request may carry.
const LONGEST: usize = params::MAX_JWT;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_lists_what_verifies() {
        assert_eq!(ALGORITHMS, Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>());
    }
}
