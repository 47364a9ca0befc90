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

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::{Algorithm, KeyStore};

    const TYPE: &str = "at+jwt";

    /// A token with this header, whatever it says, signed by one of our keys.
    fn forged(keys: &KeyStore, header: &Value, by: Algorithm) -> String {
        let signed = signed_part(header);
        let signature = keys.ring().current(by).unwrap().sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    fn signed_part(header: &Value) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(&json!({ "sub": "lea" })))
    }

    fn kid(keys: &KeyStore, algorithm: Algorithm) -> String {
        keys.ring().current(algorithm).unwrap().kid.clone()
    }

    fn opens(keys: &KeyStore, token: &str) -> bool {
        keys.verify::<Value>(TYPE, token).is_ok()
    }

    #[test]
    fn what_a_key_signs_it_verifies() {
        let keys = KeyStore::for_tests();
        for algorithm in Algorithm::ALL {
            let token = keys.sign(*algorithm, TYPE, &json!({ "sub": "Léa" })).unwrap();
            assert_eq!(keys.verify::<Value>(TYPE, &token), Ok(json!({ "sub": "Léa" })));
            let header = decode(token.split('.').next().unwrap()).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert_eq!(header, json!({ "alg": algorithm.name(), "kid": kid(&keys, *algorithm), "typ": TYPE }));
        }
        // RS256 has no chance in it: the same claims are the same token in every run.
        let twice = [(); 2].map(|()| KeyStore::for_tests().sign(Algorithm::RS256, TYPE, &json!({ "sub": "lea" })).unwrap());
        assert_eq!(twice[0], twice[1]);
    }

    #[test]
    fn p10_the_key_decides_the_algorithm_and_never_the_token() {
        let keys = KeyStore::for_tests();
        let (rsa, ec) = (kid(&keys, Algorithm::RS256), kid(&keys, Algorithm::ES256));
        let header = |alg: &str, kid: &str| json!({ "alg": alg, "kid": kid, "typ": TYPE });
        assert!(opens(&keys, &forged(&keys, &header("RS256", &rsa), Algorithm::RS256)), "what is forged here differs in one thing only");
        for alg in ["none", "NoNe", "", "HS256", "RS512", "PS256", "ES256", "rs256"] {
            assert!(!opens(&keys, &forged(&keys, &header(alg, &rsa), Algorithm::RS256)), "{alg}");
            assert!(!opens(&keys, &format!("{}.", signed_part(&header(alg, &rsa)))), "{alg}, stripped");
        }
        assert!(!opens(&keys, &forged(&keys, &header("ES256", &ec), Algorithm::RS256)));
        // Of every pair: the header of one, the key of another, signed by either.
        for named in Algorithm::ALL {
            for other in Algorithm::ALL.iter().filter(|other| *other != named) {
                for by in [named, other] {
                    let token = forged(&keys, &header(named.name(), &kid(&keys, *other)), *by);
                    assert!(!opens(&keys, &token), "{named:?} on a key of {other:?}, signed by {by:?}");
                }
            }
        }
    }

    #[test]
    fn p10_a_public_key_is_not_the_secret_of_an_hmac() {
        let keys = KeyStore::for_tests();
        let public = keys.jwks()["keys"][0].clone();
        let modulus = decode(public["n"].as_str().unwrap()).unwrap();
        for secret in [public.to_string().into_bytes(), public["n"].as_str().unwrap().as_bytes().to_vec(), modulus] {
            let signed = signed_part(&json!({ "alg": "HS256", "kid": public["kid"], "typ": TYPE }));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), signed.as_bytes());
            assert!(!opens(&keys, &format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))));
        }
    }

    #[test]
    fn p11_a_header_names_one_of_our_keys_and_says_nothing_else() {
        let keys = KeyStore::for_tests();
        let rsa = kid(&keys, Algorithm::RS256);
        for unknown in ["", "../../x", "' OR 1=1--", "\0", "1", &rsa[1..], &format!("{rsa} ")] {
            let header = json!({ "alg": "RS256", "kid": unknown, "typ": TYPE });
            assert!(!opens(&keys, &forged(&keys, &header, Algorithm::RS256)), "{unknown:?}");
        }
        let more = [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("crit", json!(null)),
            ("b64", json!(false)),
            ("b64", json!(true)),
            ("jwk", keys.jwks()["keys"][0].clone()),
            ("jku", json!("https://evil.test/jwks")),
            ("x5u", json!("https://evil.test/cert")),
            ("x5c", json!(["AAAA"])),
        ];
        for (member, value) in more {
            let mut header = json!({ "alg": "RS256", "kid": rsa, "typ": TYPE });
            header[member] = value;
            assert!(!opens(&keys, &forged(&keys, &header, Algorithm::RS256)), "{header}");
        }
        for missing in ["alg", "kid", "typ"] {
            let mut header = json!({ "alg": "RS256", "kid": rsa, "typ": TYPE });
            header.as_object_mut().unwrap().remove(missing);
            assert!(!opens(&keys, &forged(&keys, &header, Algorithm::RS256)), "without {missing}");
        }
    }

    #[test]
    fn p12_a_token_is_of_one_type_however_that_is_written() {
        let keys = KeyStore::for_tests();
        let typed = |typ: &str| {
            let header = json!({ "alg": "ES256", "kid": kid(&keys, Algorithm::ES256), "typ": typ });
            opens(&keys, &forged(&keys, &header, Algorithm::ES256))
        };
        for same in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
            assert!(typed(same), "{same}");
        }
        for other in ["JWT", "at+jwt ", "", "jwt", "text/at+jwt", "application/", "application/application/at+jwt", "logout+jwt", "at+jw"] {
            assert!(!typed(other), "{other:?}");
        }
    }

    #[test]
    fn p14_only_the_whole_token_is_the_token() {
        let keys = KeyStore::for_tests();
        let token = keys.sign(Algorithm::ES256, TYPE, &json!({ "sub": "lea" })).unwrap();
        for length in 0..token.len() {
            assert!(!opens(&keys, &token[..length]), "{length} characters");
        }
        for longer in
            [format!("{token}="), format!("{token}A"), format!("{token}."), format!(".{token}"), format!("{token} "), token.clone() + "\n"]
        {
            assert!(!opens(&keys, &longer), "{longer:?}");
        }
        let other = |letter: char| if letter == 'A' { 'B' } else { 'A' };
        for (at, letter) in token.char_indices().filter(|(_, letter)| *letter != '.') {
            let changed = format!("{}{}{}", &token[..at], other(letter), &token[at + 1..]);
            assert!(!opens(&keys, &changed), "character {at}");
        }
        let long = keys.sign(Algorithm::ES256, TYPE, &json!({ "sub": "a".repeat(LONGEST) })).unwrap();
        assert!(!opens(&keys, &long), "a token has a bounded length");
    }
}
