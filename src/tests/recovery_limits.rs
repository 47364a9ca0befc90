//! How often somebody may try to get back in, and that nobody learns anything by trying (rows R01, R06, R07, R19, R21, E02), on
//! both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;

use super::agent::Answer;
use super::back_in::{
    CLAIM, DAY, HOUR, NEW, WRONG, answer, answer_wrong, at_recall, at_the_questions, claimed, every_kind_of_name, office, planted,
    questions, said, whose,
};
use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use super::passkeys;
use super::relying_party::RelyingParty;
use super::second_factor::world;
use crate::cli::account as command;
use crate::limits::{self, Rule, Taken};
use crate::passkeys::software::Kind;
use crate::policy::QUESTIONS;
use crate::store::Tx;

#[tokio::test]
async fn r01_e02_no_page_tells_one_name_from_another() {
    for district in every_kind_of_name().await {
        let mut unknown = Walk::of(&district, "203.0.113.10", "S0999999").await;
        assert_eq!((unknown.hashes, unknown.last.status), (3, StatusCode::UNPROCESSABLE_ENTITY));
        for (number, name) in (11..).zip(NAMES) {
            let walk = Walk::of(&district, &format!("203.0.113.{number}"), name).await;
            same(&walk.pages, &unknown.pages, name);
            assert_eq!(walk.hashes, unknown.hashes, "{name}");
        }
        // The same names, for which more recoveries were begun than may be.
        let mut throttled = Vec::new();
        for (number, name) in (31..).zip(NAMES.iter().chain(&["S0999999"])) {
            for again in 0..3 {
                Walk::of(&district, &format!("203.0.{number}.{again}"), name).await;
            }
            let walk = Walk::of(&district, &format!("203.0.{number}.9"), name).await;
            assert_eq!(walk.hashes, 0, "{name}");
            throttled.push(walk);
        }
        let waits = unknown.pages.split_off(unknown.pages.len() - 1);
        for walk in &throttled {
            let (before, last) = walk.pages.split_at(unknown.pages.len());
            same(before, &unknown.pages, "nothing is told before an answer is sent");
            same(last, &throttled[0].pages[unknown.pages.len()..], "and then all are told the same");
            assert_ne!(last, waits);
            assert_eq!(walk.last.status, StatusCode::TOO_MANY_REQUESTS);
        }
    }
}

#[tokio::test]
async fn r06_a_fourth_recovery_in_an_hour_is_not_judged_before_its_time() {
    for district in claimed(ZOE).await {
        for (number, typed) in (1..).zip(["S0123456", "0123456", "s 0123456"]) {
            at_the_questions(&mut district.family(&format!("203.0.113.{number}")), typed).await;
        }
        let mut pupil = district.family("203.0.113.9");
        at_the_questions(&mut pupil, "123456").await;
        answer(&district, &mut pupil).await;
        assert_eq!((pupil.shows().as_str(), pupil.status()), ("recall-questions", 429));
        assert_eq!(pupil.page.as_ref().unwrap().header("retry-after"), "3600");
        assert_eq!(seen(&district, Rule::SecurityAnswers, "0123456").await, 0, "what is not judged is not counted");
        district.clock.advance(Duration::from_mins(29));
        answer(&district, &mut pupil).await;
        assert_eq!(pupil.status(), 429);
        district.clock.advance(Duration::from_mins(29));
        pupil.open(&journey_of(&pupil)).await;
        district.clock.advance(Duration::from_mins(2));
        answer(&district, &mut pupil).await;
        assert_eq!(pupil.shows(), "new-password", "the hour is over");
    }
}

#[tokio::test]
async fn r06_ten_recoveries_a_day_are_enough_for_any_name() {
    for district in claimed(ZOE).await {
        for name in ["S0123456", "S0999999"] {
            for begun in 0..10 {
                let mut pupil = district.family(&format!("203.0.113.{begun}"));
                at_the_questions(&mut pupil, name).await;
                assert_eq!(drafts_that_wait(&district).await, 0, "{name} {begun}");
                district.clock.advance(HOUR);
            }
            let mut pupil = district.family("203.0.113.20");
            at_the_questions(&mut pupil, name).await;
            assert_eq!(drafts_that_wait(&district).await, 1, "{name}");
            district.app.store.write(async |tx: &Tx| tx.journeys().forget(district.app.now() + DAY * 9).await).await.unwrap();
        }
    }
}

#[tokio::test]
async fn r07_five_tries_a_day_and_fifteen_for_life_on_every_node() {
    for district in claimed(ZOE).await {
        let other = district.node().await;
        for day in 0..3 {
            let mut pupil = district.family("203.0.113.2");
            at_the_questions(&mut pupil, "0123456").await;
            for wrong in 0..5 {
                answer_wrong(&mut pupil).await;
                assert_eq!((pupil.status(), wrong), (422, wrong), "day {day}");
            }
            answer(&district, &mut pupil).await;
            let expected = if day < 2 { 429 } else { 422 };
            assert_eq!((pupil.shows().as_str(), pupil.status()), ("recall-questions", expected), "the sixth is right, and refused");
            // The same after a restart, which is what another node on the same database is.
            let mut moved = pupil.clone();
            moved.agent = moved.agent.moved(other.router.clone(), "203.0.113.3");
            moved.open(&journey_of(&pupil)).await;
            answer(&district, &mut moved).await;
            assert_eq!((moved.shows().as_str(), moved.status()), ("recall-questions", expected));
            district.clock.advance(DAY);
        }
        district.clock.advance(DAY * 60);
        let mut pupil = district.family("203.0.113.4");
        at_the_questions(&mut pupil, "0123456").await;
        answer(&district, &mut pupil).await;
        assert_eq!((pupil.shows().as_str(), pupil.status()), ("recall-questions", 422), "fifteen are all there are");
        // Until the school knows who is asking.
        office(&district, command::Command::Unlock(whose("S0123456"))).await;
        answer(&district, &mut pupil).await;
        assert_eq!(pupil.shows(), "new-password");
    }
}

#[tokio::test]
async fn r07_a_right_answer_is_no_failed_try() {
    for district in claimed(ZOE).await {
        for recovered in 0..16 {
            let mut pupil = district.family("203.0.113.2");
            at_the_questions(&mut pupil, "0123456").await;
            answer(&district, &mut pupil).await;
            assert_eq!(pupil.shows(), "new-password", "the {recovered}th time");
            district.clock.advance(DAY);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_of_thirty_two_wrong_answers_at_once_each_is_counted_and_five_are_judged() {
    for district in claimed(ZOE).await {
        let account = district.account("0123456").await.unwrap();
        let other = district.node().await;
        let mut trying = Vec::new();
        for number in 0..32 {
            let node = if number % 2 == 0 { &district } else { &other };
            let mut pupil = planted(node, at_recall(Some(account.id), "S0123456")).await;
            trying.push(tokio::spawn(async move { pupil.submit(&WRONG).await.status.as_u16() }));
        }
        let mut judged = 0;
        for status in trying {
            judged += usize::from(status.await.unwrap() == 422);
        }
        assert_eq!(judged, 5);
        assert_eq!(seen(&district, Rule::SecurityAnswers, "0123456").await, 32);
        let counted = counter(&district, Rule::SecurityAnswers, "0123456").await;
        assert_eq!((counted.tries, counted.in_all), (5, 5));
    }
}

#[tokio::test]
async fn r07_a_name_is_asked_the_same_until_it_is_answered() {
    for district in claimed(ZOE).await {
        let other = district.node().await;
        for name in ["S0123456", "S0999999", "teacher@ecole.example"] {
            let mut asked = BTreeSet::new();
            for node in [&district, &other, &district] {
                let mut pupil = node.family("203.0.113.2");
                at_the_questions(&mut pupil, name).await;
                answer_wrong(&mut pupil).await;
                asked.insert(questions(&district, &pupil));
            }
            assert_eq!(asked.len(), 1, "{name}: {asked:?}");
        }
    }
}

#[tokio::test]
async fn r19_a_thousand_wrong_passwords_do_not_close_the_way_back() {
    for district in claimed(ZOE).await {
        let account = district.account("0123456").await.unwrap();
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        for _ in 0..1_000 {
            let now = district.app.now();
            let taken = async |tx: &Tx| limits::take(tx, Rule::AccountPassword, &subject, now).await;
            district.app.store.write(taken).await.unwrap();
            district.clock.advance(HOUR);
        }
        let now = district.app.now();
        let taken = district.app.store.write(async |tx: &Tx| limits::take(tx, Rule::AccountPassword, &subject, now).await).await.unwrap();
        assert_eq!(taken, Taken::Closed);
        assert_eq!(district.family("203.0.113.1").sign_in("0123456", PASSWORD).await, "password");
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        answer(&district, &mut pupil).await;
        pupil.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");
        assert_eq!(district.family("203.0.113.3").sign_in("0123456", NEW).await, "home", "the new password has its own tries");
    }
}

#[tokio::test]
async fn r21_a_counter_is_reset_by_its_own_factor_alone() {
    for district in claimed(ZOE).await {
        let mut stranger = district.family("203.0.113.1");
        for _ in 0..4 {
            assert_eq!(stranger.sign_in("0123456", "faux").await, "password");
        }
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        for _ in 0..3 {
            answer_wrong(&mut pupil).await;
        }
        let tries = async |rule| counter(&district, rule, "0123456").await.tries;
        // A right password says nothing of the answers.
        assert_eq!(district.family("203.0.113.3").sign_in("0123456", PASSWORD).await, "home");
        assert_eq!((tries(Rule::AccountPassword).await, tries(Rule::SecurityAnswers).await), (0, 3));
        for _ in 0..4 {
            assert_eq!(stranger.sign_in("0123456", "faux").await, "password");
        }
        // Right answers say nothing of the password, until it is another one.
        answer(&district, &mut pupil).await;
        assert_eq!((tries(Rule::AccountPassword).await, tries(Rule::SecurityAnswers).await), (4, 0));
        assert_eq!(counter(&district, Rule::SecurityAnswers, "0123456").await.in_all, 3, "failed tries stay counted for life");
        pupil.choose(NEW).await;
        assert_eq!((tries(Rule::AccountPassword).await, tries(Rule::SecurityAnswers).await), (0, 0));
    }
}

/// Row R21: what goes well elsewhere says nothing of the password that somebody guesses meanwhile.
#[tokio::test]
async fn r21_no_refresh_no_passkey_no_letter_and_nobody_elses_unlock_frees_the_passwords_counter() {
    for district in claimed(LEA).await {
        district.family("203.0.113.201").to_the_end(CLAIM, ZOE).await;
        let mut here = district.family("203.0.113.1");
        assert_eq!(here.sign_in("0123457", PASSWORD).await, "home");
        let passkey = passkeys::add(&mut here, Kind::Es256, "Clé").await;
        let world = world(&district, &district.account("0123457").await.unwrap()).await;
        let app = RelyingParty::first_party(&world).await;
        let tokens = app.tokens(&world, &mut here.agent, "openid").await;
        let mut stranger = district.family("203.0.113.2");
        for _ in 0..4 {
            assert_eq!(stranger.sign_in("0123457", "faux").await, "password");
        }
        let same = async |what: &str| assert_eq!(counter(&district, Rule::AccountPassword, "0123457").await.tries, 4, "{what}");
        same("guessed four times").await;
        assert_eq!(app.refresh(&world, tokens["refresh_token"].as_str().unwrap()).await.status, StatusCode::OK);
        app.tokens(&world, &mut here.agent, "openid").await;
        same("a token was refreshed, another given").await;
        assert_eq!(passkeys::sign_in(&mut district.family("203.0.113.3"), &passkey).await, "home");
        same("a passkey signed in").await;
        here.open("/account/passkeys").await;
        here.send(&[("passkey", &passkey.show(&passkeys::attribute(&here, "data-challenge")))]).await;
        assert_eq!(here.shows(), "account-passkeys");
        same("a passkey was shown in the place of the password").await;
        let mut lost = district.family("203.0.113.4");
        lost.open("/recover").await.send(&[("username", "0123457")]).await.send(&[("way", "mailed-link")]).await;
        lost.another_letter(&district).await;
        assert_eq!(lost.shows(), "check-mail");
        same("a letter was sent, and sent again").await;
        office(&district, command::Command::Unlock(whose("0123456"))).await;
        same("another account was unlocked").await;
        assert_eq!(district.family("203.0.113.5").sign_in("0123457", PASSWORD).await, "home");
        assert_eq!(counter(&district, Rule::AccountPassword, "0123457").await.tries, 0, "the password itself was right");
    }
}

/// The names of `every_kind_of_name`: open, with another account's address, shut, reset, never claimed, never claimed by
/// its address, staff, guardian, twice in the roster, of nobody at all.
const NAMES: &[&str] = &[
    "S0123456",
    "lea.roy@courriel.example",
    "S0200300",
    "42",
    "0777001",
    "paul@ecole.example",
    "anne.roy@courriel.example",
    "0888001",
    "nobody@nowhere.example",
];

/// One name's way to a wrong answer: every answer on it, without what chance made, and the hashing that the last took.
struct Walk {
    pages: Vec<String>,
    hashes: u64,
    last: Answer,
}

impl Walk {
    async fn of(district: &District, network: &str, name: &str) -> Self {
        let mut pupil = district.family(network);
        pupil.open("/recover").await;
        let mut pages = Vec::new();
        for fields in [[("username", name)], [("way", "recall-questions")]] {
            let answer = pupil.submit(&fields).await;
            pages.push(plain(district, &answer));
            pupil.open(&answer.location()).await;
            pages.push(plain(district, pupil.page.as_ref().unwrap()));
        }
        let before = district.app.tools.hasher.load().hashed;
        let last = pupil.submit(&WRONG).await;
        pages.push(plain(district, &last));
        Self { pages, hashes: district.app.tools.hasher.load().hashed - before, last }
    }
}

/// An answer as it would be for any name: without ids, tokens, and which questions are asked.
fn plain(district: &District, answer: &Answer) -> String {
    let mut text = format!("{}\n", answer.status);
    for (name, value) in answer.headers.iter().filter(|(name, _)| *name != "content-length") {
        let value = value.to_str().unwrap();
        let value = if name == "set-cookie" { value.split_once(';').unwrap().1 } else { value };
        text += &format!("{name}: {value}\n");
    }
    text += &answer.body;
    if let Some(token) = answer.field("csrf") {
        text = text.replace(&token, "TOKEN");
    }
    for question in QUESTIONS {
        text = text.replace(&said(district, question), "QUESTION");
    }
    let mut plain = String::new();
    let mut parts = text.split("/flow/");
    plain += parts.next().unwrap();
    for part in parts {
        plain += "/flow/ID";
        plain += &part[36..];
    }
    plain
}

/// The same answers, byte by byte.
fn same(some: &[String], others: &[String], whose: &str) {
    assert_eq!(some.len(), others.len());
    for (one, other) in some.iter().zip(others) {
        let differ: Vec<_> = one.lines().zip(other.lines()).filter(|(one, other)| one != other).collect();
        assert!(one == other, "{whose}: {differ:#?}");
    }
}

/// The address of the journey that a page belongs to.
fn journey_of(pupil: &Family) -> String {
    pupil.address.split('/').take(3).collect::<Vec<_>>().join("/")
}

async fn counter(district: &District, rule: Rule, number: &str) -> limits::Counter {
    let account = district.account(number).await.unwrap();
    let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
    limits::look(&district.app.store.read(), rule, &subject, district.app.now()).await.unwrap()
}

async fn seen(district: &District, rule: Rule, number: &str) -> u64 {
    let account = district.account(number).await.unwrap();
    let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
    district.app.store.read().throttles().seen(rule.bounds().word, &subject).await.unwrap()
}

async fn drafts_that_wait(district: &District) -> usize {
    district.texts("journeys", &["draft"]).await.matches("\"waits_until\":1").count()
}
