//! Two servers on one PostgreSQL: whatever is true at one is true at the other, and what may happen once happens once over both.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::app::exchange;
use crate::nodes::{Nodes, refresh};
use crate::pupil::{Browser, Pupil};

const NEW: &str = "un hibou lit sous la pluie";
const ADDRESS: &str = "eleve@famille.example";
const WRONG: &str = "faux";

#[tokio::test(flavor = "multi_thread")]
async fn s06_a_session_that_ends_at_one_node_is_over_at_the_other_at_once() {
    let Some(mut nodes) = Nodes::start().await else { return };
    let app = nodes.app();
    let mut here = nodes.claimed().await;
    let [one, other] = nodes.both();
    assert_eq!(here.at(other).visit("/account").await, "account", "one cookie opens pages at both");

    let mut others = [here.elsewhere().at(other), here.elsewhere().at(one)];
    for browser in &mut others {
        assert!(browser.sign_in().await);
    }
    here.visit("/account/sessions").await;
    assert_eq!(here.fill(&[]).await, "account-sessions");
    for browser in &others {
        for node in [other, one] {
            assert_eq!(browser.at(node).visit("/account").await, "sign-in", "everywhere but here means at both");
        }
    }

    let mut there = here.elsewhere().at(other);
    assert!(there.sign_in().await);
    let token = app.tokens(&mut there).await["refresh_token"].as_str().unwrap().to_owned();
    here.visit("/account/password").await;
    assert_eq!(here.fill_in().await, "new-password");
    here.password = NEW.to_owned();
    assert_eq!(here.fill_in().await, "account");
    assert_eq!(there.visit("/account").await, "sign-in", "another password ends what the one before it opened");
    assert!(!app.refreshes(other, &token).await);
    assert_eq!(here.at(other).visit("/account").await, "account", "but not where it was changed");

    let stolen = here.clone();
    here.visit("/sign-out").await;
    assert_eq!(here.fill(&[]).await, "signed-out");
    for node in [other, one] {
        assert_eq!(stolen.at(node).visit("/account").await, "sign-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r19_wrong_passwords_are_counted_once_over_both_nodes() {
    let Some(mut nodes) = Nodes::start().await else { return };
    for (wrong, then) in [(4, ("home", 200)), (5, ("password", 429))] {
        let pupil = nodes.claimed().await;
        for node in nodes.by_turns().take(wrong) {
            let mut stranger = pupil.elsewhere().at(node);
            stranger.name_oneself().await;
            assert_eq!(stranger.fill(&[("password", WRONG)]).await, "password");
            assert_eq!(stranger.status, 422);
        }
        for node in nodes.both() {
            let mut right = pupil.elsewhere().at(node);
            right.name_oneself().await;
            right.fill_in().await;
            assert_eq!((right.page.as_str(), right.status), then, "the right one after {wrong}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r19_of_thirty_two_wrong_passwords_at_once_at_two_nodes_each_is_counted_and_five_are_judged() {
    let Some(mut nodes) = Nodes::start().await else { return };
    let pupil = nodes.claimed().await;
    let mut strangers = Vec::new();
    for node in nodes.by_turns().take(32) {
        let mut stranger = pupil.elsewhere().at(node);
        stranger.name_oneself().await;
        strangers.push(stranger);
    }
    let answers = at_once(strangers, |_| vec![("password", WRONG.to_owned())]).await;
    let judged = answers.iter().filter(|browser| browser.status == 422).count();
    let refused = answers.iter().filter(|browser| browser.status == 429).count();
    assert_eq!((judged, refused), (5, 27));
    assert_eq!(nodes.seen("account-password").await, 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn e04_wrong_claims_are_counted_once_over_both_nodes() {
    let Some(mut nodes) = Nodes::start().await else { return };
    for (wrong, then) in [(4, "new-password"), (5, "not-matched")] {
        let right = nodes.pupil();
        for node in nodes.by_turns().take(wrong) {
            let mut guess = right.at(node);
            guess.pupil = Pupil { family: "Personne".to_owned(), ..guess.pupil };
            assert_eq!(claimed(&mut guess).await, "not-matched");
        }
        for node in nodes.both() {
            assert_eq!(claimed(&mut right.at(node)).await, then, "the right facts after {wrong}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r07_wrong_answers_are_counted_once_over_both_nodes() {
    let Some(mut nodes) = Nodes::start().await else { return };
    for (wrong, then) in [(4, ("new-password", 200)), (5, ("recall-questions", 429))] {
        let mut lost = nodes.claimed().await.elsewhere();
        asks_for_a_way_back(&mut lost, "recall-questions").await;
        for node in nodes.by_turns().take(wrong) {
            lost = lost.at(node);
            assert_eq!(lost.fill(&[("answer_1", WRONG), ("answer_2", WRONG), ("answer_3", WRONG)]).await, "recall-questions");
            assert_eq!(lost.status, 422);
        }
        // A journey goes on once: only where it is refused can both be asked.
        for node in nodes.both().into_iter().rev().take(if wrong == 4 { 1 } else { 2 }) {
            lost = lost.at(node);
            lost.fill_in().await;
            assert_eq!((lost.page.as_str(), lost.status), then, "the right ones after {wrong}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p05_p16_of_thirty_two_at_two_nodes_one_has_the_code_and_one_the_refresh_token() {
    let Some(mut nodes) = Nodes::start().await else { return };
    let app = nodes.app();
    let mut browser = nodes.claimed().await;
    let both = nodes.both();
    let code = app.code(&mut browser).await;
    let tokens = app.tokens(&mut browser.at(both[1])).await;
    for raced in [app.race(both, &exchange(&code)).await, app.race(both, &refresh(&refresh_token(&tokens))).await] {
        assert_eq!(raced.len(), 1);
        for node in both {
            assert!(!app.refreshes(node, &refresh_token(&raced[0])).await, "what is used twice ends what it bought, at both");
        }
    }
}

/// Beside the mail: what a new password ends (row R14), by a code and by a link.
#[tokio::test(flavor = "multi_thread")]
async fn r02_r14_a_letter_that_was_asked_for_at_one_node_is_good_once_over_both() {
    let Some(mut nodes) = Nodes::start().await else { return };
    let mut here = nodes.claimed().await;
    let [one, other] = nodes.both();
    here.visit("/account/address").await;
    assert_eq!(here.fill_in().await, "email");
    assert_eq!(here.fill(&[("email", ADDRESS)]).await, "check-mail");
    let letter = nodes.letter(ADDRESS, 0).await;
    here = here.at(other);
    assert_eq!(here.fill(&[("code", &letter.code)]).await, "account");

    let mut lost = here.elsewhere();
    asks_for_a_way_back(&mut lost, "mailed-link").await;
    let first = nodes.letter(ADDRESS, 1).await;
    let mut second = here.elsewhere().at(other);
    asks_for_a_way_back(&mut second, "mailed-link").await;
    let newer = nodes.letter(ADDRESS, 2).await;
    let mut late = here.elsewhere().at(other);
    late.visit(&first.link).await;
    assert!(!late.has_form(), "row R02: of two letters the newer one is good");

    // The same browser at both nodes, each with the code in a spelling of its own: no two of them are one form sent twice.
    let clones: Vec<Browser> = nodes.by_turns().take(16).map(|node| second.at(node)).collect();
    let spelled = |number: usize| vec![("code", format!("{}{}", newer.code, " ".repeat(number)))];
    let mut through = at_once(clones, spelled).await;
    through.retain(|browser| browser.page == "new-password");
    assert_eq!(through.len(), 1);
    let mut winner = through.remove(0);
    winner.password = NEW.to_owned();
    assert_eq!(winner.fill_in().await, "home");
    for node in [one, other] {
        assert_eq!(here.at(node).visit("/account").await, "sign-in", "row R14: whoever was signed in is not");
    }
    assert!(winner.elsewhere().at(one).sign_in().await && winner.elsewhere().at(other).sign_in().await);

    let mut lost = winner.elsewhere();
    asks_for_a_way_back(&mut lost, "mailed-link").await;
    let letter = nodes.letter(ADDRESS, 3).await;
    let mut readers = Vec::new();
    for node in nodes.by_turns().take(16) {
        let mut reader = winner.elsewhere().at(node);
        assert_eq!(reader.visit(&letter.link).await, "mail-link");
        readers.push(reader);
    }
    let mut through = at_once(readers, |_| Vec::new()).await;
    through.retain(|browser| browser.page == "new-password");
    assert_eq!(through.len(), 1);
    assert_ne!(lost.at(other).fill(&[("code", &letter.code)]).await, "new-password", "its code fell with its link");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_rotated_are_the_keys_of_both_nodes_within_seconds() {
    let Some(nodes) = Nodes::start().await else { return };
    let (app, [one, other]) = (nodes.app(), nodes.both());
    let before = app.own_token(one).await;
    assert!(app.is_good(other, &before).await);
    for words in [&["key", "rotate", "--json"][..], &["key", "rotate", "--now", "--json"]] {
        let listed = nodes.district.json(words);
        let expected = names(&listed, |key| key["published"] == true);
        for node in [one, other] {
            let follows = async {
                while app.published(node).await.into_iter().collect::<BTreeSet<_>>() != expected {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            };
            assert!(tokio::time::timeout(WITHIN_SECONDS, follows).await.is_ok(), "{node} does not follow {words:?}");
        }
        let current = names(&listed, |key| key["state"] == "current");
        for (node, reader) in [(one, other), (other, one)] {
            let token = app.own_token(node).await;
            assert!(current.contains(&name_of_key(&token)), "{node} signs by a key from before {words:?}");
            assert!(app.is_good(reader, &token).await);
        }
    }
    for node in [one, other] {
        assert!(!app.is_good(node, &before).await, "a key that was taken away proves nothing any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_rolling_restart_signs_nobody_out() {
    let Some(mut nodes) = Nodes::start().await else { return };
    let out = nodes.claimed().await;
    let mut leaving = out.clone();
    leaving.visit("/sign-out").await;
    leaving.fill(&[]).await;
    let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut reading = Vec::new();
    for _ in 0..3 {
        let browser = nodes.claimed().await;
        let both = nodes.both().map(str::to_owned);
        reading.push(tokio::spawn(reads_on(browser, both, Arc::clone(&over), Arc::clone(&seen))));
    }
    let mut begun = nodes.pupil();
    begun.visit("/enroll/student-claim").await;

    begun = restarted(&mut nodes, Which::One, begun, &seen).await;
    begun = restarted(&mut nodes, Which::Other, begun, &seen).await;
    while !begun.is_done() {
        begun.answer().await.expect("a claim that was begun before goes on");
    }

    over.store(true, Ordering::Relaxed);
    for reader in reading {
        assert!(reader.await.expect("nobody is signed out") > 0, "no restart was felt");
    }
    for node in nodes.both() {
        assert_eq!(out.at(node).visit("/account").await, "sign-in", "whoever signed out before stays so");
    }
}

enum Which {
    One,
    Other,
}

/// Stops a server and starts it again, while the other one goes on with a claim and with everybody who reads.
async fn restarted(nodes: &mut Nodes, which: Which, mut claim: Browser, seen: &AtomicUsize) -> Browser {
    let (server, rest) = match which {
        Which::One => (&mut nodes.one, &nodes.other),
        Which::Other => (&mut nodes.other, &nodes.one),
    };
    assert!(server.stop().await, "it ends well when it is asked to");
    claim = claim.at(&rest.address);
    claim.answer().await.expect("the other one takes the claim over");
    let before = seen.load(Ordering::Relaxed);
    let goes_on = async {
        while seen.load(Ordering::Relaxed) < before + 10 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), goes_on).await.expect("the other one serves meanwhile");
    let address = server.address.clone();
    *server = nodes.district.serve_at(&address).await;
    claim
}

/// Opens a page of one's own at one node and the other by turns; how often one of them did not answer.
async fn reads_on(browser: Browser, both: [String; 2], over: Arc<AtomicBool>, seen: Arc<AtomicUsize>) -> usize {
    let (mut unanswered, mut quiet_since) = (0, Instant::now());
    for address in both.iter().cycle() {
        let mut here = browser.at(address);
        match here.open("/account").await {
            Ok(()) => {
                assert_eq!(here.page, "account", "{} was signed out", browser.pupil.number);
                seen.fetch_add(1, Ordering::Relaxed);
                quiet_since = Instant::now();
            }
            Err(_) => unanswered += 1,
        }
        assert!(quiet_since.elapsed() < Duration::from_secs(20), "nobody answers");
        if over.load(Ordering::Relaxed) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    unanswered
}

/// Every browser sends the form that it sees, all at once, the nth with what `fields` says; as they are then.
async fn at_once(browsers: Vec<Browser>, fields: impl Fn(usize) -> Vec<(&'static str, String)>) -> Vec<Browser> {
    let sending = browsers.into_iter().enumerate().map(|(number, mut browser)| {
        let fields = fields(number);
        tokio::spawn(async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.fill(&fields).await;
            browser
        })
    });
    let mut sent = Vec::new();
    for browser in sending.collect::<Vec<_>>() {
        sent.push(browser.await.expect("a page comes"));
    }
    sent
}

async fn claimed(browser: &mut Browser) -> String {
    browser.visit("/enroll/student-claim").await;
    browser.fill_in().await.to_owned()
}

async fn asks_for_a_way_back(lost: &mut Browser, way: &str) {
    let number = lost.pupil.number.clone();
    lost.visit("/recover").await;
    assert_eq!(lost.fill(&[("username", &number)]).await, "recovery-way");
    let asked = if way == "mailed-link" { "check-mail" } else { way };
    assert_eq!(lost.fill(&[("way", way)]).await, asked);
}

fn refresh_token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

/// The names of those keys of a list for which `is` is true.
fn names(listed: &Value, is: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    listed.as_array().unwrap().iter().filter(|key| is(key)).map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn name_of_key(token: &str) -> String {
    let header = crate::app::decode(token.split_once('.').unwrap().0);
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// A server looks at the keys every five seconds; a busy machine is given as long again.
const WITHIN_SECONDS: Duration = Duration::from_secs(10);
