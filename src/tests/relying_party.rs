//! Plays a client: makes state, nonce and PKCE, and checks what comes back as a careful one does.

use aws_lc_rs::digest;
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::agent::{Agent, Answer};
use super::world::World;
use crate::app::App;
use crate::oidc::registration::{Maker, NewClient, register};
use crate::random::Secret;
use crate::store::clients::{AuthMethod, Client, Settings};

/// A client, and what it made up for one request.
pub struct RelyingParty {
    /// As it is registered.
    pub client: Client,
    secret: Option<Secret>,
    state: String,
    nonce: String,
    verifier: String,
}

/// What came back to the client's address.
#[derive(Debug)]
pub enum Callback {
    /// A code.
    Code(String),
    /// A refusal.
    Error(String),
}

/// The address that every client here is registered with.
pub const CALLBACK: &str = "https://rp.test/cb";

impl RelyingParty {
    /// One of the district's own apps.
    pub async fn first_party(world: &World) -> Self {
        Self::registered(world, |settings| settings.first_party = true).await
    }

    /// An app, registered as `change` says.
    pub async fn registered(world: &World, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings { redirect_uris: vec![CALLBACK.to_owned()], ..Settings::default() };
        change(&mut settings);
        let new = NewClient { client_id: None, name: "Cahier".to_owned(), settings };
        let (app, now) = (&world.app, world.app.now());
        let registered = register(&app.store, maker(app), now, new).await.unwrap().unwrap();
        let made = |what: &str| format!("{what}-{}", app.tools.random.secret().expose());
        Self {
            client: registered.client,
            secret: registered.secret,
            state: made("state"),
            nonce: made("nonce"),
            verifier: made("verifier"),
        }
    }

    /// The address of an authorization request; `changes` replace, add, or with an empty value leave out.
    pub fn request(&self, changes: &[(&str, &str)]) -> String {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()));
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client.client_id),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile"),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let pairs = kept.chain(changes).filter(|(_, value)| !value.is_empty());
        format!("/authorize?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// Reads what came back, and insists on `state` and `iss`, each once (rows P03, P09).
    pub fn callback(&self, world: &World, answer: &Answer) -> Callback {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        let location = Url::parse(&answer.location()).unwrap();
        assert_eq!(&location[..url::Position::AfterPath], CALLBACK);
        let said = location.query().or(location.fragment()).unwrap_or_default();
        let value = |name: &str| {
            let mut found = form_urlencoded::parse(said.as_bytes()).filter(|(found, _)| found == name).map(|(_, value)| value.into_owned());
            let first = found.next();
            assert_eq!(found.next(), None, "{name} came twice");
            first
        };
        assert_eq!(value("state").as_deref(), Some(self.state.as_str()));
        assert_eq!(value("iss").as_deref(), Some(world.issuer()));
        match (value("code"), value("error")) {
            (Some(code), None) => Callback::Code(code),
            (None, Some(error)) => Callback::Error(error),
            both => panic!("{both:?}"),
        }
    }

    /// The code that somebody who is signed in gets without being asked.
    pub async fn code(&self, world: &World, agent: &mut Agent, changes: &[(&str, &str)]) -> String {
        let answer = agent.get(&self.request(changes)).await;
        match self.callback(world, &answer) {
            Callback::Code(code) => code,
            Callback::Error(error) => panic!("{error}"),
        }
    }

    /// The word with which a request is refused at the client's address.
    pub async fn refusal(&self, world: &World, agent: &mut Agent, changes: &[(&str, &str)]) -> String {
        let answer = agent.get(&self.request(changes)).await;
        match self.callback(world, &answer) {
            Callback::Error(error) => error,
            Callback::Code(_) => panic!("a code"),
        }
    }

    /// Asks the token endpoint, proving itself in its registered way.
    pub async fn token(&self, world: &World, form: &[(&str, &str)]) -> Answer {
        self.ask(world, "/token", form).await
    }

    /// Asks an endpoint that clients prove themselves at.
    pub async fn ask(&self, world: &World, endpoint: &str, form: &[(&str, &str)]) -> Answer {
        self.ask_with(world, endpoint, form, &[]).await
    }

    /// The same, with headers of its own.
    pub async fn ask_with(&self, world: &World, endpoint: &str, form: &[(&str, &str)], headers: &[(&str, String)]) -> Answer {
        let secret = self.secret.as_ref().map_or("", Secret::expose);
        let mut form = form.to_vec();
        let mut headers = headers.to_vec();
        match self.client.settings.auth_method {
            AuthMethod::ClientSecretBasic => {
                let pair = BASE64_STANDARD.encode(format!("{}:{secret}", self.client.client_id));
                headers.push(("authorization", format!("Basic {pair}")));
            }
            AuthMethod::ClientSecretPost => form.extend([("client_id", self.client.client_id.as_str()), ("client_secret", secret)]),
            AuthMethod::None | AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => {
                form.push(("client_id", &self.client.client_id));
            }
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {}
        }
        Agent::new(world).send(Method::POST, endpoint, &headers, Some(&form)).await
    }

    /// Exchanges a code.
    pub async fn exchange(&self, world: &World, code: &str) -> Answer {
        self.exchange_with(world, code, &self.verifier).await
    }

    /// Exchanges a code with another verifier.
    pub async fn exchange_with(&self, world: &World, code: &str, verifier: &str) -> Answer {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", verifier)];
        self.token(world, &form).await
    }

    /// Exchanges a code, with headers of its own.
    pub async fn exchange_under(&self, world: &World, code: &str, headers: &[(&str, String)]) -> Answer {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", &self.verifier)];
        self.ask_with(world, "/token", &form, headers).await
    }

    /// Pushes what the usual request would ask, with changes and with headers of its own (RFC 9126).
    pub async fn push(&self, world: &World, changes: &[(&str, &str)], headers: &[(&str, String)]) -> Answer {
        let address = self.request(changes);
        let query = address.split_once('?').unwrap().1;
        let form: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.ask_with(world, "/par", &form, headers).await
    }

    /// The address of a request that was pushed.
    pub fn pushed(&self, answer: &Answer) -> String {
        let request_uri = answer.json()["request_uri"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", self.client.client_id.as_str()), ("request_uri", request_uri.as_str())])
            .finish();
        format!("/authorize?{query}")
    }

    /// Refreshes.
    pub async fn refresh(&self, world: &World, refresh_token: &str) -> Answer {
        self.token(world, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// A whole sign-in of somebody who has a session: the token endpoint's answer.
    pub async fn tokens(&self, world: &World, agent: &mut Agent, scope: &str) -> Value {
        let code = self.code(world, agent, &[("scope", scope)]).await;
        let answer = self.exchange(world, &code).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()
    }

    /// What proves that its code is its own (RFC 7636).
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// Gives it another secret to come with.
    pub fn replace_secret(&mut self, secret: Secret) {
        self.secret = Some(secret);
    }

    /// Its secret, if it has one.
    pub fn secret(&self) -> &str {
        self.secret.as_ref().map_or("", Secret::expose)
    }

    /// The nonce of its request.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }
}

/// What makes secrets in this program.
pub fn maker(app: &App) -> Maker<'_> {
    Maker { random: &app.tools.random, keys: &app.tools.keys }
}

/// What the UserInfo endpoint says to a token.
pub async fn userinfo(world: &World, token: &str) -> Answer {
    Agent::new(world).send(Method::GET, "/userinfo", &[("authorization", format!("Bearer {token}"))], None).await
}
