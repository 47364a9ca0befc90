//! What a browser carries along to an app (row P25), what it is made to show (row P30), what it keeps when the person has left (row
//! P32), what another site makes it send (row S11), and what nobody learns or proves by a form (rows E03, E32): over the whole table
//! of addresses, so that a new one is tried without a word here.

use axum::http::{Method, StatusCode};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::agent::{Agent, Answer};
use super::back_in::{CLAIM, claimed};
use super::district::{District, LEA, ZOE};
use super::family::PASSWORD;
use super::registration::open;
use super::relying_party::{CALLBACK, RelyingParty, maker, userinfo};
use super::second_factor::world;
use super::world::World;
use crate::model::Scopes;
use crate::oidc::paths;
use crate::oidc::registration::{NewClient, register};
use crate::random::Secret;
use crate::routes;
use crate::store::clients::Settings;
use crate::web::csrf::Holder;
use crate::web::{cookies, csrf};

/// Every address that a browser may be sent to, with something in place of what varies.
fn addresses() -> Vec<String> {
    let ours = routes::pages().into_iter().map(|(path, _)| path).chain(ENDPOINTS.iter().copied());
    ours.map(filled).collect()
}

fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

const ENDPOINTS: &[&str] = &[
    paths::TOKEN,
    paths::PAR,
    paths::INTROSPECT,
    paths::REVOKE,
    paths::DEVICE_AUTHORIZATION,
    paths::USERINFO,
    paths::CHECK_SESSION,
    paths::REGISTER,
    paths::REGISTERED,
    paths::JWKS,
    paths::OPENID_CONFIGURATION,
    paths::OAUTH_SERVER,
    "/logo/x",
    "/no-such-page",
];

/// What an app would see of a browser that followed this answer as the Fetch standard says (section 4.4, HTTP-redirect fetch): 303
/// drops the body, 307 and 308 carry it along.
async fn followed(agent: &mut Agent, mut answer: Answer, sent: &str) -> Vec<(Method, String, String)> {
    let mut seen = Vec::new();
    let (mut method, mut body) = (Method::POST, sent.to_owned());
    for _ in 0..10 {
        match answer.status.as_u16() {
            301..=303 => (method, body) = (Method::GET, String::new()),
            307 | 308 => {}
            _ => break,
        }
        let to = answer.location();
        seen.push((method.clone(), to.clone(), body.clone()));
        if to.starts_with(CALLBACK) {
            break;
        }
        answer = agent.get(&to).await;
    }
    seen
}

async fn app_of(district: &District, change: impl FnOnce(&mut Settings)) -> String {
    let mut settings = Settings { redirect_uris: vec![CALLBACK.to_owned()], first_party: true, ..Settings::default() };
    change(&mut settings);
    let new = NewClient { client_id: None, name: "Cahier".to_owned(), settings };
    let (app, now) = (&district.app, district.app.now());
    register(&app.store, maker(app), now, new).await.unwrap().unwrap().client.client_id
}

#[tokio::test]
async fn p25_an_app_gets_a_code_and_never_what_was_typed_for_it() {
    for district in claimed(ZOE).await {
        let client_id = app_of(&district, |_| {}).await;
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("response_type", "code"), ("client_id", &client_id), ("redirect_uri", CALLBACK), ("scope", "openid")])
            .extend_pairs([("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")])
            .finish();
        let mut family = district.family("203.0.113.7");
        family.open(&format!("/authorize?{query}")).await.send(&[("username", "0123456")]).await;
        assert_eq!(family.shows(), "password");
        let answer = family.submit(&[("password", PASSWORD)]).await;
        let typed = form_urlencoded::Serializer::new(String::new()).extend_pairs([("password", PASSWORD)]).finish();
        let seen = followed(&mut family.agent, answer, &typed).await;
        let (method, address, body) = seen.last().unwrap().clone();
        assert!(address.starts_with(CALLBACK) && Url::parse(&address).unwrap().query_pairs().any(|(name, _)| name == "code"), "{seen:?}");
        assert_eq!((method, body.as_str()), (Method::GET, ""), "a password arrived at the app");
        let word = PASSWORD.split(' ').next().unwrap();
        assert!(seen.iter().all(|(_, address, _)| !address.contains(word)), "{seen:?}");
    }
}

#[tokio::test]
async fn p25_no_address_sends_a_form_on_with_its_body() {
    for world in World::both().await {
        for agent in [Agent::new(&world), world.signed_in().await] {
            for address in addresses() {
                // Routers that tidy an address do so by 308.
                for address in [address.clone(), format!("{address}/"), format!("/{address}"), format!("{address}?return_to=//evil.test")] {
                    let form = [("username", "S0123456"), ("password", PASSWORD), ("new_password", PASSWORD), ("code", "123456")];
                    let answer = agent.clone().post(&address, &form).await;
                    let led = answer.status.is_redirection();
                    assert!(!led || answer.status == StatusCode::SEE_OTHER, "{address}: {}", answer.status);
                    let to = answer.location();
                    assert!(to.is_empty() || to.starts_with('/') && !to.starts_with("//"), "{address} leads to {to}");
                }
            }
        }
    }
}

/// Names by which the protocol and our forms say things, and some by which other programs do.
const NAMES: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "display",
    "max_age",
    "ui_locales",
    "login_hint",
    "acr_values",
    "claims",
    "claims_locales",
    "request",
    "request_uri",
    "id_token_hint",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "dpop_jkt",
    "post_logout_redirect_uri",
    "logout_hint",
    "error",
    "error_description",
    "error_uri",
    "grant_type",
    "code",
    "refresh_token",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "token",
    "token_type_hint",
    "device_code",
    "user_code",
    "subject_token",
    "assertion",
    "audience",
    "username",
    "password",
    "csrf",
    "email",
    "lang",
    "next",
    "return_to",
    "message",
    "q",
    "way",
    "again",
    "topic",
    "school",
];

/// A word of ours that no text has.
const MARK: &str = "zqxjkw";

fn hostile() -> [String; 3] {
    [format!("<svg/onload={MARK}>"), MARK.repeat(2_048 / MARK.len()), format!("\u{202e}{MARK} Votre compte est bloqué, appelez le 555")]
}

/// What came shows nowhere but in the field where it was typed, and there as text.
fn shows_nothing(answer: &Answer, what: &str) {
    let body = &answer.body;
    assert!(!body.contains("<svg/onload"), "{what} is markup: {body}");
    for (at, _) in body.match_indices(MARK) {
        let within = |attribute: &str| {
            let before = &body[..at];
            before.rfind(attribute).is_some_and(|start| !before[start + attribute.len()..].contains('"'))
        };
        // A page knows its own address, and writes it as an address. Of what stood in the address, the change of language keeps what
        // it needs to come back there.
        let place = within("action=\"/") && !within("action=\"//");
        assert!(place || within("value=\""), "{what} is shown: {body}");
        assert!(place || !is_for_programs(answer), "{what} is said: {body}");
    }
}

fn is_for_programs(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("application/json")
}

/// Found by the test above.
#[tokio::test]
async fn p22_a_page_that_is_not_there_leads_nowhere_else() {
    let world = World::new().await;
    for path in ["//evil.test/x", "//evil.test", "///evil.test", "/%2fevil.test/x", "/%5cevil.test"] {
        let page = Agent::new(&world).get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.body.contains("evil"), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn p30_nothing_that_was_sent_is_said_by_any_address() {
    let world = World::with_settings(open).await;
    for agent in [Agent::new(&world), world.signed_in().await] {
        for address in addresses() {
            for value in hostile() {
                let all: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, value.as_str())).collect();
                // All of them in one are longer than any request may be.
                let halves = [&all[..NAMES.len() / 2], &all[NAMES.len() / 2..]];
                for half in halves {
                    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(half).finish();
                    shows_nothing(&agent.clone().get(&format!("{address}?{query}")).await, &format!("GET {address}"));
                    shows_nothing(&agent.clone().post(&address, half).await, &format!("POST {address}"));
                }
                let path: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                shows_nothing(&agent.clone().get(&format!("{address}/{path}")).await, &format!("GET {address}/…"));
                let headers = [("authorization", format!("Bearer {MARK}")), ("accept-language", MARK.to_owned())];
                let answer = agent.clone().send(Method::GET, &address, &headers, None).await;
                shows_nothing(&answer, &format!("GET {address}"));
                assert!(!answer.header("www-authenticate").contains(MARK), "{address}");
            }
        }
    }
}

/// One mistake at a time, for there are pages and words that only an otherwise good request brings.
#[tokio::test]
async fn p30_of_a_request_nothing_comes_back_but_its_state() {
    let world = World::new().await;
    let rp = RelyingParty::first_party(&world).await;
    let agent = world.signed_in().await;
    for name in NAMES.iter().filter(|name| **name != "state") {
        for value in hostile() {
            let answer = agent.clone().get(&rp.request(&[(name, &value)])).await;
            shows_nothing(&answer, name);
            let location: String =
                form_urlencoded::parse(answer.location().as_bytes()).map(|(name, value)| format!("{name}{value}")).collect();
            assert!(!location.contains(MARK), "{name} is told on: {location}");
            for form in [&[("grant_type", "authorization_code"), (name, value.as_str())][..], &[(name, value.as_str())]] {
                for endpoint in [paths::TOKEN, paths::PAR, paths::INTROSPECT, paths::DEVICE_AUTHORIZATION] {
                    shows_nothing(&rp.ask(&world, endpoint, form).await, name);
                }
            }
        }
    }
}

#[tokio::test]
async fn p30_a_registration_is_refused_in_words_of_ours() {
    let world = World::with_settings(open).await;
    for value in hostile() {
        for name in ["redirect_uris", "client_name", "logo_uri", "scope", "contacts", "jwks_uri", "sector_identifier_uri", "response_types"]
        {
            let lists = ["redirect_uris", "contacts", "response_types"].contains(&name);
            let said = if lists { json!([value]) } else { json!(value) };
            let mut about = json!({ "redirect_uris": [CALLBACK] });
            about[name] = said;
            let answer = Agent::new(&world).send_json(Method::POST, paths::REGISTER, &[], &about).await;
            // What is taken is told as it was taken (RFC 7591 section 3.2.1).
            if answer.status != StatusCode::CREATED {
                shows_nothing(&answer, name);
            }
        }
    }
}

/// Whose forms a browser's are, as its pages would say; it has been shown a page.
pub(super) async fn holder(district: &District, agent: &Agent) -> Holder {
    let hash = |name| agent.cookie(name).map(|value| Secret::new(value).hash());
    let session = match hash(cookies::SESSION) {
        Some(secret) => district.app.store.read().sessions().live(&secret, district.app.now()).await.unwrap(),
        None => None,
    };
    Holder { pre: hash(cookies::PRE).unwrap(), session: session.map(|session| session.id) }
}

/// A browser that was shown a page, and the token of a form that is sent to this address.
async fn with_token(district: &District, mut agent: Agent, address: &str) -> (Agent, String) {
    agent.get("/help").await;
    let (tools, holder) = (&district.app.tools, holder(district, &agent).await);
    let token = csrf::token(&tools.keys, &tools.random, &holder, address.split('?').next().unwrap(), district.app.now());
    (agent, token)
}

/// Where apps of other sites send a browser by a form, as the protocol lets them: both ask, and do nothing.
const FROM_ANYWHERE: [&str; 2] = [paths::AUTHORIZE, paths::END_SESSION];

#[tokio::test]
async fn s11_no_form_is_taken_without_its_token_from_another_site_or_as_another_kind() {
    for district in claimed(ZOE).await {
        let world = world(&district, &district.account("0123456").await.unwrap()).await;
        let mut taken = 0;
        let real = ["/account/password", "/enroll/student-claim"].map(str::to_owned);
        for address in routes::pages().into_iter().map(|(path, _)| filled(path)).chain(real) {
            let (agent, token) = with_token(&district, world.signed_in().await, &address).await;
            let sends = async |site: &str, form: &[(&str, &str)]| {
                agent.clone().send(Method::POST, &address, &[("sec-fetch-site", site.to_owned())], Some(form)).await.status
            };
            let bare = sends("same-origin", &[]).await;
            if FROM_ANYWHERE.contains(&address.as_str()) || bare == StatusCode::NOT_FOUND {
                continue;
            }
            taken += 1;
            assert_eq!(bare, StatusCode::FORBIDDEN, "{address}: no token");
            for (site, form) in [("cross-site", &[][..]), ("cross-site", &[("csrf", token.as_str())]), ("same-site", &[("csrf", &token)])] {
                assert_eq!(sends(site, form).await, StatusCode::FORBIDDEN, "{address}: {site}");
            }
            for (kind, body) in [("text/plain", format!("csrf={token}")), ("application/json", json!({ "csrf": token }).to_string())] {
                let headers = [("sec-fetch-site", "same-origin".to_owned())];
                let sent = agent.clone().send_body(Method::POST, &address, &headers, Some((kind, body))).await;
                // Where a page is about one request of an app, whose it is is asked first.
                let first = sent.status == StatusCode::FORBIDDEN && address.contains("/x");
                assert!(first || sent.status == StatusCode::UNSUPPORTED_MEDIA_TYPE, "{address}: {kind}: {}", sent.status);
            }
            assert_eq!(agent.clone().get("/account").await.status, StatusCode::OK, "{address}: nothing came of it");
            let ours = sends("same-origin", &[("csrf", &token)]).await;
            assert!(ours != StatusCode::UNSUPPORTED_MEDIA_TYPE, "{address}: {ours}");
        }
        assert_eq!(taken, forms_in_the_table() + 2, "an address that takes a form was left out");
    }
}

/// So many addresses of the table take a form of ours.
fn forms_in_the_table() -> usize {
    let table = include_str!("../routes.rs").split("pub fn pages()").nth(1).unwrap().split("pub fn probes()").next().unwrap();
    table.matches("post(").count() - FROM_ANYWHERE.len()
}

/// Row S11 for programs: what a page of another site can have a browser send is no JSON.
#[tokio::test]
async fn s11_json_says_that_it_is_json() {
    for world in World::both_with_settings(open).await {
        let said = json!({ "redirect_uris": [CALLBACK] }).to_string();
        let registers = async |kind: &str| {
            let headers = [("sec-fetch-site", "cross-site".to_owned())];
            Agent::new(&world).send_body(Method::POST, paths::REGISTER, &headers, Some((kind, said.clone()))).await.status
        };
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"] {
            assert_eq!(registers(kind).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
        assert_eq!(world.app.store.read().clients().all().await.unwrap().len(), 0);
        assert_eq!(registers("Application/JSON; charset=utf-8").await, StatusCode::CREATED);
    }
}

/// An answer without what chance made and without what was typed.
fn told(answer: &Answer, typed: &str) -> Vec<String> {
    let said = format!("{} {} {}", answer.status, answer.location(), answer.body);
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    // In an address that stands within an address it is written so twice.
    let (once, twice) = (encoded(typed), encoded(&encoded(typed)));
    let said = said.replace(typed, "TYPED").replace(&once, "TYPED").replace(&twice, "TYPED");
    let words = said.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
    words.filter(|word| word.len() < 20).map(str::to_owned).collect()
}

#[tokio::test]
async fn e03_no_address_tells_a_name_that_somebody_has_from_one_that_nobody_has() {
    for district in claimed(LEA).await {
        // With an account, without one yet, by the address on file; and each as nobody has it.
        let names = [
            ("0123457", "0923457"),
            ("0200300", "0900300"),
            ("S0123457", "S0923457"),
            ("lea.roy@courriel.example", "lex.roy@courriel.example"),
        ];
        let fields = ["username", "email", "login_hint", "student_number", "notification_email", "who", "name", "q"];
        for address in addresses().into_iter().chain(["/enroll/student-claim".to_owned()]) {
            for (number, (known, unknown)) in (1..).zip(names) {
                let mut pages = Vec::new();
                for typed in [known, unknown] {
                    let (mut agent, token) = with_token(&district, district.family(&format!("203.0.113.{number}")).agent, &address).await;
                    let form: Vec<(&str, &str)> = fields.iter().map(|field| (*field, typed)).collect();
                    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
                    let shown = agent.get(&format!("{address}?{query}")).await;
                    let sent = agent.post(&address, &[&[("csrf", token.as_str())], &form[..]].concat()).await;
                    let next = match sent.location() {
                        nowhere if nowhere.is_empty() => Vec::new(),
                        next => told(&agent.get(&next).await, typed),
                    };
                    pages.push([told(&shown, typed), told(&sent, typed), next]);
                }
                for (of_known, of_unknown) in pages[0].iter().zip(&pages[1]) {
                    let differs = of_known.iter().zip(of_unknown).find(|(one, other)| one != other);
                    assert!(of_known.len() == of_unknown.len() && differs.is_none(), "{address}: {known}: {differs:?}");
                }
            }
        }
    }
}

/// Row E32: whatever a form says besides, only a letter proves an address.
#[tokio::test]
async fn e32_no_form_makes_an_address_ones_own() {
    for district in claimed(LEA).await {
        let account = district.account("0123457").await.unwrap();
        let world = world(&district, &account).await;
        let app = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.scopes = Scopes::parse("openid email");
        })
        .await;
        let real = ["address", "preferences", "password"].map(|flow| format!("/account/{flow}"));
        for address in addresses().into_iter().chain(real) {
            let (mut agent, token) = with_token(&district, world.signed_in().await, &address).await;
            let form = [
                ("csrf", token.as_str()),
                ("email", "evil@x.example"),
                ("notification_email", "evil@x.example"),
                ("preferred_language", "fr"),
                ("date_format", ""),
                ("email_verified", "true"),
                ("verified", "true"),
                ("email_shown", "evil@x.example"),
            ];
            agent.post(&address, &form).await;
        }
        assert_eq!(district.app.store.read().accounts().email(account.id).await.unwrap(), None);
        let tokens = app.tokens(&world, &mut world.signed_in().await, "openid email").await;
        let said = userinfo(&world, tokens["access_token"].as_str().unwrap()).await.json();
        assert_eq!((&said["email"], &said["email_verified"]), (&json!("lea.roy@courriel.example"), &json!(false)));
    }
}

#[tokio::test]
async fn p32_no_page_of_a_person_is_kept() {
    for world in World::both().await {
        let agent = world.signed_in().await;
        let mut named = 0;
        for address in addresses() {
            let page = agent.clone().get(&address).await;
            if page.header("content-type").starts_with("text/html") {
                assert_eq!(page.header("cache-control"), "no-store", "{address}");
            }
            named += usize::from(page.body.contains("Tremblay"));
        }
        assert!(named > 3, "pages of this person were among them");
    }
}

#[tokio::test]
async fn p32_nothing_of_a_person_is_left_in_the_browser_that_they_left() {
    for district in claimed(ZOE).await {
        for way in ["/sign-out", paths::END_SESSION] {
            let mut family = district.family("203.0.113.7");
            assert_eq!(family.sign_in("0123456", PASSWORD).await, "home", "{CLAIM}");
            let pages = ["/", "/account", "/account/sessions"];
            for page in pages {
                assert!(family.open(page).await.page.as_ref().unwrap().body.contains("Zoé"), "{page}");
            }
            let before = family.agent.clone();
            let answer = family.open(way).await.submit(&[]).await;
            assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"", "{way}");
            let gone = |cookie: &str| {
                answer.headers.get_all("set-cookie").iter().any(|set| {
                    let set = set.to_str().unwrap();
                    set.starts_with(&format!("{cookie}=;")) && set.contains("Max-Age=0")
                })
            };
            assert!(gone("__Host-sid") && gone("__Host-state"), "{way}: {answer:?}");
            // The next child at the same device, and one who kept a copy of the cookies.
            for mut browser in [family.agent.clone(), before] {
                for page in pages {
                    assert!(!browser.get(page).await.body.contains("Zoé"), "{way}: {page}");
                }
            }
        }
    }
}
