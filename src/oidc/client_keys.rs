//! The public keys of a client, where it registered them: in its registration, or at an address of its own (`jwks_uri`). Keys
//! at an address are read anew when a signature names one that is not among them (OpenID Connect Core section 10.1.1).

use std::borrow::Cow;

use serde_json::Value;

use super::client_auth::jwk::{self, PublicKey};
use super::client_auth::jws;
use super::error::{ErrorCode, OAuthError};
use super::jwe::Sealer;
use crate::app::App;
use crate::model::Timestamp;
use crate::outbound::Answer;
use crate::store::clients::{Client, Encryption};

/// The client with its keys at hand, whichever way it registered them, for checking `jwt`. Without any, nothing that it
/// signed fits.
pub async fn at_hand<'c>(app: &App, client: &'c Client, jwt: &str, now: Timestamp) -> Cow<'c, Client> {
    let Some(address) = &client.settings.jwks_uri else { return Cow::Borrowed(client) };
    let mut keys = app.tools.key_sets.get(address, now).await;
    if keys.as_deref().is_none_or(|keys| !jws::names_one_of(jwt, keys)) {
        keys = app.tools.key_sets.again(address, now).await;
    }
    let mut client = client.clone();
    client.settings.jwks = keys.as_deref().cloned();
    Cow::Owned(client)
}

/// A key set, if it is one that a client could have registered.
pub fn read(answer: &Answer) -> Option<Value> {
    let keys = serde_json::from_slice(&answer.body).ok()?;
    jws::check_keys(&keys).is_ok().then_some(keys)
}

/// What encrypts for this client. Keys at an address are read anew where none of those that are known fits.
pub async fn for_encryption(app: &App, client: &Client, by: Encryption, now: Timestamp) -> Result<Sealer, OAuthError> {
    let settings = &client.settings;
    let found = match &settings.jwks_uri {
        None => settings.jwks.as_ref().and_then(|keys| sealer(keys, by)),
        Some(address) => match app.tools.key_sets.get(address, now).await.and_then(|keys| sealer(&keys, by)) {
            None => app.tools.key_sets.again(address, now).await.and_then(|keys| sealer(&keys, by)),
            found => found,
        },
    };
    found.ok_or(NO_KEY)
}

/// The first key of a set that is for encryption by this algorithm: those that say so before those that say nothing (RFC 7517
/// sections 4.2 and 4.4).
pub fn sealer(keys: &Value, by: Encryption) -> Option<Sealer> {
    let keys = keys.get("keys")?.as_array()?;
    let says = |key: &Value, member: &str, wanted: &str| key.get(member).and_then(Value::as_str).map(|said| said == wanted);
    let fit =
        |key: &&Value| says(key, "use", "enc") != Some(false) && says(key, "alg", by.alg.name()) != Some(false) && !jwk::is_secret(key);
    let (said, unsaid): (Vec<&Value>, Vec<&Value>) = keys.iter().filter(fit).partition(|key| key.get("use").is_some());
    said.into_iter().chain(unsaid).find_map(|key| {
        let kid = key.get("kid").and_then(Value::as_str).map(str::to_owned);
        Sealer::new(by, kid, PublicKey::of(key)?)
    })
}

const NO_KEY: OAuthError =
    ErrorCode::InvalidRequest.because("the client is registered for encrypted answers and has no public key that fits");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oidc::jwe::testing::Owner;
    use crate::store::clients::{ContentAlgorithm, KeyAlgorithm};

    #[test]
    fn a_key_encrypts_for_what_it_says_it_is_for() {
        let by = Encryption { alg: KeyAlgorithm::EcdhEs, enc: ContentAlgorithm::A256Gcm };
        let owner = Owner::new(by.alg);
        let with = |changes: &Value| {
            let mut key = owner.jwk();
            for (name, value) in changes.as_object().unwrap() {
                key[name] = value.clone();
            }
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "x" }, key] })
        };
        for good in [json!({}), json!({ "alg": "ECDH-ES" })] {
            assert!(sealer(&with(&good), by).is_some(), "{good}");
        }
        for bad in [json!({ "use": "sig" }), json!({ "alg": "ECDH-ES+A128KW" }), json!({ "alg": "ES256" }), json!({ "d": "x" })] {
            assert!(sealer(&with(&bad), by).is_none(), "{bad}");
        }
        assert!(sealer(&json!({}), by).is_none());
    }
}
