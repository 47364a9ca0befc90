//! Signed authorization requests (RFC 9101, OpenID Connect Core section 6): who signed, for whom, until when, and what they
//! ask. A client's key signs or nothing does: there is no `none` (row P10).

use serde_json::{Map, Value};

use super::client_auth::jws;
use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use super::profile;
use crate::model::Timestamp;
use crate::store::clients::Client;

/// The parameters that `object` asks with, if one of the client's keys signed it.
pub fn read(object: &str, client: &Client, issuer: &str, now: Timestamp) -> Result<Params, OAuthError> {
    may_sign(object, client)?;
    let payload = client.settings.jwks.as_ref().and_then(|keys| jws::verify(object, keys)).ok_or(NOT_SIGNED)?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload).map_err(|_| NOT_SIGNED)?;
    for rule in RULES {
        rule(&Object { claims: &claims, client, issuer, now })?;
    }
    let asked = claims.into_iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str()));
    Params::of(asked.filter_map(|(name, value)| Some((name, text(value)?)))).ok_or(UNREADABLE)
}

struct Object<'a> {
    claims: &'a Map<String, Value>,
    client: &'a Client,
    issuer: &'a str,
    now: Timestamp,
}

impl Object<'_> {
    /// A whole number of seconds; `Err` for anything else (row P13).
    fn instant(&self, name: &str) -> Result<Option<i64>, OAuthError> {
        self.claims.get(name).map(|value| value.as_i64().ok_or(NOT_AN_INSTANT)).transpose()
    }

    fn is_strict(&self) -> bool {
        profile::of(self.client.settings.profile).strict_request_objects
    }
}

type Rule = fn(&Object<'_>) -> Result<(), OAuthError>;

const RULES: &[Rule] = &[of_this_client, for_us, not_over, begun, not_nested];

/// The client's profile and its registration say what may sign; the header is believed in this alone, and the key is asked
/// again.
fn may_sign(object: &str, client: &Client) -> Result<(), OAuthError> {
    let by = jws::algorithm(object).ok_or(OTHER_ALGORITHM)?;
    let registered = client.settings.requests.object_alg.is_none_or(|registered| registered == by);
    let allowed = profile::of(client.settings.profile).algorithms.contains(&by);
    if registered && allowed { Ok(()) } else { Err(OTHER_ALGORITHM) }
}

/// RFC 9101 section 4: whoever signs is whoever asks.
fn of_this_client(object: &Object<'_>) -> Result<(), OAuthError> {
    let names_it = |name: &str| object.claims.get(name).is_none_or(|named| *named == *object.client.client_id);
    match names_it("client_id") && names_it("iss") {
        true => Ok(()),
        false => Err(ErrorCode::InvalidRequestObject.because("client_id and iss of the request object are not this client's")),
    }
}

/// RFC 9101 section 4, FAPI 2.0 Message Signing section 5.3.1.
fn for_us(object: &Object<'_>) -> Result<(), OAuthError> {
    let fits = match object.claims.get("aud") {
        None => !object.is_strict(),
        Some(Value::String(audience)) => audience == object.issuer,
        Some(Value::Array(several)) => several.iter().any(|audience| audience == object.issuer),
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(ErrorCode::InvalidRequestObject.because("aud of the request object must be the issuer")) }
}

/// The same: not over, and not for longer than an hour after it begins to count.
fn not_over(object: &Object<'_>) -> Result<(), OAuthError> {
    let over = ErrorCode::InvalidRequestObject.because("the request object is over, or for longer than an hour, or says no end (exp)");
    let (end, begin) = (object.instant("exp")?, object.instant("nbf")?);
    let fits = match end {
        None => !object.is_strict(),
        Some(end) => end > object.now.0 - SKEW && begin.is_none_or(|begin| end.saturating_sub(begin) <= AN_HOUR),
    };
    if fits { Ok(()) } else { Err(over) }
}

/// The same: it counts already, and has not counted for longer than an hour.
fn begun(object: &Object<'_>) -> Result<(), OAuthError> {
    let fits = match object.instant("nbf")? {
        None => !object.is_strict(),
        Some(begin) => begin <= object.now.0 + SKEW && (!object.is_strict() || begin >= object.now.0 - AN_HOUR),
    };
    if fits { Ok(()) } else { Err(ErrorCode::InvalidRequestObject.because("the request object does not count yet, or no longer (nbf)")) }
}

/// RFC 9101 section 4.
fn not_nested(object: &Object<'_>) -> Result<(), OAuthError> {
    match ["request", "request_uri"].iter().any(|name| object.claims.contains_key(*name)) {
        true => Err(ErrorCode::InvalidRequestObject.because("a request object holds no other")),
        false => Ok(()),
    }
}

/// A parameter as a form would carry it.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// Claims of the JWT itself; whatever else stands in it is a parameter.
const OF_THE_JWT: &[&str] = &["iss", "aud", "exp", "nbf", "iat", "jti", "sub", "typ"];
const NOT_SIGNED: OAuthError = ErrorCode::InvalidRequestObject.because("the request object is not signed by a key of this client");
const OTHER_ALGORITHM: OAuthError =
    ErrorCode::InvalidRequestObject.because("the algorithm of the request object is not one for this client");
const NOT_AN_INSTANT: OAuthError = ErrorCode::InvalidRequestObject.because("exp and nbf of the request object must be whole seconds");
const UNREADABLE: OAuthError =
    ErrorCode::InvalidRequestObject.because("a parameter of the request object is too long, or there are too many");
/// How far two clocks may differ.
const SKEW: i64 = 60;
const AN_HOUR: i64 = 3_600;

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "the keys of the client played here are its own")]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::oidc::testing::client;
    use crate::store::clients::Profile;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const HERE: &str = "https://id.test";

    struct Signer {
        pair: EcdsaKeyPair,
        client: Client,
    }

    impl Signer {
        fn new(profile: Profile) -> Self {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
            let point = pair.public_key().as_ref();
            let b64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
            let keys = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "x": b64(&point[1..33]), "y": b64(&point[33..]) }] });
            let mut client = client();
            (client.settings.profile, client.settings.jwks) = (profile, Some(keys));
            Self { pair, client }
        }

        fn signed(&self, header: &Value, changes: &Value) -> String {
            let mut claims = json!({ "iss": "app", "aud": HERE, "client_id": "app", "scope": "openid", "state": "inside", "max_age": 60,
                "exp": NOW.0 + 300, "nbf": NOW.0, "claims": { "userinfo": { "name": null } } });
            for (name, value) in changes.as_object().unwrap() {
                match value.is_null() {
                    true => claims.as_object_mut().unwrap().remove(name),
                    false => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
                };
            }
            let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", part(header), part(&claims));
            let signature = self.pair.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
        }

        fn judge(&self, changes: &Value) -> Result<Params, &'static str> {
            let object = self.signed(&json!({ "alg": "ES256", "kid": "k" }), changes);
            read(&object, &self.client, HERE, NOW).map_err(|error| error.code.word())
        }
    }

    #[test]
    fn a_signed_request_asks_what_it_says() {
        let params = Signer::new(Profile::Fapi2).judge(&json!({})).unwrap();
        assert_eq!((params.get("state"), params.get("max_age")), (Some("inside"), Some("60")));
        assert_eq!(params.get("claims"), Some(r#"{"userinfo":{"name":null}}"#));
        assert_eq!((params.get("exp"), params.get("iss"), params.get("aud")), (None, None, None));
    }

    #[test]
    fn p13_a_strict_request_begins_and_ends() {
        let signer = Signer::new(Profile::Fapi2);
        let good = [
            json!({ "nbf": NOW.0 + 8 }),
            json!({ "aud": ["https://other.test", HERE] }),
            json!({ "nbf": NOW.0 - 3_500, "exp": NOW.0 + 60 }),
        ];
        for changes in good {
            assert!(signer.judge(&changes).is_ok(), "{changes}");
        }
        let bad = [
            json!({ "exp": null }),
            json!({ "nbf": null }),
            json!({ "aud": null }),
            json!({ "aud": "https://other.test" }),
            json!({ "exp": NOW.0 - 61 }),
            json!({ "exp": NOW.0 + 3_700 }),
            json!({ "nbf": NOW.0 + 61 }),
            json!({ "nbf": NOW.0 - 3_700 }),
            json!({ "exp": "tomorrow" }),
            json!({ "exp": 1.5 }),
            json!({ "iss": "other" }),
            json!({ "client_id": "other" }),
            json!({ "request": "x" }),
            json!({ "request_uri": "https://rp.test/r" }),
            json!({ "state": "x".repeat(5_000) }),
        ];
        for changes in bad {
            assert_eq!(signer.judge(&changes).err(), Some("invalid_request_object"), "{changes}");
        }
    }

    #[test]
    fn an_older_app_may_leave_out_what_fapi_asks() {
        let signer = Signer::new(Profile::Openid);
        assert!(signer.judge(&json!({ "exp": null, "nbf": null, "aud": null, "iss": null, "client_id": null })).is_ok());
        assert!(signer.judge(&json!({ "exp": NOW.0 - 61 })).is_err(), "what it says counts");
    }

    #[test]
    fn p10_the_key_decides_and_none_is_no_algorithm() {
        let mut signer = Signer::new(Profile::Openid);
        for alg in ["none", "NoNe", "", "HS256", "RS256"] {
            let object = signer.signed(&json!({ "alg": alg }), &json!({}));
            assert!(read(&object, &signer.client, HERE, NOW).is_err(), "{alg}");
        }
        let good = signer.signed(&json!({ "alg": "ES256" }), &json!({}));
        let keyless =
            Client { settings: crate::store::clients::Settings { jwks: None, ..signer.client.settings.clone() }, ..signer.client.clone() };
        assert!(read(&good, &keyless, HERE, NOW).is_err(), "a client without keys signs nothing");
        let stripped = good.rsplit_once('.').unwrap().0;
        assert!(read(&format!("{stripped}."), &signer.client, HERE, NOW).is_err());
        signer.client.settings.requests.object_alg = Some(crate::keys::Algorithm::RS256);
        assert!(read(&good, &signer.client, HERE, NOW).is_err(), "it is registered for another");
    }
}
