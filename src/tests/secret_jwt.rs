//! Clients that sign with their secret (`client_secret_jwt`, OpenID Connect Core section 9), from the registration to the day when the
//! secret is exchanged. The assertions are made by hand: base64url, a dot, an HMAC.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clap::Parser;
use serde_json::{Value, json};

use super::agent::{Agent, Answer};
use super::registration::open;
use super::relying_party::{CALLBACK, RelyingParty, maker};
use super::world::World;
use crate::cli::client;
use crate::oidc::registration;
use crate::store::clients::{AuthMethod, GrantType, Profile, SealedSecrets};

async fn signer(world: &World) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.auth_method = AuthMethod::ClientSecretJwt;
        settings.grants.insert(GrantType::ClientCredentials);
    })
    .await
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A JWT of this header and these claims, under an HMAC-SHA-256.
fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    format!("{signed}.{}", b64(aws_lc_rs::hmac::sign(&key, signed.as_bytes())))
}

fn claims(world: &World, client_id: &str, jti: &str) -> Value {
    json!({ "iss": client_id, "sub": client_id, "aud": format!("{}/token", world.issuer()), "jti": jti, "exp": world.app.now().0 + 60 })
}

async fn present(world: &World, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    Agent::new(world).post("/token", &form).await
}

/// Whether the client gets a token with this secret, under a `jti` of its own.
async fn opens(world: &World, client_id: &str, secret: &str) -> bool {
    let jti = world.app.tools.random.secret();
    let assertion = signed(&json!({ "alg": "HS256" }), &claims(world, client_id, jti.expose()), secret);
    let answer = present(world, &assertion).await;
    assert!(answer.status == StatusCode::OK || answer.error() == "invalid_client", "{answer:?}");
    answer.status == StatusCode::OK
}

#[tokio::test]
async fn p15_an_assertion_under_the_secret_is_good_once_also_for_sixteen_at_a_time() {
    for world in World::both().await {
        let rp = signer(&world).await;
        let id = rp.client.client_id.clone();
        let world = std::sync::Arc::new(world);
        for round in 0..10 {
            let assertion = signed(&json!({ "alg": "HS256", "typ": "JWT" }), &claims(&world, &id, &round.to_string()), rp.secret());
            let asked = (0..16).map(|_| {
                let (world, assertion) = (std::sync::Arc::clone(&world), assertion.clone());
                tokio::spawn(async move { present(&world, &assertion).await.status })
            });
            let mut good = 0;
            for asked in asked.collect::<Vec<_>>() {
                good += usize::from(asked.await.unwrap() == StatusCode::OK);
            }
            assert_eq!(good, 1, "round {round}");
            assert_ne!(present(&world, &assertion).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn p10_only_the_secret_signs_and_only_by_hs256() {
    let world = World::new().await;
    let rp = signer(&world).await;
    let (id, secret) = (rp.client.client_id.as_str(), rp.secret());
    let good = claims(&world, id, "1");
    for alg in ["none", "NoNe", "", "HS384", "HS512", "hs256", "RS256", "ES256"] {
        assert_eq!(present(&world, &signed(&json!({ "alg": alg }), &good, secret)).await.error(), "invalid_client", "{alg}");
    }
    for header in [json!({ "alg": "HS256", "crit": ["b64"] }), json!({ "alg": "HS256", "b64": false }), json!({})] {
        assert_eq!(present(&world, &signed(&header, &good, secret)).await.error(), "invalid_client", "{header}");
    }
    // What stands in the store, what everybody knows, and nothing.
    let hash = rp.client.secrets.current.unwrap();
    let sealed = rp.client.settings.sealed_secrets.current.as_deref().unwrap();
    for other in [&b64(hash.0), sealed, id, "", "secret"] {
        assert_eq!(present(&world, &signed(&json!({ "alg": "HS256" }), &good, other)).await.error(), "invalid_client");
    }
    let whole = signed(&json!({ "alg": "HS256" }), &good, secret);
    let (unsigned, _) = whole.rsplit_once('.').unwrap();
    for broken in [format!("{unsigned}."), unsigned.to_owned(), format!("{whole}A"), whole[..whole.len() - 3].to_owned()] {
        assert_eq!(present(&world, &broken).await.error(), "invalid_client");
    }
    assert_eq!(present(&world, &whole).await.status, StatusCode::OK, "and nothing of this spent it");
}

/// Rows P12 and P13, as for `private_key_jwt`.
#[tokio::test]
async fn p13_an_assertion_under_the_secret_is_of_this_client_for_us_and_of_now() {
    let world = World::new().await;
    let rp = signer(&world).await;
    let (id, now) = (rp.client.client_id.as_str(), world.app.now().0);
    for (name, bad) in [
        ("aud", json!("https://else.test")),
        ("aud", json!([])),
        ("iss", json!("another")),
        ("sub", json!("another")),
        ("jti", json!("")),
        ("exp", json!(now - 61)),
        ("exp", json!(now + 90_000)),
        ("exp", json!("x")),
        ("exp", json!(now as f64 + 0.5)),
        ("nbf", json!(now + 61)),
        ("iat", json!(now - 86_400)),
    ] {
        let mut wrong = claims(&world, id, "1");
        wrong[name] = bad;
        assert_eq!(present(&world, &signed(&json!({ "alg": "HS256" }), &wrong, rp.secret())).await.error(), "invalid_client", "{wrong}");
    }
    assert!(opens(&world, id, rp.secret()).await);
}

#[tokio::test]
async fn the_way_that_is_registered_is_the_only_one() {
    let world = World::new().await;
    let mut rp = signer(&world).await;
    for other in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None] {
        rp.client.settings.auth_method = other;
        assert_eq!(rp.token(&world, &[("grant_type", "client_credentials")]).await.error(), "invalid_client", "{other:?}");
    }
    let basic = RelyingParty::registered(&world, |settings| _ = settings.grants.insert(GrantType::ClientCredentials)).await;
    assert!(!opens(&world, &basic.client.client_id, basic.secret()).await, "a client that is not registered for it");
    assert_eq!(basic.client.settings.sealed_secrets, SealedSecrets::default(), "and its secret is kept nowhere");
    let told = Agent::new(&world).get("/.well-known/openid-configuration").await.json();
    let named = |list: &str, word: &str| told[list].as_array().unwrap().iter().any(|one| one == word);
    for endpoint in ["token", "revocation", "introspection"] {
        assert!(named(&format!("{endpoint}_endpoint_auth_methods_supported"), "client_secret_jwt"));
        assert!(named(&format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), "HS256"));
    }
    let demanding = registration::update(&world.app.store, world.app.now(), &rp.client.client_id, |client| {
        client.settings.profile = Profile::Fapi2;
    });
    assert!(demanding.await.unwrap().is_err(), "FAPI 2.0 knows no shared secret");
}

#[tokio::test]
async fn an_exchanged_secret_signs_until_its_instant() {
    for world in World::both().await {
        let rp = signer(&world).await;
        let (id, now) = (rp.client.client_id.as_str(), world.app.now());
        let rotate = async |grace| registration::rotate_secret(&world.app.store, maker(&world.app), world.app.now(), id, grace).await;
        let second = rotate(registration::GRACE).await.unwrap().unwrap().secret.unwrap();
        assert!(opens(&world, id, rp.secret()).await && opens(&world, id, second.expose()).await);
        let kept = world.app.store.read().clients().find(id).await.unwrap().unwrap();
        let row = serde_json::to_string(&kept.settings).unwrap();
        assert!(!row.contains(rp.secret()) && !row.contains(second.expose()), "c1: {row}");
        world.clock.advance(Duration::from_secs(24 * 3_600));
        assert!(!opens(&world, id, rp.secret()).await && opens(&world, id, second.expose()).await);
        let third = rotate(Duration::ZERO).await.unwrap().unwrap();
        assert_eq!((third.client.secrets.previous, &third.client.settings.sealed_secrets.previous), (None, &None), "at once");
        let third = third.secret.unwrap();
        assert!(!opens(&world, id, second.expose()).await && opens(&world, id, third.expose()).await);
        assert!(now < world.app.now());
        // The same secret by another way: what was sealed is gone.
        let by_header = |client: &mut crate::store::clients::Client| client.settings.auth_method = AuthMethod::ClientSecretBasic;
        let client = registration::update(&world.app.store, world.app.now(), id, by_header).await.unwrap().unwrap();
        assert_eq!(client.settings.sealed_secrets, SealedSecrets::default());
        assert!(!opens(&world, id, third.expose()).await);
        let pair = base64::prelude::BASE64_STANDARD.encode(format!("{id}:{}", third.expose()));
        let headers = [("authorization", format!("Basic {pair}"))];
        let answer = Agent::new(&world).send(Method::POST, "/token", &headers, Some(&[("grant_type", "client_credentials")])).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
}

/// Another process exchanged it: whoever comes with the new one is not told that it is wrong, because the old one was read a
/// moment ago.
#[tokio::test]
async fn a_new_secret_works_at_once_on_every_node() {
    for world in World::both().await {
        let mut rp = RelyingParty::registered(&world, |settings| _ = settings.grants.insert(GrantType::ClientCredentials)).await;
        let form = [("grant_type", "client_credentials")];
        assert_eq!(rp.token(&world, &form).await.status, StatusCode::OK, "it is in the cache from now on");
        let elsewhere = async |client: &crate::store::clients::Client| {
            world.app.store.write(async |tx: &crate::store::Tx| tx.clients().save(client).await).await.unwrap()
        };
        let new = world.app.tools.random.secret();
        let mut client = rp.client.clone();
        client.secrets.previous = client.secrets.current.map(|old| (old, world.app.now() + Duration::from_secs(60)));
        client.secrets.current = Some(new.hash());
        elsewhere(&client).await;
        assert_eq!(rp.token(&world, &form).await.status, StatusCode::OK, "the old one");
        rp.replace_secret(new);
        assert_eq!(rp.token(&world, &form).await.status, StatusCode::OK, "the new one");
        client.enabled = false;
        elsewhere(&client).await;
        rp.replace_secret(crate::random::Secret::new("wrong"));
        assert_eq!(rp.token(&world, &form).await.error(), "invalid_client");
    }
}

#[tokio::test]
async fn an_app_registers_itself_to_sign_with_its_secret() {
    for world in World::both_with_settings(open).await {
        let said = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_jwt",
            "grant_types": ["authorization_code", "client_credentials"] });
        let came = Agent::new(&world).send_json(Method::POST, "/register", &[], &said).await;
        assert_eq!(came.status, StatusCode::CREATED, "{came:?}");
        let told = came.json();
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        let (id, secret) = (text("client_id"), text("client_secret"));
        assert_eq!(told["token_endpoint_auth_method"], "client_secret_jwt");
        assert!(!came.body.contains("sealed"), "{}", came.body);
        assert!(opens(&world, &id, &secret).await);
        let path = text("registration_client_uri").trim_start_matches(world.issuer()).to_owned();
        let bearer = [("authorization", format!("Bearer {}", text("registration_access_token")))];
        let change = async |method: &str| {
            let mut said = said.clone();
            said["client_id"] = id.clone().into();
            said["token_endpoint_auth_method"] = method.into();
            Agent::new(&world).send_json(Method::PUT, &path, &bearer, &said).await.json()
        };
        assert_eq!(change("client_secret_jwt").await.get("client_secret"), None, "the secret stays as it is");
        assert!(opens(&world, &id, &secret).await);
        assert_eq!(change("client_secret_basic").await.get("client_secret"), None);
        // Its hash signs nothing: it gets another.
        let other = change("client_secret_jwt").await["client_secret"].as_str().unwrap().to_owned();
        assert!(!opens(&world, &id, &secret).await && opens(&world, &id, &other).await);
    }
}

#[derive(Parser)]
struct Typed {
    #[command(subcommand)]
    command: client::Command,
}

#[tokio::test]
async fn an_administrator_registers_it_and_exchanges_its_secret() {
    let world = World::new().await;
    let run = async |words: &str| {
        let typed = Typed::try_parse_from(std::iter::once("client").chain(words.split(' '))).unwrap();
        client::run(typed.command, &world.app.store, maker(&world.app), world.app.now()).await
    };
    let about = "register --name Cahier --client-id cahier --redirect-uri https://rp.test/cb --grant client_credentials";
    let told = run(&format!("{about} --token-endpoint-auth-method client_secret_jwt")).await.unwrap();
    let first = told["client_secret"].as_str().unwrap().to_owned();
    assert!(opens(&world, "cahier", &first).await);
    let told = run("rotate-secret cahier --grace 2").await.unwrap();
    let second = told["client_secret"].as_str().unwrap().to_owned();
    assert_eq!(told["old_secret_until"], world.app.now().0 + 2 * 3_600);
    let shown = run("show cahier").await.unwrap();
    assert_eq!((&shown["old_secret_until"], shown.get("client_secret")), (&told["old_secret_until"], None));
    assert!(!shown.to_string().contains("sealed"));
    assert!(opens(&world, "cahier", &first).await && opens(&world, "cahier", &second).await);
    world.clock.advance(Duration::from_secs(2 * 3_600));
    assert!(!opens(&world, "cahier", &first).await);
    assert_eq!(run("show cahier").await.unwrap()["old_secret_until"], Value::Null, "what is over is not told");
    let third = run("rotate-secret cahier --now").await.unwrap()["client_secret"].as_str().unwrap().to_owned();
    assert!(!opens(&world, "cahier", &second).await && opens(&world, "cahier", &third).await);
    assert!(Typed::try_parse_from(["client", "rotate-secret", "cahier", "--grace", "2", "--now"]).is_err());
}
