//! ID tokens and answers of UserInfo that were signed, or encrypted, or both, as a client is registered for.

use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use crate::keys::Algorithm;
use crate::oidc::jwe::testing::Owner;
use crate::oidc::registration::{self, Mistake};
use crate::store::clients::{ContentAlgorithm, Encryption, KeyAlgorithm, Settings};

fn claims_of(jwt: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn registered(world: &World, change: impl FnOnce(&mut Settings)) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        change(settings);
    })
    .await
}

async fn told(world: &World, rp: &RelyingParty) -> super::agent::Answer {
    let tokens = rp.tokens(world, &mut world.signed_in().await, "openid profile").await;
    let answer = userinfo(world, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (StatusCode::OK, "no-store"), "{answer:?}");
    answer
}

#[tokio::test]
async fn userinfo_is_signed_for_who_is_registered_for_it() {
    let world = World::new().await;
    for algorithm in Algorithm::ALL.iter().copied() {
        let rp = registered(&world, |settings| settings.tokens.userinfo_alg = Some(algorithm)).await;
        let answer = told(&world, &rp).await;
        assert_eq!(answer.header("content-type"), "application/jwt");
        let claims: Value = world.app.tools.keys.verify("JWT", &answer.body).unwrap();
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(world.issuer()), &json!(rp.client.client_id)));
        assert_eq!(claims["given_name"], "Léa");
        assert!(claims["nonce"].is_null() && claims["exp"].is_null(), "it is no ID token");
        let hinted = rp.request(&[("id_token_hint", &answer.body)]);
        let refused = world.signed_in().await.get(&hinted).await;
        assert!(refused.location().contains("error=invalid_request"), "nor does it pass for one (row P12)");
    }
}

#[tokio::test]
async fn what_is_encrypted_is_read_by_its_owner_alone() {
    let world = World::new().await;
    for (alg, enc, signed) in [
        (KeyAlgorithm::RsaOaep, ContentAlgorithm::A128CbcHs256, true),
        (KeyAlgorithm::RsaOaep256, ContentAlgorithm::A256Gcm, false),
        (KeyAlgorithm::EcdhEs, ContentAlgorithm::A256CbcHs512, false),
        (KeyAlgorithm::EcdhEsA128Kw, ContentAlgorithm::A128Gcm, true),
        (KeyAlgorithm::EcdhEsA256Kw, ContentAlgorithm::A256Gcm, true),
    ] {
        let owner = Owner::new(alg);
        let rp = registered(&world, |settings| {
            settings.jwks = Some(json!({ "keys": [owner.jwk()] }));
            settings.tokens.id_token_encryption = Some(Encryption { alg, enc });
            settings.tokens.userinfo_encryption = Some(Encryption { alg, enc });
            settings.tokens.userinfo_alg = signed.then_some(Algorithm::ES256);
        })
        .await;
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        let (header, jwt) = owner.open(tokens["id_token"].as_str().unwrap()).unwrap();
        assert_eq!((&header["cty"], &header["kid"]), (&json!("JWT"), &json!("enc-1")));
        let id_token: Value = world.app.tools.keys.verify("JWT", std::str::from_utf8(&jwt).unwrap()).unwrap();
        assert_eq!(id_token["aud"], rp.client.client_id.as_str());
        let answer = told(&world, &rp).await;
        assert_eq!(answer.header("content-type"), "application/jwt");
        assert!(!answer.body.contains("Léa"));
        let (header, plain) = owner.open(&answer.body).unwrap();
        let claims = match signed {
            true => claims_of(std::str::from_utf8(&plain).unwrap()),
            false => serde_json::from_slice(&plain).unwrap(),
        };
        assert_eq!((header["cty"] == "JWT", &claims["given_name"]), (signed, &json!("Léa")));
        assert_eq!(claims["sub"], id_token["sub"]);
    }
}

#[tokio::test]
async fn nothing_is_promised_to_a_reader_without_a_key() {
    let world = World::new().await;
    let rp = registered(&world, |_| {}).await;
    let by = Encryption { alg: KeyAlgorithm::EcdhEs, enc: ContentAlgorithm::A256Gcm };
    let other = Owner::new(KeyAlgorithm::RsaOaep);
    for keys in [None, Some(json!({ "keys": [other.jwk()] }))] {
        let change = registration::update(&world.app.store, world.app.now(), &rp.client.client_id, |client| {
            client.settings.jwks = keys;
            client.settings.tokens.id_token_encryption = Some(by);
        });
        assert!(matches!(change.await.unwrap(), Err(Mistake::Tokens(_))));
    }
}
