//! The authorization endpoint.

use axum::http::{Method, StatusCode};

use super::agent::Agent;
use super::back_in::claimed;
use super::district::ZOE;
use super::recovery::world;
use super::relying_party::{CALLBACK, Callback, RelyingParty};
use super::world::World;
use crate::model::Role;
use crate::store::Tx;

#[tokio::test]
async fn p01_p30_a_mistyped_address_is_a_page_and_never_a_redirect() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    for address in ["https://rp.test/cb/", "https://rp.test/cb?x", "https://rp.test.evil/cb", "javascript:alert(1)", "<svg/onload=1>", ""] {
        let page = agent.get(&rp.request(&[("redirect_uri", address)])).await;
        assert_eq!((page.status, page.location().as_str()), (StatusCode::BAD_REQUEST, ""), "{address}");
        assert_eq!(page.text_of("error-code").as_deref(), Some("invalid_request"));
        assert_eq!(page.text_of("error-detail").as_deref(), Some("redirect_uri"));
        assert!(address.is_empty() || !page.body.contains(address), "nothing that was sent comes back");
    }
    let nobody = agent.get(&rp.request(&[("client_id", "nobody")])).await;
    assert_eq!((nobody.status, nobody.text_of("error-detail").as_deref()), (StatusCode::BAD_REQUEST, Some("client_id")));
}

#[tokio::test]
async fn p03_a_parameter_that_is_sent_twice_is_a_page() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    for more in ["&redirect_uri=https://rp.test/cb", "&client_id=x", "&scope[]=openid", "&scope%5B%5D=openid", "&state=2"] {
        let page = agent.get(&format!("{}{more}", rp.request(&[]))).await;
        assert_eq!((page.status, page.location().as_str()), (StatusCode::BAD_REQUEST, ""), "{more}");
    }
    let path = format!("/authorize?client_id={}", rp.client.client_id);
    let both = agent.post(&path, &[("client_id", &rp.client.client_id), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn p09_every_answer_says_who_gave_it() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let answer = agent.get(&rp.request(&[])).await;
    assert!(matches!(rp.callback(&world, &answer), Callback::Code(_)));
    let refused = agent.get(&rp.request(&[("scope", "openid edu_grade")])).await;
    assert!(matches!(rp.callback(&world, &refused), Callback::Error(error) if error == "invalid_scope"));
}

#[tokio::test]
async fn every_mistake_is_told_to_the_client() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let table: &[(&[(&str, &str)], &str)] = &[
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "id_token token")], "unsupported_response_type"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("request_uri", "http://canary.test/")], "request_uri_not_supported"),
        (&[("request", "eyJ")], "invalid_request_object"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("id_token_hint", "x.y.z")], "invalid_request"),
    ];
    for (changes, word) in table {
        assert_eq!(rp.refusal(&world, &mut agent, changes).await, *word, "{changes:?}");
    }
}

#[tokio::test]
async fn whoever_must_not_be_bothered_is_not() {
    let world = World::new().await;
    let (rp, foreign) = (RelyingParty::first_party(&world).await, RelyingParty::registered(&world, |_| {}).await);
    let none = [("prompt", "none")];
    assert_eq!(rp.refusal(&world, &mut Agent::new(&world), &none).await, "login_required");
    let mut agent = world.signed_in().await;
    assert_eq!(foreign.refusal(&world, &mut agent, &none).await, "consent_required");
    rp.code(&world, &mut agent, &none).await;
    let other = [("prompt", "none"), ("login_hint", "somebody.else")];
    assert_eq!(rp.refusal(&world, &mut agent, &other).await, "account_selection_required");
    let same = [("prompt", "none"), ("login_hint", " s0123456 ")];
    rp.code(&world, &mut agent, &same).await;
    world.clock.advance(std::time::Duration::from_secs(100));
    assert_eq!(rp.refusal(&world, &mut agent, &[("prompt", "none"), ("max_age", "99")]).await, "login_required");
    rp.code(&world, &mut agent, &[("prompt", "none"), ("max_age", "10000")]).await;
    let strong = [("prompt", "none"), ("acr_values", "urn:preau:acr:proven")];
    assert_eq!(rp.refusal(&world, &mut agent, &strong).await, "login_required", "row P38");
}

#[tokio::test]
async fn id_token_hint_names_who_it_must_be() {
    let world = World::new().await;
    let (rp, other) = (RelyingParty::first_party(&world).await, RelyingParty::first_party(&world).await);
    let mut agent = world.signed_in().await;
    let tokens = rp.tokens(&world, &mut agent, "openid").await;
    let hint = tokens["id_token"].as_str().unwrap();
    world.clock.advance(std::time::Duration::from_secs(3_600));
    let mut agent = world.signed_in().await;
    rp.code(&world, &mut agent, &[("prompt", "none"), ("id_token_hint", hint)]).await;
    assert_eq!(other.refusal(&world, &mut agent, &[("id_token_hint", hint)]).await, "invalid_request", "another client's");
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(rp.refusal(&world, &mut agent, &[("id_token_hint", access)]).await, "invalid_request", "row P12");
}

#[tokio::test]
async fn p19_consent_is_given_to_what_was_asked_and_by_who_was_asked() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |_| {}).await;
    let mut agent = world.signed_in().await;
    let start = agent.get(&rp.request(&[])).await;
    let path = start.location();
    assert!(path.starts_with("/authorize/"), "{start:?}");
    let page = agent.get(&path).await;
    assert!(page.body.contains("id=\"page-consent\"") && page.body.contains("id=\"allow\"") && page.body.contains("id=\"deny\""));
    let (consent, csrf) = (format!("{path}/consent"), page.field("csrf").unwrap());
    let without = agent.post(&consent, &[("answer", "allow")]).await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    let mut stranger = world.signed_in().await;
    let theirs = stranger.post(&consent, &[("answer", "allow"), ("csrf", &csrf)]).await;
    assert!(theirs.status.is_client_error(), "another browser: {theirs:?}");
    let tampered = [("answer", "allow"), ("csrf", csrf.as_str()), ("scope", "openid email"), ("client_id", "other")];
    let allowed = agent.post(&consent, &tampered).await;
    assert_eq!(allowed.location(), path);
    let answer = agent.get(&path).await;
    let Callback::Code(code) = rp.callback(&world, &answer) else { panic!() };
    assert_eq!(rp.exchange(&world, &code).await.json()["scope"], "openid profile");
    let replayed = agent.post(&consent, &[("answer", "allow"), ("csrf", &csrf)]).await;
    assert!(replayed.status.is_client_error() && replayed.location().is_empty());
    rp.code(&world, &mut agent, &[("prompt", "none")]).await;
    assert_eq!(rp.refusal(&world, &mut agent, &[("prompt", "none"), ("scope", "openid email")]).await, "consent_required");
}

#[tokio::test]
async fn a_person_may_say_no() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |_| {}).await;
    let mut agent = world.signed_in().await;
    let path = agent.get(&rp.request(&[])).await.location();
    let csrf = agent.get(&path).await.field("csrf").unwrap();
    let denied = agent.post(&format!("{path}/consent"), &[("answer", "deny"), ("csrf", &csrf)]).await;
    assert!(matches!(rp.callback(&world, &denied), Callback::Error(error) if error == "access_denied"));
    assert!(agent.get(&path).await.status.is_client_error(), "the request is gone");
}

#[tokio::test]
async fn p17_s07_withdrawn_consent_ends_what_it_gave() {
    for world in World::both().await {
        let rp = RelyingParty::registered(&world, |_| {}).await;
        let mut agent = world.signed_in().await;
        let path = agent.get(&rp.request(&[])).await.location();
        let csrf = agent.get(&path).await.field("csrf").unwrap();
        agent.post(&format!("{path}/consent"), &[("answer", "allow"), ("csrf", &csrf)]).await;
        let Callback::Code(code) = rp.callback(&world, &agent.get(&path).await) else { panic!() };
        let tokens = rp.exchange(&world, &code).await.json();
        let withdraw = async |tx: &Tx| tx.consents().withdraw(world.account, &rp.client.client_id).await;
        assert!(world.app.store.write(withdraw).await.unwrap());
        assert_eq!(rp.refresh(&world, tokens["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
        assert_eq!(rp.refusal(&world, &mut agent, &[("prompt", "none")]).await, "consent_required");
    }
}

#[tokio::test]
async fn p39_a_hint_for_somebody_else_asks_who_it_is() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let path = agent.get(&rp.request(&[("login_hint", "somebody.else")])).await.location();
    let page = agent.get(&path).await;
    assert!(page.body.contains("id=\"page-choose-account\"") && page.body.contains("id=\"other-account\""), "{page:?}");
    let (csrf, account) = (page.field("csrf").unwrap(), page.field("account").unwrap());
    let chosen = agent.post(&format!("{path}/account"), &[("account", &account), ("csrf", &csrf)]).await;
    assert_eq!(chosen.location(), path);
    assert!(matches!(rp.callback(&world, &agent.get(&path).await), Callback::Code(_)));
}

#[tokio::test]
async fn a_request_goes_on_only_in_the_browser_that_began_it() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let path = agent.get(&rp.request(&[("prompt", "select_account")])).await.location();
    let elsewhere = world.signed_in().await.get(&path).await;
    assert!(elsewhere.status.is_client_error(), "{elsewhere:?}");
    assert_eq!(agent.get(&path).await.status, StatusCode::OK);
}

/// One redirect lies between the app and the page that asks who it is; one more where the browser must be told something first.
#[tokio::test]
async fn whoever_must_sign_in_is_led_straight_to_the_page() {
    for district in claimed(ZOE).await {
        let world = world(&district).await;
        let rp = RelyingParty::first_party(&world).await;
        let mut browser = Agent::new(&world);
        let journey = browser.get(&rp.request(&[])).await.location();
        assert!(journey.starts_with("/flow/"), "{journey}");
        assert!(browser.get(&journey).await.body.contains("id=\"page-sign-in\""));
        assert!(Agent::new(&world).get(&journey).await.status.is_client_error(), "it is this browser's alone");
        let told = browser.get(&rp.request(&[("ui_locales", "fr")])).await.location();
        assert!(told.starts_with("/authorize/") && told.ends_with("?language=fr"), "{told}");
        let again = world.signed_in().await.get(&rp.request(&[("prompt", "login")])).await.location();
        assert!(again.starts_with("/flow/"), "{again}");
    }
}

#[tokio::test]
async fn a_request_by_post_goes_on_by_get() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let query = rp.request(&[]).split_once('?').unwrap().1.to_owned();
    let form: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let cross_site = [("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://rp.test".to_owned())];
    let mut without_cookies = Agent::new(&world);
    let posted = without_cookies.send(Method::POST, "/authorize", &cross_site, Some(&form)).await;
    assert!(posted.location().starts_with("/authorize/"), "{posted:?}");
    let mut with_cookies = world.signed_in().await;
    with_cookies.adopt(&without_cookies);
    let answer = with_cookies.get(&posted.location()).await;
    assert!(matches!(rp.callback(&world, &answer), Callback::Code(_)));
}

#[tokio::test]
async fn p45_a_client_for_others_gets_no_code_also_without_a_page() {
    let world = World::new().await;
    let mut agent = world.signed_in().await;
    let for_staff = RelyingParty::registered(&world, |settings| {
        settings.first_party = true;
        settings.roles = [Role::Teacher].into();
    })
    .await;
    for changes in [&[][..], &[("prompt", "none")]] {
        assert_eq!(for_staff.refusal(&world, &mut agent, changes).await, "access_denied");
    }
    let of_the_school = RelyingParty::registered(&world, |settings| {
        settings.first_party = true;
        settings.roles = [Role::Student].into();
        settings.schools = [world.school].into();
    })
    .await;
    of_the_school.code(&world, &mut agent, &[]).await;
}
