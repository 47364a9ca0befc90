//! Signing out at an app's wish.

use axum::http::StatusCode;
use url::form_urlencoded;

use super::agent::Agent;
use super::relying_party::{RelyingParty, userinfo};
use super::world::World;

const AFTER: &str = "https://rp.test/after";

async fn client(world: &World) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.post_logout_redirect_uris = vec![AFTER.to_owned()];
    })
    .await
}

fn request(pairs: &[(&str, &str)]) -> String {
    format!("/end-session?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

async fn is_signed_in(world: &World, rp: &RelyingParty, agent: &mut Agent) -> bool {
    let answer = agent.get(&rp.request(&[("prompt", "none")])).await;
    matches!(rp.callback(world, &answer), super::relying_party::Callback::Code(_))
}

#[tokio::test]
async fn a_client_that_knows_the_session_ends_it() {
    let world = World::new().await;
    let rp = client(&world).await;
    let mut agent = world.signed_in().await;
    let tokens = rp.tokens(&world, &mut agent, "openid").await;
    world.clock.advance(std::time::Duration::from_secs(1_200));
    let hint = tokens["id_token"].as_str().unwrap();
    let answer = agent.get(&request(&[("id_token_hint", hint), ("post_logout_redirect_uri", AFTER), ("state", "a b")])).await;
    assert_eq!(
        (answer.status, answer.location().as_str()),
        (StatusCode::SEE_OTHER, "https://rp.test/after?state=a+b"),
        "an old hint will do"
    );
    assert!(!is_signed_in(&world, &rp, &mut agent).await);
    assert_eq!(userinfo(&world, tokens["access_token"].as_str().unwrap()).await.status, StatusCode::UNAUTHORIZED);
    let again = agent.get(&request(&[("id_token_hint", hint), ("post_logout_redirect_uri", AFTER)])).await;
    assert_eq!(again.location(), AFTER, "what is so already is so");
}

#[tokio::test]
async fn p20_nobody_is_signed_out_without_a_yes() {
    let world = World::new().await;
    let (rp, other) = (client(&world).await, client(&world).await);
    let mut agent = world.signed_in().await;
    let mine = rp.tokens(&world, &mut agent, "openid").await;
    let mine = mine["id_token"].as_str().unwrap();
    let of_another_session = other.tokens(&world, &mut world.signed_in().await, "openid").await;
    let of_another_session = of_another_session["id_token"].as_str().unwrap();
    let (_, claims) = mine.split_once('.').unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", claims.split_once('.').unwrap().0);
    for pairs in [&[][..], &[("id_token_hint", unsigned.as_str())], &[("id_token_hint", "x")], &[("id_token_hint", of_another_session)]] {
        let page = agent.get(&request(pairs)).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        assert!(page.body.contains("id=\"page-sign-out\"") && page.body.contains("id=\"sign-out\""));
        assert!(is_signed_in(&world, &rp, &mut agent).await);
    }
    let forged = agent.post("/end-session", &[("csrf", "guessed")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(is_signed_in(&world, &rp, &mut agent).await);
}

#[tokio::test]
async fn a_yes_ends_the_session_and_leads_back() {
    let world = World::new().await;
    let rp = client(&world).await;
    let mut agent = world.signed_in().await;
    let path = request(&[("client_id", &rp.client.client_id), ("post_logout_redirect_uri", AFTER), ("state", "s")]);
    let page = agent.get(&path).await;
    let csrf = page.field("csrf").unwrap();
    let action = page.body.split("method=\"post\" action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().replace("&amp;", "&");
    let answer = agent.post(&action, &[("csrf", &csrf)]).await;
    assert_eq!(answer.location(), "https://rp.test/after?state=s", "{answer:?}");
    assert!(!is_signed_in(&world, &rp, &mut agent).await);
}

#[tokio::test]
async fn p21_the_browser_goes_nowhere_that_is_not_registered() {
    let world = World::new().await;
    let rp = client(&world).await;
    let mut agent = world.signed_in().await;
    let tokens = rp.tokens(&world, &mut agent, "openid").await;
    let hint = tokens["id_token"].as_str().unwrap();
    for address in
        ["https://evil.test/", "https://rp.test/after?x=1", "https://rp.test/after/", "javascript:alert(1)", "https://rp.test/%61fter"]
    {
        let page = agent.get(&request(&[("id_token_hint", hint), ("post_logout_redirect_uri", address)])).await;
        assert_eq!((page.status, page.location().as_str()), (StatusCode::BAD_REQUEST, ""), "{address}");
        assert_eq!(page.text_of("error-detail").as_deref(), Some("post_logout_redirect_uri"));
        // A hint that nobody can believe names no client, so it is what must be mended.
        let page = agent.get(&request(&[("id_token_hint", &format!("{hint}x")), ("post_logout_redirect_uri", address)])).await;
        assert_eq!(page.text_of("error-detail").as_deref(), Some("id_token_hint"));
    }
    assert!(is_signed_in(&world, &rp, &mut agent).await);
    let nobody = agent.get(&request(&[("post_logout_redirect_uri", AFTER)])).await;
    assert!(nobody.location().is_empty(), "an address of nobody's");
}
