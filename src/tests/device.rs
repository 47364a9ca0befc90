//! A device without a browser: its codes, the person who types one, and what the device hears meanwhile.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::agent::{Agent, Answer};
use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use crate::model::{OrgId, Scopes};
use crate::oidc::registration;
use crate::store::Tx;
use crate::store::accounts::AccountState;
use crate::store::clients::{AuthMethod, GrantType, Settings};

async fn device(world: &World, change: impl FnOnce(&mut Settings)) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.grants.insert(GrantType::DeviceCode);
        settings.auth_method = AuthMethod::None;
        change(settings);
    })
    .await
}

async fn begun(world: &World, rp: &RelyingParty, scope: &str) -> Value {
    let answer = rp.ask(world, "/device-authorization", &[("scope", scope)]).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (StatusCode::OK, "no-store"), "{answer:?}");
    answer.json()
}

async fn poll(world: &World, rp: &RelyingParty, codes: &Value) -> Answer {
    let code = codes["device_code"].as_str().unwrap();
    rp.token(world, &[("grant_type", GrantType::DeviceCode.word()), ("device_code", code)]).await
}

async fn later(world: &World, rp: &RelyingParty, codes: &Value) -> Answer {
    world.clock.advance(Duration::from_secs(60));
    poll(world, rp, codes).await
}

/// Types a code; the address that asks about the request, if it was right.
async fn typed(agent: &mut Agent, code: &str) -> Answer {
    let page = agent.get("/device").await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    agent.post("/device", &[("user_code", code), ("csrf", &page.field("csrf").unwrap())]).await
}

async fn answered(agent: &mut Agent, codes: &Value, answer: &str) -> Answer {
    let asks = typed(agent, codes["user_code"].as_str().unwrap()).await;
    assert_eq!(asks.status, StatusCode::SEE_OTHER, "{asks:?}");
    let (page, place) = (agent.get(&asks.location()).await, asks.location());
    assert!(page.body.contains("id=\"page-device-confirm\"") && page.body.contains("Cahier"), "{page:?}");
    let done = agent.post(&place, &[("answer", answer), ("csrf", &page.field("csrf").unwrap())]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, place.clone()), "{done:?}");
    agent.get(&place).await
}

#[tokio::test]
async fn a_device_gets_its_tokens_once_the_person_has_said_yes() {
    for world in World::both().await {
        let rp = device(&world, |_| {}).await;
        let codes = begun(&world, &rp, "openid profile").await;
        assert_eq!((&codes["expires_in"], &codes["interval"]), (&600.into(), &5.into()));
        let page = format!("{}/device", world.issuer());
        assert_eq!(codes["verification_uri"], page.as_str());
        assert_eq!(codes["verification_uri_complete"], format!("{page}?user_code={}", codes["user_code"].as_str().unwrap()));
        assert_eq!(poll(&world, &rp, &codes).await.error(), "authorization_pending");
        let mut agent = world.signed_in().await;
        assert!(answered(&mut agent, &codes, "allow").await.body.contains("id=\"page-device-done\""));
        let answer = later(&world, &rp, &codes).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let tokens = answer.json();
        let told = userinfo(&world, tokens["access_token"].as_str().unwrap()).await.json();
        assert_eq!(told["given_name"], "Léa");
        assert!(tokens["id_token"].is_string());
        assert_eq!(rp.refresh(&world, tokens["refresh_token"].as_str().unwrap()).await.status, StatusCode::OK);
        assert_eq!(later(&world, &rp, &codes).await.error(), "invalid_grant", "once");
    }
}

#[tokio::test]
async fn a_device_hears_what_came_of_its_request() {
    let world = World::new().await;
    let (rp, other) = (device(&world, |_| {}).await, device(&world, |_| {}).await);
    let codes = begun(&world, &rp, "openid").await;
    assert_eq!(poll(&world, &other, &codes).await.error(), "invalid_grant", "another client has nothing to ask");
    assert_eq!(poll(&world, &rp, &codes).await.error(), "authorization_pending");
    assert_eq!(poll(&world, &rp, &codes).await.error(), "slow_down");
    world.clock.advance(Duration::from_secs(9));
    assert_eq!(poll(&world, &rp, &codes).await.error(), "slow_down", "five seconds more from now on");
    assert_eq!(later(&world, &rp, &codes).await.error(), "authorization_pending");
    answered(&mut world.signed_in().await, &codes, "deny").await;
    assert_eq!(later(&world, &rp, &codes).await.error(), "access_denied");
    let codes = begun(&world, &rp, "openid").await;
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(poll(&world, &rp, &codes).await.error(), "expired_token");
    let late = typed(&mut world.signed_in().await, codes["user_code"].as_str().unwrap()).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("grant_type", GrantType::DeviceCode.word())];
    assert_eq!(rp.token(&world, &form).await.error(), "invalid_request");
}

#[tokio::test]
async fn a_device_asks_for_no_more_than_it_is_registered_for() {
    let world = World::new().await;
    let rp = device(&world, |_| {}).await;
    for (scope, word) in [("", "invalid_scope"), ("openid edu_student_number", "invalid_scope"), ("nothing_known", "invalid_scope")] {
        assert_eq!(rp.ask(&world, "/device-authorization", &[("scope", scope)]).await.error(), word, "{scope}");
    }
    let plain = RelyingParty::first_party(&world).await;
    assert_eq!(plain.ask(&world, "/device-authorization", &[("scope", "openid")]).await.error(), "unauthorized_client");
    let form = [("grant_type", GrantType::DeviceCode.word()), ("device_code", "x")];
    assert_eq!(plain.token(&world, &form).await.error(), "unauthorized_client");
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_and_comes_back_with_the_code() {
    let world = World::new().await;
    let rp = device(&world, |_| {}).await;
    let code = begun(&world, &rp, "openid").await["user_code"].as_str().unwrap().to_owned();
    let away = Agent::new(&world).get(&format!("/device?user_code={code}")).await;
    assert_eq!((away.status, away.location()), (StatusCode::SEE_OTHER, format!("/sign-in?return_to=%2Fdevice%3Fuser_code%3D{code}")));
    let page = world.signed_in().await.get(&format!("/device?user_code={code}")).await;
    assert!(page.body.contains(&format!("value=\"{code}\"")), "filled in, and waits for a click");
    let odd = world.signed_in().await.get("/device?user_code=%22%3E%3Cscript%3E").await;
    assert!(odd.status == StatusCode::OK && !odd.body.contains("<script>\""), "{odd:?}");
}

#[tokio::test]
async fn p19_only_who_typed_the_code_answers_and_only_once() {
    let world = World::new().await;
    let rp = device(&world, |_| {}).await;
    let codes = begun(&world, &rp, "openid").await;
    let (mut agent, mut elsewhere) = (world.signed_in().await, world.signed_in().await);
    let place = typed(&mut agent, &codes["user_code"].as_str().unwrap().to_lowercase()).await.location();
    let page = agent.get(&place).await;
    let csrf = page.field("csrf").unwrap();
    assert_eq!(elsewhere.get(&place).await.status, StatusCode::FORBIDDEN, "another browser");
    assert_ne!(elsewhere.post(&place, &[("answer", "allow"), ("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    assert_ne!(agent.post(&place, &[("answer", "allow")]).await.status, StatusCode::SEE_OTHER, "without its token");
    assert_eq!(later(&world, &rp, &codes).await.error(), "authorization_pending");
    assert_eq!(agent.post(&place, &[("answer", "deny"), ("csrf", &csrf)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(agent.post(&place, &[("answer", "allow"), ("csrf", &csrf)]).await.status, StatusCode::FORBIDDEN, "once");
    assert_eq!(later(&world, &rp, &codes).await.error(), "access_denied");
}

#[tokio::test]
async fn e08_codes_of_devices_are_not_guessed() {
    for world in World::both().await {
        let rp = device(&world, |_| {}).await;
        let codes = begun(&world, &rp, "openid").await;
        let mut agent = world.signed_in().await;
        for _ in 0..20 {
            assert_eq!(typed(&mut agent, "BCDF").await.status, StatusCode::UNPROCESSABLE_ENTITY, "a slip is no guess");
        }
        for _ in 0..5 {
            assert_eq!(typed(&mut agent, "BBBB-BBBB").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = codes["user_code"].as_str().unwrap();
        assert_eq!(typed(&mut agent, right).await.status, StatusCode::TOO_MANY_REQUESTS, "the right one must wait, too");
        let mut again = world.signed_in().await;
        assert_eq!(typed(&mut again, right).await.status, StatusCode::TOO_MANY_REQUESTS, "by account, not by browser");
    }
}

#[tokio::test]
async fn p41_a_device_gets_nothing_that_the_browser_would_not() {
    for world in World::both().await {
        let rp = device(&world, |_| {}).await;
        // The yes was said, and then what it stood on went.
        let codes = begun(&world, &rp, "openid").await;
        answered(&mut world.signed_in().await, &codes, "allow").await;
        world.end_session().await;
        assert_eq!(later(&world, &rp, &codes).await.error(), "invalid_grant", "signed out");

        let codes = begun(&world, &rp, "openid").await;
        answered(&mut world.signed_in().await, &codes, "allow").await;
        let school = OrgId::new(world.app.now(), &world.app.tools.random);
        let (store, now, id) = (&world.app.store, world.app.now(), &rp.client.client_id);
        registration::update(store, now, id, |client| client.settings.schools = [school].into()).await.unwrap().unwrap();
        assert_eq!(later(&world, &rp, &codes).await.error(), "invalid_grant", "another school's app");
        let codes = begun(&world, &rp, "openid").await;
        let mut agent = world.signed_in().await;
        let place = typed(&mut agent, codes["user_code"].as_str().unwrap()).await.location();
        let page = agent.get(&place).await;
        assert_eq!(page.text_of("error-code").as_deref(), Some("access_denied"));
        registration::update(store, now, id, |client| client.settings.schools.clear()).await.unwrap().unwrap();

        let codes = begun(&world, &rp, "openid").await;
        answered(&mut world.signed_in().await, &codes, "allow").await;
        let disable = async |tx: &Tx| tx.accounts().set_state(world.account, AccountState::Claimed, AccountState::Disabled).await;
        assert!(store.write(disable).await.unwrap());
        assert_eq!(later(&world, &rp, &codes).await.error(), "invalid_grant", "a disabled account");

        registration::update(store, now, id, |client| client.enabled = false).await.unwrap().unwrap();
        assert_eq!(rp.ask(&world, "/device-authorization", &[("scope", "openid")]).await.error(), "invalid_client", "a shut client");
        assert_eq!(poll(&world, &rp, &codes).await.error(), "invalid_client");
    }
}

#[tokio::test]
async fn a_device_of_the_districts_own_app_is_asked_about_too() {
    let world = World::new().await;
    let rp = device(&world, |settings| {
        settings.first_party = true;
        settings.scopes = Scopes::parse("openid offline_access");
    })
    .await;
    let codes = begun(&world, &rp, "openid offline_access").await;
    answered(&mut world.signed_in().await, &codes, "allow").await;
    let tokens = later(&world, &rp, &codes).await.json();
    world.end_session().await;
    assert_eq!(rp.refresh(&world, tokens["refresh_token"].as_str().unwrap()).await.status, StatusCode::OK, "it stays, as it was told");
}
