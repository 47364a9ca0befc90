//! An app of the profile `fapi2` (FAPI 2.0 Security Profile, FAPI 2.0 Message Signing), over HTTP.

use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use super::agent::Answer;
use super::dpop;
use super::relying_party::{CALLBACK, Callback, RelyingParty};
use super::world::World;
use crate::keys::Algorithm;
use crate::oidc::testing::KeyHolder;
use crate::store::clients::{AuthMethod, GrantType, Profile};

/// An app with a key for its assertions and requests, and another for its proofs.
struct App {
    rp: RelyingParty,
    own: KeyHolder,
    holder: KeyHolder,
}

impl App {
    async fn new(world: &World, signed_only: bool) -> Self {
        let own = KeyHolder::new();
        let rp = RelyingParty::registered(world, |settings| {
            settings.first_party = true;
            settings.profile = Profile::Fapi2;
            settings.auth_method = AuthMethod::PrivateKeyJwt;
            settings.jwks = Some(json!({ "keys": [own.jwk()] }));
            settings.id_token_alg = Algorithm::PS256;
            settings.access_token_alg = Algorithm::ES256;
            settings.requests.signed_only = signed_only;
            settings.grants.insert(GrantType::ClientCredentials);
        });
        Self { rp: rp.await, own, holder: KeyHolder::new() }
    }

    /// Proves itself, for this audience.
    fn assertion(&self, world: &World, audience: &Value) -> String {
        let (id, now) = (&self.rp.client.client_id, world.app.now().0);
        let jti = world.app.tools.random.secret();
        let claims = json!({ "iss": id, "sub": id, "aud": audience, "jti": jti.expose(), "iat": now, "exp": now + 60 });
        self.own.sign(&json!({ "alg": "ES256" }), &claims.to_string())
    }

    async fn push_as(&self, world: &World, changes: &[(&str, &str)], audience: &Value) -> Answer {
        let assertion = self.assertion(world, audience);
        self.rp.push(world, &[changes, &proven_by(&assertion)].concat(), &[]).await
    }

    async fn push(&self, world: &World, changes: &[(&str, &str)]) -> Answer {
        self.push_as(world, changes, &world.issuer().into()).await
    }

    async fn token_as(&self, world: &World, form: &[(&str, &str)], audience: &Value) -> Answer {
        let assertion = self.assertion(world, audience);
        let form = [form, &proven_by(&assertion)].concat();
        self.rp.ask_with(world, "/token", &form, &[dpop::at_token(world, &self.holder)]).await
    }

    async fn token(&self, world: &World, form: &[(&str, &str)]) -> Answer {
        self.token_as(world, form, &world.issuer().into()).await
    }

    async fn code(&self, world: &World) -> String {
        let pushed = self.push(world, &[]).await;
        let answer = world.signed_in().await.get(&self.rp.pushed(&pushed)).await;
        let Callback::Code(code) = self.rp.callback(world, &answer) else { panic!("{answer:?}") };
        code
    }

    async fn exchange(&self, world: &World, code: &str) -> Answer {
        self.token(world, &self.exchanging(code)).await
    }

    fn exchanging<'a>(&'a self, code: &'a str) -> [(&'a str, &'a str); 4] {
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", self.rp.verifier())]
    }
}

fn proven_by(assertion: &str) -> [(&str, &str); 2] {
    [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion)]
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn an_app_of_fapi2_pushes_proves_and_gets_bound_tokens() {
    for world in World::both().await {
        let app = App::new(&world, false).await;
        let tokens = app.exchange(&world, &app.code(&world).await).await.json();
        assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
        let text = |name: &str| tokens[name].as_str().unwrap();
        assert_eq!(part(text("id_token"), 0)["alg"], "PS256");
        assert_eq!(part(text("access_token"), 1)["cnf"]["jkt"], app.holder.thumbprint());
        let proof = dpop::at_userinfo(&world, &app.holder, text("access_token"), &json!({}));
        assert_eq!(dpop::show(&world, "DPoP", text("access_token"), Some(proof)).await.status, StatusCode::OK);
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", text("refresh_token"))];
        for _ in 0..2 {
            let again = app.token(&world, &refresh).await.json();
            assert_eq!(again["refresh_token"], tokens["refresh_token"], "it is bound, and is not exchanged: {again}");
        }
        assert_eq!(app.rp.ask(&world, "/token", &refresh).await.error(), "invalid_client");
        let own = app.token(&world, &[("grant_type", "client_credentials")]).await.json();
        assert_eq!(own["token_type"], "DPoP");
    }
}

#[tokio::test]
async fn an_app_of_fapi2_gets_nothing_by_less() {
    let world = World::new().await;
    let app = App::new(&world, false).await;
    assert_eq!(app.rp.refusal(&world, &mut world.signed_in().await, &[]).await, "invalid_request", "not pushed");
    let table = [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("redirect_uri", ""), "invalid_request"),
        (("redirect_uri", "https://rp.test/other"), "invalid_request"),
        (("request_uri", "https://rp.test/r"), "invalid_request"),
        (("dpop_jkt", "x"), "invalid_request"),
    ];
    for (change, word) in table {
        assert_eq!(app.push(&world, &[change]).await.error(), word, "{change:?}");
    }
    let (issuer, code) = (world.issuer(), app.code(&world).await);
    for audience in [
        json!([issuer]),
        json!([issuer, "https://else.test"]),
        json!(format!("{issuer}/token")),
        json!(format!("{issuer}/par")),
        json!("x"),
    ] {
        let pushed = app.push_as(&world, &[], &audience).await;
        assert_eq!((pushed.status, pushed.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"), "{audience}");
        let refused = app.token_as(&world, &app.exchanging(&code), &audience).await;
        assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"), "{audience}");
    }
    let assertion = app.assertion(&world, &issuer.into());
    let alone = [&app.exchanging(&code)[..], &proven_by(&assertion)].concat();
    let refused = app.rp.ask(&world, "/token", &alone).await;
    assert_eq!((refused.status, refused.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_dpop_proof"), "bound to nobody");
    assert_eq!(app.exchange(&world, &code).await.status, StatusCode::OK, "the code was not spent by any of this");
}

#[tokio::test]
async fn an_app_of_fapi2_signs_its_requests_and_gets_signed_answers() {
    let world = World::new().await;
    let app = App::new(&world, true).await;
    assert_eq!(app.push(&world, &[]).await.error(), "invalid_request", "it must be signed");
    let (now, issuer) = (world.app.now().0, world.issuer());
    let asked = |changes: &Value| {
        let address = app.rp.request(&[("response_mode", "jwt")]);
        let query = url::form_urlencoded::parse(address.split_once('?').unwrap().1.as_bytes()).into_owned();
        let mut claims: Value = query.map(|(name, value)| (name, Value::from(value))).collect();
        claims["iss"] = app.rp.client.client_id.clone().into();
        for (name, value) in [("aud", json!(issuer)), ("nbf", json!(now)), ("exp", json!(now + 300))] {
            claims[name] = value;
        }
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        app.own.sign(&json!({ "alg": "ES256" }), &claims.to_string())
    };
    for bad in [
        json!({ "aud": "https://else.test" }),
        json!({ "exp": null }),
        json!({ "nbf": null }),
        json!({ "nbf": now - 70 * 60 }),
        json!({ "exp": now + 70 * 60 }),
        json!({ "exp": now - 300 }),
        json!({ "request_uri": "https://rp.test/r" }),
    ] {
        assert_eq!(app.push(&world, &[("request", &asked(&bad))]).await.error(), "invalid_request_object", "{bad}");
    }
    for good in [json!({ "nbf": now + 8 }), json!({ "aud": [issuer, "https://else.test"] })] {
        let pushed = app.push(&world, &[("request", &asked(&good)), ("scope", "openid edu_grade")]).await;
        let answer = world.signed_in().await.get(&app.rp.pushed(&pushed)).await;
        let location = Url::parse(&answer.location()).unwrap();
        let said: Vec<(String, String)> = location.query_pairs().into_owned().collect();
        let [(name, response)] = &said[..] else { panic!("{said:?}") };
        assert_eq!(name, "response");
        assert_eq!(part(response, 0)["alg"], "PS256");
        let claims = part(response, 1);
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!(app.rp.client.client_id)));
        let exchanged = app.exchange(&world, claims["code"].as_str().unwrap()).await;
        assert_eq!(exchanged.json()["scope"], "openid profile", "{exchanged:?}");
    }
}
