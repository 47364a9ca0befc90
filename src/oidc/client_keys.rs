//! A client's public keys, by what they are for. Whoever encrypts or will verify asks here and need not know where they stand.

use serde_json::Value;

use super::client_auth::jwk::{self, PublicKey};
use super::error::{ErrorCode, OAuthError};
use super::jwe::Sealer;
use crate::store::clients::{Client, Encryption};

/// What encrypts for this client.
pub async fn for_encryption(client: &Client, by: Encryption) -> Result<Sealer, OAuthError> {
    client.settings.jwks.as_ref().and_then(|keys| sealer(keys, by)).ok_or(NO_KEY)
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
