//! The token endpoint.

use std::time::Duration;

use axum::http::StatusCode;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, AccessTokenHash, ClientId, IssuerUrl, Nonce};
use serde_json::{Value, json};

use super::agent::Agent;
use super::relying_party::{CALLBACK, RelyingParty, userinfo};
use super::world::World;
use crate::keys::Algorithm;
use crate::model::Role;
use crate::oidc::registration;
use crate::store::clients::{AuthMethod, GrantType, SubjectType};
use crate::store::testing::roster_becomes;

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("{name} in {tokens}"))
}

#[tokio::test]
async fn another_library_believes_the_id_token() {
    let world = World::now().await;
    let known = [
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        CoreJwsSigningAlgorithm::EdDsa,
    ];
    for algorithm in Algorithm::ALL.iter().copied() {
        let rp = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.id_token_alg = algorithm;
            settings.access_token_alg = algorithm;
        })
        .await;
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        let keys: CoreJsonWebKeySet = serde_json::from_str(&Agent::new(&world).get("/jwks").await.body).unwrap();
        let issuer = IssuerUrl::new(world.issuer().to_owned()).unwrap();
        let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new(rp.client.client_id.clone()), issuer, keys)
            .set_allowed_algs(known.clone());
        let id_token: CoreIdToken = text(&tokens, "id_token").parse().unwrap();
        let claims = id_token.claims(&verifier, &Nonce::new(rp.nonce().to_owned())).unwrap();
        let access_token = AccessToken::new(text(&tokens, "access_token").to_owned());
        let key = id_token.signing_key(&verifier).unwrap();
        let hash = AccessTokenHash::from_token(&access_token, id_token.signing_alg().unwrap(), key).unwrap();
        assert_eq!(claims.access_token_hash(), Some(&hash));
        assert!(claims.auth_time().is_some());
        assert_eq!(text(&tokens, "token_type"), "Bearer");
    }
}

#[tokio::test]
async fn p04_a_replayed_code_revokes_its_tokens() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
    let tokens = rp.exchange(&world, &code).await.json();
    let access = text(&tokens, "access_token");
    assert_eq!(userinfo(&world, access).await.status, StatusCode::OK);
    let wrong = rp.exchange_with(&world, &code, &"w".repeat(43)).await;
    assert_eq!(wrong.error(), "invalid_grant");
    assert_eq!(userinfo(&world, access).await.status, StatusCode::OK, "a replay without the verifier takes nothing back");
    assert_eq!(rp.exchange(&world, &code).await.error(), "invalid_grant");
    assert_eq!(userinfo(&world, access).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(rp.refresh(&world, text(&tokens, "refresh_token")).await.error(), "invalid_grant");
}

#[tokio::test]
async fn p05_of_thirty_two_exchanges_at_once_one_succeeds() {
    for world in World::both().await {
        let rp = std::sync::Arc::new(RelyingParty::first_party(&world).await);
        let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
        let world = std::sync::Arc::new(world);
        let exchanges = (0..32).map(|_| {
            let (rp, world, code) = (rp.clone(), world.clone(), code.clone());
            tokio::spawn(async move { rp.exchange(&world, &code).await.status })
        });
        let mut won = 0;
        for status in exchanges.collect::<Vec<_>>() {
            won += usize::from(status.await.unwrap() == StatusCode::OK);
        }
        assert_eq!(won, 1);
    }
}

#[tokio::test]
async fn p06_a_code_is_for_one_client_one_address_and_one_verifier() {
    let world = World::new().await;
    let (rp, other) = (RelyingParty::first_party(&world).await, RelyingParty::first_party(&world).await);
    let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
    assert_eq!(other.exchange(&world, &code).await.error(), "invalid_grant");
    let elsewhere =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", "https://rp.test/cb2"), ("code_verifier", "x")];
    assert_eq!(rp.token(&world, &elsewhere).await.error(), "invalid_grant");
    assert_eq!(rp.exchange_with(&world, &code, &"w".repeat(43)).await.error(), "invalid_grant");
    assert_eq!(rp.exchange(&world, &code).await.status, StatusCode::OK, "the owner's own exchange still works");
}

#[tokio::test]
async fn p07_a_code_lives_sixty_seconds() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    for (seconds, status) in [(59, StatusCode::OK), (61, StatusCode::BAD_REQUEST)] {
        let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
        world.clock.advance(Duration::from_secs(seconds));
        assert_eq!(rp.exchange(&world, &code).await.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn p08_no_code_without_its_verifier() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
    for verifier in ["", &"a".repeat(42), &"a".repeat(43), &"a".repeat(129), &"é".repeat(43)] {
        assert_eq!(rp.exchange_with(&world, &code, verifier).await.error(), "invalid_grant", "{verifier}");
    }
    let without = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    assert_eq!(rp.token(&world, &without).await.error(), "invalid_grant");
}

#[tokio::test]
async fn p16_a_refresh_token_used_twice_ends_its_family() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    let first = text(&tokens, "refresh_token");
    let second = rp.refresh(&world, first).await;
    assert_eq!((second.status, second.header("cache-control").as_str()), (StatusCode::OK, "no-store"));
    let second = second.json();
    assert_ne!(text(&second, "refresh_token"), first);
    assert_eq!(rp.refresh(&world, first).await.error(), "invalid_grant");
    assert_eq!(rp.refresh(&world, text(&second, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(userinfo(&world, text(&second, "access_token")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn p16_of_thirty_two_refreshes_at_once_at_most_one_succeeds() {
    for world in World::both().await {
        let rp = std::sync::Arc::new(RelyingParty::first_party(&world).await);
        let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
        let (world, token) = (std::sync::Arc::new(world), text(&tokens, "refresh_token").to_owned());
        let refreshes = (0..32).map(|_| {
            let (rp, world, token) = (rp.clone(), world.clone(), token.clone());
            tokio::spawn(async move { rp.refresh(&world, &token).await })
        });
        let mut won = Vec::new();
        for answer in refreshes.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            if answer.status == StatusCode::OK {
                won.push(text(&answer.json(), "refresh_token").to_owned());
            }
        }
        assert!(won.len() <= 1);
        for next in won {
            assert_eq!(rp.refresh(&world, &next).await.error(), "invalid_grant", "the family ended with the second use");
        }
    }
}

#[tokio::test]
async fn p16_a_refresh_keeps_what_the_first_id_token_said() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid").await;
    world.clock.advance(Duration::from_secs(600));
    let refreshed = rp.refresh(&world, text(&tokens, "refresh_token")).await.json();
    let (before, after) = (claims_of(text(&tokens, "id_token")), claims_of(text(&refreshed, "id_token")));
    for claim in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert_eq!(after["iat"].as_i64().unwrap() - before["iat"].as_i64().unwrap(), 600);
}

#[tokio::test]
async fn p17_a_refresh_gives_no_more_than_was_granted_and_only_to_its_client() {
    let world = World::new().await;
    let (rp, other) = (RelyingParty::first_party(&world).await, RelyingParty::first_party(&world).await);
    let tokens = rp.tokens(&world, &mut world.signed_in().await, "openid profile").await;
    let token = text(&tokens, "refresh_token");
    assert_eq!(other.refresh(&world, token).await.error(), "invalid_grant");
    let wider = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", "openid email")];
    assert_eq!(rp.token(&world, &wider).await.error(), "invalid_scope");
    let narrower = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", "openid")];
    assert_eq!(rp.token(&world, &narrower).await.json()["scope"], "openid");
}

#[tokio::test]
async fn p17_a_refresh_ends_with_the_session_and_offline_access_does_not() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let bound = rp.tokens(&world, &mut agent, "openid").await;
    let offline = rp.tokens(&world, &mut agent, "openid offline_access").await;
    world.end_session().await;
    assert_eq!(rp.refresh(&world, text(&bound, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(userinfo(&world, text(&bound, "access_token")).await.status, StatusCode::UNAUTHORIZED);
    let next = rp.refresh(&world, text(&offline, "refresh_token")).await;
    assert_eq!(next.status, StatusCode::OK);
    world.clock.advance(Duration::from_secs(14 * 86_400 + 1));
    assert_eq!(rp.refresh(&world, text(&next.json(), "refresh_token")).await.error(), "invalid_grant");
}

#[tokio::test]
async fn s07_a_client_that_is_shut_gets_nothing() {
    for world in World::both().await {
        let rp = RelyingParty::first_party(&world).await;
        let mut agent = world.signed_in().await;
        let tokens = rp.tokens(&world, &mut agent, "openid").await;
        let code = rp.code(&world, &mut agent, &[]).await;
        let (store, now) = (&world.app.store, world.app.now());
        registration::update(store, now, &rp.client.client_id, |client| client.enabled = false).await.unwrap().unwrap();
        assert_eq!(rp.exchange(&world, &code).await.error(), "invalid_client");
        assert_eq!(rp.refresh(&world, text(&tokens, "refresh_token")).await.error(), "invalid_client");
        assert_eq!(userinfo(&world, text(&tokens, "access_token")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(rp.ask(&world, "/introspect", &[("token", text(&tokens, "access_token"))]).await.error(), "invalid_client");
        let page = agent.get(&rp.request(&[])).await;
        assert_eq!((page.status, page.location().as_str()), (StatusCode::BAD_REQUEST, ""));
    }
}

/// Row S07: the role, or the school, for whose sake an app was open to somebody.
#[tokio::test]
async fn s07_whoever_is_not_among_those_an_app_is_for_any_more_gets_nothing() {
    for becomes in ["role = 'teacher'", "org_source = 'elsewhere'"] {
        for world in World::both().await {
            let rp = RelyingParty::registered(&world, |settings| {
                settings.first_party = true;
                settings.roles = [Role::Student].into();
                settings.schools = [world.school].into();
            })
            .await;
            let mut agent = world.signed_in().await;
            let tokens = rp.tokens(&world, &mut agent, "openid").await;
            let code = rp.code(&world, &mut agent, &[]).await;
            roster_becomes(&world.app.store, &format!("UPDATE roster_roles SET {becomes} WHERE source_id = 'r1'")).await;
            assert!(rp.exchange(&world, &code).await.json()["access_token"].is_null(), "{becomes}");
            assert!(rp.refresh(&world, text(&tokens, "refresh_token")).await.json()["access_token"].is_null(), "{becomes}");
            assert_eq!(userinfo(&world, text(&tokens, "access_token")).await.status, StatusCode::UNAUTHORIZED, "{becomes}");
            let worth = rp.ask(&world, "/introspect", &[("token", text(&tokens, "access_token"))]).await;
            assert_eq!(worth.json(), json!({ "active": false }), "{becomes}");
            assert_eq!(rp.refusal(&world, &mut agent, &[("prompt", "none")]).await, "access_denied", "{becomes}");
        }
    }
}

#[tokio::test]
async fn p35_no_password_grant_and_no_unknown_one() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    for grant in ["password", "urn:ietf:params:oauth:grant-type:saml2-bearer", "implicit"] {
        let answer = rp.token(&world, &[("grant_type", grant), ("username", "a"), ("password", "b")]).await;
        assert_eq!(answer.error(), "unsupported_grant_type", "{grant}");
    }
    assert_eq!(rp.token(&world, &[("grant_type", "client_credentials")]).await.error(), "unauthorized_client");
}

#[tokio::test]
async fn p37_two_clients_see_two_subjects() {
    let world = World::new().await;
    let mut agent = world.signed_in().await;
    let mut seen = Vec::new();
    for (host, subject) in
        [("a", SubjectType::Pairwise), ("b", SubjectType::Pairwise), ("c", SubjectType::Public), ("d", SubjectType::Public)]
    {
        let rp = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.sector = host.to_owned();
            settings.subject = subject;
        })
        .await;
        let claims = claims_of(text(&rp.tokens(&world, &mut agent, "openid").await, "id_token"));
        seen.push((claims["sub"].clone(), claims["sid"].clone()));
    }
    assert_ne!(seen[0].0, seen[1].0);
    assert_ne!(seen[0].0, seen[2].0);
    assert_eq!(seen[2].0, seen[3].0, "public clients share one");
    assert_ne!(seen[0].1, seen[1].1, "the session's name gives nobody away either");
}

#[tokio::test]
async fn a_client_proves_itself_in_its_registered_way_alone() {
    let world = World::new().await;
    for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None] {
        let mut rp = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.auth_method = method;
        })
        .await;
        let code = rp.code(&world, &mut world.signed_in().await, &[]).await;
        for other in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None] {
            rp.client.settings.auth_method = other;
            // A public client that sends an empty secret sends none.
            if other != method && (method, other) != (AuthMethod::None, AuthMethod::ClientSecretPost) {
                let answer = rp.exchange(&world, &code).await;
                assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
                assert!(answer.header("www-authenticate").starts_with("Basic "));
            }
        }
        rp.client.settings.auth_method = method;
        assert_eq!(rp.exchange(&world, &code).await.status, StatusCode::OK, "{method:?}");
    }
}

#[tokio::test]
async fn client_credentials_are_for_the_client_and_open_nobodys_data() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.grants.insert(GrantType::ClientCredentials);
    })
    .await;
    let tokens = rp.token(&world, &[("grant_type", "client_credentials"), ("scope", "openid")]).await.json();
    assert!(tokens["refresh_token"].is_null() && tokens["id_token"].is_null());
    assert_eq!(claims_of(text(&tokens, "access_token"))["sub"], rp.client.client_id.as_str());
    assert_eq!(userinfo(&world, text(&tokens, "access_token")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn p42_two_hundred_wrong_secrets_must_wait_and_the_right_one_never() {
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.auth_method = AuthMethod::ClientSecretPost;
        settings.grants.insert(GrantType::ClientCredentials);
    })
    .await;
    let mut statuses = Vec::new();
    for _ in 0..200 {
        let form = [("grant_type", "client_credentials"), ("client_id", rp.client.client_id.as_str()), ("client_secret", "wrong")];
        statuses.push(Agent::new(&world).post("/token", &form).await.status);
    }
    assert_eq!(statuses[0], StatusCode::UNAUTHORIZED);
    assert_eq!(statuses[199], StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(rp.token(&world, &[("grant_type", "client_credentials")]).await.status, StatusCode::OK);
}

#[tokio::test]
#[expect(clippy::disallowed_types, reason = "the key of the client played here is its own")]
async fn p15_a_signed_assertion_is_good_once() {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    let b64 = |bytes: &[u8]| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes);
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = key.public_key().as_ref().to_vec();
    let world = World::new().await;
    let rp = RelyingParty::registered(&world, |settings| {
        settings.auth_method = AuthMethod::PrivateKeyJwt;
        settings.grants.insert(GrantType::ClientCredentials);
        settings.jwks = Some(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..]) }] }));
    })
    .await;
    let (id, now) = (&rp.client.client_id, world.app.now().0);
    let audiences = [world.issuer().to_owned(), format!("{}/token", world.issuer())];
    for (jti, audience) in audiences.iter().enumerate() {
        let claims = json!({ "iss": id, "sub": id, "aud": audience, "jti": jti.to_string(), "exp": now + 60 });
        let signed = format!("{}.{}", b64(br#"{"alg":"ES256"}"#), b64(claims.to_string().as_bytes()));
        let signature = key.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
        let assertion = format!("{signed}.{}", b64(signature.as_ref()));
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        assert_eq!(rp.token(&world, &form).await.status, StatusCode::OK, "{audience}");
        assert_eq!(rp.token(&world, &form).await.error(), "invalid_client", "a second time");
    }
}

/// The claims of a token, unverified.
fn claims_of(token: &str) -> Value {
    use base64::Engine;
    let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
