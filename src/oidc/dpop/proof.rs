//! What a DPoP proof must be (RFC 9449 section 4.3): a pure rule. A proof brings its own key; what it proves is that whoever
//! sent this request, to this address and just now, holds it.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use url::Url;

use crate::keys::Algorithm;
use crate::model::{Hash, Timestamp};
use crate::oidc::client_auth::jws;
use crate::oidc::error::{ErrorCode, OAuthError};

/// The request that a proof came with.
pub struct Expected<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its address; several where one endpoint stands at several.
    pub addresses: &'a [String],
    /// The access token that it presents.
    pub access_token: Option<&'a str>,
    /// What may sign.
    pub algorithms: &'a [Algorithm],
    /// Its instant.
    pub now: Timestamp,
}

/// A good proof that must still be spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of its key (RFC 7638).
    pub key: String,
    /// What stands for it in the store.
    pub id: Hash,
    /// Until when it must be remembered.
    pub until: Timestamp,
    /// The server's word that it repeats.
    pub nonce: Option<String>,
}

/// RFC 9449 section 4.2; a number that is not whole is no instant (row P13). `exp`, `nbf` and whatever else says nothing here.
#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Judges a proof.
pub fn check(proof: &str, expected: &Expected<'_>) -> Result<Proof, OAuthError> {
    let signed = jws::by_its_own_key(proof, TYPE).ok_or(NOT_SIGNED)?;
    if !expected.algorithms.contains(&signed.algorithm) {
        return Err(ErrorCode::InvalidDpopProof.because("alg of the DPoP proof is not one for this client"));
    }
    let claims: Claims = serde_json::from_slice(&signed.payload).map_err(|_| NOT_WHOLE)?;
    for rule in RULES {
        rule(&claims, expected)?;
    }
    let key = signed.key.thumbprint();
    let id = Hash::of(format!("{key}\n{}", claims.jti).as_bytes());
    Ok(Proof { key, id, until: Timestamp(claims.iat + SKEW + 1), nonce: claims.nonce })
}

type Rule = fn(&Claims, &Expected<'_>) -> Result<(), OAuthError>;

const RULES: &[Rule] = &[method, address, recent, access_token, told_apart];

/// RFC 9449 section 4.3, point 8.
fn method(claims: &Claims, expected: &Expected<'_>) -> Result<(), OAuthError> {
    match claims.htm == expected.method {
        true => Ok(()),
        false => Err(ErrorCode::InvalidDpopProof.because("htm of the DPoP proof is not the method of the request")),
    }
}

/// RFC 9449 section 4.3, point 9: without query and fragment, and after what RFC 3986 sections 6.2.2 and 6.2.3 make equal.
fn address(claims: &Claims, expected: &Expected<'_>) -> Result<(), OAuthError> {
    let named = Url::parse(&claims.htu).ok().map(|mut named| {
        named.set_query(None);
        named.set_fragment(None);
        named
    });
    let is_here = |named: Url| expected.addresses.iter().any(|address| Url::parse(address).is_ok_and(|address| address == named));
    match named.is_some_and(is_here) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidDpopProof.because("htu of the DPoP proof is not the address of the request")),
    }
}

/// RFC 9449 section 4.3, point 11.
fn recent(claims: &Claims, expected: &Expected<'_>) -> Result<(), OAuthError> {
    match (expected.now.0 - SKEW..=expected.now.0 + SKEW).contains(&claims.iat) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidDpopProof.because("iat of the DPoP proof is not now: look at the clock")),
    }
}

/// RFC 9449 section 4.3, point 12.
fn access_token(claims: &Claims, expected: &Expected<'_>) -> Result<(), OAuthError> {
    let Some(token) = expected.access_token else { return Ok(()) };
    let hash = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()));
    match claims.ath.as_ref().is_some_and(|ath| ath.as_bytes().ct_eq(hash.as_bytes()).into()) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidDpopProof.because("ath of the DPoP proof is not the hash of the access token")),
    }
}

/// A proof is known again by its `jti`.
fn told_apart(claims: &Claims, _: &Expected<'_>) -> Result<(), OAuthError> {
    match (1..=LONGEST_ID).contains(&claims.jti.len()) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidDpopProof.because("jti of the DPoP proof is empty or too long")),
    }
}

const TYPE: &str = "dpop+jwt";
const NOT_SIGNED: OAuthError =
    ErrorCode::InvalidDpopProof.because("the DPoP proof is not a JWT of typ dpop+jwt that is signed by the public key in its header (jwk)");
const NOT_WHOLE: OAuthError =
    ErrorCode::InvalidDpopProof.because("the DPoP proof lacks jti, htm, htu or iat, or one is not what it must be");
/// How far two clocks may differ; also how long a proof is good.
const SKEW: i64 = 60;
const LONGEST_ID: usize = 256;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::oidc::testing::KeyHolder;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const TOKEN: &str = "a.b.c";

    fn claims(changes: &Value) -> Value {
        let mut claims = json!({
            "jti": "1", "htm": "POST", "htu": "https://id.test/token", "iat": NOW.0,
            "ath": BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, TOKEN.as_bytes())),
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    fn judge_as(holder: &KeyHolder, header: &Value, payload: &str) -> Result<Proof, OAuthError> {
        let expected = Expected {
            method: "POST",
            addresses: &["https://id.test/token".to_owned(), "https://mtls.id.test/token".to_owned()],
            access_token: Some(TOKEN),
            algorithms: Algorithm::ALL,
            now: NOW,
        };
        check(&holder.sign(header, payload), &expected)
    }

    fn judge(changes: &Value) -> Result<Proof, OAuthError> {
        let holder = KeyHolder::new();
        judge_as(&holder, &holder.header(), &claims(changes).to_string())
    }

    #[test]
    fn a_proof_of_this_request_is_good() {
        for good in [
            json!({}),
            json!({ "iat": NOW.0 - 60 }),
            json!({ "iat": NOW.0 + 60 }),
            json!({ "exp": NOW.0 - 1, "nbf": NOW.0 + 1, "extra": [1] }),
            json!({ "htu": "HTTPS://ID.test:443/token?x=1#y" }),
            json!({ "htu": "https://id.test/x/../token" }),
            json!({ "htu": "https://mtls.id.test/token" }),
        ] {
            assert!(judge(&good).is_ok(), "{good}");
        }
        let holder = KeyHolder::new();
        let proof = judge_as(&holder, &holder.header(), &claims(&json!({ "nonce": "n" })).to_string()).unwrap();
        assert_eq!((proof.key, proof.nonce.as_deref(), proof.until), (holder.thumbprint(), Some("n"), Timestamp(NOW.0 + 61)));
    }

    #[test]
    fn p13_a_proof_of_another_request_or_time_is_none() {
        for bad in [
            json!({ "htm": "GET" }),
            json!({ "htm": "post" }),
            json!({ "htm": null }),
            json!({ "htu": "https://id.test/par" }),
            json!({ "htu": "https://id.test/token/" }),
            json!({ "htu": "https://id.test/TOKEN" }),
            json!({ "htu": "http://id.test/token" }),
            json!({ "htu": "https://id.test:8443/token" }),
            json!({ "htu": "https://evil.test/token" }),
            json!({ "htu": "/token" }),
            json!({ "htu": null }),
            json!({ "iat": NOW.0 - 61 }),
            json!({ "iat": NOW.0 + 61 }),
            json!({ "iat": "x" }),
            json!({ "iat": -1 }),
            json!({ "iat": 1_800_000_000.5 }),
            json!({ "iat": null }),
            json!({ "jti": "" }),
            json!({ "jti": "j".repeat(257) }),
            json!({ "jti": null }),
            json!({ "ath": null }),
            json!({ "ath": "AAAA" }),
        ] {
            assert_eq!(judge(&bad).err().map(|error| error.code), Some(ErrorCode::InvalidDpopProof), "{bad}");
        }
        let holder = KeyHolder::new();
        let overflow = claims(&json!({})).to_string().replace(&NOW.0.to_string(), "1e400");
        assert!(judge_as(&holder, &holder.header(), &overflow).is_err());
    }

    #[test]
    fn p10_p11_p12_a_proof_is_signed_by_the_public_key_that_it_brings() {
        let (holder, other) = (KeyHolder::new(), KeyHolder::new());
        let payload = claims(&json!({})).to_string();
        let header = |changes: Value| {
            let mut header = holder.header();
            for (name, value) in changes.as_object().unwrap() {
                header[name] = value.clone();
            }
            header
        };
        let private = {
            let mut jwk = holder.header()["jwk"].clone();
            jwk["d"] = "AAAA".into();
            jwk
        };
        for bad in [
            json!({ "alg": "none" }),
            json!({ "alg": "NoNe" }),
            json!({ "alg": "" }),
            json!({ "alg": "HS256" }),
            json!({ "alg": "RS256" }),
            json!({ "alg": "ES384" }),
            json!({ "alg": null }),
            json!({ "typ": "JWT" }),
            json!({ "typ": "at+jwt" }),
            json!({ "typ": null }),
            json!({ "jwk": other.header()["jwk"] }),
            json!({ "jwk": private }),
            json!({ "jwk": { "kty": "oct", "k": "AAAA" } }),
            json!({ "jwk": null }),
            json!({ "crit": ["exp"] }),
            json!({ "b64": false }),
        ] {
            assert!(judge_as(&holder, &header(bad.clone()), &payload).is_err(), "{bad}");
        }
        let more = json!({ "kid": "../../x", "jku": "https://canary.test/jwks", "x5c": ["AAAA"], "extra": 1 });
        assert!(judge_as(&holder, &header(more), &payload).is_ok(), "what is not understood says nothing");
        let good = holder.sign(&holder.header(), &payload);
        let expected = |proof: &str| {
            let here = ["https://id.test/token".to_owned()];
            let algorithms = &[Algorithm::PS256];
            check(proof, &Expected { method: "POST", addresses: &here, access_token: None, algorithms, now: NOW })
        };
        assert!(expected(&good).is_err(), "ES256 is not among what may sign");
        for broken in
            ["", "x", "a.b.c", &good[..good.len() - 2], good.rsplit_once('.').unwrap().0, &format!("{good}A"), &format!("{good}=")]
        {
            assert!(expected(broken).is_err());
        }
    }
}
