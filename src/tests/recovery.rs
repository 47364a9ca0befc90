//! Getting back in, on both databases: what a pupil does and sees (systems.md A19 to A29), and what it must stand (rows
//! R01 to R22, E02).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;

use super::agent::{Agent, Answer};
use super::district::{District, LEA, PUPILS, ZOE};
use super::family::{ANSWERS, Family, PASSWORD};
use super::relying_party::{Callback, RelyingParty};
use super::world::World;
use crate::cli::account as office;
use crate::limits::{self, Rule, Taken};
use crate::model::draft::{Answered, PasswordHash, Proven};
use crate::model::{AccountId, Draft, Journey, JourneyId, Language, Letter, LocalPath, Message};
use crate::policy::QUESTIONS;
use crate::random::Secret;
use crate::store::accounts::{Account, AccountState};
use crate::store::people::Person;
use crate::store::{StoreError, Tx};
use crate::web::cookies;

const CLAIM: &str = "student-claim";
const NEW: &str = "un hibou lit sous la pluie";
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a20_a23_a_pupil_gets_back_in_with_a_new_password() {
    for district in claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.2");
        pupil.open("/recover?username=s0123456").await;
        assert_eq!(pupil.shows(), "recover");
        assert!(pupil.page.as_ref().unwrap().body.contains("value=\"s0123456\""), "the name is carried over from sign-in");
        pupil.send(&[("username", "s0123456")]).await.send(&[("way", "recall-questions")]).await;
        answer(&district, &mut pupil).await;
        assert_eq!(pupil.shows(), "new-password");
        pupil.choose(NEW).await;
        assert_eq!((pupil.shows().as_str(), pupil.status()), ("home", 200));
        assert_eq!(district.count("events WHERE kind = 'password.recovered'").await, 1);
        assert_eq!(district.count("sessions WHERE amr = 'kba' AND acr = 'urn:preau:acr:identified' AND ended_at IS NULL").await, 1);
        let mut later = district.family("203.0.113.3");
        assert_eq!(later.sign_in("0123456", PASSWORD).await, "password");
        assert_eq!(later.sign_in("0123456", NEW).await, "home");
    }
}

#[tokio::test]
async fn a23_whoever_was_going_to_an_app_arrives_there() {
    for district in claimed(ZOE).await {
        let world = world(&district).await;
        let app = RelyingParty::first_party(&world).await;
        let mut pupil = district.family("203.0.113.2");
        pupil.open(&app.request(&[])).await.send(&[("username", "S0123456")]).await;
        assert_eq!(pupil.shows(), "password");
        let forgotten = link(&pupil, "/recover?");
        pupil.open(&forgotten).await;
        assert!(pupil.page.as_ref().unwrap().body.contains("value=\"S0123456\""));
        pupil.send(&[("username", "S0123456")]).await.send(&[("way", "recall-questions")]).await;
        answer(&district, &mut pupil).await;
        let done = pupil.submit(&[("new_password", NEW), ("new_password_again", NEW)]).await;
        assert!(done.location().starts_with("/authorize/"), "{done:?}");
        let back = pupil.agent.get(&done.location()).await;
        let Callback::Code(code) = app.callback(&world, &back) else { panic!("{back:?}") };
        let tokens = app.exchange(&world, &code).await.json();
        assert!(tokens["id_token"].is_string(), "{tokens}");
    }
}

#[tokio::test]
async fn a21_answers_count_however_they_are_written() {
    for district in claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        let written = right(&district, &pupil).into_iter().map(|(field, answer)| (field, format!("  {} ! ", answer.to_uppercase())));
        let written: Vec<(String, String)> = written.collect();
        send(&mut pupil, &written).await;
        assert_eq!(pupil.shows(), "new-password");
    }
}

#[tokio::test]
async fn a21_questions_come_in_the_order_in_which_they_were_chosen() {
    for district in claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        assert_eq!(questions(&district, &pupil), QUESTIONS[2..5]);
    }
}

#[tokio::test]
async fn a26_the_password_from_before_may_not_come_back() {
    for district in claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        answer(&district, &mut pupil).await;
        pupil.choose(PASSWORD).await;
        assert_eq!((pupil.shows().as_str(), pupil.status(), pupil.wrong()), ("new-password", 422, vec!["new_password".to_owned()]));
        pupil.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");
    }
}

#[tokio::test]
async fn the_school_is_the_other_way_for_everybody() {
    for district in claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.2");
        pupil.open("/recover").await.send(&[("username", "nobody")]).await;
        let body = &pupil.page.as_ref().unwrap().body;
        assert!(body.contains("<form method=\"get\" action=\"/help\">") && body.contains("value=\"help\""), "{body}");
        pupil.send(&[("way", "help")]).await;
        assert_eq!((pupil.shows().as_str(), pupil.status()), ("recovery-way", 422), "it is no stage of a journey");
        pupil.open("/help?way=help").await;
        assert_eq!((pupil.shows().as_str(), pupil.status()), ("help", 200));
    }
}

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
        office(&district, office::Command::Unlock(whose("S0123456"))).await;
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
async fn r09_staff_never_gets_in_by_answers() {
    for district in every_kind_of_name().await {
        for name in ["paul@ecole.example", "anne.roy@courriel.example"] {
            let mut pupil = district.family("203.0.113.2");
            at_the_questions(&mut pupil, name).await;
            let all: Vec<(String, String)> = (1..=3).map(|number| (format!("answer_{number}"), ANSWERS[0].to_owned())).collect();
            send(&mut pupil, &all).await;
            assert_eq!((pupil.shows().as_str(), pupil.status()), ("recall-questions", 422), "{name}");
            // Not even with a journey that says they were right.
            let account = by_name(&district, name).await;
            let on_file = district.app.store.read().accounts().password(account.id).await.unwrap().map(|password| password.hash);
            let forged =
                Draft { recall_shown: Some(Proven { value: on_file, at: district.app.now() }), ..at_recall(Some(account.id), name) };
            let mut pupil = planted(&district, forged).await;
            pupil.choose(NEW).await;
            assert_eq!((pupil.shows().as_str(), pupil.address.as_str()), ("recover", "/recover"), "{name}");
        }
        assert_eq!(district.count("events WHERE kind = 'password.recovered'").await, 0);
    }
}

#[tokio::test]
async fn a_journey_without_an_account_has_no_end() {
    for district in claimed(ZOE).await {
        let forged = Draft { recall_shown: Some(Proven { value: None, at: district.app.now() }), ..at_recall(None, "S0999999") };
        let mut nobody = planted(&district, forged).await;
        nobody.choose(NEW).await;
        assert_eq!(nobody.shows(), "recover");
        assert!(!nobody.agent.cookies().contains(&"__Host-sid"));
    }
}

#[tokio::test]
async fn r10_answers_are_readable_nowhere() {
    for district in claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        send(&mut pupil, &[("answer_1".to_owned(), "Capitaine Haddock".to_owned())]).await;
        answer_wrong(&mut pupil).await;
        answer(&district, &mut pupil).await;
        pupil.choose(NEW).await;
        let mut kept = district.texts("security_answers", &["question", "answer"]).await;
        kept += &district.texts("journeys", &["draft", "typed", "return_to"]).await;
        kept += &district.texts("events", &["kind", "detail"]).await;
        kept += &district.texts("passwords", &["hash"]).await;
        let kept = kept.to_lowercase();
        for typed in ANSWERS.iter().copied().chain(["Haddock", "Capitaine", "lilas", NEW, PASSWORD, "faux"]) {
            assert!(!kept.contains(&typed.to_lowercase()), "{typed}");
        }
        assert!(kept.contains("$argon2id$"));
    }
}

#[tokio::test]
async fn r13_r14_whatever_the_old_password_opened_is_shut() {
    for district in claimed(ZOE).await {
        let account = district.account("0123456").await.unwrap();
        let world = world(&district).await;
        let app = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.scopes = crate::model::Scopes::parse("openid profile offline_access");
            settings.grants.insert(crate::store::clients::GrantType::RefreshToken);
        })
        .await;
        let mut browsers = Vec::new();
        for _ in 0..5 {
            browsers.push(world.signed_in().await);
        }
        let mut refresh = Vec::new();
        for scope in ["openid", "openid offline_access", "openid offline_access"] {
            refresh.push(app.tokens(&world, &mut browsers[0], scope).await["refresh_token"].as_str().unwrap().to_owned());
        }
        let pending = app.code(&world, &mut browsers[1], &[]).await;
        let device = Secret::new("a known device");
        let now = district.app.now();
        let know = async |tx: &Tx| tx.devices().add(&device.hash(), account.id, now, now + DAY).await;
        district.app.store.write(know).await.unwrap();
        // Another recovery, whose answers were right before.
        let mut slower = district.family("203.0.113.3");
        at_the_questions(&mut slower, "0123456").await;
        answer(&district, &mut slower).await;
        assert_eq!(slower.shows(), "new-password");

        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        answer(&district, &mut pupil).await;
        pupil.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");

        let node = district.node().await;
        for browser in browsers {
            let mut browser = Family::at(browser.moved(node.router.clone(), "203.0.113.7"));
            assert_eq!(browser.open("/").await.shows(), "welcome");
        }
        for token in refresh {
            assert_eq!(app.refresh(&world, &token).await.error(), "invalid_grant");
        }
        assert_eq!(app.exchange(&world, &pending).await.error(), "invalid_grant");
        assert_eq!(node.app.store.read().devices().owner(&device.hash(), now).await.unwrap(), None);
        slower.choose("quatre autres lapins dorment").await;
        assert_eq!((slower.shows().as_str(), slower.address.as_str()), ("recover", "/recover"), "its proof is worth nothing any more");
        assert_eq!(pupil.open("/").await.shows(), "home", "the one who got back in is in");
        assert_eq!(district.family("203.0.113.8").sign_in("0123456", NEW).await, "home");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_no_sign_in_with_the_old_password_slips_past() {
    for district in claimed(ZOE).await {
        let account = district.account("0123456").await.unwrap();
        let other = district.node().await;
        let mut old = PASSWORD.to_owned();
        for round in 0..6 {
            district.clock.advance(HOUR);
            let on_file = district.app.store.read().accounts().password(account.id).await.unwrap().map(|password| password.hash);
            let shown = Proven { value: on_file, at: district.app.now() };
            let mut pupil = planted(&district, Draft { recall_shown: Some(shown), ..at_recall(Some(account.id), "S0123456") }).await;
            let new = format!("le hibou numero {round} dort");
            let mut racing = Vec::new();
            for number in 0..4 {
                let node = if number % 2 == 0 { &district } else { &other };
                let mut browser = node.family("203.0.113.4");
                browser.open("/sign-in").await.send(&[("username", "0123456")]).await;
                let old = old.clone();
                racing.push(tokio::spawn(async move { browser.submit(&[("password", old.as_str())]).await.status }));
            }
            let done = pupil.submit(&[("new_password", new.as_str()), ("new_password_again", new.as_str())]).await;
            assert_eq!(done.location(), "/", "round {round}");
            for signed_in in racing {
                assert_ne!(signed_in.await.unwrap(), StatusCode::INTERNAL_SERVER_ERROR);
            }
            assert_eq!(district.count("sessions WHERE ended_at IS NULL AND amr = 'pwd'").await, 0, "round {round}");
            assert_eq!(district.count("sessions WHERE ended_at IS NULL AND amr = 'kba'").await, 1, "round {round}");
            old = new;
        }
    }
}

#[tokio::test]
async fn r15_every_address_on_file_hears_of_it_and_no_letter_holds_a_secret() {
    for district in every_kind_of_name().await {
        letters(&district).await;
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123457").await;
        answer(&district, &mut pupil).await;
        pupil.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");
        let letters = letters(&district).await;
        let told: BTreeSet<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        // Her own, and that of the parent who sees her records; not that of the one from whom a court took it.
        assert_eq!(told, BTreeSet::from(["lea.roy@courriel.example", "anne.roy@courriel.example"]));
        assert_eq!(letters.len(), 2);
        for letter in &letters {
            assert_eq!(letter.kind, "password-changed");
            let text = letter.data.to_string();
            assert!(text.contains("Léa") && !text.contains(NEW) && !text.contains("http"), "{text}");
        }
    }
}

#[tokio::test]
async fn r15_a_recovery_that_does_not_end_tells_nobody() {
    for district in claimed(LEA).await {
        letters(&district).await;
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123457").await;
        answer(&district, &mut pupil).await;
        assert_eq!(letters(&district).await, []);
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

#[tokio::test]
async fn s07_an_account_that_is_shut_or_reset_on_the_way_stays_so() {
    type Order = fn(office::Whose) -> office::Command;
    for district in claimed(ZOE).await {
        for (order, state) in [
            (office::Command::Disable as Order, AccountState::Disabled),
            (office::Command::Enable as Order, AccountState::Claimed),
            (office::Command::Reset as Order, AccountState::Unclaimed),
        ] {
            let account = district.account("0123456").await.unwrap();
            let mut pupil = district.family("203.0.113.2");
            if account.state == AccountState::Claimed {
                at_the_questions(&mut pupil, "0123456").await;
                answer(&district, &mut pupil).await;
                assert_eq!(pupil.shows(), "new-password");
                office(&district, order(whose("0123456"))).await;
                pupil.choose(NEW).await;
                assert_eq!(pupil.shows(), "recover", "{state:?}");
            } else {
                office(&district, order(whose("0123456"))).await;
            }
            assert_eq!(district.account("0123456").await.unwrap().state, state);
            district.clock.advance(HOUR);
        }
        assert_eq!(district.count("events WHERE kind = 'password.recovered'").await, 0);
        assert_eq!(district.count("sessions WHERE ended_at IS NULL").await, 0);
    }
}

#[tokio::test]
async fn a29_after_a_reset_by_the_school_the_pages_lead_to_the_claim() {
    for district in claimed(ZOE).await {
        office(&district, office::Command::Reset(whose("S0123456"))).await;
        let mut pupil = district.family("203.0.113.2");
        at_the_questions(&mut pupil, "0123456").await;
        send(
            &mut pupil,
            &[("answer_1", "a"), ("answer_2", "b"), ("answer_3", "c")].map(|(name, value)| (name.to_owned(), value.to_owned())),
        )
        .await;
        assert_eq!(pupil.status(), 422);
        assert_eq!(link(&pupil, "/enroll"), "/enroll");
        assert_eq!(link(&pupil, "/help"), "/help");
        pupil.claim(CLAIM, ZOE).await.choose(PASSWORD).await;
        assert_eq!(pupil.status(), 422, "the history of passwords survives the reset");
        pupil.choose(NEW).await.answer().await.send(&[]).await;
        assert_eq!(pupil.shows(), "enrolled");
    }
}

const WRONG: [(&str, &str); 3] = [("answer_1", "faux"), ("answer_2", "faux"), ("answer_3", "faux")];

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

/// A district on each database in which one pupil has claimed an account.
async fn claimed(facts: &[(&str, &str)]) -> Vec<District> {
    let mut districts = Vec::new();
    for district in District::each().await {
        district.family("203.0.113.200").to_the_end(CLAIM, facts).await;
        district.clock.advance(Duration::from_secs(1));
        districts.push(district);
    }
    districts
}

/// A district on each database with one account of each kind; staff and guardian have answers on file that they should
/// not have.
async fn every_kind_of_name() -> Vec<District> {
    let others = "t1,,,true,s1,teacher,paul,,Paul,Prof,,T900,paul@ecole.example,,,,,\n\
                  g1,,,true,s1,parent,anne,,Anne,Roy,,,anne.roy@courriel.example,,,p2,,\n\
                  g2,,,true,s1,parent,marc,,Marc,Roy,,,marc.roy@courriel.example,,,p2,,\n";
    let mut districts = Vec::new();
    for district in District::each_empty().await {
        district.import(&format!("{PUPILS}{others}")).await;
        let noe = [("given_name", "Noé"), ("family_name", "D’Arcy"), ("student_number", "0200300")];
        let jean = [("given_name", "Jean-Pierre"), ("family_name", "O’Neil"), ("student_number", "42")];
        for (number, facts) in (200..).zip([ZOE, LEA, &noe, &jean]) {
            district.family(&format!("203.0.113.{number}")).to_the_end(CLAIM, facts).await;
        }
        office(&district, office::Command::Disable(whose("0200300"))).await;
        office(&district, office::Command::Reset(whose("42"))).await;
        for address in ["paul@ecole.example", "anne.roy@courriel.example"] {
            grown_up(&district, address).await;
        }
        let marc = district.app.store.read().people().by_email("marc.roy@courriel.example").await.unwrap().remove(0);
        let forbid = async |tx: &Tx| {
            use sea_orm::{ConnectionTrait, Statement};
            let db = tx.db();
            let update = "UPDATE roster_ties SET can_access_records = FALSE WHERE guardian = $1";
            db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), update, [marc.id.0.into()])).await?;
            Ok::<_, StoreError>(())
        };
        district.app.store.write(forbid).await.unwrap();
        district.clock.advance(Duration::from_secs(1));
        districts.push(district);
    }
    districts
}

/// An account of somebody who is no pupil, with a password and answers.
async fn grown_up(district: &District, address: &str) {
    let tools = &district.app.tools;
    let now = district.app.now();
    let person: Person = district.app.store.read().people().by_email(address).await.unwrap().remove(0);
    let account = Account {
        id: AccountId::new(now, &tools.random),
        person: person.id,
        username: address.to_owned(),
        state: AccountState::Claimed,
        language: None,
        claimed_by: "by-hand".to_owned(),
        assurance: "urn:preau:acr:identified".to_owned(),
        claimed_at: now,
    };
    let password: PasswordHash = tools.hasher.hash(&Secret::new(PASSWORD)).await.unwrap();
    let answer = tools.hasher.hash(&Secret::new(crate::people::answer_key(ANSWERS[0]))).await.unwrap();
    let answers: Vec<Answered> =
        QUESTIONS.iter().take(3).map(|question| Answered { question: (*question).to_owned(), answer: answer.clone() }).collect();
    let add = async |tx: &Tx| {
        tx.accounts().claim(&account).await?;
        tx.accounts().set_password(account.id, &password, now).await?;
        tx.accounts().set_security_answers(account.id, &answers).await
    };
    district.app.store.write(add).await.unwrap();
}

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

fn said(district: &District, question: &str) -> String {
    district.app.tools.pages.text(Language::French, &Message::of(question))
}

async fn at_the_questions(pupil: &mut Family, name: &str) {
    pupil.open("/recover").await.send(&[("username", name)]).await;
    assert_eq!(pupil.shows(), "recovery-way");
    pupil.send(&[("way", "recall-questions")]).await;
    assert_eq!(pupil.shows(), "recall-questions");
}

/// The questions of the page, by their ids.
fn questions(district: &District, pupil: &Family) -> Vec<&'static str> {
    let body = &pupil.page.as_ref().unwrap().body;
    let labels = body.split("<label for=\"answer_").skip(1).map(|rest| rest.split_once('>').unwrap().1.split('<').next().unwrap());
    let question = |label: &str| QUESTIONS.iter().copied().find(|question| said(district, question) == label).unwrap();
    labels.map(question).collect()
}

/// What the child answered at the claim, to the questions of the page.
fn right(district: &District, pupil: &Family) -> Vec<(String, String)> {
    let place = |question: &str| QUESTIONS.iter().skip(2).position(|known| *known == question).unwrap_or_default();
    let answers = questions(district, pupil).into_iter().map(|question| ANSWERS[place(question)].to_owned());
    (1..).zip(answers).map(|(number, answer)| (format!("answer_{number}"), answer)).collect()
}

async fn answer(district: &District, pupil: &mut Family) {
    let answers = right(district, pupil);
    send(pupil, &answers).await;
}

async fn answer_wrong(pupil: &mut Family) {
    pupil.send(&WRONG).await;
    assert_eq!(pupil.shows(), "recall-questions");
}

async fn send(pupil: &mut Family, fields: &[(String, String)]) {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pupil.send(&fields).await;
}

/// The first link of the page whose address begins so.
fn link(pupil: &Family, begins: &str) -> String {
    let body = &pupil.page.as_ref().unwrap().body;
    let (_, main) = body.split_once("<main").unwrap();
    let hrefs = main.match_indices(" href=\"").map(|(at, opening)| main[at + opening.len()..].split('"').next().unwrap());
    let found = hrefs.into_iter().find(|href| href.starts_with(begins)).unwrap_or_else(|| panic!("no link to {begins}: {body}"));
    found.replace("&amp;", "&")
}

/// What a journey knows that stands at the questions.
fn at_recall(account: Option<AccountId>, name: &str) -> Draft {
    Draft { username: Some(name.to_owned()), account, way: Some("recall-questions".to_owned()), ..Draft::default() }
}

/// A browser in the midst of a journey, at its page.
async fn planted(district: &District, draft: Draft) -> Family {
    let (now, random) = (district.app.now(), &district.app.tools.random);
    let (id, secret) = (JourneyId::new(now, random), random.secret());
    let journey = Journey {
        id,
        flow: "recover".to_owned(),
        draft,
        return_to: LocalPath::home(),
        created_at: now,
        touched_at: now,
        expires_at: now + DAY,
        version: 1,
    };
    district.app.store.write(async |tx: &Tx| tx.journeys().add(&journey, &secret.hash()).await).await.unwrap();
    let cookie = cookies::set_journey(id, &secret, None);
    let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
    let mut agent: Agent = district.family("203.0.113.77").agent;
    agent.keep(name, value);
    let mut pupil = Family::at(agent);
    pupil.open(&format!("/flow/{id}")).await;
    pupil
}

async fn by_name(district: &District, name: &str) -> Account {
    district.app.store.read().accounts().by_username(name).await.unwrap().unwrap()
}

/// The pupil of 0123456 as the tests of the protocol know one.
async fn world(district: &District) -> World {
    let (account, person) = (district.account("0123456").await.unwrap(), district.pupil("0123456").await);
    World {
        app: Arc::clone(&district.app),
        router: district.router.clone(),
        clock: district.clock.clone(),
        account: account.id,
        school: person.roles[0].org,
    }
}

/// The letters that were written since the last time.
async fn letters(district: &District) -> Vec<Letter> {
    let now = district.app.now();
    let mut letters = Vec::new();
    loop {
        let taken = district.app.store.write(async |tx: &Tx| tx.outbox().take(DAY, now).await).await.unwrap();
        let Some(taken) = taken else { return letters };
        letters.push(taken.open(&district.app.tools.keys).unwrap());
        district.app.store.write(async |tx: &Tx| tx.outbox().delivered(taken.id, now).await).await.unwrap();
    }
}

async fn office(district: &District, command: office::Command) -> serde_json::Value {
    office::run(command, &district.app.store, &district.app.tools.keys, district.app.now()).await.unwrap()
}

fn whose(person: &str) -> office::Whose {
    office::Whose { person: person.to_owned(), reason: Some("asked at the counter".to_owned()) }
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
