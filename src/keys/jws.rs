//! Compact signatures (RFC 7515) by our own keys. The key decides the algorithm and never the token (row P10); a header
//! names one of our keys and says nothing else (row P11).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ring::Ring;
use super::signing::SigningKey;
use super::{BadToken, KeyError};

/// What stands in the headers that we write, and all that may stand in those that we read: `crit`, `jku`, `jwk`, `x5c`
/// and whatever else is refused by not being known.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: &'a str,
    kid: &'a str,
    typ: &'a str,
}

/// A token of these claims.
pub(super) fn sign<C: Serialize>(key: &SigningKey, typ: &str, claims: &C) -> Result<String, KeyError> {
    let header = Header { alg: key.algorithm.name(), kid: &key.kid, typ };
    let header = serde_json::to_vec(&header).expect("a header is three strings");
    let claims = serde_json::to_vec(claims).map_err(|_| KeyError::Crypto("the claims are no JSON"))?;
    let mut token = String::with_capacity(SIGNATURE + (header.len() + claims.len()).div_ceil(3) * 4);
    BASE64_URL_SAFE_NO_PAD.encode_string(header, &mut token);
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// The claims of a token of this type that one of these keys signed.
pub(super) fn verify<C: DeserializeOwned>(ring: &Ring, typ: &str, token: &str) -> Result<C, BadToken> {
    if token.len() > LONGEST {
        return Err(BadToken);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(BadToken)?;
    let (header, claims) = signed.split_once('.').ok_or(BadToken)?;
    let header = decode(header)?;
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| BadToken)?;
    let key = ring.find(header.kid).ok_or(BadToken)?;
    if header.alg != key.algorithm.name() || !is_type(header.typ, typ) || !key.verifies(signed.as_bytes(), &decode(signature)?) {
        return Err(BadToken);
    }
    serde_json::from_slice(&decode(claims)?).map_err(|_| BadToken)
}

/// Types are compared without their case, and with or without their `application/` (RFC 7515 section 4.1.9).
fn is_type(found: &str, wanted: &str) -> bool {
    short(found).eq_ignore_ascii_case(short(wanted))
}

fn short(typ: &str) -> &str {
    match typ.split_at_checked(APPLICATION.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(APPLICATION) && !rest.contains('/') => rest,
        _ => typ,
    }
}

fn decode(text: &str) -> Result<Vec<u8>, BadToken> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| BadToken)
}

const APPLICATION: &str = "application/";
/// More than any of our tokens has, and little enough to look at for anybody who asks.
const LONGEST: usize = 8 * 1024;
/// The longest signature in base64, and the dots.
const SIGNATURE: usize = 520;
