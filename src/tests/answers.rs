//! What the authorization endpoint answers with, and how it travels (OpenID Connect Core section 3, OAuth 2.0 Multiple Response
//! Type Encoding Practices, Form Post Response Mode, JARM), for apps that are registered for it.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::agent::Answer;
use super::relying_party::{CALLBACK, RelyingParty, userinfo};
use super::world::World;
use crate::oidc::token::mint::{ID_TYPE, IdToken};
use crate::store::clients::{GrantType, Profile, ResponseType, Settings};

/// Registers an older app, for every response type.
fn older(settings: &mut Settings) {
    settings.first_party = true;
    settings.profile = Profile::Openid;
    settings.grants.insert(GrantType::Implicit);
    settings.requests.response_types = BTreeSet::from_iter(ResponseType::ALL.iter().copied());
}

/// What was said, and whether the query said it.
fn said(answer: &Answer) -> (BTreeMap<String, String>, bool) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let location = Url::parse(&answer.location()).unwrap();
    assert_eq!(&location[..url::Position::AfterPath], CALLBACK);
    let text = location.query().or(location.fragment()).unwrap();
    (form_urlencoded::parse(text.as_bytes()).into_owned().collect(), location.query().is_some())
}

fn half_hash(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, text.as_bytes()).as_ref()[..16])
}

#[tokio::test]
async fn every_response_type_brings_what_its_words_say_bound_together() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, older).await;
    let mut agent = world.signed_in().await;
    for answer in ResponseType::ALL.iter().copied() {
        // The order of the words does not count.
        let words = answer.words().split(' ').rev().collect::<Vec<_>>().join(" ");
        let (said, in_query) = said(&agent.get(&rp.request(&[("response_type", &words)])).await);
        assert_eq!(said.contains_key("code"), answer.has_code(), "{words}");
        assert_eq!(said.contains_key("access_token"), answer.has_token(), "{words}");
        assert_eq!(said.contains_key("id_token"), answer.has_id_token(), "{words}");
        assert_eq!(said.contains_key("expires_in"), answer.has_token(), "{words}");
        assert!(said.contains_key("state") && said.get("iss").map(String::as_str) == Some(world.issuer()), "{words}");
        assert_eq!(in_query, matches!(answer, ResponseType::Code | ResponseType::None), "{words}");
        if let Some(id_token) = said.get("id_token") {
            let token: IdToken = world.app.tools.keys.verify(ID_TYPE, id_token).unwrap();
            assert_eq!(token.c_hash, said.get("code").map(|code| half_hash(code)), "{words}");
            assert_eq!(token.at_hash, said.get("access_token").map(|token| half_hash(token)), "{words}");
            assert_eq!((token.aud.as_str(), token.nonce.is_some()), (rp.client.client_id.as_str(), true));
            let alone = answer == ResponseType::IdToken;
            assert_eq!(token.extra.contains_key("name"), alone, "what nothing else opens stands in the ID token: {words}");
        }
        if let Some(token) = said.get("access_token") {
            assert_eq!(userinfo(&world, token).await.status, StatusCode::OK, "{words}");
        }
        if let Some(code) = said.get("code") {
            assert_eq!(rp.exchange(&world, code).await.status, StatusCode::OK, "{words}");
        }
    }
}

#[tokio::test]
async fn an_older_app_may_leave_out_what_it_does_not_know_and_not_what_protects_it() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, older).await;
    let mut agent = world.signed_in().await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = rp.code(&world, &mut agent, &without).await;
    assert_eq!(rp.exchange(&world, &code).await.error(), "invalid_grant", "p08: a verifier without a challenge");
    assert_eq!(rp.exchange_with(&world, &code, "").await.status, StatusCode::OK);
    for answer in ["id_token", "id_token token", "code id_token", "code id_token token"] {
        assert_eq!(rp.refusal(&world, &mut agent, &[("response_type", answer), ("nonce", "")]).await, "invalid_request", "{answer}");
        assert_eq!(rp.refusal(&world, &mut agent, &[("response_type", answer), ("scope", "profile")]).await, "invalid_scope", "{answer}");
        let in_query = [("response_type", answer), ("response_mode", "query")];
        assert_eq!(rp.refusal(&world, &mut agent, &in_query).await, "invalid_request", "no token in a query: {answer}");
    }
    let codes_only = RelyingParty::registered(&world, |settings| settings.profile = Profile::Openid).await;
    assert_eq!(codes_only.refusal(&world, &mut agent, &[("response_type", "id_token")]).await, "unauthorized_client");
}

#[tokio::test]
async fn s06_a_token_that_came_through_the_browser_ends_with_the_session() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, older).await;
    let mut agent = world.signed_in().await;
    let (said, _) = said(&agent.get(&rp.request(&[("response_type", "token")])).await);
    let token = &said["access_token"];
    assert_eq!(userinfo(&world, token).await.status, StatusCode::OK);
    let account = world.app.store.read().accounts().find(world.account).await.unwrap().unwrap();
    let now = world.app.now();
    world.app.store.write(async |tx: &crate::store::Tx| tx.sessions().end_all(account.id, None, now).await).await.unwrap();
    assert_eq!(userinfo(&world, token).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn p31_a_form_that_carries_an_answer_is_inert_and_goes_to_the_registered_address() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, older).await;
    let mut agent = world.signed_in().await;
    let state = "\"></form><script>alert(1)</script>";
    let page = agent.get(&rp.request(&[("response_mode", "form_post"), ("state", state)])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(&format!("<form method=\"post\" action=\"{CALLBACK}\"")), "{}", page.body);
    assert!(!page.body.contains("<script>alert"));
    let escaped = "&quot;&gt;&lt;/form&gt;&lt;script&gt;alert(1)&lt;/script&gt;";
    assert_eq!(page.field("state").as_deref(), Some(escaped), "a browser sends it byte by byte as it came");
    assert!(page.field("code").is_some() && page.field("csrf").is_none());
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-security-policy").contains("form-action 'self' https://rp.test;"));
    let refusal = agent.get(&rp.request(&[("response_mode", "form_post"), ("prompt", "none login")])).await;
    assert_eq!(refusal.field("error").as_deref(), Some("invalid_request"), "a refusal travels in the same way");
}

#[tokio::test]
async fn a_signed_answer_says_everything_and_nothing_beside_it() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, older).await;
    let mut agent = world.signed_in().await;
    for (mode, answer, in_query) in
        [("jwt", "code", true), ("query.jwt", "code", true), ("jwt", "code id_token", false), ("fragment.jwt", "code", false)]
    {
        let (said, query) = said(&agent.get(&rp.request(&[("response_mode", mode), ("response_type", answer)])).await);
        assert_eq!((said.len(), query), (1, in_query), "{mode}");
        let claims: Value = world.app.tools.keys.verify("JWT", &said["response"]).unwrap();
        assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(world.issuer()), Some(rp.client.client_id.as_str())));
        assert!(claims["code"].is_string() && claims["state"].is_string() && claims["exp"].is_i64(), "{claims}");
    }
    let (said, _) = said(&agent.get(&rp.request(&[("response_mode", "jwt"), ("max_age", "x")])).await);
    let claims: Value = world.app.tools.keys.verify("JWT", &said["response"]).unwrap();
    assert_eq!(claims["error"], "invalid_request");
}

#[tokio::test]
async fn p40_single_claims_are_given_where_they_were_asked_for_and_no_others() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let claims = r#"{"userinfo":{"given_name":{"essential":true},"birthdate":null,"edu_student_number":null},"id_token":{"email":null}}"#;
    let code = rp.code(&world, &mut agent, &[("scope", "openid"), ("claims", claims)]).await;
    let tokens = rp.exchange(&world, &code).await.json();
    let told = userinfo(&world, tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(told.as_object().unwrap().keys().collect::<Vec<_>>(), ["given_name", "sub"]);
    let token: IdToken = world.app.tools.keys.verify(ID_TYPE, tokens["id_token"].as_str().unwrap()).unwrap();
    assert!(token.extra.keys().all(|name| name == "email"), "{:?}", token.extra);
    let foreign = RelyingParty::registered(&world, |_| {}).await;
    let page = foreign.request(&[("scope", "openid"), ("claims", claims)]);
    let consent = super::family::Family { agent, page: None, address: String::new(), sent: None }.open(&page).await.page.clone().unwrap();
    assert!(consent.body.contains("id=\"page-consent\""), "what is asked singly is allowed like the rest");
}
