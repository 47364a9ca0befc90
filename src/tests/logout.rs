//! Apps hear that a session is over: by their servers, and by the person's browser.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use url::form_urlencoded;

use super::agent::{Agent, Answer};
use super::back_in::{CLAIM, claimed};
use super::district::{LEA, ZOE};
use super::family::PASSWORD;
use super::relying_party::RelyingParty;
use super::second_factor::world;
use super::world::World;
use crate::model::Hash;
use crate::oidc::logout;
use crate::oidc::logout::token::{EVENT, LOGOUT_TYPE, LogoutToken};
use crate::oidc::token::mint::ID_TYPE;
use crate::store::Tx;

/// The server of an app, on this machine: what it was sent, and how it answers.
#[derive(Clone)]
struct Server {
    address: String,
    heard: Arc<Mutex<Vec<String>>>,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Copy)]
enum Mood {
    Answers(StatusCode),
    Hangs,
}

impl Server {
    async fn start(mood: Mood) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/logout", listener.local_addr().unwrap());
        let server = Self { address, heard: Arc::default(), mood: Arc::new(Mutex::new(mood)) };
        let router = Router::new().route("/logout", post(hear)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The one token that it was sent.
    fn token(&self) -> String {
        let heard = self.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        let sent: Vec<_> = form_urlencoded::parse(heard[0].as_bytes()).into_owned().collect();
        assert_eq!((sent.len(), sent[0].0.as_str()), (1, "logout_token"));
        sent[0].1.clone()
    }

    /// An app of it.
    async fn app(&self, world: &World) -> RelyingParty {
        RelyingParty::registered(world, |settings| {
            settings.first_party = true;
            settings.logout.backchannel_logout_uri = Some(self.address.clone());
        })
        .await
    }
}

async fn hear(State(server): State<Server>, body: String) -> StatusCode {
    let mood = *server.mood.lock().unwrap();
    match mood {
        Mood::Answers(status) => {
            server.heard.lock().unwrap().push(body);
            status
        }
        Mood::Hangs => std::future::pending().await,
    }
}

const FINE: Mood = Mood::Answers(StatusCode::OK);
const DOWN: Mood = Mood::Answers(StatusCode::SERVICE_UNAVAILABLE);

/// The person's yes on the page of the way out.
async fn sign_out(agent: &mut Agent) {
    let page = agent.get("/sign-out").await;
    let answer = agent.post("/sign-out", &[("csrf", &page.field("csrf").unwrap())]).await;
    assert!(answer.status == StatusCode::SEE_OTHER || answer.body.contains("id=\"page-signed-out\""), "{answer:?}");
}

async fn waiting(world: &World) -> i64 {
    world.app.store.read().logout_outbox().waiting().await.unwrap()
}

#[tokio::test]
async fn p28_each_app_gets_a_token_of_its_own_about_this_session_and_a_minute_or_two() {
    for world in World::both().await {
        let (one, two) = (Server::start(FINE).await, Server::start(FINE).await);
        let apps = [(one.app(&world).await, &one), (two.app(&world).await, &two)];
        let mut agent = world.signed_in().await;
        let mut given = Vec::new();
        for (app, _) in &apps {
            given.push(app.tokens(&world, &mut agent, "openid").await["id_token"].as_str().unwrap().to_owned());
        }
        sign_out(&mut agent).await;
        let mut seen = Vec::new();
        for ((app, server), id_token) in apps.iter().zip(&given) {
            let token = server.token();
            let plain: Value = world.app.tools.keys.verify(LOGOUT_TYPE, &token).unwrap();
            assert!(plain.get("nonce").is_none() && plain["events"][EVENT].is_object(), "{plain}");
            let told: LogoutToken = world.app.tools.keys.verify(LOGOUT_TYPE, &token).unwrap();
            let known: Value = world.app.tools.keys.verify(ID_TYPE, id_token).unwrap();
            assert_eq!((told.iss.as_str(), &told.aud), (world.issuer(), &app.client.client_id));
            assert_eq!((Some(told.sub.as_str()), Some(told.sid.as_str())), (known["sub"].as_str(), known["sid"].as_str()));
            assert_eq!((told.iat, told.exp), (world.app.now().0, world.app.now().0 + 120));
            assert!(world.app.tools.keys.verify::<Value>(ID_TYPE, &token).is_err(), "nobody takes it for an ID token (P12)");
            seen.extend([told.sid, told.jti]);
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 4, "no app learns what another was told");
        assert_eq!(waiting(&world).await, 0);
    }
}

#[tokio::test]
async fn p28_an_app_that_hangs_holds_up_neither_the_person_nor_the_others() {
    let world = World::new().await;
    let (hanging, fine) = (Server::start(Mood::Hangs).await, Server::start(FINE).await);
    let apps = [hanging.app(&world).await, fine.app(&world).await];
    let mut agent = world.signed_in().await;
    for app in &apps {
        app.tokens(&world, &mut agent, "openid").await;
    }
    let begun = tokio::time::Instant::now();
    sign_out(&mut agent).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!((fine.heard().len(), waiting(&world).await), (1, 1));
}

#[tokio::test]
async fn p28_an_app_that_was_down_for_an_hour_hears_of_it() {
    for world in World::both().await {
        let server = Server::start(DOWN).await;
        let app = server.app(&world).await;
        for _ in 0..3 {
            let mut agent = world.signed_in().await;
            app.tokens(&world, &mut agent, "openid").await;
            sign_out(&mut agent).await;
        }
        for _ in 0..60 {
            world.clock.advance(Duration::from_mins(1));
            logout::deliver_due(&world.app).await.unwrap();
        }
        let asked = server.heard().len();
        assert!((5..25).contains(&asked), "it is not asked again and again: {asked}");
        assert_eq!(waiting(&world).await, 3);
        server.becomes(FINE);
        for _ in 0..61 {
            world.clock.advance(Duration::from_mins(1));
            logout::deliver_due(&world.app).await.unwrap();
        }
        assert_eq!((server.heard().len(), waiting(&world).await), (asked + 3, 0));
        let last = server.heard().last().unwrap().clone();
        let token = form_urlencoded::parse(last.as_bytes()).next().unwrap().1.into_owned();
        let told: LogoutToken = world.app.tools.keys.verify(LOGOUT_TYPE, &token).unwrap();
        assert!(world.app.now().0 - told.iat <= 3_660 && told.exp - told.iat == 120, "it was made when it was sent");
    }
}

#[tokio::test]
async fn what_nobody_heard_for_a_day_is_given_up_and_written_down() {
    for world in World::both().await {
        let server = Server::start(DOWN).await;
        let app = server.app(&world).await;
        let mut agent = world.signed_in().await;
        app.tokens(&world, &mut agent, "openid").await;
        sign_out(&mut agent).await;
        world.clock.advance(Duration::from_hours(23));
        crate::oidc::tidy(&world.app).await.unwrap();
        assert_eq!(waiting(&world).await, 1);
        world.clock.advance(Duration::from_mins(61));
        crate::oidc::tidy(&world.app).await.unwrap();
        assert_eq!(waiting(&world).await, 0);
        let events = world.app.store.read().events().list(&crate::store::events::Filter::default(), 1).await.unwrap();
        assert_eq!(events[0].kind, "logout.unheard");
    }
}

/// The ways that end a session all go through two queries; here is what a person meets of them.
#[tokio::test]
async fn s06_signing_out_everywhere_else_is_told_to_the_apps_of_everywhere_else() {
    for world in World::both().await {
        let (here_server, there_server) = (Server::start(FINE).await, Server::start(FINE).await);
        let (here_app, there_app) = (here_server.app(&world).await, there_server.app(&world).await);
        let (mut here, mut there) = (world.signed_in().await, world.signed_in().await);
        here_app.tokens(&world, &mut here, "openid").await;
        there_app.tokens(&world, &mut there, "openid").await;
        let page = here.get("/account/sessions").await;
        let answer = here.post("/account/sessions", &[("csrf", &page.field("csrf").unwrap())]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        logout::deliver_due(&world.app).await.unwrap();
        assert_eq!((here_server.heard().len(), there_server.heard().len()), (0, 1));
    }
}

/// Row S02: a brother signs in where Zoé still is.
#[tokio::test]
async fn s02_whoever_signs_in_where_somebody_is_ends_their_session_and_their_apps_hear_of_it() {
    for district in claimed(ZOE).await {
        district.family("203.0.113.9").to_the_end(CLAIM, LEA).await;
        let world = world(&district, &district.account("0123456").await.unwrap()).await;
        let server = Server::start(FINE).await;
        let app = server.app(&world).await;
        let mut browser = district.family("203.0.113.1");
        assert_eq!(browser.sign_in("0123456", PASSWORD).await, "home");
        let tokens = app.tokens(&world, &mut browser.agent, "openid").await;
        let mut zoes = browser.clone();
        assert_eq!(browser.sign_in("0123457", PASSWORD).await, "home");
        assert!(browser.page.as_ref().unwrap().body.contains("Léa"));
        logout::deliver_due(&world.app).await.unwrap();
        let told: LogoutToken = world.app.tools.keys.verify(LOGOUT_TYPE, &server.token()).unwrap();
        let known: Value = world.app.tools.keys.verify(ID_TYPE, tokens["id_token"].as_str().unwrap()).unwrap();
        assert_eq!(Some(told.sid.as_str()), known["sid"].as_str());
        assert_eq!(zoes.open("/account").await.shows(), "sign-in");
        assert_eq!(app.refresh(&world, tokens["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
    }
}

#[tokio::test]
async fn an_app_is_told_of_no_session_that_it_never_saw_and_once_of_one_that_it_did() {
    for world in World::both().await {
        let server = Server::start(FINE).await;
        let app = server.app(&world).await;
        sign_out(&mut world.signed_in().await).await;
        assert_eq!(server.heard().len(), 0);
        let mut agent = world.signed_in().await;
        let first = app.tokens(&world, &mut agent, "openid offline_access").await;
        app.tokens(&world, &mut agent, "openid").await;
        app.refresh(&world, first["refresh_token"].as_str().unwrap()).await;
        sign_out(&mut agent).await;
        logout::deliver_due(&world.app).await.unwrap();
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn an_app_that_got_an_id_token_through_the_browser_is_told_too() {
    let world = World::new().await;
    let server = Server::start(FINE).await;
    let app = RelyingParty::registered(&world, |settings| {
        use crate::store::clients::{GrantType, Profile, ResponseType};
        settings.first_party = true;
        settings.profile = Profile::Openid;
        settings.grants.insert(GrantType::Implicit);
        settings.requests.response_types.insert(ResponseType::IdToken);
        settings.logout.backchannel_logout_uri = Some(server.address.clone());
    })
    .await;
    let mut agent = world.signed_in().await;
    let request = [("response_type", "id_token"), ("code_challenge", ""), ("code_challenge_method", "")];
    let answer = agent.get(&app.request(&request)).await;
    assert!(answer.location().contains("id_token="), "{answer:?}");
    sign_out(&mut agent).await;
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_to_an_app_that_was_shut_or_wants_to_hear_no_more() {
    let world = World::new().await;
    let server = Server::start(DOWN).await;
    let apps = [server.app(&world).await, server.app(&world).await];
    let mut agent = world.signed_in().await;
    for app in &apps {
        app.tokens(&world, &mut agent, "openid").await;
    }
    sign_out(&mut agent).await;
    let before = server.heard().len();
    let mut shut = apps[0].client.clone();
    shut.enabled = false;
    let mut silent = apps[1].client.clone();
    silent.settings.logout.backchannel_logout_uri = None;
    for client in [&shut, &silent] {
        world.app.store.write(async |tx: &Tx| tx.clients().save(client).await).await.unwrap();
        world.app.store.forget_client(&client.client_id);
    }
    world.clock.advance(Duration::from_hours(1));
    logout::deliver_due(&world.app).await.unwrap();
    assert_eq!((server.heard().len(), waiting(&world).await), (before, 0));
}

/// An app that wants to hear by the browser.
async fn framed(world: &World, name: &str) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.post_logout_redirect_uris = vec![AFTER.to_owned()];
        settings.logout.frontchannel_logout_uri = Some(format!("https://rp.test/front?app={name}"));
    })
    .await
}

const AFTER: &str = "https://rp.test/after";

/// The address of each frame of a page.
fn frames(page: &Answer) -> Vec<String> {
    let sources = page.body.split("<iframe src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    sources.map(|source| source.replace("&amp;", "&")).collect()
}

#[tokio::test]
async fn the_signed_out_page_tells_the_apps_by_frames_and_goes_on() {
    for world in World::both().await {
        let (one, two, never) = (framed(&world, "1").await, framed(&world, "2").await, framed(&world, "3").await);
        let mut agent = world.signed_in().await;
        let tokens = one.tokens(&world, &mut agent, "openid").await;
        two.tokens(&world, &mut agent, "openid").await;
        let hint = tokens["id_token"].as_str().unwrap();
        let known: Value = world.app.tools.keys.verify(ID_TYPE, hint).unwrap();
        let query = [("id_token_hint", hint), ("post_logout_redirect_uri", AFTER), ("state", "a b")];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let page = agent.get(&format!("/end-session?{query}")).await;
        assert_eq!((page.status, page.location().as_str()), (StatusCode::OK, ""));
        let told = frames(&page);
        let iss: String = form_urlencoded::byte_serialize(world.issuer().as_bytes()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&format!("https://rp.test/front?app=1&iss={iss}&sid={}", known["sid"].as_str().unwrap())), "{told:?}");
        assert!(!page.body.contains(&never.client.client_id));
        assert!(page.header("content-security-policy").contains(" frame-src https://rp.test; "), "these origins and no others");
        assert!(page.body.contains("href=\"https://rp.test/after?state=a+b\"") && page.body.contains("id=\"continue\""));
        let bare = "<noscript><meta http-equiv=\"refresh\" content=\"5;url=https://rp.test/after?state=a+b\"></noscript>";
        assert!(page.body.contains(bare), "without a script too: {}", page.body);
        assert!(page.body.contains("id=\"page-signed-out\"") && !page.body.contains("switch-person"), "nobody is signed in on it");
        let again = agent.get("/sign-out").await;
        assert!(frames(&again).is_empty() && !again.header("content-security-policy").contains("frame-src"));
    }
}

#[tokio::test]
async fn whoever_signs_out_by_themselves_leaves_the_apps_by_frames_too() {
    let world = World::new().await;
    let app = framed(&world, "1").await;
    let mut agent = world.signed_in().await;
    app.tokens(&world, &mut agent, "openid").await;
    let page = agent.get("/sign-out").await;
    let page = agent.post("/sign-out", &[("csrf", &page.field("csrf").unwrap())]).await;
    assert_eq!((page.status, frames(&page).len(), page.body.contains("http-equiv")), (StatusCode::OK, 1, false));
    assert!(agent.cookie("__Host-sid").is_none() && page.header("clear-site-data").contains("storage"));
}

#[tokio::test]
async fn an_answer_says_the_state_that_the_browser_shows() {
    let world = World::new().await;
    let app = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    let said = async |agent: &mut Agent| {
        let answer = agent.get(&app.request(&[])).await;
        let location = url::Url::parse(&answer.location()).unwrap();
        let state = location.query_pairs().find(|(name, _)| name == "session_state").unwrap().1.into_owned();
        (state, agent.cookie("__Host-state").unwrap())
    };
    let (first, cookie) = said(&mut agent).await;
    let (hash, salt) = first.split_once('.').unwrap();
    let text = format!("{} https://rp.test {cookie} {salt}", app.client.client_id);
    assert_eq!(hash, BASE64_URL_SAFE_NO_PAD.encode(Hash::of(text.as_bytes()).0), "OpenID Connect Session Management 1.0 section 4.2");
    let (second, same) = said(&mut agent).await;
    assert!(first != second && cookie == same, "another salt, the same browser");
    let (_, other) = said(&mut world.signed_in().await).await;
    assert_ne!(cookie, other, "another sign-in");
    sign_out(&mut agent).await;
    assert_eq!(agent.cookie("__Host-state"), None);
    let plain = world.signed_in().await.get(&app.request(&[("scope", "profile")])).await;
    assert!(!plain.location().contains("session_state"), "for OpenID Connect alone: {plain:?}");
}

#[tokio::test]
async fn a_session_that_ended_elsewhere_shows_no_state_any_more() {
    let world = World::new().await;
    let app = RelyingParty::first_party(&world).await;
    let mut agent = world.signed_in().await;
    app.code(&world, &mut agent, &[]).await;
    assert!(agent.cookie("__Host-state").is_some());
    let mut elsewhere = agent.clone();
    world.end_session().await;
    // A frame of another site sends the one cookie and not the other.
    let mut framed = Agent::new(&world);
    framed.keep("__Host-state", &agent.cookie("__Host-state").unwrap());
    framed.get("/help").await;
    assert!(framed.cookie("__Host-state").is_some());
    elsewhere.get("/help").await;
    assert_eq!(elsewhere.cookie("__Host-state"), None);
}

#[tokio::test]
async fn p24_any_app_may_frame_the_page_that_compares_and_it_knows_nobody() {
    let world = World::new().await;
    let mut agent = world.signed_in().await;
    let page = agent.get("/check-session").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors *;") && policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
    assert_eq!(page.headers.get_all("set-cookie").iter().count(), 0);
    assert_eq!(page.body, Agent::new(&world).get("/check-session").await.body);
    let script = page.body.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert_eq!(agent.get(&script).await.status, StatusCode::OK);
}
