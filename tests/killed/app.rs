//! An app that fetches tokens all day: it keeps its connections and the public keys that it has read, asks again when nobody answers,
//! and calls everything else a loss.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::pupil::client;

/// Where every app is answered.
pub const CALLBACK: &str = "https://rp.test/cb";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What all apps of a test saw.
#[derive(Default)]
pub struct Ledger(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    losses: Vec<String>,
    tokens: BTreeMap<&'static str, usize>,
    unanswered: usize,
    kids: BTreeSet<String>,
}

/// One app, by one of its workers.
pub struct App {
    /// What it is doing, for the ledger.
    pub kind: &'static str,
    /// Its name in the protocol.
    pub client_id: String,
    /// Its secret, which somebody may exchange under it.
    pub secret: Arc<Mutex<String>>,
    issuer: String,
    http: reqwest::Client,
    keys: CoreJsonWebKeySet,
    ledger: Arc<Ledger>,
}

impl Ledger {
    /// Something that no client could have helped.
    pub fn lose(&self, what: String) {
        self.0.lock().unwrap().losses.push(what);
    }

    /// Ends the test: nothing was lost, and enough was done for that to mean something.
    pub fn settle(&self, kinds: &[&str], least: usize, keys: usize) {
        let seen = self.0.lock().unwrap();
        let told = format!("{:?} tokens by {} keys, {} times nobody answered", seen.tokens, seen.kids.len(), seen.unanswered);
        assert!(seen.losses.is_empty(), "{} losses of {told}:\n{}", seen.losses.len(), seen.losses.join("\n"));
        assert!(kinds.iter().all(|kind| seen.tokens.get(kind).is_some_and(|count| *count >= least)), "too little was asked: {told}");
        assert!(seen.kids.len() >= keys, "the keys did not change: {told}");
        assert!(seen.unanswered > 0, "no restart was felt: {told}");
    }
}

impl App {
    /// One that has read the keys.
    pub async fn new(kind: &'static str, issuer: &str, client_id: &str, secret: Arc<Mutex<String>>, ledger: &Arc<Ledger>) -> Self {
        let (http, keys) = (client(), CoreJsonWebKeySet::new(Vec::new()));
        let mut app =
            Self { kind, client_id: client_id.to_owned(), secret, issuer: issuer.to_owned(), http, keys, ledger: Arc::clone(ledger) };
        app.read_keys().await;
        app
    }

    /// Asks the token endpoint until somebody answers; `None`, and a loss, for any answer but tokens that it can verify.
    pub async fn fetch(&mut self, form: &[(&str, &str)]) -> Option<Value> {
        let form: Vec<(String, String)> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (status, body) = self
            .answered(|app| {
                let secret = app.secret.lock().unwrap().clone();
                let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
                let request = app.http.post(format!("{}/token", app.issuer)).basic_auth(&app.client_id, Some(secret));
                request.header("content-type", "application/x-www-form-urlencoded").body(body)
            })
            .await?;
        let told: Value = serde_json::from_str(&body).unwrap_or_default();
        if status != 200 {
            self.ledger.lose(format!("{}: {status} {body}", self.kind));
            return None;
        }
        for name in ["access_token", "id_token"] {
            if let Some(token) = told[name].as_str()
                && !self.verifies(token).await
            {
                self.ledger.lose(format!("{}: the {name} verifies under no key that is published", self.kind));
                return None;
            }
        }
        *self.ledger.0.lock().unwrap().tokens.entry(self.kind).or_default() += 1;
        Some(told)
    }

    /// By a key that is known; an unknown one is looked for once more.
    async fn verifies(&mut self, token: &str) -> bool {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let header: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().0)).unwrap();
        let kid = header["kid"].as_str().unwrap().to_owned();
        if self.key(&kid).is_none() {
            self.read_keys().await;
        }
        let by = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        let good = self.key(&kid).is_some_and(|key| key.verify_signature(&by, signed.as_bytes(), &decode(signature)).is_ok());
        self.ledger.0.lock().unwrap().kids.insert(kid);
        good
    }

    fn key(&self, kid: &str) -> Option<&CoreJsonWebKey> {
        self.keys.keys().iter().find(|key| key.key_id().is_some_and(|id| id.as_str() == kid))
    }

    async fn read_keys(&mut self) {
        let read = self.answered(|app| app.http.get(format!("{}/jwks", app.issuer))).await;
        match read.map(|(_, body)| serde_json::from_str(&body)) {
            Some(Ok(keys)) => self.keys = keys,
            _ => self.ledger.lose(format!("{}: the keys cannot be read", self.kind)),
        }
    }

    /// The first answer; whoever hears nothing asks again, as apps do. A server that says that it is broken is a loss.
    async fn answered(&self, request: impl Fn(&Self) -> reqwest::RequestBuilder) -> Option<(u16, String)> {
        for _ in 0..600 {
            if let Ok(response) = request(self).send().await {
                let status = response.status().as_u16();
                if let Ok(body) = response.text().await {
                    return Some((status, body));
                }
                self.ledger.lose(format!("{}: an answer broke off", self.kind));
                return None;
            }
            self.ledger.0.lock().unwrap().unanswered += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.ledger.lose(format!("{}: nobody answers any more", self.kind));
        None
    }
}

/// Where an app sends a browser for a code.
pub fn authorize(client_id: &str) -> String {
    let asked = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid offline_access"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("/authorize?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish())
}

/// The code with which the browser comes back to the app; none, where it was sent elsewhere.
pub fn code_in(place: &str) -> Option<String> {
    let place = Url::parse(place).ok().filter(|place| place.as_str().starts_with(CALLBACK))?;
    let code = place.query_pairs().find(|(name, _)| name == "code")?.1.into_owned();
    Some(code)
}

/// What the app then asks the token endpoint.
pub fn exchange(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]
}

/// A part of a token.
pub fn decode(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}
