//! A refresh whose answer was lost on the way, for clients that the district lets ask once more.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use crate::oidc::registration::{self, Mistake};

async fn patient(world: &World) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.tokens.trust.refresh_grace = 10;
    })
    .await
}

fn refresh_token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
}

#[tokio::test]
async fn p16_a_lost_answer_is_given_once_more_with_the_same_next_token() {
    for world in World::both().await {
        for opaque in [false, true] {
            let rp = RelyingParty::registered(&world, |settings| {
                settings.first_party = true;
                settings.tokens.trust.refresh_grace = 10;
                settings.tokens.opaque = opaque;
            })
            .await;
            let first = refresh_token(&rp.tokens(&world, &mut world.signed_in().await, "openid").await);
            let lost = rp.refresh(&world, &first).await.json();
            world.clock.advance(Duration::from_secs(10));
            let again = rp.refresh(&world, &first).await.json();
            assert_eq!(refresh_token(&again), refresh_token(&lost), "two are never good");
            for tokens in [&lost, &again] {
                assert_eq!(userinfo(&world, tokens["access_token"].as_str().unwrap()).await.status, StatusCode::OK);
            }
            let next = rp.refresh(&world, &refresh_token(&again)).await;
            assert_eq!(next.status, StatusCode::OK);
            assert_eq!(rp.refresh(&world, &first).await.error(), "invalid_grant", "what it bought was used");
            assert_eq!(rp.refresh(&world, &refresh_token(&next.json())).await.error(), "invalid_grant", "and the family is dead");
        }
    }
}

#[tokio::test]
async fn p16_a_lost_answer_is_given_no_third_time_and_not_late() {
    let world = World::new().await;
    let rp = patient(&world).await;
    for (seconds, repeats) in [(11, 0), (0, 1)] {
        let first = refresh_token(&rp.tokens(&world, &mut world.signed_in().await, "openid").await);
        let second = refresh_token(&rp.refresh(&world, &first).await.json());
        world.clock.advance(Duration::from_secs(seconds));
        for _ in 0..repeats {
            assert_eq!(rp.refresh(&world, &first).await.status, StatusCode::OK);
        }
        assert_eq!(rp.refresh(&world, &first).await.error(), "invalid_grant");
        assert_eq!(rp.refresh(&world, &second).await.error(), "invalid_grant", "its family ended");
    }
}

#[tokio::test]
async fn p16_of_thirty_two_that_ask_at_once_none_gets_a_second_live_token() {
    for world in World::both().await {
        let rp = Arc::new(patient(&world).await);
        let first = refresh_token(&rp.tokens(&world, &mut world.signed_in().await, "openid").await);
        let world = Arc::new(world);
        let refreshes = (0..32).map(|_| {
            let (rp, world, token) = (rp.clone(), world.clone(), first.clone());
            tokio::spawn(async move { rp.refresh(&world, &token).await })
        });
        let mut won = Vec::new();
        for answer in refreshes.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            if answer.status == StatusCode::OK {
                won.push(refresh_token(&answer.json()));
            }
        }
        assert!((1..=2).contains(&won.len()), "the first, and one that asks again: {}", won.len());
        assert!(won.iter().all(|token| *token == won[0]));
        assert_eq!(rp.refresh(&world, &won[0]).await.error(), "invalid_grant", "the family ended with the third");
    }
}

#[tokio::test]
async fn a_lost_answer_is_nothing_to_wait_for_by_the_minute() {
    let world = World::new().await;
    let rp = patient(&world).await;
    let change = registration::update(&world.app.store, world.app.now(), &rp.client.client_id, |client| {
        client.settings.tokens.trust.refresh_grace = 61;
    });
    assert!(matches!(change.await.unwrap(), Err(Mistake::Tokens(_))));
}
