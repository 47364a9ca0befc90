//! Getting back in, on both databases: what a pupil does and sees (systems.md A19 to A29), and what must come of it (rows
//! R09 to R15, S07).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;

use super::back_in::{
    CLAIM, DAY, HOUR, NEW, answer, answer_wrong, at_recall, at_the_questions, claimed, every_kind_of_name, office, planted, questions,
    right, send, whose,
};
use super::district::{District, LEA, ZOE};
use super::family::{ANSWERS, Family, PASSWORD};
use super::relying_party::{Callback, RelyingParty};
use super::world::World;
use crate::cli::account as command;
use crate::model::draft::Proven;
use crate::model::{Draft, Letter};
use crate::policy::QUESTIONS;
use crate::random::Secret;
use crate::store::Tx;
use crate::store::accounts::{Account, AccountState};

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
async fn s07_an_account_that_is_shut_or_reset_on_the_way_stays_so() {
    type Order = fn(command::Whose) -> command::Command;
    for district in claimed(ZOE).await {
        for (order, state) in [
            (command::Command::Disable as Order, AccountState::Disabled),
            (command::Command::Enable as Order, AccountState::Claimed),
            (command::Command::Reset as Order, AccountState::Unclaimed),
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
        office(&district, command::Command::Reset(whose("S0123456"))).await;
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

/// The first link of the page whose address begins so.
fn link(pupil: &Family, begins: &str) -> String {
    let body = &pupil.page.as_ref().unwrap().body;
    let (_, main) = body.split_once("<main").unwrap();
    let hrefs = main.match_indices(" href=\"").map(|(at, opening)| main[at + opening.len()..].split('"').next().unwrap());
    let found = hrefs.into_iter().find(|href| href.starts_with(begins)).unwrap_or_else(|| panic!("no link to {begins}: {body}"));
    found.replace("&amp;", "&")
}

async fn by_name(district: &District, name: &str) -> Account {
    district.app.store.read().accounts().by_username(name).await.unwrap().unwrap()
}

/// The pupil of 0123456 as the tests of the protocol know one.
pub async fn world(district: &District) -> World {
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
