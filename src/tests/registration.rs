//! Apps that register themselves (RFC 7591, RFC 7592), and keys that stand at an address of theirs.

#![expect(clippy::disallowed_types, reason = "the keys of the apps played here are their own")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::agent::{Agent, Answer};
use super::relying_party::CALLBACK;
use super::world::World;
use crate::config::Config;
use crate::config::registration::{RegistrationMode, RegistrationProfile};
use crate::oidc::registration;
use crate::random::Secret;
use crate::store::Tx;
use crate::store::registration_tokens::RegistrationToken;

pub fn open(config: &mut Config) {
    config.registration.mode = RegistrationMode::Open;
}

fn older(config: &mut Config) {
    open(config);
    config.registration.profile = RegistrationProfile::Openid;
}

fn by_token(config: &mut Config) {
    config.registration.mode = RegistrationMode::Token;
}

fn bearer(token: &str) -> [(&'static str, String); 1] {
    [("authorization", format!("Bearer {token}"))]
}

async fn register(world: &World, said: &Value) -> Answer {
    Agent::new(world).send_json(Method::POST, "/register", &[], said).await
}

/// The path of a registration and its token.
fn way_back(world: &World, answer: &Answer) -> (String, String) {
    let told = answer.json();
    let address = told["registration_client_uri"].as_str().unwrap();
    let path = address.strip_prefix(world.issuer()).unwrap().to_owned();
    (path, told["registration_access_token"].as_str().unwrap().to_owned())
}

async fn clients(world: &World) -> usize {
    world.app.store.read().clients().all().await.unwrap().len()
}

#[tokio::test]
async fn p23_nobody_registers_an_app_where_the_settings_say_no() {
    let world = World::new().await;
    let said = json!({ "redirect_uris": [CALLBACK] });
    assert_eq!(register(&world, &said).await.status, StatusCode::NOT_FOUND);
    let with_token = Agent::new(&world).send_json(Method::POST, "/register", &bearer("anything"), &said).await;
    assert_eq!(with_token.status, StatusCode::NOT_FOUND);
    let metadata = Agent::new(&world).get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata.get("registration_endpoint"), None);
    assert_eq!(clients(&world).await, 0);
}

#[tokio::test]
async fn p23_a_token_lets_so_many_apps_in_and_they_are_known() {
    for world in World::both_with_settings(by_token).await {
        let (token, now) = (Secret::new("given to the publisher of an app"), world.app.now());
        let kept = RegistrationToken { hash: token.hash(), note: String::new(), uses: 1, expires_at: now + Duration::from_secs(60) };
        world.app.store.write(async |tx: &Tx| tx.registration_tokens().add(&kept).await).await.unwrap();
        let said = json!({ "redirect_uris": [CALLBACK], "client_name": "Cahier" });
        for headers in [vec![], bearer("another").to_vec(), vec![("authorization", format!("Basic {}", token.expose()))]] {
            let refused = Agent::new(&world).send_json(Method::POST, "/register", &headers, &said).await;
            assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"), "{headers:?}");
            assert!(refused.header("www-authenticate").starts_with("Bearer"));
        }
        // What is refused uses nothing up.
        let wrong = json!({ "redirect_uris": ["javascript:x"] });
        let refused = Agent::new(&world).send_json(Method::POST, "/register", &bearer(token.expose()), &wrong).await;
        assert_eq!(refused.error(), "invalid_redirect_uri");
        assert_eq!(clients(&world).await, 0);
        let came = Agent::new(&world).send_json(Method::POST, "/register", &bearer(token.expose()), &said).await;
        assert_eq!(came.status, StatusCode::CREATED);
        let again = Agent::new(&world).send_json(Method::POST, "/register", &bearer(token.expose()), &said).await;
        assert_eq!((again.status, clients(&world).await), (StatusCode::UNAUTHORIZED, 1));
        assert!(!world.app.store.read().clients().all().await.unwrap()[0].settings.is_unknown());
    }
}

#[tokio::test]
async fn an_app_registers_itself_changes_and_leaves() {
    for world in World::both_with_settings(open).await {
        let metadata = Agent::new(&world).get("/.well-known/openid-configuration").await.json();
        assert_eq!(metadata["registration_endpoint"], format!("{}/register", world.issuer()));
        let said = json!({
            "redirect_uris": [CALLBACK], "client_name": "Cahier", "scope": "openid profile edu_student_number", "contacts": ["it@rp.test"],
            "first_party": true, "profile": "openid", "logo_uri": "", "initiate_login_uri": "https://rp.test/begin",
        });
        let came = register(&world, &said).await;
        assert_eq!(came.status, StatusCode::CREATED, "{came:?}");
        let told = came.json();
        assert_eq!(told["scope"], "openid profile", "p40: no more than such apps may ask for");
        assert_eq!((&told["client_secret_expires_at"], &told["client_id_issued_at"]), (&json!(0), &json!(world.app.now().0)));
        assert_eq!((&told["grant_types"], &told["response_types"]), (&json!(["authorization_code"]), &json!(["code"])));
        assert_eq!((told.get("logo_uri"), told.get("first_party"), told.get("profile")), (None, None, None));
        let (path, token) = way_back(&world, &came);
        let read = Agent::new(&world).send(Method::GET, &path, &bearer(&token), None).await.json();
        assert_eq!((&read["initiate_login_uri"], read.get("client_secret")), (&json!("https://rp.test/begin"), None));

        let unnamed = Agent::new(&world).send_json(Method::PUT, &path, &bearer(&token), &said).await;
        assert_eq!(unnamed.error(), "invalid_client_metadata", "client_id is missing");
        let mut changed = said.clone();
        changed["client_id"] = told["client_id"].clone();
        changed["client_name"] = "Cahier de maths".into();
        changed["contacts"] = Value::Null;
        let put = Agent::new(&world).send_json(Method::PUT, &path, &bearer(&token), &changed).await;
        assert_eq!((put.status, &put.json()["client_name"], put.json().get("contacts")), (StatusCode::OK, &json!("Cahier de maths"), None));
        assert_eq!(put.json().get("client_secret"), None, "the secret stays as it is");
        changed["redirect_uris"] = json!(["https://elsewhere.test/cb"]);
        let moved = Agent::new(&world).send_json(Method::PUT, &path, &bearer(&token), &changed).await;
        assert_eq!(moved.error(), "invalid_redirect_uri", "p37: it would see what another app sees");

        for (path, token) in [(path.as_str(), "wrong"), ("/register/nobody", token.as_str())] {
            for method in [Method::GET, Method::DELETE] {
                let refused = Agent::new(&world).send(method.clone(), path, &bearer(token), None).await;
                assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"), "{method} {path}");
            }
        }
        assert_eq!(Agent::new(&world).send(Method::DELETE, &path, &bearer(&token), None).await.status, StatusCode::NO_CONTENT);
        let gone = Agent::new(&world).send(Method::GET, &path, &bearer(&token), None).await;
        assert_eq!((gone.status, clients(&world).await), (StatusCode::UNAUTHORIZED, 0));
    }
}

#[tokio::test]
async fn what_an_app_says_wrong_is_named() {
    let world = World::with_settings(open).await;
    let keys = json!({ "keys": [] });
    for (changes, word, named) in [
        (json!({ "redirect_uris": ["https://rp.test/cb#f"] }), "invalid_redirect_uri", "redirect URI"),
        (json!({ "redirect_uris": ["http://rp.test/cb"] }), "invalid_redirect_uri", "https"),
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri", "redirect"),
        (json!({ "redirect_uris": 7 }), "invalid_client_metadata", "redirect_uris"),
        (json!({ "client_name": "a\u{202e}b" }), "invalid_client_metadata", "name"),
        (json!({ "response_types": ["code id_token"] }), "invalid_client_metadata", "response type"),
        (json!({ "initiate_login_uri": "http://rp.test/x" }), "invalid_client_metadata", "initiate_login_uri"),
        (json!({ "initiate_login_uri": "http://127.0.0.1/x" }), "invalid_client_metadata", "initiate_login_uri"),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "invalid_client_metadata", "keys"),
        (json!({ "jwks": keys, "jwks_uri": "https://rp.test/jwks" }), "invalid_client_metadata", "jwks_uri"),
        (json!({ "id_token_signed_response_alg": "none" }), "invalid_client_metadata", "id_token_signed_response_alg"),
        (json!({ "tos_uri": "javascript:x" }), "invalid_client_metadata", "terms"),
    ] {
        let mut said = json!({ "redirect_uris": [CALLBACK] });
        said.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let refused = register(&world, &said).await;
        assert_eq!((refused.status, refused.error().as_str()), (StatusCode::BAD_REQUEST, word), "{changes}");
        let description = refused.json()["error_description"].as_str().unwrap().to_owned();
        assert!(description.contains(named), "{changes}: {description}");
    }
    let headers = [("content-type", "application/json".to_owned())];
    let refused = Agent::new(&world).send(Method::POST, "/register", &headers, None).await;
    assert_eq!(refused.error(), "invalid_client_metadata");
    assert_eq!(clients(&world).await, 0, "what is refused leaves no trace");
}

#[tokio::test]
async fn p23_an_app_that_nobody_knows_leads_nobody_away() {
    let world = World::with_settings(open).await;
    let told = register(&world, &json!({ "redirect_uris": [CALLBACK], "client_name": "Jeux" })).await.json();
    let client_id = told["client_id"].as_str().unwrap();
    let ask = |more: &str| {
        format!(
            "/authorize?client_id={client_id}&redirect_uri=https%3A%2F%2Frp.test%2Fcb&response_type=code&scope=openid&code_challenge_method=S256\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWBuGJSstw-cM{more}"
        )
    };
    let mut agent = world.signed_in().await;
    for more in ["&prompt=none", "&response_mode=nonsense", "&claims=x"] {
        let page = agent.get(&ask(more)).await;
        assert_eq!((page.status, page.location().as_str()), (StatusCode::BAD_REQUEST, ""), "{more}");
        assert!(page.text_of("error-code").is_some(), "{more}");
    }
    let first = agent.get(&ask("")).await.location();
    let consent = agent.get(&first).await;
    assert!(consent.body.contains("id=\"page-consent\"") && consent.body.contains("rp.test"), "the person is told where it leads");
    // An administrator says that the district knows it.
    let known = |client: &mut crate::store::clients::Client| client.settings.registered_itself.as_mut().unwrap().approved = true;
    registration::update(&world.app.store, world.app.now(), client_id, known).await.unwrap().unwrap();
    let silent = agent.get(&ask("&prompt=none")).await;
    assert!(silent.location().starts_with(CALLBACK) && silent.location().contains("consent_required"), "{silent:?}");
}

/// OpenID Connect Registration section 2.1.
#[tokio::test]
async fn an_app_is_called_by_the_name_of_the_readers_language() {
    for world in World::both_with_settings(open).await {
        let said = json!({ "redirect_uris": [CALLBACK], "client_name": "Homework", "client_name#fr-CA": "Devoirs",
            "policy_uri": "https://rp.test/policy", "policy_uri#fr": "https://rp.test/confidentialite" });
        let told = register(&world, &said).await.json();
        assert_eq!((&told["client_name"], &told["client_name#fr-CA"]), (&json!("Homework"), &json!("Devoirs")));
        let query = format!("client_id={}&redirect_uri={CALLBACK}&response_type=code&scope=openid", told["client_id"].as_str().unwrap());
        let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        for (language, name, other, policy) in [("fr", "Devoirs", "Homework", "/confidentialite"), ("en", "Homework", "Devoirs", "/policy")]
        {
            let mut agent = world.signed_in().await;
            agent.keep("__Host-lang", language);
            let first = agent.get(&format!("/authorize?{query}&{challenge}")).await.location();
            let consent = agent.get(&first).await.body;
            assert!(consent.contains("id=\"page-consent\"") && consent.contains(name) && !consent.contains(other), "{consent}");
            assert!(consent.contains(&format!("https://rp.test{policy}\"")), "{consent}");
        }
        let mut bad = said.clone();
        bad["client_name#fr"] = "a\u{202e}b".into();
        assert_eq!(register(&world, &bad).await.error(), "invalid_client_metadata");
    }
}

#[tokio::test]
async fn p23_an_app_that_changes_its_face_is_unknown_again() {
    let world = World::with_settings(open).await;
    let said = json!({ "redirect_uris": [CALLBACK], "client_name": "Jeux", "logo_uri": "https://rp.test/logo.png" });
    for (member, value, known) in [
        ("contacts", json!(["it@rp.test"]), true),
        ("redirect_uris", json!([CALLBACK, "https://rp.test/other"]), true),
        ("client_name", json!("Ministère"), false),
        ("client_name#fr", json!("Ministère"), false),
        ("logo_uri", json!("https://rp.test/coat-of-arms.png"), false),
        ("policy_uri", json!("https://rp.test/policy"), false),
        ("post_logout_redirect_uris", json!(["https://elsewhere.test/"]), false),
    ] {
        let came = register(&world, &said).await;
        let client_id = came.json()["client_id"].as_str().unwrap().to_owned();
        let (path, token) = way_back(&world, &came);
        let approve = |client: &mut crate::store::clients::Client| client.settings.registered_itself.as_mut().unwrap().approved = true;
        registration::update(&world.app.store, world.app.now(), &client_id, approve).await.unwrap().unwrap();
        let mut changed = said.clone();
        changed["client_id"] = client_id.clone().into();
        changed[member] = value;
        let put = Agent::new(&world).send_json(Method::PUT, &path, &bearer(&token), &changed).await;
        assert_eq!(put.status, StatusCode::OK, "{member}: {put:?}");
        let client = world.app.store.read().clients().find(&client_id).await.unwrap().unwrap();
        assert_eq!(!client.settings.is_unknown(), known, "{member}");
    }
}

#[tokio::test]
async fn an_app_that_nobody_knows_and_nobody_used_is_forgotten() {
    for world in World::both_with_settings(open).await {
        register(&world, &json!({ "redirect_uris": [CALLBACK], "client_name": "\"approved\":false" })).await;
        let mut known = crate::store::clients::sample();
        known.name = "\"approved\":false".to_owned();
        world.app.store.write(async |tx: &Tx| tx.clients().add(&known).await).await.unwrap();
        crate::oidc::tidy(&world.app).await.unwrap();
        assert_eq!(clients(&world).await, 2);
        world.clock.advance(Duration::from_secs(2 * 86_400));
        crate::oidc::tidy(&world.app).await.unwrap();
        let left = world.app.store.read().clients().all().await.unwrap();
        assert_eq!(left.iter().map(|client| client.client_id.as_str()).collect::<Vec<_>>(), ["app"]);
    }
}

/// An app's server, with whatever stands at `/document`.
#[derive(Clone, Default)]
struct Server {
    document: Arc<Mutex<(Value, usize)>>,
}

impl Server {
    async fn start(document: Value) -> (Self, String) {
        let server = Self { document: Arc::new(Mutex::new((document, 0))) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/document", listener.local_addr().unwrap());
        let tell = async |State(server): State<Self>| {
            let mut document = server.document.lock().unwrap();
            document.1 += 1;
            Json(document.0.clone())
        };
        let router = Router::new().route("/document", get(tell)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (server, address)
    }

    fn asked(&self) -> usize {
        self.document.lock().unwrap().1
    }
}

/// A key of an app, and what it signs.
struct AppKey {
    pair: EcdsaKeyPair,
    kid: &'static str,
}

impl AppKey {
    fn new(kid: &'static str) -> Self {
        Self { pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(), kid }
    }

    fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let b64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": self.kid, "x": b64(&point[1..33]), "y": b64(&point[33..]) }] })
    }

    async fn asks(&self, world: &World, client_id: &str) -> StatusCode {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let (now, jti) = (world.app.now().0, world.app.tools.random.secret());
        let claims = json!({ "iss": client_id, "sub": client_id, "aud": world.issuer(), "jti": jti.expose(), "exp": now + 60 });
        let signed = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": self.kid })), part(&claims));
        let signature = self.pair.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
        let jwt = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", &jwt)];
        Agent::new(world).send(Method::POST, "/token", &[], Some(&form)).await.status
    }
}

#[tokio::test]
async fn keys_at_an_address_are_read_anew_when_another_key_signs_and_not_at_every_strangers_word() {
    let world = World::with_settings(older).await;
    let (old, new, stranger) = (AppKey::new("old"), AppKey::new("new"), AppKey::new("old"));
    let (server, address) = Server::start(old.public()).await;
    let said = json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": address,
        "grant_types": ["authorization_code", "client_credentials"],
    });
    let told = register(&world, &said).await.json();
    let client_id = told["client_id"].as_str().unwrap();
    assert_eq!(told.get("client_secret"), None);
    assert_eq!(old.asks(&world, client_id).await, StatusCode::OK);
    assert_eq!((old.asks(&world, client_id).await, server.asked()), (StatusCode::OK, 1), "kept");
    assert_eq!((stranger.asks(&world, client_id).await, server.asked()), (StatusCode::UNAUTHORIZED, 1), "it names a key that we have");
    server.document.lock().unwrap().0 = new.public();
    assert_eq!((new.asks(&world, client_id).await, server.asked()), (StatusCode::UNAUTHORIZED, 1), "it was asked this very moment");
    world.clock.advance(Duration::from_secs(5));
    assert_eq!((new.asks(&world, client_id).await, server.asked()), (StatusCode::OK, 2));
    assert_eq!((old.asks(&world, client_id).await, server.asked()), (StatusCode::UNAUTHORIZED, 2), "what was taken away is away");
    // Silence does not shut an app out for a day.
    server.document.lock().unwrap().0 = json!("down");
    world.clock.advance(Duration::from_secs(3_700));
    assert_eq!((new.asks(&world, client_id).await, server.asked()), (StatusCode::OK, 3));
    world.clock.advance(Duration::from_secs(86_400));
    assert_eq!(new.asks(&world, client_id).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn p27_no_address_of_an_app_leads_inside() {
    let world = World::public(older).await;
    let canary = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    let key = AppKey::new("k");
    for host in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "[fd00::1]", "[::ffff:127.0.0.1]", "10.0.0.1"] {
        let address = format!("https://{host}:{port}/jwks");
        let said = json!({ "redirect_uris": [CALLBACK], "sector_identifier_uri": address });
        assert_eq!(register(&world, &said).await.error(), "invalid_client_metadata", "{address}");
        let said = json!({
            "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": address, "request_uris": [address],
            "grant_types": ["authorization_code", "client_credentials"],
        });
        let told = register(&world, &said).await;
        if told.status == StatusCode::CREATED {
            let client_id = told.json()["client_id"].as_str().unwrap().to_owned();
            assert_eq!(key.asks(&world, &client_id).await, StatusCode::UNAUTHORIZED, "{address}");
            let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
            let path = format!("/authorize?client_id={client_id}&request_uri={encoded}");
            let page = Agent::new(&world).get(&path).await;
            assert_eq!(page.text_of("error-code").as_deref(), Some("invalid_request_uri"), "{address}");
        }
    }
    let nobody = tokio::time::timeout(Duration::from_millis(200), canary.accept()).await;
    assert!(nobody.is_err(), "somebody was called");
}

#[tokio::test]
async fn p29_a_logo_comes_from_here_and_from_nowhere_else() {
    let world = World::with_settings(older).await;
    let mut png = Vec::new();
    image::DynamicImage::new_rgb8(64, 64).write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/good", get(async move || png)).route("/bad", get(async || "<svg onload='alert(1)'/>"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    for (logo, status) in [("good", StatusCode::OK), ("bad", StatusCode::NOT_FOUND), ("none", StatusCode::NOT_FOUND)] {
        let said = json!({ "redirect_uris": [CALLBACK], "logo_uri": format!("{address}/{logo}"), "policy_uri": "https://rp.test/policy" });
        let client_id = register(&world, &said).await.json()["client_id"].as_str().unwrap().to_owned();
        let mut agent = world.signed_in().await;
        let ask = format!("/authorize?client_id={client_id}&redirect_uri=https%3A%2F%2Frp.test%2Fcb&response_type=code&scope=openid");
        let mut page = agent.get(&ask).await;
        while page.status == StatusCode::SEE_OTHER {
            page = agent.get(&page.location()).await;
        }
        assert!(page.body.contains(&format!("src=\"/logo/{client_id}\"")) && !page.body.contains(&address), "{}", page.body);
        assert!(page.body.contains("href=\"https://rp.test/policy\""));
        let picture = agent.picture(&format!("/logo/{client_id}")).await;
        assert_eq!(picture.0, status, "{logo}");
        if status == StatusCode::OK {
            assert_eq!((picture.1.as_str(), picture.2.as_str()), ("image/png", "default-src 'none'; sandbox"));
        }
    }
}
