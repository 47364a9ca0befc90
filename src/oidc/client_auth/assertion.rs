//! `private_key_jwt` and `client_secret_jwt`: a client proves itself with a JWT that it signed, by a key of its own or with its secret
//! (RFC 7523 section 3, OpenID Connect Core section 9). Each is good for one use, also on another node and after a restart (row P15).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::jws;
use crate::model::{Hash, Timestamp};
use crate::oidc::profile;
use crate::random::Secret;
use crate::store::clients::Client;

/// A good assertion that must still be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// What stands for it in the store.
    pub id: Hash,
    /// Until when it must be remembered.
    pub until: Timestamp,
}

/// The claims, as the client wrote them; a number that is not whole is no instant (row P13).
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Judges an assertion that a key of the client signed; `None` for every reason alike.
pub fn check(assertion: &str, client: &Client, audiences: &[impl AsRef<str>], now: Timestamp) -> Option<Assertion> {
    let payload = jws::verify(assertion, client.settings.jwks.as_ref()?)?;
    let known = profile::of(client.settings.profile).algorithms;
    let strong = jws::algorithm(assertion).is_some_and(|algorithm| known.contains(&algorithm));
    judge(&payload, client, audiences, now).filter(|_| strong)
}

/// Judges an assertion that was signed with one of these secrets of the client; `None` for every reason alike.
pub fn check_shared(
    assertion: &str,
    client: &Client,
    secrets: &[Secret],
    audiences: &[impl AsRef<str>],
    now: Timestamp,
) -> Option<Assertion> {
    judge(&jws::verify_shared(assertion, secrets)?, client, audiences, now)
}

/// Is what was signed of this client, for us, and of this moment?
fn judge(payload: &[u8], client: &Client, audiences: &[impl AsRef<str>], now: Timestamp) -> Option<Assertion> {
    let claims: Claims = serde_json::from_slice(payload).ok()?;
    let demands = profile::of(client.settings.profile);
    let named = claims.iss == client.client_id && claims.sub == client.client_id;
    let is_ours = |audience: &String| audiences.iter().any(|ours| ours.as_ref() == audience);
    let for_us = match &claims.aud {
        Audience::One(audience) => is_ours(audience),
        Audience::Several(_) if demands.issuer_alone => false,
        Audience::Several(several) => several.iter().any(is_ours),
    };
    let alive = claims.exp > now.0 - SKEW && claims.exp <= now.0 + LONGEST_LIFE + SKEW;
    let begun = claims.nbf.is_none_or(|nbf| nbf <= now.0 + SKEW);
    let recent = claims.iat.is_none_or(|iat| iat <= now.0 + SKEW && iat >= now.0 - LONGEST_LIFE - SKEW);
    let told_apart = !claims.jti.is_empty() && claims.jti.len() <= 256;
    (named && for_us && alive && begun && recent && told_apart).then(|| Assertion {
        id: Hash::of(format!("{}\n{}", client.client_id, claims.jti).as_bytes()),
        until: Timestamp(claims.exp + SKEW + 1),
    })
}

/// Whom an assertion says it is of. Nothing is believed yet.
pub fn claimed_subject(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let payload = assertion.split('.').nth(1)?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice::<Subject>(&payload).ok().map(|claims| claims.sub)
}

/// How far two clocks may differ.
const SKEW: i64 = 60;
/// An assertion is made when it is needed; one for longer would have to be remembered for longer.
const LONGEST_LIFE: i64 = 3_600;

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "the keys of the clients played here are their own")]
mod tests {
    use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
    use serde_json::{Value, json};

    use super::*;
    use crate::oidc::testing::client;
    use crate::store::clients::Profile;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const HERE: &[&str] = &["https://id.test", "https://id.test/token"];

    fn b64(bytes: impl AsRef<[u8]>) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn claims(changes: &Value) -> Value {
        let mut claims = json!({ "iss": "app", "sub": "app", "aud": "https://id.test", "jti": "1", "exp": NOW.0 + 60, "iat": NOW.0 });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    struct Signer {
        ec: EcdsaKeyPair,
        client: Client,
    }

    impl Signer {
        fn new() -> Self {
            let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
            let point = ec.public_key().as_ref();
            let mut client = client();
            client.settings.jwks =
                Some(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k1", "x": b64(&point[1..33]), "y": b64(&point[33..]) }] }));
            Self { ec, client }
        }

        fn sign(&self, header: &Value, payload: &str) -> String {
            let signed = format!("{}.{}", b64(header.to_string()), b64(payload));
            let random = aws_lc_rs::rand::SystemRandom::new();
            let signature = self.ec.sign(&random, signed.as_bytes()).unwrap();
            format!("{signed}.{}", b64(signature))
        }

        fn judge(&self, changes: &Value) -> bool {
            let token = self.sign(&json!({ "alg": "ES256", "kid": "k1" }), &claims(changes).to_string());
            check(&token, &self.client, HERE, NOW).is_some()
        }
    }

    #[test]
    fn a_good_assertion_is_good() {
        let signer = Signer::new();
        for changes in [json!({}), json!({ "aud": ["https://id.test/token", "x"] }), json!({ "jti": "2", "nbf": NOW.0 + 59 })] {
            assert!(signer.judge(&changes), "{changes}");
        }
    }

    #[test]
    fn p13_instants_are_whole_and_near() {
        let signer = Signer::new();
        for good in [json!({ "exp": NOW.0 - 59 }), json!({ "nbf": NOW.0 + 59 }), json!({ "iat": NOW.0 + 59 })] {
            assert!(signer.judge(&good), "{good}");
        }
        for bad in [
            json!({ "exp": NOW.0 - 61 }),
            json!({ "exp": NOW.0 + 90_000 }),
            json!({ "exp": "x" }),
            json!({ "exp": -1 }),
            json!({ "exp": 1_800_000_060.5 }),
            json!({ "exp": null }),
            json!({ "nbf": NOW.0 + 61 }),
            json!({ "iat": NOW.0 - 86_400 }),
            json!({ "iat": NOW.0 + 61 }),
        ] {
            assert!(!signer.judge(&bad), "{bad}");
        }
        let overflow = claims(&json!({})).to_string().replace(&(NOW.0 + 60).to_string(), "1e400");
        let token = signer.sign(&json!({ "alg": "ES256" }), &overflow);
        assert_eq!(check(&token, &signer.client, HERE, NOW), None);
    }

    #[test]
    fn an_assertion_is_of_this_client_and_for_us() {
        let signer = Signer::new();
        for bad in [
            json!({ "iss": "b" }),
            json!({ "sub": "b" }),
            json!({ "aud": "https://else.test" }),
            json!({ "aud": [] }),
            json!({ "jti": "" }),
        ] {
            assert!(!signer.judge(&bad), "{bad}");
        }
    }

    /// FAPI 2.0 Security Profile sections 5.3.2.1 and 5.4.
    #[test]
    fn an_assertion_under_fapi2_is_for_the_issuer_alone_and_not_by_rs256() {
        let mut signer = Signer::new();
        signer.client.settings.profile = Profile::Fapi2;
        assert!(signer.judge(&json!({})));
        assert!(!signer.judge(&json!({ "aud": ["https://id.test"] })));
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = PublicKeyComponents::<Vec<u8>>::from(rsa.public_key());
        let signed = format!("{}.{}", b64(json!({ "alg": "RS256" }).to_string()), b64(claims(&json!({})).to_string()));
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        let token = format!("{signed}.{}", b64(signature));
        signer.client.settings.jwks = Some(json!({ "keys": [{ "kty": "RSA", "n": b64(&public.n), "e": b64(&public.e) }] }));
        assert!(check(&token, &signer.client, HERE, NOW).is_none());
        signer.client.settings.profile = Profile::SchoolApp;
        assert!(check(&token, &signer.client, HERE, NOW).is_some());
    }

    #[test]
    fn p10_the_key_decides_the_algorithm() {
        let signer = Signer::new();
        let payload = claims(&json!({})).to_string();
        for alg in ["none", "NoNe", "", "HS256", "RS256", "PS256", "ES384", "EdDSA"] {
            let token = signer.sign(&json!({ "alg": alg, "kid": "k1" }), &payload);
            assert_eq!(check(&token, &signer.client, HERE, NOW), None, "{alg}");
        }
        for header in [json!({ "alg": "ES256", "crit": ["b64"] }), json!({ "alg": "ES256", "b64": false }), json!({})] {
            assert_eq!(check(&signer.sign(&header, &payload), &signer.client, HERE, NOW), None, "{header}");
        }
        let good = signer.sign(&json!({ "alg": "ES256", "kid": "k1" }), &payload);
        assert!(check(&good, &signer.client, HERE, NOW).is_some());
        let stripped = good.rsplit_once('.').unwrap().0;
        for broken in
            [format!("{stripped}."), stripped.to_owned(), format!("{good}A"), format!("{good}="), good[..good.len() - 2].to_owned()]
        {
            assert_eq!(check(&broken, &signer.client, HERE, NOW), None);
        }
    }

    #[test]
    fn p10_a_public_rsa_key_is_no_shared_secret() {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = PublicKeyComponents::<Vec<u8>>::from(rsa.public_key());
        let mut client = client();
        client.settings.jwks = Some(json!({ "keys": [{ "kty": "RSA", "n": b64(&public.n), "e": b64(&public.e) }] }));
        let signed = format!("{}.{}", b64(json!({ "alg": "HS256" }).to_string()), b64(claims(&json!({})).to_string()));
        for key in [public.n.clone(), client.settings.jwks.as_ref().unwrap()["keys"][0].to_string().into_bytes()] {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
            let token = format!("{signed}.{}", b64(aws_lc_rs::hmac::sign(&key, signed.as_bytes())));
            assert_eq!(check(&token, &client, HERE, NOW), None);
        }
        let signed = format!("{}.{}", b64(json!({ "alg": "RS256" }).to_string()), b64(claims(&json!({})).to_string()));
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        assert!(check(&format!("{signed}.{}", b64(signature)), &client, HERE, NOW).is_some());
    }

    #[test]
    fn p11_a_header_names_a_registered_key_or_none() {
        let (signer, other) = (Signer::new(), Signer::new());
        let payload = claims(&json!({})).to_string();
        let own_key = other.client.settings.jwks.as_ref().unwrap()["keys"][0].clone();
        for header in [
            json!({ "alg": "ES256", "jwk": own_key }),
            json!({ "alg": "ES256", "jku": "https://canary.test/jwks" }),
            json!({ "alg": "ES256", "x5u": "https://canary.test/x" }),
        ] {
            assert_eq!(check(&other.sign(&header, &payload), &signer.client, HERE, NOW), None, "{header}");
        }
        for kid in ["../../x", "' OR 1=1--", "\0", &"k".repeat(1 << 20)] {
            let token = signer.sign(&json!({ "alg": "ES256", "kid": kid }), &payload);
            assert_eq!(check(&token, &signer.client, HERE, NOW), None);
        }
    }
}
