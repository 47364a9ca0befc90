//! Requests that were pushed (RFC 9126) or signed (RFC 9101), over HTTP.

#![expect(clippy::disallowed_types, reason = "the keys of the apps played here are their own")]

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::agent::Agent;
use super::relying_party::{CALLBACK, Callback, RelyingParty};
use super::world::World;
use crate::store::clients::Profile;

#[tokio::test]
async fn p26_a_pushed_request_is_its_clients_for_a_minute_and_for_one_answer() {
    let world = World::new().await;
    let (rp, other) = (RelyingParty::first_party(&world).await, RelyingParty::first_party(&world).await);
    let mut agent = world.signed_in().await;
    let pushed = rp.push(&world, &[("ui_locales", "fr")], &[]).await;
    assert_eq!((pushed.status, pushed.header("cache-control").as_str()), (StatusCode::CREATED, "no-store"));
    assert_eq!(pushed.json()["expires_in"], 60);
    let here = rp.pushed(&pushed);
    // Somebody who is not signed in looks at it, and uses nothing up.
    assert!(Agent::new(&world).get(&here).await.location().ends_with("?language=fr"));
    let theirs = here.replace(&rp.client.client_id, &other.client.client_id);
    let refused = agent.get(&theirs).await;
    assert_eq!((refused.status, refused.location().as_str()), (StatusCode::BAD_REQUEST, ""), "another client's");
    // What stands beside it does not count.
    let Callback::Code(code) = rp.callback(&world, &agent.get(&format!("{here}&scope=openid+edu_grade&state=x")).await) else { panic!() };
    assert_eq!(rp.exchange(&world, &code).await.status, StatusCode::OK);
    let again = agent.get(&here).await;
    assert_eq!(again.text_of("error-code").as_deref(), Some("invalid_request_uri"));
    let late = rp.pushed(&rp.push(&world, &[], &[]).await);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(agent.get(&late).await.text_of("error-code").as_deref(), Some("invalid_request_uri"), "after a minute");
}

#[tokio::test]
async fn p26_what_cannot_be_asked_cannot_be_pushed() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let table: &[(&[(&str, &str)], &str)] = &[
        (&[("redirect_uri", "https://evil.test/cb")], "invalid_request"),
        (&[("redirect_uri", "")], "invalid_request"),
        (&[("request_uri", "https://rp.test/r")], "invalid_request"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("scope", "openid edu_student_number")], "invalid_scope"),
    ];
    for (changes, word) in table {
        let refused = rp.push(&world, changes, &[]).await;
        assert_eq!((refused.status, refused.error().as_str()), (StatusCode::BAD_REQUEST, *word), "{changes:?}");
    }
    let stranger = [("client_id", rp.client.client_id.as_str()), ("client_secret", "wrong"), ("redirect_uri", CALLBACK)];
    let refused = Agent::new(&world).send(Method::POST, "/par", &[], Some(&stranger)).await;
    assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    let pushes_only = RelyingParty::registered(&world, |settings| settings.requests.pushed_only = true).await;
    assert_eq!(pushes_only.refusal(&world, &mut world.signed_in().await, &[]).await, "invalid_request");
}

/// An app that signs its requests.
struct Signer {
    rp: RelyingParty,
    pair: EcdsaKeyPair,
}

impl Signer {
    async fn new(world: &World, profile: Profile, signed_only: bool) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let b64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let keys = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "x": b64(&point[1..33]), "y": b64(&point[33..]) }] });
        let rp = RelyingParty::registered(world, |settings| {
            settings.first_party = true;
            settings.profile = profile;
            settings.jwks = Some(keys);
            settings.requests.signed_only = signed_only;
        });
        Self { rp: rp.await, pair }
    }

    /// Everything that the usual request asks, with changes, signed.
    fn whole(&self, changes: &[(&str, &str)]) -> String {
        let address = self.rp.request(changes);
        let asked = form_urlencoded::parse(address.split_once('?').unwrap().1.as_bytes()).into_owned();
        self.sign(&asked.map(|(name, value)| (name, Value::from(value))).collect())
    }

    fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": "k", "typ": "oauth-authz-req+jwt" })), part(claims));
        let signature = self.pair.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

#[tokio::test]
async fn a_signed_request_counts_for_what_it_says() {
    let world = World::new().await;
    let mut agent = world.signed_in().await;
    for profile in [Profile::SchoolApp, Profile::Openid] {
        let app = Signer::new(&world, profile, false).await;
        let object =
            app.sign(&json!({ "client_id": app.rp.client.client_id, "aud": world.issuer(), "scope": "openid", "max_age": 10_000 }));
        let Callback::Code(code) = app.rp.callback(&world, &agent.get(&app.rp.request(&[("request", &object)])).await) else { panic!() };
        let tokens = app.rp.exchange(&world, &code).await.json();
        assert_eq!(tokens["scope"], "openid", "what it says stands over what stands beside it");
        let pushed = app.rp.push(&world, &[("request", &object)], &[]).await;
        let answer = agent.get(&app.rp.pushed(&pushed)).await;
        assert!(matches!(app.rp.callback(&world, &answer), Callback::Code(_)), "pushed and signed");
        // An address inside that is not registered goes nowhere.
        let evil = app.sign(&json!({ "redirect_uri": "https://evil.test/cb" }));
        let refused = agent.get(&app.rp.request(&[("request", &evil)])).await;
        assert_eq!((refused.status, refused.location().as_str()), (StatusCode::BAD_REQUEST, ""));
        let foreign = Signer::new(&world, profile, false).await.sign(&json!({ "scope": "openid" }));
        assert_eq!(app.rp.refusal(&world, &mut agent, &[("request", &foreign)]).await, "invalid_request_object");
        let both = [("request", object.as_str()), ("request_uri", "https://rp.test/r")];
        assert_eq!(app.rp.refusal(&world, &mut agent, &both).await, "invalid_request");
    }
}

#[tokio::test]
async fn beside_a_request_that_must_be_signed_nothing_counts() {
    let world = World::new().await;
    let mut agent = world.signed_in().await;
    let app = Signer::new(&world, Profile::SchoolApp, true).await;
    assert_eq!(app.rp.refusal(&world, &mut agent, &[]).await, "invalid_request", "it must be signed");
    let whole = app.whole(&[("scope", "openid")]);
    let beside = [("request", whole.as_str()), ("scope", "openid profile email"), ("prompt", "none")];
    let Callback::Code(code) = app.rp.callback(&world, &agent.get(&app.rp.request(&beside)).await) else { panic!() };
    assert_eq!(app.rp.exchange(&world, &code).await.json()["scope"], "openid");
    let half = app.sign(&json!({ "client_id": app.rp.client.client_id, "scope": "openid" }));
    let refused = agent.get(&app.rp.request(&[("request", &half)])).await;
    assert_eq!((refused.status, refused.location().as_str()), (StatusCode::BAD_REQUEST, ""), "what it leaves out was not asked");
}
