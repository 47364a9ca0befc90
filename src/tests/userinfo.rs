//! The UserInfo endpoint.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::agent::Agent;
use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use crate::model::Scopes;
use crate::store::Tx;
use crate::store::accounts::AccountState;
use crate::store::testing::pupil_leaves;

#[tokio::test]
async fn each_scope_opens_its_claims_and_nothing_else() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.first_party = true;
        settings.scopes = Scopes::parse("openid profile email edu_roles edu_orgs edu_grade edu_student_number");
    })
    .await;
    let mut agent = world.signed_in().await;
    let table = [
        ("openid", json!({})),
        (
            "openid profile",
            json!({ "name": "Léa Tremblay", "given_name": "Léa", "family_name": "Tremblay", "preferred_username": "S0123456", "locale": "fr" }),
        ),
        ("openid email", json!({ "email": "lea@tilleuls.example", "email_verified": false })),
        ("openid edu_roles", json!({ "edu_roles": [{ "role": "student", "org": world.school }] })),
        (
            "openid edu_orgs",
            json!({ "edu_orgs": [{ "id": world.school, "sourced_id": "tilleuls", "name": "École des Tilleuls", "type": "school" }] }),
        ),
        ("openid edu_grade", json!({ "edu_grade": "8" })),
        ("openid edu_student_number", json!({ "edu_student_number": "0123456" })),
    ];
    for (scope, mut expected) in table {
        let tokens = rp.tokens(&world, &mut agent, scope).await;
        let claims = userinfo(&world, tokens["access_token"].as_str().unwrap()).await.json();
        expected["sub"] = claims["sub"].clone();
        assert_eq!(claims, expected, "{scope}");
    }
}

#[tokio::test]
async fn a_token_comes_in_the_header_or_in_a_form_and_once() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    let token = tokens["access_token"].as_str().unwrap();
    let header = [("authorization", format!("bearer {token}"))];
    let form = [("access_token", token)];
    let mut agent = Agent::new(&world);
    for method in [Method::GET, Method::POST] {
        assert_eq!(agent.send(method, "/userinfo", &header, None).await.status, StatusCode::OK);
    }
    assert_eq!(agent.send(Method::POST, "/userinfo", &[], Some(&form)).await.status, StatusCode::OK);
    assert_eq!(agent.send(Method::POST, "/userinfo", &header, Some(&form)).await.status, StatusCode::BAD_REQUEST);
    let in_address = agent.get(&format!("/userinfo?access_token={token}")).await;
    assert_eq!((in_address.status, in_address.header("www-authenticate").as_str()), (StatusCode::UNAUTHORIZED, "Bearer"));
}

#[tokio::test]
async fn p12_no_other_token_passes_for_an_access_token() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    for other in ["id_token", "refresh_token"] {
        let answer = userinfo(&world, tokens[other].as_str().unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{other}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    for nonsense in ["", "x", "a.b.c", &"A".repeat(100)] {
        assert_eq!(userinfo(&world, nonsense).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn an_access_token_lives_fifteen_minutes() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    assert_eq!(tokens["expires_in"], 900);
    world.clock.advance(std::time::Duration::from_secs(899));
    assert_eq!(userinfo(&world, tokens["access_token"].as_str().unwrap()).await.status, StatusCode::OK);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(userinfo(&world, tokens["access_token"].as_str().unwrap()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn s07_nothing_of_a_disabled_account_works() {
    for world in World::both().await {
        nothing_works_after(&world, async || {
            let disable = async |tx: &Tx| tx.accounts().set_state(world.account, AccountState::Claimed, AccountState::Disabled).await;
            assert!(world.app.store.write(disable).await.unwrap());
        })
        .await;
    }
}

#[tokio::test]
async fn s07_nothing_of_whoever_left_the_roster_works() {
    for world in World::both().await {
        nothing_works_after(&world, async || pupil_leaves(&world.app.store).await).await;
    }
}

/// A code, tokens that end with their session and tokens that outlive it: what the pupil's app has is worth nothing any more.
async fn nothing_works_after(world: &World, end: impl AsyncFnOnce()) {
    let rp = RelyingParty::first_party(world).await;
    let mut agent = world.signed_in().await;
    let bound = rp.tokens(world, &mut agent, "openid").await;
    let offline = rp.tokens(world, &mut agent, "openid offline_access").await;
    let code = rp.code(world, &mut agent, &[]).await;
    end().await;
    assert_eq!(rp.exchange(world, &code).await.error(), "invalid_grant");
    for tokens in [bound, offline] {
        assert_eq!(userinfo(world, tokens["access_token"].as_str().unwrap()).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(rp.refresh(world, tokens["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
    }
    assert_eq!(rp.refusal(world, &mut agent, &[("prompt", "none")]).await, "login_required");
}

#[tokio::test]
async fn s06_ending_all_sessions_ends_what_would_have_outlived_them() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid offline_access").await;
    let now = world.app.now();
    world.app.store.write(async |tx: &Tx| tx.sessions().end_all(world.account, None, now).await).await.unwrap();
    assert_eq!(rp.refresh(&world, tokens["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
    assert_eq!(userinfo(&world, tokens["access_token"].as_str().unwrap()).await.status, StatusCode::UNAUTHORIZED);
}
