//! What a token is worth, what becomes of it when it is given back, and tokens that say nothing.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::agent::Answer;
use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use crate::store::clients::{AuthMethod, GrantType};

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("{name} in {tokens}"))
}

async fn worth(world: &World, rp: &RelyingParty, token: &str) -> Value {
    let answer = rp.ask(world, "/introspect", &[("token", token)]).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (StatusCode::OK, "no-store"), "{answer:?}");
    answer.json()
}

async fn revoke(world: &World, rp: &RelyingParty, token: &str) -> Answer {
    rp.ask(world, "/revoke", &[("token", token), ("token_type_hint", "anything")]).await
}

/// Clients of either kind of access token.
async fn both_kinds(world: &World) -> Vec<RelyingParty> {
    let mut parties = Vec::new();
    for opaque in [false, true] {
        let party = RelyingParty::registered(world, |settings| {
            settings.first_party = true;
            settings.tokens.opaque = opaque;
            settings.grants.insert(GrantType::ClientCredentials);
        });
        parties.push(party.await);
    }
    parties
}

#[tokio::test]
async fn a_client_hears_what_its_own_tokens_are_worth() {
    for world in World::both().await {
        for rp in both_kinds(&world).await {
            let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid profile").await;
            let access = worth(&world, &rp, text(&tokens, "access_token")).await;
            let now = world.app.now().0;
            for (claim, expected) in [
                ("active", json!(true)),
                ("iss", json!(world.issuer())),
                ("client_id", json!(rp.client.client_id)),
                ("scope", json!("openid profile")),
                ("token_type", json!("Bearer")),
                ("iat", json!(now)),
                ("exp", json!(now + 900)),
            ] {
                assert_eq!(access[claim], expected, "{claim}");
            }
            let refresh = worth(&world, &rp, text(&tokens, "refresh_token")).await;
            assert_eq!((&refresh["active"], &refresh["sub"], &refresh["scope"]), (&json!(true), &access["sub"], &access["scope"]));
            world.clock.advance(Duration::from_secs(900));
            assert_eq!(worth(&world, &rp, text(&tokens, "access_token")).await, json!({ "active": false }), "at its end");
            let next = rp.refresh(&world, text(&tokens, "refresh_token")).await.json();
            assert_eq!(worth(&world, &rp, text(&tokens, "refresh_token")).await, json!({ "active": false }), "it was used");
            assert_eq!(worth(&world, &rp, text(&next, "refresh_token")).await["active"], true, "asking about the old one ends nothing");
        }
    }
}

#[tokio::test]
async fn p36_nobody_else_hears_anything() {
    let world = World::new().await;
    for rp in both_kinds(&world).await {
        let other = RelyingParty::registered(&world, |settings| {
            // Who calls itself what we are called still reads nobody's tokens.
            settings.tokens.trust.identifiers.insert(world.issuer().to_owned());
        })
        .await;
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        let own = rp.token(&world, &[("grant_type", "client_credentials")]).await.json();
        let id_token = text(&tokens, "id_token");
        for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token"), text(&own, "access_token"), id_token, "x", "a.b.c"] {
            assert_eq!(worth(&world, &other, token).await, json!({ "active": false }), "{token}");
        }
        assert_eq!(worth(&world, &rp, id_token).await, json!({ "active": false }), "an ID token opens nothing (row P12)");
        let public = RelyingParty::registered(&world, |settings| settings.auth_method = AuthMethod::None).await;
        assert_eq!(public.ask(&world, "/introspect", &[("token", "x")]).await.error(), "invalid_client");
        assert_eq!(rp.ask(&world, "/introspect", &[]).await.error(), "invalid_request");
    }
}

#[tokio::test]
async fn p36_everything_that_ends_a_token_is_heard_at_once() {
    for world in World::both().await {
        for rp in both_kinds(&world).await {
            let mut agent = world.signed_in().await;
            let tokens = rp.tokens(&world, &mut agent, "openid").await;
            world.end_session().await;
            for name in ["access_token", "refresh_token"] {
                assert_eq!(worth(&world, &rp, text(&tokens, name)).await, json!({ "active": false }), "{name} after the session");
            }
            let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
            rp.refresh(&world, text(&tokens, "refresh_token")).await;
            rp.refresh(&world, text(&tokens, "refresh_token")).await;
            assert_eq!(worth(&world, &rp, text(&tokens, "access_token")).await, json!({ "active": false }), "after a reuse");
            assert_eq!(userinfo(&world, text(&tokens, "access_token")).await.status, StatusCode::UNAUTHORIZED);
        }
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_given_back_takes_its_family_along() {
    for world in World::both().await {
        for rp in both_kinds(&world).await {
            let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
            let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
            for _ in 0..2 {
                let answer = revoke(&world, &rp, refresh).await;
                assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
            }
            assert_eq!(rp.refresh(&world, refresh).await.error(), "invalid_grant");
            assert_eq!(userinfo(&world, access).await.status, StatusCode::UNAUTHORIZED);
            let mut events = world.app.store.read().events().list(&Default::default(), 50).await.unwrap();
            events.retain(|event| event.kind == "token.revoked" && event.detail["client"] == rp.client.client_id.as_str());
            assert_eq!(events.len(), 1, "once, however often it is given back");
        }
    }
}

#[tokio::test]
async fn an_access_token_that_is_given_back_opens_nothing_and_the_next_one_does() {
    for world in World::both().await {
        for rp in both_kinds(&world).await {
            let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
            let own = rp.token(&world, &[("grant_type", "client_credentials")]).await.json();
            for token in [text(&tokens, "access_token"), text(&own, "access_token")] {
                assert_eq!(worth(&world, &rp, token).await["active"], true);
                assert_eq!(revoke(&world, &rp, token).await.status, StatusCode::OK);
                assert_eq!(worth(&world, &rp, token).await, json!({ "active": false }));
                assert_eq!(userinfo(&world, token).await.status, StatusCode::UNAUTHORIZED);
            }
            let next = rp.refresh(&world, text(&tokens, "refresh_token")).await.json();
            assert_eq!(userinfo(&world, text(&next, "access_token")).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn nobody_gives_back_what_is_not_theirs_and_nobody_hears_that_it_is_not() {
    let world = World::new().await;
    let other = RelyingParty::first_party(&world).await;
    for rp in both_kinds(&world).await {
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token"), text(&tokens, "id_token"), "nonsense"] {
            let answer = revoke(&world, &other, token).await;
            assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""), "{token}");
        }
        assert_eq!(userinfo(&world, text(&tokens, "access_token")).await.status, StatusCode::OK);
        assert_eq!(rp.refresh(&world, text(&tokens, "refresh_token")).await.status, StatusCode::OK);
        assert_eq!(rp.ask(&world, "/revoke", &[]).await.error(), "invalid_request");
    }
}

#[tokio::test]
async fn p14_only_the_whole_token_is_the_token() {
    let world = World::new().await;
    for rp in both_kinds(&world).await {
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        let token = text(&tokens, "access_token").to_owned();
        assert_eq!(userinfo(&world, &token).await.status, StatusCode::OK);
        // A signed one has hundreds of prefixes of one kind: some of each length tell as much.
        let step = if token.len() > 100 { 37 } else { 1 };
        let mut others: Vec<String> = (0..token.len()).step_by(step).map(|length| token[..length].to_owned()).collect();
        others.extend(["A", "=", "==", "."].map(|more| format!("{token}{more}")));
        others.extend(["A", "."].map(|more| format!("{more}{token}")));
        others.extend((0..token.len()).step_by(step).map(|at| {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at].is_ascii_alphabetic() { bytes[at] ^ 0x20 } else { b'A' };
            String::from_utf8(bytes).unwrap()
        }));
        for other in others.iter().filter(|other| **other != token) {
            assert_eq!(userinfo(&world, other).await.status, StatusCode::UNAUTHORIZED, "{other}");
            assert_eq!(worth(&world, &rp, &format!("{other} ")).await, json!({ "active": false }));
        }
    }
}

#[tokio::test]
async fn a_token_that_says_nothing_is_nowhere_to_be_read() {
    for world in World::both().await {
        let rp = &both_kinds(&world).await[1];
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        let token = text(&tokens, "access_token");
        assert!(token.len() == 43 && !token.contains('.'), "256 bits, and no claims: {token}");
        let hash = crate::model::Hash::of(token.as_bytes());
        let row = world.app.store.read().access_tokens().find(&hash).await.unwrap().unwrap();
        assert!(!row.claims.unwrap().to_string().contains(token));
        crate::oidc::registration::remove(&world.app.store, world.app.now(), &rp.client.client_id).await.unwrap().unwrap();
        assert_eq!(world.app.store.read().access_tokens().find(&hash).await.unwrap(), None, "it goes with its client");
    }
}
