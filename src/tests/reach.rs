//! Tokens for other services (RFC 8707), for the service behind a service (RFC 8693), and on the word of another issuer (RFC 7523).

#![expect(clippy::disallowed_types, reason = "the keys of the issuers played here are their own")]

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::agent::Answer;
use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use crate::cli::client;
use crate::model::{OrgId, Scopes};
use crate::oidc::registration::{self, Mistake};
use crate::store::Tx;
use crate::store::accounts::AccountState;
use crate::store::clients::{AuthMethod, Client, GrantType, Settings, TrustedIssuer};

const GRADES: &str = "https://grades.test/api";
const MEALS: &str = "https://meals.test/api";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("{name} in {tokens}"))
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn claims_of(jwt: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn party(world: &World, change: impl FnOnce(&mut Settings)) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.tokens.trust.targets.insert(GRADES.to_owned());
        change(settings);
    })
    .await
}

async fn change(world: &World, rp: &RelyingParty, change: impl FnOnce(&mut Client) + Send) {
    let (store, now) = (&world.app.store, world.app.now());
    registration::update(store, now, &rp.client.client_id, change).await.unwrap().unwrap();
}

async fn worth(world: &World, rp: &RelyingParty, token: &str) -> Value {
    rp.ask(world, "/introspect", &[("token", token)]).await.json()
}

/// Everything that shuts a person or a client out, each with how it is put right again (row P41).
async fn shut_out(world: &World, rp: &RelyingParty, mut refused: impl AsyncFnMut(&str)) {
    let store = &world.app.store;
    let move_to = async |from, to| {
        assert!(store.write(async |tx: &Tx| tx.accounts().set_state(world.account, from, to).await).await.unwrap());
    };
    move_to(AccountState::Claimed, AccountState::Disabled).await;
    refused("a disabled account").await;
    move_to(AccountState::Disabled, AccountState::Claimed).await;
    let elsewhere = OrgId::new(world.app.now(), &world.app.tools.random);
    change(world, rp, |client| client.settings.schools = [elsewhere].into()).await;
    refused("a school that the client is not for").await;
    change(world, rp, |client| client.settings.schools.clear()).await;
    change(world, rp, |client| client.enabled = false).await;
    refused("a client that is shut").await;
    change(world, rp, |client| client.enabled = true).await;
}

#[tokio::test]
async fn a_token_is_for_the_service_that_was_asked_for_and_opens_no_other() {
    for world in World::both().await {
        for opaque in [false, true] {
            let rp = party(&world, |settings| settings.tokens.opaque = opaque).await;
            let (grades, meals) = (
                party(&world, |settings| {
                    settings.sector = "grades.test".to_owned();
                    settings.tokens.trust.identifiers.insert(GRADES.to_owned());
                })
                .await,
                party(&world, |settings| settings.tokens.trust.identifiers = [MEALS.to_owned()].into()).await,
            );
            let mut agent = world.signed_in().await;
            let code = rp.code(&world, &mut agent, &[("resource", GRADES)]).await;
            let tokens = rp.exchange(&world, &code).await.json();
            let token = text(&tokens, "access_token");
            assert_eq!(userinfo(&world, token).await.status, StatusCode::UNAUTHORIZED, "not for us (row P12)");
            let told = worth(&world, &grades, token).await;
            assert_eq!((&told["active"], &told["aud"], &told["client_id"]), (&json!(true), &json!(GRADES), &json!(rp.client.client_id)));
            assert_eq!(worth(&world, &meals, token).await, json!({ "active": false }), "P36");
            let known = grades.tokens(&world, &mut agent, "openid").await;
            assert_eq!(told["sub"], claims_of(text(&known, "id_token"))["sub"], "the person as that service knows them");
            assert_eq!(worth(&world, &rp, token).await["sub"], claims_of(text(&tokens, "id_token"))["sub"]);
            assert_ne!(worth(&world, &rp, token).await["sub"], told["sub"], "P37");
            let next = rp.refresh(&world, text(&tokens, "refresh_token")).await.json();
            assert_eq!(worth(&world, &grades, text(&next, "access_token")).await["aud"], GRADES, "a refresh keeps to it");
        }
    }
}

#[tokio::test]
async fn a_service_that_a_client_may_not_reach_is_no_target() {
    let world = World::new().await;
    let rp = party(&world, |settings| {
        settings.grants.insert(GrantType::ClientCredentials);
    })
    .await;
    let mut agent = world.signed_in().await;
    for other in [MEALS, "grades", "https://grades.test/api#x", world.issuer()] {
        assert_eq!(rp.refusal(&world, &mut agent, &[("resource", other)]).await, "invalid_target", "{other}");
        let own = [("grant_type", "client_credentials"), ("resource", other)];
        assert_eq!(rp.token(&world, &own).await.error(), "invalid_target");
    }
    let own = rp.token(&world, &[("grant_type", "client_credentials"), ("resource", GRADES)]).await.json();
    assert_eq!(claims_of(text(&own, "access_token"))["aud"], GRADES);
    let tokens = rp.exchange(&world, &rp.code(&world, &mut agent, &[("resource", GRADES)]).await).await.json();
    change(&world, &rp, |client| client.settings.tokens.trust.targets.clear()).await;
    assert_eq!(rp.refresh(&world, text(&tokens, "refresh_token")).await.error(), "invalid_target", "it was taken away");
}

fn exchange_of(token: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", GrantType::TokenExchange.word()),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", MEALS),
    ]
}

/// The service of the grades, which may ask that of the meals.
async fn grades(world: &World) -> RelyingParty {
    party(world, |settings| {
        settings.grants.insert(GrantType::TokenExchange);
        settings.tokens.trust.identifiers.insert(GRADES.to_owned());
        settings.tokens.trust.exchange.insert(MEALS.to_owned());
    })
    .await
}

async fn shown(world: &World, rp: &RelyingParty) -> Value {
    let code = rp.code(world, &mut world.signed_in().await, &[("resource", GRADES)]).await;
    rp.exchange(world, &code).await.json()
}

#[tokio::test]
async fn a_service_acts_for_a_person_and_says_that_it_does() {
    for world in World::both().await {
        let (rp, service) = (party(&world, |_| {}).await, grades(&world).await);
        let tokens = shown(&world, &rp).await;
        world.clock.advance(std::time::Duration::from_secs(300));
        let form = [exchange_of(text(&tokens, "access_token")), vec![("scope", "openid")]].concat();
        let answer = service.token(&world, &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let bought = answer.json();
        assert_eq!((&bought["issued_token_type"], &bought["expires_in"]), (&json!(ACCESS_TOKEN), &json!(600)), "for no longer");
        assert!(bought["refresh_token"].is_null() && bought["id_token"].is_null());
        let claims = claims_of(text(&bought, "access_token"));
        assert_eq!(claims["act"], json!({ "sub": service.client.client_id }), "delegation, never impersonation");
        assert_eq!((&claims["aud"], &claims["client_id"]), (&json!(MEALS), &json!(service.client.client_id)));
        let meals = party(&world, |settings| settings.tokens.trust.identifiers = [MEALS.to_owned()].into()).await;
        assert_eq!(worth(&world, &meals, text(&bought, "access_token")).await["act"], claims["act"]);
        rp.ask(&world, "/revoke", &[("token", text(&tokens, "refresh_token"))]).await;
        assert_eq!(worth(&world, &meals, text(&bought, "access_token")).await, json!({ "active": false }), "it ends with the first");
    }
}

#[tokio::test]
async fn nothing_is_exchanged_that_was_not_shown_or_for_whom_nobody_registered() {
    let world = World::new().await;
    let (rp, service) = (party(&world, |_| {}).await, grades(&world).await);
    let tokens = shown(&world, &rp).await;
    let token = text(&tokens, "access_token");
    let with = |name: &'static str, value: &'static str| {
        let mut form: Vec<(&str, &str)> = exchange_of(token).into_iter().filter(|(known, _)| *known != name).collect();
        form.push((name, value));
        form
    };
    let cases = [
        (with("audience", GRADES), "invalid_target"),
        (with("audience", ""), "invalid_request"),
        (with("resource", MEALS), "invalid_target"),
        (with("scope", "openid email"), "invalid_scope"),
        (with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"), "invalid_request"),
        (with("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request"),
        (with("actor_token", "x"), "invalid_request"),
        (with("subject_token", "x"), "invalid_request"),
        (exchange_of(text(&tokens, "id_token")), "invalid_request"),
        (exchange_of(text(&tokens, "refresh_token")), "invalid_request"),
    ];
    for (form, word) in &cases {
        assert_eq!(service.token(&world, form).await.error(), *word, "{form:?}");
    }
    let ours = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    assert_eq!(service.token(&world, &exchange_of(text(&ours, "access_token"))).await.error(), "invalid_request", "never shown to it");
    assert_eq!(rp.token(&world, &exchange_of(token)).await.error(), "unauthorized_client", "not registered for it");
    assert_eq!(service.token(&world, &exchange_of(token)).await.status, StatusCode::OK);
    for change in [
        (|settings| settings.auth_method = AuthMethod::None) as fn(&mut Settings),
        |settings| settings.tokens.trust.targets = ["grades".to_owned()].into(),
        |settings| settings.tokens.trust.issuers = vec![TrustedIssuer { issuer: "x".to_owned(), jwks: json!({ "keys": [] }) }],
    ] {
        let mut settings = service.client.settings.clone();
        change(&mut settings);
        assert!(matches!(registration::rules::check("x", &settings), Err(Mistake::Tokens(_) | Mistake::Keys(_))));
    }
}

#[tokio::test]
async fn p41_an_exchange_skips_no_rule() {
    for world in World::both().await {
        let (rp, service) = (party(&world, |_| {}).await, grades(&world).await);
        let tokens = shown(&world, &rp).await;
        let form = exchange_of(text(&tokens, "access_token"));
        for shut in [&rp, &service] {
            shut_out(&world, shut, async |why: &str| {
                let answer = service.token(&world, &form).await;
                assert!(["invalid_request", "invalid_grant", "invalid_client"].contains(&answer.error().as_str()), "{why}: {answer:?}");
            })
            .await;
            assert_eq!(service.token(&world, &form).await.status, StatusCode::OK);
        }
        world.end_session().await;
        assert_eq!(service.token(&world, &form).await.error(), "invalid_request", "the person signed out");
    }
}

#[tokio::test]
async fn the_district_says_what_an_app_is_trusted_with() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let say = async |text: &str| {
        std::fs::write(file.path(), text).unwrap();
        let command = client::Command::Trust { client_id: rp.client.client_id.clone(), file: file.path().to_owned() };
        client::run(command, &world.app.store, super::relying_party::maker(&world.app), world.app.now()).await
    };
    let told = say(r#"{ "targets": ["https://grades.test/api"], "refresh_grace": 10 }"#).await.unwrap();
    assert_eq!(told["trust"]["targets"], json!([GRADES]));
    assert_eq!(say("{}").await.unwrap()["trust"]["refresh_grace"], 0, "what is missing is taken away");
    for bad in ["", "[]", r#"{ "target": [] }"#, r#"{ "refresh_grace": 3600 }"#, r#"{ "targets": ["grades"] }"#] {
        assert!(say(bad).await.is_err(), "{bad}");
    }
}

/// Another issuer, whose word a client may bring.
struct Issuer(EcdsaKeyPair);

impl Issuer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn trusted(&self) -> TrustedIssuer {
        let point = self.0.public_key().as_ref();
        let jwks = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "x": b64(&point[1..33]), "y": b64(&point[33..]) }] });
        TrustedIssuer { issuer: "https://academy.test".to_owned(), jwks }
    }

    fn word(&self, world: &World, changes: &Value) -> String {
        let now = world.app.now().0;
        let jti = world.app.tools.random.secret().expose().to_owned();
        let mut claims = json!({ "iss": "https://academy.test", "sub": "S0123456", "aud": world.issuer(), "jti": jti, "exp": now + 60 });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let signed = format!("{}.{}", b64(json!({ "alg": "ES256", "kid": "k" }).to_string()), b64(claims.to_string()));
        let signature = self.0.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", b64(signature))
    }
}

async fn bring(world: &World, rp: &RelyingParty, word: &str, scope: &str) -> Answer {
    rp.token(world, &[("grant_type", GrantType::JwtBearer.word()), ("assertion", word), ("scope", scope)]).await
}

async fn bearer(world: &World, issuer: &Issuer) -> RelyingParty {
    let trusted = issuer.trusted();
    party(world, |settings| {
        settings.grants.insert(GrantType::JwtBearer);
        settings.tokens.trust.issuers.push(trusted);
    })
    .await
}

#[tokio::test]
async fn the_word_of_a_trusted_issuer_buys_a_token_for_minutes_once() {
    for world in World::both().await {
        let issuer = Issuer::new();
        let rp = bearer(&world, &issuer).await;
        let word = issuer.word(&world, &json!({}));
        let answer = bring(&world, &rp, &word, "openid profile").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let tokens = answer.json();
        assert!(tokens["refresh_token"].is_null() && tokens["id_token"].is_null(), "nobody signed in (row P38)");
        let claims = claims_of(text(&tokens, "access_token"));
        assert!(claims["acr"].is_null() && claims["auth_time"].is_null());
        assert_eq!(userinfo(&world, text(&tokens, "access_token")).await.json()["given_name"], "Léa");
        assert_eq!(bring(&world, &rp, &word, "openid").await.error(), "invalid_grant", "once (row P15)");
        let again = bring(&world, &rp, &issuer.word(&world, &json!({})), "openid").await.json();
        let now = world.app.now();
        world.app.store.write(async |tx: &Tx| tx.sessions().end_all(world.account, None, now).await).await.unwrap();
        assert_eq!(userinfo(&world, text(&again, "access_token")).await.status, StatusCode::UNAUTHORIZED, "it ends with everything else");
    }
}

#[tokio::test]
async fn p13_a_word_is_from_whom_we_trust_for_us_and_for_now() {
    let world = World::new().await;
    let (issuer, stranger) = (Issuer::new(), Issuer::new());
    let rp = bearer(&world, &issuer).await;
    let now = world.app.now().0;
    for changes in [
        json!({ "iss": "https://other.test" }),
        json!({ "aud": "https://other.test" }),
        json!({ "aud": [] }),
        json!({ "sub": "nobody" }),
        json!({ "sub": 1 }),
        json!({ "jti": "" }),
        json!({ "exp": now - 61 }),
        json!({ "exp": now + 90_000 }),
        json!({ "exp": "x" }),
        json!({ "exp": 1.5 }),
        json!({ "nbf": now + 61 }),
        json!({ "iat": now - 86_400 }),
    ] {
        let answer = bring(&world, &rp, &issuer.word(&world, &changes), "openid").await;
        assert_eq!(answer.error(), "invalid_grant", "{changes}");
    }
    assert_eq!(bring(&world, &rp, &stranger.word(&world, &json!({})), "openid").await.error(), "invalid_grant", "another's key");
    for word in ["x", "a.b.c", &world.app.tools.keys.sign(crate::keys::Algorithm::ES256, "JWT", &json!({})).unwrap()] {
        assert_eq!(bring(&world, &rp, word, "openid").await.error(), "invalid_grant");
    }
    let good = issuer.word(&world, &json!({}));
    for (scope, error) in [("", "invalid_scope"), ("openid offline_access", "invalid_scope"), ("openid edu_grade", "invalid_scope")] {
        assert_eq!(bring(&world, &rp, &good, scope).await.error(), error, "{scope}");
    }
    let other = party(&world, |_| {}).await;
    assert_eq!(bring(&world, &other, &good, "openid").await.error(), "unauthorized_client");
}

#[tokio::test]
async fn p41_a_word_skips_no_rule() {
    for world in World::both().await {
        let issuer = Issuer::new();
        let rp = bearer(&world, &issuer).await;
        shut_out(&world, &rp, async |why: &str| {
            let answer = bring(&world, &rp, &issuer.word(&world, &json!({})), "openid").await;
            assert!(["invalid_grant", "invalid_client"].contains(&answer.error().as_str()), "{why}: {answer:?}");
        })
        .await;
        change(&world, &rp, |client| client.settings.first_party = false).await;
        let unasked = bring(&world, &rp, &issuer.word(&world, &json!({})), "openid").await;
        assert_eq!(unasked.error(), "invalid_grant", "nobody allowed it");
        let now = world.app.now();
        let allow = async |tx: &Tx| tx.consents().allow(world.account, &rp.client.client_id, &Scopes::parse("openid"), now).await;
        world.app.store.write(allow).await.unwrap();
        assert_eq!(bring(&world, &rp, &issuer.word(&world, &json!({})), "openid").await.status, StatusCode::OK);
    }
}
