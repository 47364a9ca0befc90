//! Z3: keys and signatures of apps. What we believe, another library (jsonwebtoken) believes too, under the key that was meant and by
//! the algorithm that key is for; and what is believed says, read by another reader, what it must say.
//!
//! The first byte is what is judged, the second who signs, the third how the end is broken; then come header and payload, with a zero
//! byte between them. `$jwk` in a header is the public key of whoever signs.

#![no_main]

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use libfuzzer_sys::fuzz_target;
use preau::keys::Algorithm as Ours;
use preau::oidc::client_auth::jwk::PublicKey;
use preau::oidc::client_auth::{assertion, jws};
use preau::oidc::dpop::proof;
use preau::random::Secret;
use preau::store::clients::Settings;
use preau_fuzz::keys::{self, b64};
use preau_fuzz::{NOW, SECRET, client};
use serde_json::Value;

const HERE: &[&str] = &["https://id.test", "https://id.test/token"];

fuzz_target!(|data: &[u8]| {
    let &[what, who, broken, ref rest @ ..] = data else { return };
    match what % 6 {
        0 => raw(rest),
        1 => key(rest),
        _ => {
            let Some(token) = built(who, broken, rest) else { return };
            match what % 6 {
                2 => signed(&token),
                3 => asserted(&token),
                4 => shared(&token),
                _ => proven(&token),
            }
        }
    }
});

/// A token of this header and this payload, really signed; and perhaps broken afterwards.
fn built(who: u8, broken: u8, rest: &[u8]) -> Option<String> {
    let at = rest.iter().position(|byte| *byte == 0)?;
    let (header, payload) = (&rest[..at], &rest[at + 1..]);
    let signers = &*keys::ALL;
    let signer = usize::from(who) % (signers.len() + 3);
    let header = match signers.get(signer) {
        Some(key) => String::from_utf8_lossy(header).replace("$jwk", &key.jwk.to_string()),
        None => String::from_utf8_lossy(header).into_owned(),
    };
    let text = format!("{}.{}", b64(header), b64(payload));
    let mac = |algorithm| b64(hmac::sign(&hmac::Key::new(algorithm, SECRET.as_bytes()), text.as_bytes()));
    let signature = match signer.checked_sub(signers.len()) {
        None => signers[signer].sign(text.as_bytes()),
        Some(0) => mac(hmac::HMAC_SHA256),
        Some(1) => mac(hmac::HMAC_SHA512),
        // The public key of an RSA key as a shared secret.
        _ => b64(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, signers[0].jwk.to_string().as_bytes()), text.as_bytes())),
    };
    let mut token = format!("{text}.{signature}").into_bytes();
    if broken > 0 {
        let at = token.len().checked_sub(1 + usize::from(broken / 8) % token.len())?;
        token[at] ^= 1 << (broken % 8);
    }
    String::from_utf8(token).ok()
}

fn raw(bytes: &[u8]) {
    let Ok(token) = std::str::from_utf8(bytes) else { return };
    signed(token);
    asserted(token);
    shared(token);
    proven(token);
    let _ = assertion::claimed_subject(token);
    let _ = jws::unverified::<Value>(token);
}

/// A key that we read, another library reads.
fn key(bytes: &[u8]) {
    let Ok(read) = serde_json::from_slice::<Value>(bytes) else { return };
    let _ = jws::check_keys(&read);
    let Some(ours) = PublicKey::of(&read) else { return };
    assert!(["d", "k", "p", "q", "dp", "dq", "qi"].iter().all(|name| read.get(name).is_none()), "a private key is taken: {read}");
    for algorithm in Ours::ALL {
        let _ = ours.verifies(*algorithm, b"x", &[0; 64]);
    }
    let members: Vec<&str> = ["kty", "crv", "n", "e", "x", "y"].into_iter().filter(|name| read.get(name).is_some()).collect();
    let plain: Value = members.into_iter().map(|name| (name.to_owned(), read[name].clone())).collect::<serde_json::Map<_, _>>().into();
    let Ok(theirs) = serde_json::from_value::<Jwk>(plain) else { panic!("a key that nobody else reads: {read}") };
    assert!(DecodingKey::from_jwk(&theirs).is_ok(), "a key that nobody else reads: {read}");
}

fn header_of(token: &str) -> Value {
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap_or_default()).unwrap_or_default();
    serde_json::from_slice(&header).unwrap_or_default()
}

fn payload_of(token: &str) -> Value {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap_or_default()).unwrap_or_default();
    serde_json::from_slice(&payload).unwrap_or_default()
}

/// What the header names, as the other library names it; nothing for what clients may not sign by.
fn named(header: &Value) -> Option<Algorithm> {
    Some(match header["alg"].as_str()? {
        "RS256" => Algorithm::RS256,
        "PS256" => Algorithm::PS256,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => return None,
    })
}

/// By this key, the other library says.
fn believed(token: &str, jwk: &Value, by: Algorithm) -> bool {
    let Some((text, signature)) = token.rsplit_once('.') else { return false };
    let Ok(jwk) = serde_json::from_value::<Jwk>(jwk.clone()) else { return false };
    let fits = match by {
        Algorithm::RS256 | Algorithm::PS256 => "RSA",
        Algorithm::ES256 | Algorithm::ES384 => "EC",
        _ => "OKP",
    };
    let Ok(key) = DecodingKey::from_jwk(&jwk) else { return false };
    let kind = serde_json::to_value(&jwk.algorithm).unwrap_or_default();
    kind["kty"] == fits && crypto::verify(signature, text.as_bytes(), &key, by).unwrap_or(false)
}

/// The key that was meant, by the header's algorithm and by the key's own.
fn by_one_of(token: &str, set: &Value) -> bool {
    let header = header_of(token);
    assert!(header.get("crit").is_none() && header.get("b64").is_none(), "{header}");
    let by = named(&header).unwrap_or_else(|| panic!("believed by {header}"));
    let meant = |key: &&Value| {
        header.get("kid").is_none_or(|kid| kid.is_null() || key["kid"] == *kid) && key.get("alg").is_none_or(|alg| *alg == header["alg"])
    };
    set["keys"].as_array().into_iter().flatten().filter(meant).any(|key| believed(token, key, by))
}

fn signed(token: &str) {
    let set = keys::set();
    if let Some(payload) = jws::verify(token, &set) {
        assert!(by_one_of(token, &set), "only we believe {token}");
        assert_eq!(b64(payload), token.split('.').nth(1).unwrap_or_default());
    }
}

/// Who, for whom, when, and told apart: read by names and not by structures.
fn says(token: &str, name: &str) {
    let claims = payload_of(token);
    let ours = |audience: &Value| audience.as_str().is_some_and(|audience| HERE.contains(&audience));
    let for_us = ours(&claims["aud"]) || claims["aud"].as_array().is_some_and(|several| several.iter().any(ours));
    let until = claims["exp"].as_i64().unwrap_or_default();
    assert!(claims["iss"] == name && claims["sub"] == name && for_us, "{claims}");
    assert!(until > NOW.0 - 61 && until <= NOW.0 + 3_660, "{claims}");
    assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()), "{claims}");
}

fn asserted(token: &str) {
    let of = client("signer", Settings { jwks: Some(keys::set()), ..Settings::default() });
    if assertion::check(token, &of, HERE, NOW).is_some() {
        assert!(by_one_of(token, &keys::set()), "only we believe {token}");
        says(token, "signer");
    }
}

fn shared(token: &str) {
    let of = client("sharer", Settings::default());
    if assertion::check_shared(token, &of, &[Secret::new(SECRET)], HERE, NOW).is_some() {
        let header = header_of(token);
        assert_eq!(header["alg"], "HS256");
        let (text, signature) = token.rsplit_once('.').unwrap_or_default();
        let key = DecodingKey::from_secret(SECRET.as_bytes());
        assert!(crypto::verify(signature, text.as_bytes(), &key, Algorithm::HS256).unwrap_or(false), "only we believe {token}");
        says(token, "sharer");
    }
}

fn proven(token: &str) {
    let addresses = ["https://id.test/token".to_owned()];
    let expected = proof::Expected { method: "POST", addresses: &addresses, access_token: None, algorithms: Ours::ALL, now: NOW };
    let Ok(proof) = proof::check(token, &expected) else { return };
    let (header, claims) = (header_of(token), payload_of(token));
    assert!(header["typ"].as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("dpop+jwt")), "{header}");
    assert!(header["jwk"].get("d").is_none(), "a private key is taken: {header}");
    let by = named(&header).unwrap_or_else(|| panic!("believed by {header}"));
    assert!(believed(token, &header["jwk"], by), "only we believe {token}");
    let jwk: Jwk = serde_json::from_value(header["jwk"].clone()).expect("it was read before");
    assert_eq!(proof.key, jwk.thumbprint(ThumbprintHash::SHA256), "another key: {header}");
    assert_eq!(claims["htm"], "POST");
    assert!(claims["iat"].as_i64().is_some_and(|iat| (iat - NOW.0).abs() <= 60), "{claims}");
    let there = url::Url::parse(claims["htu"].as_str().unwrap_or_default()).expect("it was read before");
    assert_eq!((there.scheme(), there.host_str(), there.port(), there.path()), ("https", Some("id.test"), None, "/token"), "{claims}");
}
