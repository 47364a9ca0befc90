//! Sessions: what a cookie is worth, where, for how long, and after what (rows S01, S04, S06, S08, S12 to S14), on both databases.

use std::time::Duration;

use axum::http::Method;

use super::back_in::{CLAIM, NEW, claimed, grown_up, office, whose};
use super::district::{District, LEA, PUPILS, ZOE};
use super::family::{Family, PASSWORD};
use super::relying_party::{RelyingParty, userinfo};
use super::world::World;
use super::{passkeys, second_factor};
use crate::cli::account::{Command, Give, Whose};
use crate::model::Scopes;
use crate::passkeys::software::Kind;
use crate::store::clients::GrantType;
use crate::web::cookies;

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

async fn signed_in(district: &District, network: &str, name: &str) -> Family {
    let mut family = district.family(network);
    assert_eq!(family.sign_in(name, PASSWORD).await, "home");
    family
}

async fn is_in(family: &mut Family) -> bool {
    family.open("/account").await;
    match family.shows().as_str() {
        "account" => true,
        "sign-in" => false,
        other => panic!("{other}"),
    }
}

fn cookie(family: &Family) -> String {
    family.agent.cookie(cookies::SESSION).unwrap()
}

/// An app that may stay when the person has left.
async fn app_of(world: &World) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.scopes = Scopes::parse("openid profile offline_access");
        settings.grants.insert(GrantType::RefreshToken);
    })
    .await
}

async fn refresh_token(app: &RelyingParty, world: &World, browser: &mut Family, scope: &str) -> String {
    app.tokens(world, &mut browser.agent, scope).await["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn s01_a_pupils_session_ends_with_the_browser_and_after_half_an_hour_of_nothing() {
    for district in claimed(ZOE).await {
        let mut zoe = district.family("203.0.113.1");
        zoe.open("/sign-in").await.send(&[("username", "0123456")]).await;
        let answer = zoe.submit(&[("password", PASSWORD)]).await;
        let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        let session = set.iter().find(|cookie| cookie.starts_with("__Host-sid=")).unwrap();
        assert!(!session.contains("Max-Age") && !session.contains("Expires"), "{session}");
        // The next child at the device: the browser was closed, and kept what it was told to keep.
        let mut next = district.family("203.0.113.1");
        for kept in set.iter().filter(|cookie| cookie.contains("Max-Age")) {
            let (name, value) = kept.split(';').next().unwrap().split_once('=').unwrap();
            next.agent.keep(name, value);
        }
        assert!(!is_in(&mut next).await);
        assert!(next.agent.cookie(cookies::DEVICE).is_none(), "nor is the device Zoé's from now on");
        // While it is open, the way out is on every page.
        assert!(is_in(&mut zoe).await && zoe.text("switch-person").is_some());
        district.clock.advance(MINUTE * 29);
        assert!(is_in(&mut zoe).await);
        district.clock.advance(MINUTE * 31);
        assert!(!is_in(&mut zoe.clone()).await, "nobody was here");
        district.clock.advance(MINUTE);
        assert!(!is_in(&mut zoe).await, "and asking does not bring it back");
    }
}

#[tokio::test]
async fn s04_a_cookie_that_another_host_of_the_district_sets_is_ignored() {
    for district in claimed(ZOE).await {
        let mut lea = district.family("203.0.113.1");
        lea.to_the_end(CLAIM, LEA).await;
        let zoe = signed_in(&district, "203.0.113.2", "0123456").await;
        let (hers, theirs) = (cookie(&zoe), cookie(&lea));
        let asks = async |line: String| {
            let mut agent = district.family("203.0.113.3").agent;
            agent.send(Method::GET, "/account", &[("cookie", line)], None).await
        };
        // Léa has pages at another host of the district, and wants Zoé to go on as Léa.
        for tossed in
            ["sid", "Session", "__Secure-sid", "__host-sid", "__HOST-SID", "__Host-sid2", "\u{2000}__Host-sid", "__Host-sid\u{a0}"]
        {
            let alone = asks(format!("{tossed}={theirs}")).await;
            assert!(alone.location().starts_with("/sign-in"), "{tossed}");
            for line in [format!("{tossed}={theirs}; __Host-sid={hers}"), format!("__Host-sid={hers}; {tossed}={theirs}")] {
                let beside = asks(line).await;
                assert!(beside.body.contains("Zoé") && !beside.body.contains("Léa"), "{tossed}: {beside:?}");
            }
        }
        // A browser so old that it lets the other host set this very name.
        for line in [format!("__Host-sid={theirs}; __Host-sid={hers}"), format!("__Host-sid={hers}; __Host-sid={theirs}")] {
            assert!(asks(line).await.location().starts_with("/sign-in"), "nobody, rather than somebody else");
        }
        // What other hosts keep in letters of their own shuts nobody out.
        let beside = asks(format!("école=Érables; __Host-sid={hers}")).await;
        assert!(beside.body.contains("Zoé"), "{beside:?}");
    }
}

/// What must end everything that is open for somebody.
#[derive(Clone, Copy, Debug)]
enum Ends {
    AnotherPassword,
    AnAppIsRemoved,
    APasskeyIsRemoved,
    TheOffice(fn(Whose) -> Command),
    AGivenPassword,
    LeavingTheSchool,
}

/// Row S06, with R14 for what the school does: on another node, which has just seen every one of them, the next request is refused.
#[tokio::test]
async fn s06_five_sessions_and_three_refresh_tokens_are_dead_on_every_node_after_each_of_these() {
    let office = [Command::Reset as fn(Whose) -> Command, Command::Lock, Command::Disable].map(Ends::TheOffice);
    let own = [Ends::AnotherPassword, Ends::AnAppIsRemoved, Ends::APasskeyIsRemoved];
    for end in office.into_iter().chain(own).chain([Ends::AGivenPassword, Ends::LeavingTheSchool]) {
        for district in claimed(ZOE).await {
            everything_ends(&district, end).await;
        }
    }
}

async fn everything_ends(district: &District, end: Ends) {
    let account = district.account("0123456").await.unwrap();
    let mut here = signed_in(district, "203.0.113.1", "0123456").await;
    let phone = match end {
        Ends::AnAppIsRemoved => Some(second_factor::set_up(district, &mut here).await.0),
        _ => None,
    };
    if matches!(end, Ends::APasskeyIsRemoved) {
        passkeys::add(&mut here, Kind::Es256, "Clé").await;
    }
    let node = district.node().await;
    let (world, elsewhere) = (second_factor::world(district, &account).await, second_factor::world(&node, &account).await);
    let app = app_of(&world).await;
    let (mut browsers, mut refresh) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        browsers.push(Family::at(elsewhere.signed_in().await));
    }
    for (browser, scope) in browsers.iter_mut().zip(["openid", "openid offline_access", "openid offline_access"]) {
        let token = refresh_token(&app, &elsewhere, browser, scope).await;
        let next = app.refresh(&elsewhere, &token).await.json()["refresh_token"].as_str().unwrap().to_owned();
        refresh.push(next);
    }
    for browser in &mut browsers {
        assert!(is_in(browser).await, "{end:?}");
    }
    match end {
        Ends::AnotherPassword => {
            here.open("/account/password").await.send(&[("password", PASSWORD)]).await.choose(NEW).await;
        }
        Ends::AnAppIsRemoved => {
            here.open("/account/authenticators").await.send(&[("password", PASSWORD)]).await;
            here.send(&[("code", &phone.unwrap().next(district))]).await;
            let app = here.page.as_ref().unwrap().field("app").unwrap();
            here.send(&[("app", &app), ("do", "remove")]).await;
        }
        Ends::APasskeyIsRemoved => {
            let id = district.app.store.read().passkeys().of_account(account.id).await.unwrap()[0].id.to_string();
            passkeys::to_the_list(&mut here).await;
            here.send(&[("do", "remove"), ("which", &id)]).await;
        }
        Ends::TheOffice(order) => drop(office(district, order(whose("0123456"))).await),
        Ends::AGivenPassword => drop(office(district, Command::GivePassword(Give { whose: whose("0123456"), mail: false })).await),
        Ends::LeavingTheSchool => {
            let without: String = PUPILS.lines().filter(|row| !row.starts_with("p1,")).map(|row| format!("{row}\n")).collect();
            district.import(&without).await;
        }
    }
    for browser in &mut browsers {
        assert!(!is_in(browser).await, "{end:?}");
    }
    for token in &refresh {
        assert_eq!(app.refresh(&elsewhere, token).await.error(), "invalid_grant", "{end:?}");
    }
    let stays = matches!(end, Ends::AnotherPassword | Ends::AnAppIsRemoved | Ends::APasskeyIsRemoved);
    assert_eq!(is_in(&mut here).await, stays, "{end:?}: whoever just showed who they are stays");
}

/// Row S08: a pupil's school day, and a day of whoever works there (decisions 13). The app that came by it ends with it.
#[tokio::test]
async fn s08_whoever_acts_every_five_minutes_is_out_at_the_limit_all_the_same() {
    for district in District::each_with_families().await {
        let facts = [("given_name", "Léa"), ("family_name", "Roy"), ("student_number", "0100001")];
        district.family("203.0.113.9").to_the_end(CLAIM, &facts).await;
        grown_up(&district, "paul@ecole.example").await;
        for (name, hours) in [("0100001", 10), ("paul@ecole.example", 24)] {
            let mut family = signed_in(&district, "203.0.113.1", name).await;
            let account = district.app.store.read().accounts().by_username(&username(name)).await.unwrap().unwrap();
            let world = second_factor::world(&district, &account).await;
            let app = RelyingParty::first_party(&world).await;
            let mut tokens = app.tokens(&world, &mut family.agent, "openid").await;
            let refresh = |tokens: &serde_json::Value| tokens["refresh_token"].as_str().unwrap().to_owned();
            for turn in 1..hours * 12 {
                district.clock.advance(MINUTE * 5);
                assert!(is_in(&mut family).await, "{name} after {turn} times five minutes");
                if turn % 6 == 0 {
                    tokens = app.refresh(&world, &refresh(&tokens)).await.json();
                }
            }
            tokens = app.refresh(&world, &refresh(&tokens)).await.json();
            district.clock.advance(MINUTE * 5 - SECOND);
            assert!(is_in(&mut family).await, "{name}, at the last second");
            district.clock.advance(SECOND);
            assert!(!is_in(&mut family).await, "{name}");
            assert_eq!(app.refresh(&world, &refresh(&tokens)).await.error(), "invalid_grant", "{name}");
            assert_eq!(userinfo(&world, tokens["access_token"].as_str().unwrap()).await.status, 401, "{name}");
        }
    }
}

fn username(name: &str) -> String {
    if name.contains('@') { name.to_owned() } else { format!("S{name}") }
}

/// Row S12: two districts are two stores; neither knows whom the other let in.
#[tokio::test]
async fn s12_a_cookie_of_one_district_opens_nothing_in_another() {
    for (here, other) in claimed(ZOE).await.into_iter().zip(District::each().await) {
        // Another node draws other secrets than the first one of every test.
        let there = other.node().await;
        there.family("203.0.113.200").to_the_end(CLAIM, ZOE).await;
        let mut zoe = signed_in(&here, "203.0.113.1", "0123456").await;
        let mut joining = here.family("203.0.113.2");
        joining.claim(CLAIM, LEA).await;
        let account = here.account("0123456").await.unwrap();
        let (world, abroad) = (second_factor::world(&here, &account).await, second_factor::world(&there, &account).await);
        let app = RelyingParty::first_party(&world).await;
        let tokens = app.tokens(&world, &mut zoe.agent, "openid").await;

        let mut replayed = there.family("203.0.113.3");
        replayed.agent.adopt(&zoe.agent);
        assert!(!is_in(&mut replayed).await);
        replayed.agent.adopt(&joining.agent);
        assert_eq!(replayed.open(&joining.address).await.shows(), "expired", "nor a journey");
        for token in ["access_token", "refresh_token", "id_token"] {
            assert_eq!(userinfo(&abroad, tokens[token].as_str().unwrap()).await.status, 401, "{token}");
        }
        assert_eq!(app.refresh(&abroad, tokens["refresh_token"].as_str().unwrap()).await.error(), "invalid_client");
        // Nothing was ended by it where they belong.
        assert!(is_in(&mut zoe).await);
        assert_eq!(here.count("sessions WHERE ended_at IS NULL").await, 2);
    }
}

/// Row S13: for a while two nodes serve, then the new one alone, while browsers go on asking.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s13_while_one_node_takes_the_place_of_another_nobody_is_signed_out_and_what_ended_stays_ended() {
    for old in claimed(ZOE).await {
        let account = old.account("0123456").await.unwrap();
        let world = second_factor::world(&old, &account).await;
        let app = app_of(&world).await;
        let mut browsers = Vec::new();
        for number in 0..10 {
            browsers.push(signed_in(&old, &format!("203.0.113.{number}"), "0123456").await);
        }
        let mut ended = browsers.split_off(7);
        let mut dead = Vec::new();
        for browser in &mut ended {
            dead.push(refresh_token(&app, &world, browser, "openid").await);
            let mut leaving = browser.clone();
            leaving.open("/sign-out").await.send(&[]).await;
        }
        let mut halfway = old.family("203.0.113.100");
        halfway.open("/sign-in").await.send(&[("username", "0123456")]).await;

        let new = old.node().await;
        let asking: Vec<_> =
            (0..).zip(browsers).map(|(number, browser)| tokio::spawn(asks_on(browser, number, at_both(&old, &new)))).collect();
        for browser in &mut ended {
            for node in [&old, &new, &old] {
                assert!(!is_in(&mut at(browser, node)).await, "what was signed out before");
            }
            old.clock.advance(MINUTE * 2);
        }
        let mut left = signed_in(&old, "203.0.113.101", "0123456").await;
        at(&left, &new).open("/sign-out").await.send(&[]).await;
        assert!(!is_in(&mut left).await, "what ends at the new one ends at the old one");
        for browser in asking {
            browser.await.unwrap();
        }
        let world = second_factor::world(&new, &account).await;
        drop(old);
        for token in dead {
            assert_eq!(app.refresh(&world, &token).await.error(), "invalid_grant");
        }
        let mut halfway = at(&halfway, &new);
        assert_eq!(halfway.send(&[("password", PASSWORD)]).await.shows(), "home", "whoever was at the password goes on");
    }
}

/// The same browser, led to another node.
fn at(browser: &Family, node: &District) -> Family {
    Family { agent: browser.agent.clone().moved(node.router.clone(), "203.0.113.50"), ..browser.clone() }
}

fn at_both(old: &District, new: &District) -> [axum::Router; 2] {
    [old.router.clone(), new.router.clone()]
}

/// Eight times at the old node, eight at either, eight at the new one.
async fn asks_on(mut browser: Family, number: usize, [old, new]: [axum::Router; 2]) {
    for turn in 0..24 {
        let router = match turn {
            0..8 => &old,
            8..16 if (turn + number).is_multiple_of(2) => &old,
            _ => &new,
        };
        browser.agent = browser.agent.clone().moved(router.clone(), "203.0.113.60");
        assert!(is_in(&mut browser).await, "browser {number}, turn {turn}");
    }
}

/// Row S14 for sessions; nothing here tidies up, as no sweeper runs beside a test.
#[tokio::test]
async fn s14_a_session_is_over_on_the_second_though_nobody_tidied_up() {
    for district in claimed(ZOE).await {
        let account = district.account("0123456").await.unwrap();
        let world = second_factor::world(&district, &account).await;
        let app = RelyingParty::first_party(&world).await;
        let (mut in_time, mut late) =
            (signed_in(&district, "203.0.113.1", "0123456").await, signed_in(&district, "203.0.113.2", "0123456").await);
        let before = district.count("sessions WHERE ended_at IS NULL").await;
        district.clock.advance(MINUTE * 30 - SECOND);
        assert!(is_in(&mut in_time).await);
        district.clock.advance(SECOND);
        assert!(!is_in(&mut late).await);
        assert_eq!(app.refusal(&world, &mut late.agent, &[("prompt", "none")]).await, "login_required");
        assert_eq!(district.count("sessions WHERE ended_at IS NULL").await, before, "its row stands as it was");
        assert!(is_in(&mut in_time).await, "whoever was in time is in");
    }
}
