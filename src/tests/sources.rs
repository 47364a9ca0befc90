//! Other providers at which people sign in (E9): chosen, gone to, come back from; and everything that may come back instead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::config::sources::{RosterKey, SourceSettings};
use crate::keys::{Algorithm, KeyStore};
use crate::model::{Audience, Language};
use crate::outbound::{Outbound, Reach};
use crate::sources::Sources;
use crate::store::Tx;
use crate::store::accounts::AccountState;

/// An academy on this machine. It signs in whoever `says` names, and may be told to answer otherwise.
#[derive(Clone)]
struct Academy {
    issuer: String,
    keys: Arc<KeyStore>,
    /// What stands in the next ID token, over what belongs there.
    says: Arc<Mutex<Value>>,
    /// What the authorization request had, by code.
    asked: Arc<Mutex<BTreeMap<String, BTreeMap<String, String>>>>,
}

impl Academy {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let academy = Self { issuer, keys: Arc::new(KeyStore::for_tests()), says: Arc::default(), asked: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(async |State(academy): State<Academy>| Json(academy.keys.jwks())))
            .route("/token", post(token))
            .with_state(academy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        academy
    }

    fn settings(&self) -> SourceSettings {
        SourceSettings {
            name: "academy".to_owned(),
            issuer: self.issuer.clone(),
            client_id: "preau".to_owned(),
            client_secret: "a secret of sixteen".to_owned(),
            scopes: vec!["school".to_owned()],
            claim: "pupil".to_owned(),
            names: RosterKey::StudentNumber,
            audiences: vec![Audience::Student],
            label: [(Language::French, "Académie de Reims".to_owned()), (Language::English, "Academy of Reims".to_owned())].into(),
        }
    }

    /// The person signs in over there, at the address that our page leads to; the address to come back to.
    fn sign_in(&self, address: &str, says: Value) -> String {
        let url = url::Url::parse(address).unwrap();
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!((asked["client_id"].as_str(), asked["scope"].as_str()), ("preau", "openid school"));
        let code = format!("code-{}", self.asked.lock().unwrap().len());
        let back = format!("/sign-in/callback?code={code}&state={}&iss={}", asked["state"], urlencoded(&self.issuer));
        self.asked.lock().unwrap().insert(code, asked);
        *self.says.lock().unwrap() = says;
        back
    }
}

fn urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn discovery(State(academy): State<Academy>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", academy.issuer);
    Json(json!({
        "issuer": academy.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/jwks"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"], "authorization_response_iss_parameter_supported": true,
    }))
}

async fn token(
    State(academy): State<Academy>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Json<Value>, (axum::http::StatusCode, Json<Value>)> {
    let refuse = |word: &str| (axum::http::StatusCode::BAD_REQUEST, Json(json!({ "error": word })));
    // A code is good once.
    let asked = academy.asked.lock().unwrap().remove(&sent["code"]).ok_or_else(|| refuse("invalid_grant"))?;
    let challenge =
        openidconnect::PkceCodeChallenge::from_code_verifier_sha256(&openidconnect::PkceCodeVerifier::new(sent["code_verifier"].clone()));
    if challenge.as_str() != asked["code_challenge"] {
        return Err(refuse("invalid_grant"));
    }
    let says = academy.says.lock().unwrap().clone();
    let mut claims = json!({
        "iss": academy.issuer, "aud": "preau", "sub": "p-4711", "nonce": asked["nonce"], "iat": NOW, "exp": NOW + 300,
    });
    for (name, value) in says.as_object().unwrap().iter().filter(|(name, _)| *name != "unsigned") {
        claims[name] = value.clone();
    }
    let mut id_token = academy.keys.sign(Algorithm::RS256, "JWT", &claims).unwrap();
    if says.get("unsigned").is_some() {
        id_token = id_token.rsplit_once('.').map(|(signed, _)| format!("{signed}.AAAA")).unwrap();
    }
    Ok(Json(json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": id_token })))
}

const NOW: i64 = 1_800_000_001;

#[derive(clap::Parser)]
struct Provisioning {
    #[command(flatten)]
    provision: crate::cli::provision::Provision,
}

/// A node of the district that trusts the academy.
async fn trusting(district: &District, academy: &Academy, change: impl FnOnce(&mut SourceSettings)) -> District {
    let mut settings = academy.settings();
    change(&mut settings);
    let callback = "http://localhost:8080/sign-in/callback".to_owned();
    district
        .node_with(move |tools, _| tools.sources = Sources::new(vec![settings], Outbound::new(Reach::PublicAndLoopback), callback))
        .await
}

/// Somebody who chose the academy, and where our page leads them.
async fn leaving(node: &District, network: &str) -> (Family, String) {
    let mut family = node.family(network);
    assert_eq!(family.open("/sign-in").await.shows(), "identity-source");
    family.send(&[("source", "academy")]).await;
    assert_eq!(family.shows(), "source-leave");
    let body = &family.page.as_ref().unwrap().body;
    let address = body.split("content=\"0;url=").nth(1).and_then(|rest| rest.split('"').next()).expect("it leads on");
    (family.clone(), address.replace("&amp;", "&"))
}

#[tokio::test]
async fn e09_a_pupil_of_the_academy_comes_for_the_first_time_and_again() {
    for district in District::each().await {
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let (mut family, address) = leaving(&node, "203.0.113.1").await;
        family.open(&academy.sign_in(&address, json!({ "pupil": "S0123456" }))).await;
        // The first time: the rules, a last look, and no password.
        assert_eq!(family.shows(), "charter");
        let version = family.page.as_ref().unwrap().field("version").unwrap();
        family.send(&[("version", &version), ("accept", "on")]).await;
        assert_eq!(family.shows(), "confirm");
        assert!(family.page.as_ref().unwrap().body.contains("Zoé Tremblay-Gagnon"));
        assert_eq!(family.send(&[]).await.shows(), "enrolled");
        let account = node.account("123456").await.unwrap();
        assert_eq!(account.claimed_by, "from-source");
        assert!(node.app.store.read().accounts().password(account.id).await.unwrap().is_none());
        assert_eq!(node.count("sessions WHERE amr = ''").await, 1, "what the academy asked is not said as ours");
        // And again: straight in.
        let (mut again, address) = leaving(&node, "203.0.113.2").await;
        again.open(&academy.sign_in(&address, json!({ "pupil": 123_456 }))).await;
        assert_eq!(again.shows(), "home");
        assert_eq!((node.count("accounts").await, node.count("linked_identities").await), (1, 1));
    }
}

#[tokio::test]
async fn e09_whoever_has_a_password_comes_in_either_way_and_the_choice_is_remembered_if_asked() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let mut family = node.family("203.0.113.2");
        family.open("/sign-in?return_to=%2Faccount").await.send(&[("source", "here"), ("remember", "on")]).await;
        assert_eq!(family.shows(), "sign-in");
        assert!(family.page.as_ref().unwrap().body.contains("id=\"other-source\""));
        family.send(&[("username", "0123456")]).await.send(&[("password", PASSWORD)]).await;
        assert_eq!(family.address, "/account");
        family.open("/sign-out").await.send(&[]).await;
        // The next time nobody is asked, until they ask for another way.
        assert_eq!(family.open("/sign-in").await.shows(), "sign-in");
        assert_eq!(family.open("/sign-in?source=choose").await.shows(), "identity-source");
        family.send(&[("source", "academy")]).await;
        let body = family.page.as_ref().unwrap().body.clone();
        let address = body.split("content=\"0;url=").nth(1).and_then(|rest| rest.split('"').next()).unwrap().replace("&amp;", "&");
        family.open(&academy.sign_in(&address, json!({ "pupil": "123456" }))).await;
        assert_eq!(family.shows(), "home");
        family.open("/sign-out").await.send(&[]).await;
        assert_eq!(family.open("/sign-in").await.shows(), "identity-source", "it was not to be remembered");
    }
}

#[tokio::test]
async fn e09_what_is_not_to_be_believed_opens_nothing() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let before = node.count("sessions").await;
        for lie in [
            json!({ "pupil": "123456", "nonce": "another" }),
            json!({ "pupil": "123456", "aud": "somebody-else" }),
            json!({ "pupil": "123456", "iss": "https://other.example" }),
            json!({ "pupil": "123456", "exp": NOW - 1 }),
            json!({ "pupil": "123456", "unsigned": true }),
        ] {
            let (mut family, address) = leaving(&node, "203.0.113.2").await;
            family.open(&academy.sign_in(&address, lie.clone())).await;
            assert_eq!(family.shows(), "identity-source", "{lie}");
            assert!(family.page.as_ref().unwrap().body.contains("id=\"source-wrong\""), "{lie}");
        }
        // Another issuer's answer, an error, a code that nobody gave.
        let (mut family, address) = leaving(&node, "203.0.113.2").await;
        let back = academy.sign_in(&address, json!({ "pupil": "123456" }));
        let mixed_up = back.replace(&urlencoded(&academy.issuer), "https%3A%2F%2Fother.example");
        assert_eq!(family.open(&mixed_up).await.shows(), "identity-source");
        let (mut family, address) = leaving(&node, "203.0.113.2").await;
        let back = academy.sign_in(&address, json!({})).replace("code=", "error=access_denied&x=");
        assert_eq!(family.open(&back).await.shows(), "identity-source");
        assert_eq!((node.count("sessions").await, node.count("linked_identities").await), (before, 0));
    }
}

#[tokio::test]
async fn e09_e18_an_answer_is_for_the_browser_that_asked_and_good_once() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let (mut family, address) = leaving(&node, "203.0.113.2").await;
        let back = academy.sign_in(&address, json!({ "pupil": "123456" }));
        // In a browser that asked for nothing, and in one that asked for itself.
        let mut other = node.family("203.0.113.3");
        assert_eq!(other.open(&back).await.status(), 403);
        let (mut other, _) = leaving(&node, "203.0.113.3").await;
        assert_eq!(other.open(&back).await.status(), 403);
        // A state that was made up.
        let (head, tail) = back.split_once("&iss").unwrap();
        assert_eq!(family.open(&format!("{head}x&iss{tail}")).await.status(), 409);
        let mut twice = family.clone();
        assert_eq!(family.open(&back).await.shows(), "home");
        assert_eq!(twice.open(&back).await.shows(), "home", "the same answer, reloaded, is one sign-in");
        assert_eq!(node.count("sessions WHERE amr = ''").await, 1);
    }
}

#[tokio::test]
async fn e09_the_roster_decides_who_it_is_and_nobody_learns_why_not() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let come = async |node: &District, says: Value| {
            let (mut family, address) = leaving(node, "203.0.113.2").await;
            family.open(&academy.sign_in(&address, says)).await;
            family
        };
        let strangers = [
            json!({}),
            json!({ "pupil": "999" }),
            json!({ "pupil": "0777001" }),
            json!({ "pupil": "", "email": "lea.roy@courriel.example" }),
        ];
        for says in strangers {
            let family = come(&node, says.clone()).await;
            assert_eq!(family.shows(), "identity-source", "{says}");
            assert!(family.page.as_ref().unwrap().body.contains("n’a pas de dossier"), "{says}");
        }
        assert_eq!(node.count("events WHERE kind = 'source.unmatched'").await, 4);
        // A name over there that was Zoé's is nobody else's, whatever it says now.
        assert_eq!(come(&node, json!({ "pupil": "123456" })).await.shows(), "home");
        assert_eq!(come(&node, json!({ "pupil": "0123457" })).await.shows(), "identity-source");
        // And whoever was shut out here stays out.
        let zoe = node.account("123456").await.unwrap();
        node.app
            .store
            .write(async |tx: &Tx| tx.accounts().set_state(zoe.id, AccountState::Claimed, AccountState::Disabled).await)
            .await
            .unwrap();
        assert_eq!(come(&node, json!({ "pupil": "123456" })).await.shows(), "identity-source");
    }
}

/// Row E23: a letter that lies somewhere opens nothing once its owner has come in by the academy.
#[tokio::test]
async fn e09_e23_the_password_of_a_letter_dies_when_its_owner_comes_by_the_academy() {
    for district in District::each().await {
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let words = ["provision", "--students", "--school", "s1"];
        let asked = <Provisioning as clap::Parser>::try_parse_from(words).unwrap().provision;
        crate::cli::provision::run(asked, &node.app, &|_| {}).await.unwrap();
        assert!(node.count("passwords").await > 0);
        let (mut family, address) = leaving(&node, "203.0.113.1").await;
        family.open(&academy.sign_in(&address, json!({ "pupil": "S0123456" }))).await;
        let version = family.page.as_ref().unwrap().field("version").unwrap();
        family.send(&[("version", &version), ("accept", "on")]).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        assert_eq!(node.count("passwords p JOIN accounts a ON a.id = p.account WHERE a.state = 'claimed'").await, 0);
    }
}

#[tokio::test]
async fn e09_a_provider_vouches_for_its_own_audience_alone() {
    for district in District::each().await {
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |source| source.audiences = vec![Audience::Guardian]).await;
        let (mut family, address) = leaving(&node, "203.0.113.1").await;
        family.open(&academy.sign_in(&address, json!({ "pupil": "123456" }))).await;
        assert_eq!((family.shows().as_str(), node.count("accounts").await), ("identity-source", 0));
    }
}

#[tokio::test]
async fn e09_e11_of_two_browsers_that_come_for_the_first_time_one_makes_the_account() {
    for district in District::each().await {
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |_| ()).await;
        let mut browsers = Vec::new();
        for network in ["203.0.113.1", "203.0.113.2"] {
            let (mut family, address) = leaving(&node, network).await;
            family.open(&academy.sign_in(&address, json!({ "pupil": "0123457" }))).await;
            let version = family.page.as_ref().unwrap().field("version").unwrap();
            family.send(&[("version", &version), ("accept", "on")]).await;
            assert_eq!(family.shows(), "confirm", "{LEA:?}");
            browsers.push(family);
        }
        let (mut one, mut two) = (browsers.remove(0), browsers.remove(0));
        tokio::join!(one.send(&[]), two.send(&[]));
        let shown = [one.shows(), two.shows()];
        assert_eq!(shown.iter().filter(|page| *page == "enrolled").count(), 1, "{shown:?}");
        assert_eq!((node.count("accounts").await, node.count("linked_identities").await), (1, 1));
    }
}

#[tokio::test]
async fn e09_a_provider_that_is_down_is_said_and_the_other_ways_go_on() {
    for district in District::each().await {
        let academy = Academy::start().await;
        let node = trusting(&district, &academy, |source| source.issuer = "http://127.0.0.1:9".to_owned()).await;
        let mut family = node.family("203.0.113.1");
        family.open("/sign-in").await.send(&[("source", "academy")]).await;
        assert_eq!(family.shows(), "source-leave");
        assert!(family.page.as_ref().unwrap().body.contains("id=\"try-again\""));
        let here = family.address.clone();
        assert_eq!(family.open(&format!("{here}?correct=1")).await.shows(), "identity-source");
        assert_eq!(family.send(&[("source", "nobody")]).await.wrong(), ["source"]);
        assert_eq!(family.send(&[("source", "here")]).await.shows(), "sign-in");
    }
}

#[tokio::test]
async fn e09_where_there_is_no_other_provider_nobody_is_asked() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        assert_eq!(family.open("/sign-in").await.shows(), "sign-in");
        assert!(!family.page.as_ref().unwrap().body.contains("other-source"));
    }
}
