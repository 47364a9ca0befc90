//! Tokens that are bound to a key, and the proofs that they come with (RFC 9449), over HTTP.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::agent::{Agent, Answer};
use super::relying_party::{Callback, RelyingParty, userinfo};
use super::world::World;
use crate::oidc::testing::KeyHolder;
use crate::store::clients::{AuthMethod, GrantType};

/// A proof for the next request, as the header that carries it; `changes` are to its claims.
fn proof(world: &World, holder: &KeyHolder, (method, path): (&str, &str), changes: &Value) -> (&'static str, String) {
    let mut claims = json!({
        "jti": world.app.tools.random.secret().expose(),
        "htm": method,
        "htu": format!("{}{path}", world.issuer()),
        "iat": world.app.now().0,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    ("dpop", holder.sign(&holder.header(), &claims.to_string()))
}

/// A proof for the token endpoint.
pub fn at_token(world: &World, holder: &KeyHolder) -> (&'static str, String) {
    proof(world, holder, ("POST", "/token"), &json!({}))
}

/// A proof for the UserInfo endpoint and this token.
pub fn at_userinfo(world: &World, holder: &KeyHolder, token: &str, changes: &Value) -> (&'static str, String) {
    let mut claims = json!({ "ath": BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes())) });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    proof(world, holder, ("GET", "/userinfo"), &claims)
}

/// What the UserInfo endpoint says to a token that comes with a proof.
pub async fn show(world: &World, scheme: &str, token: &str, proof: Option<(&'static str, String)>) -> Answer {
    let headers: Vec<_> = [("authorization", format!("{scheme} {token}"))].into_iter().chain(proof).collect();
    Agent::new(world).send(Method::GET, "/userinfo", &headers, None).await
}

fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn bound_tokens(world: &World, rp: &RelyingParty, holder: &KeyHolder) -> Value {
    let code = rp.code(world, &mut world.signed_in().await, &[]).await;
    let answer = rp.exchange_under(world, &code, &[at_token(world, holder)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_token_that_was_got_with_a_proof_opens_with_a_proof_alone() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let (holder, thief) = (KeyHolder::new(), KeyHolder::new());
    let tokens = bound_tokens(&world, &rp, &holder).await;
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(tokens["token_type"], "DPoP");
    assert_eq!(claims_of(token)["cnf"], json!({ "jkt": holder.thumbprint() }));
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let shown = show(&world, scheme, token, Some(at_userinfo(&world, &holder, token, &json!({})))).await;
        assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    }
    let alone = userinfo(&world, token).await;
    assert_eq!((alone.status, alone.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"), "as a Bearer token");
    let in_form = Agent::new(&world).send(Method::POST, "/userinfo", &[], Some(&[("access_token", token)])).await;
    assert_eq!(in_form.status, StatusCode::UNAUTHORIZED);
    let table = [
        (show(&world, "Bearer", token, Some(at_userinfo(&world, &holder, token, &json!({})))).await, "invalid_token"),
        (show(&world, "DPoP", token, None).await, "invalid_dpop_proof"),
        (show(&world, "DPoP", token, Some(at_userinfo(&world, &thief, token, &json!({})))).await, "invalid_token"),
        (show(&world, "DPoP", token, Some(at_userinfo(&world, &holder, "another", &json!({})))).await, "invalid_dpop_proof"),
        (show(&world, "DPoP", token, Some(at_userinfo(&world, &holder, token, &json!({ "htm": "POST" })))).await, "invalid_dpop_proof"),
        (show(&world, "DPoP", token, Some(at_token(&world, &holder))).await, "invalid_dpop_proof"),
    ];
    for (refused, word) in table {
        assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, word), "{refused:?}");
        let challenges: Vec<&str> = refused.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(challenges[0].contains(&format!("error=\"{word}\"")), "{challenges:?}");
        assert!(challenges.iter().any(|challenge| challenge.starts_with("DPoP ") && challenge.contains("algs=\"RS256 PS256 ES256")));
    }
    let unbound = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    let unbound = unbound["access_token"].as_str().unwrap();
    let shown = show(&world, "DPoP", unbound, Some(at_userinfo(&world, &holder, unbound, &json!({})))).await;
    assert_eq!((shown.status, shown.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"), "bound to no key");
}

#[tokio::test]
async fn p15_of_sixteen_requests_with_one_proof_one_succeeds() {
    for world in World::both().await {
        let rp = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.grants.insert(GrantType::ClientCredentials);
        })
        .await;
        let (world, rp, holder) = (Arc::new(world), Arc::new(rp), KeyHolder::new());
        let token = bound_tokens(&world, &rp, &holder).await["access_token"].as_str().unwrap().to_owned();
        let (here, there) = (at_userinfo(&world, &holder, &token, &json!({})), at_token(&world, &holder));
        let asking = (0..16).map(|_| {
            let (world, rp, token, here, there) = (Arc::clone(&world), Arc::clone(&rp), token.clone(), here.clone(), there.clone());
            tokio::spawn(async move {
                let shown = show(&world, "DPoP", &token, Some(here)).await.status;
                (shown, rp.ask_with(&world, "/token", &[("grant_type", "client_credentials")], &[there]).await.status)
            })
        });
        let (mut shown, mut got) = (0, 0);
        for asked in asking.collect::<Vec<_>>() {
            let (at_userinfo, at_token) = asked.await.unwrap();
            shown += usize::from(at_userinfo == StatusCode::OK);
            got += usize::from(at_token == StatusCode::OK);
        }
        assert_eq!((shown, got), (1, 1));
        let again = show(&world, "DPoP", &token, Some(here)).await;
        assert_eq!(again.error(), "invalid_dpop_proof");
        crate::oidc::tidy(&world.app).await.unwrap();
        world.clock.advance(Duration::from_secs(61));
        let late = rp.ask_with(&world, "/token", &[("grant_type", "client_credentials")], &[there]).await;
        assert_eq!(
            (late.status, late.error().as_str()),
            (StatusCode::BAD_REQUEST, "invalid_dpop_proof"),
            "it is over when it is forgotten"
        );
    }
}

#[tokio::test]
async fn a_code_that_was_asked_for_with_a_key_is_for_its_holder() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let (holder, thief) = (KeyHolder::new(), KeyHolder::new());
    let (key, other) = (holder.thumbprint(), thief.thumbprint());
    assert_eq!(rp.refusal(&world, &mut agent, &[("dpop_jkt", "x")]).await, "invalid_request");
    let named = rp.code(&world, &mut agent, &[("dpop_jkt", &key)]).await;
    let at_par = |holder| proof(&world, holder, ("POST", "/par"), &json!({}));
    let pushed = rp.push(&world, &[], &[at_par(&holder)]).await;
    let Callback::Code(proven) = rp.callback(&world, &agent.get(&rp.pushed(&pushed)).await) else { panic!() };
    let pushed = rp.push(&world, &[("dpop_jkt", &key)], &[at_par(&holder)]).await;
    let Callback::Code(both) = rp.callback(&world, &agent.get(&rp.pushed(&pushed)).await) else { panic!() };
    for code in [named, proven, both] {
        assert_eq!(rp.exchange(&world, &code).await.error(), "invalid_grant", "without a proof");
        assert_eq!(rp.exchange_under(&world, &code, &[at_token(&world, &thief)]).await.error(), "invalid_grant");
        let exchanged = rp.exchange_under(&world, &code, &[at_token(&world, &holder)]).await;
        assert_eq!(exchanged.status, StatusCode::OK, "its holder's own exchange still works: {exchanged:?}");
    }
    let mismatched = rp.push(&world, &[("dpop_jkt", &other)], &[at_par(&holder)]).await;
    assert_eq!((mismatched.status, mismatched.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_dpop_proof"));
    let elsewhere = rp.push(&world, &[], &[at_token(&world, &holder)]).await;
    assert_eq!(elsewhere.error(), "invalid_dpop_proof", "a proof for the token endpoint");
}

#[tokio::test]
async fn a_client_that_must_have_bound_tokens_gets_no_others() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.first_party = true;
        settings.binding.dpop_bound_access_tokens = true;
        settings.grants.insert(GrantType::ClientCredentials);
    })
    .await;
    let holder = KeyHolder::new();
    let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
    let refused = rp.exchange(&world, &code).await;
    assert_eq!((refused.status, refused.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_dpop_proof"));
    let twice = [at_token(&world, &holder), at_token(&world, &holder)];
    assert_eq!(rp.exchange_under(&world, &code, &twice).await.error(), "invalid_dpop_proof", "two proofs are none");
    assert_eq!(rp.exchange_under(&world, &code, &[at_token(&world, &holder)]).await.status, StatusCode::OK);
    let form = [("grant_type", "client_credentials")];
    assert_eq!(rp.token(&world, &form).await.error(), "invalid_dpop_proof");
    let own = rp.ask_with(&world, "/token", &form, &[at_token(&world, &holder)]).await.json();
    assert_eq!(own["token_type"], "DPoP");
    assert_eq!(claims_of(own["access_token"].as_str().unwrap())["cnf"]["jkt"], holder.thumbprint());
}

#[tokio::test]
async fn a_refresh_token_of_a_public_client_is_bound_and_no_refresh_unbinds_a_token() {
    let world = World::new().await;
    for (method, may_change) in [(AuthMethod::None, false), (AuthMethod::ClientSecretBasic, true)] {
        let rp = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.auth_method = method;
        })
        .await;
        let (holder, other) = (KeyHolder::new(), KeyHolder::new());
        let tokens = bound_tokens(&world, &rp, &holder).await;
        let refresh = async |token: &Value, headers: &[(&str, String)]| {
            let form = [("grant_type", "refresh_token"), ("refresh_token", token["refresh_token"].as_str().unwrap())];
            rp.ask_with(&world, "/token", &form, headers).await
        };
        assert_eq!(refresh(&tokens, &[]).await.error(), "invalid_dpop_proof");
        let mut latest = tokens;
        let changed = refresh(&latest, &[at_token(&world, &other)]).await;
        match may_change {
            true => latest = changed.json(),
            false => assert_eq!(changed.error(), "invalid_grant", "of a thief without the key, who ends nothing"),
        }
        let again = refresh(&latest, &[at_token(&world, &holder)]).await;
        assert_eq!((again.status, again.json()["token_type"].as_str()), (StatusCode::OK, Some("DPoP")), "{method:?}");
    }
}

#[tokio::test]
async fn a_client_whose_proofs_must_hold_a_nonce_is_told_one() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.first_party = true;
        settings.binding.dpop_nonces = true;
    })
    .await;
    let holder = KeyHolder::new();
    let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
    let asked = rp.exchange_under(&world, &code, &[at_token(&world, &holder)]).await;
    assert_eq!((asked.status, asked.error().as_str()), (StatusCode::BAD_REQUEST, "use_dpop_nonce"));
    let nonce = asked.header("dpop-nonce");
    let with = |nonce: &str| proof(&world, &holder, ("POST", "/token"), &json!({ "nonce": nonce }));
    let made_up = rp.exchange_under(&world, &code, &[with(&"A".repeat(32))]).await;
    assert_eq!((made_up.error().as_str(), made_up.header("dpop-nonce")), ("use_dpop_nonce", nonce.clone()));
    let exchanged = rp.exchange_under(&world, &code, &[with(&nonce)]).await;
    assert_eq!((exchanged.status, exchanged.header("dpop-nonce")), (StatusCode::OK, nonce.clone()));
    let token = exchanged.json()["access_token"].as_str().unwrap().to_owned();
    let asked = show(&world, "DPoP", &token, Some(at_userinfo(&world, &holder, &token, &json!({})))).await;
    assert_eq!((asked.status, asked.error().as_str()), (StatusCode::UNAUTHORIZED, "use_dpop_nonce"));
    assert!(asked.header("www-authenticate").starts_with("DPoP error=\"use_dpop_nonce\""));
    world.clock.advance(Duration::from_secs(10 * 60));
    let old = show(&world, "DPoP", &token, Some(at_userinfo(&world, &holder, &token, &json!({ "nonce": nonce })))).await;
    assert_eq!(old.error(), "use_dpop_nonce");
    let next = old.header("dpop-nonce");
    assert_ne!(next, nonce);
    let shown = show(&world, "DPoP", &token, Some(at_userinfo(&world, &holder, &token, &json!({ "nonce": next })))).await;
    assert_eq!((shown.status, shown.header("dpop-nonce")), (StatusCode::OK, next));
    let none_asked = RelyingParty::first_party(&world).await;
    let plain = bound_tokens(&world, &none_asked, &holder).await;
    let token = plain["access_token"].as_str().unwrap();
    let wrong = show(&world, "DPoP", token, Some(at_userinfo(&world, &holder, token, &json!({ "nonce": "x" })))).await;
    assert_eq!(wrong.error(), "use_dpop_nonce", "a nonce that is there must be ours, for any client");
}

#[tokio::test]
async fn p33_a_page_of_a_client_may_send_proofs_and_read_what_they_lack() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.auth_method = AuthMethod::None;
        settings.binding.dpop_nonces = true;
    })
    .await;
    let origin = ("origin", "https://rp.test".to_owned());
    let preflight = Agent::new(&world).send(Method::OPTIONS, "/token", std::slice::from_ref(&origin), None).await;
    assert!(preflight.header("access-control-allow-headers").split(", ").any(|name| name == "dpop"));
    let holder = KeyHolder::new();
    let asked = rp.exchange_under(&world, "x", &[at_token(&world, &holder), origin]).await;
    assert_eq!(asked.error(), "use_dpop_nonce");
    assert_eq!(asked.header("access-control-allow-origin"), "https://rp.test");
    assert!(asked.header("access-control-expose-headers").contains("dpop-nonce"));
    let evil = ("origin", "https://evil.test".to_owned());
    let refused = rp.exchange_under(&world, "x", &[at_token(&world, &holder), evil]).await;
    assert_eq!(refused.header("access-control-allow-origin"), "");
}
