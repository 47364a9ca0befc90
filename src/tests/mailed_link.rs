//! The way back by mail, on both databases (systems.md B19 to B22, B30; rows R01 to R14).

use std::time::Duration;

use axum::http::StatusCode;

use super::back_in::{DAY, HOUR, NEW, every_kind_of_name, office, whose};
use super::district::{District, LEA};
use super::family::{ANSWERS, Family, PASSWORD};
use crate::cli::account as command;
use crate::config::policy::PolicySettings;
use crate::policy::Policy;
use crate::store::Tx;

const ANNE: &str = "anne.roy@courriel.example";

async fn asked(district: &District, network: &str, name: &str) -> Family {
    district.clock.advance(Duration::from_secs(1));
    let mut family = district.family(network);
    family.open("/recover").await.send(&[("username", name)]).await;
    assert_eq!(family.shows(), "recovery-way");
    family.send(&[("way", "mailed-link")]).await;
    assert_eq!(family.shows(), "check-mail");
    family
}

/// The letters of this kind that wait.
async fn proofs(district: &District) -> usize {
    district.letters().await.iter().filter(|letter| letter.kind == "recover-proof").count()
}

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

#[tokio::test]
async fn b19_b22_a_letter_leads_to_a_new_password_and_to_where_one_was_going() {
    for district in every_kind_of_name().await {
        let mut pupil = district.family("203.0.113.1");
        pupil.open("/recover?return_to=%2Faccount").await.send(&[("username", "lea.roy@courriel.example")]).await;
        district.clock.advance(Duration::from_secs(1));
        pupil.send(&[("way", "mailed-link")]).await;
        assert!(body(&pupil).contains("lea.roy@courriel.example"), "what was typed");
        let letter = district.letters().await.pop().unwrap();
        assert_eq!((letter.kind.as_str(), letter.to.as_str()), ("recover-proof", "lea.roy@courriel.example"));
        let (link, _) = district.last_proof().await;
        pupil.open(&link).await.send(&[]).await;
        assert_eq!(pupil.shows(), "new-password", "a pupil's questions are another way");
        pupil.choose(NEW).await;
        assert_eq!((pupil.shows().as_str(), pupil.address.as_str()), ("account", "/account"));
        let amr = district.texts("sessions WHERE ended_at IS NULL", &["amr"]).await;
        assert!(amr.contains("mca") && !amr.contains("otp"), "{amr}");
        assert_eq!(district.family("203.0.113.2").sign_in("0123457", PASSWORD).await, "password");
        assert_eq!(district.family("203.0.113.3").sign_in("0123457", NEW).await, "home");
    }
}

/// B19, B20, rows R08 and R09: a guardian's questions come after the mailbox, and never instead of it.
#[tokio::test]
async fn b20_r08_r09_the_secret_question_comes_after_the_mailbox_and_staff_have_none() {
    for district in every_kind_of_name().await {
        let mut anne = asked(&district, "203.0.113.1", ANNE).await;
        assert!(!body(&anne).contains("answer_1"));
        anne.type_code(&district).await;
        assert_eq!(anne.shows(), "recall-questions");
        let wrong: Vec<(String, &str)> = (1..=3).map(|number| (format!("answer_{number}"), "faux")).collect();
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(field, value)| (field.as_str(), *value)).collect();
        anne.send(&wrong).await;
        assert_eq!((anne.status(), anne.shows().as_str()), (422, "recall-questions"));
        let right: Vec<(&str, &str)> = wrong.iter().map(|(field, _)| (*field, ANSWERS[0])).collect();
        anne.send(&right).await.choose(NEW).await;
        assert_eq!(anne.shows(), "home");
        let amr = district.texts("sessions WHERE ended_at IS NULL", &["amr"]).await;
        assert!(amr.contains("kba") && amr.contains("mca"), "{amr}");
        // By the questions alone she gets nowhere: they are decoys.
        let mut alone = district.family("203.0.113.4");
        alone.open("/recover").await.send(&[("username", ANNE)]).await.send(&[("way", "recall-questions")]).await.send(&right).await;
        assert_eq!((alone.status(), alone.shows().as_str()), (422, "recall-questions"));
        // Staff are asked none, and their password is never shorter than the policy says.
        let mut paul = asked(&district, "203.0.113.5", "paul@ecole.example").await;
        paul.type_code(&district).await;
        assert_eq!(paul.shows(), "new-password");
        paul.choose("onze signes").await;
        assert_eq!(paul.wrong(), ["new_password"]);
        assert_eq!(paul.choose(NEW).await.shows(), "home");
    }
}

#[tokio::test]
async fn r01_every_name_waits_at_the_same_page_and_only_some_get_a_letter() {
    for district in every_kind_of_name().await {
        let plain = |family: &Family, typed: &str| {
            let journey = family.address.split('/').nth(2).unwrap().to_owned();
            let mut body = body(family).replace(&journey, "JOURNEY");
            if typed.contains('@') {
                body = body.replace(typed, "TYPED");
            }
            while let Some((before, rest)) = body.split_once("name=\"csrf\" value=\"") {
                body = format!("{before}CSRF{}", &rest[rest.find('"').unwrap()..]);
            }
            format!("{} {:?} {body}", family.status(), family.agent.cookies().len())
        };
        // Of those who typed a number nothing is said but "the address that the school knows"; of an address, itself.
        let names = [
            ("S0999999", 0),
            ("S0123456", 0),
            ("0123457", 1),
            ("200300", 0),
            ("42", 0),
            ("nobody@courriel.example", 0),
            (ANNE, 1),
            ("marc.roy@courriel.example", 0),
            ("paul@ecole.example", 1),
        ];
        let (mut numbers, mut addresses) = (Vec::new(), Vec::new());
        for (number, (name, letters)) in (1..).zip(names) {
            let before = (proofs(&district).await, district.count("outbox").await, district.count("mail_proofs").await);
            let mut family = asked(&district, &format!("203.0.113.{number}"), name).await;
            assert_eq!(proofs(&district).await - before.0, letters, "{name}");
            assert_eq!(district.count("outbox").await - before.1, 1, "{name}: the same is written");
            assert_eq!(district.count("mail_proofs").await - before.2, 1, "{name}");
            let first = plain(&family, name);
            family.send(&[("code", "00000000")]).await;
            let pages = (first, plain(&family, name));
            if name.contains('@') { addresses.push(pages) } else { numbers.push(pages) }
        }
        for same in [numbers, addresses] {
            assert!(same.iter().all(|pages| *pages == same[0]));
        }
    }
}

#[tokio::test]
async fn r02_the_newest_link_counts_for_half_an_hour() {
    for district in every_kind_of_name().await {
        let mut first = asked(&district, "203.0.113.1", ANNE).await;
        let (older, code) = district.last_proof().await;
        let mut second = asked(&district, "203.0.113.2", ANNE).await;
        let (newer, _) = district.last_proof().await;
        first.send(&[("code", &code)]).await;
        assert_eq!((first.status(), first.shows().as_str()), (422, "check-mail"));
        first.open(&older).await;
        assert!(!body(&first).contains("id=\"continue\"") || first.shows() == "check-mail");
        district.clock.advance(Duration::from_mins(30));
        second.open(&newer).await;
        assert!(!body(&second).contains("id=\"continue\""), "{}", body(&second));
    }
}

#[tokio::test]
async fn r14_a_new_password_ends_sessions_and_kills_every_other_letter() {
    for district in every_kind_of_name().await {
        let mut open = district.family("203.0.113.9");
        open.sign_in(ANNE, PASSWORD).await;
        let mut first = asked(&district, "203.0.113.1", ANNE).await;
        let (_, code) = district.last_proof().await;
        first.send(&[("code", &code)]).await;
        let mut other = asked(&district, "203.0.113.2", ANNE).await;
        let (_, of_other) = district.last_proof().await;
        let right: Vec<(String, &str)> = (1..=3).map(|number| (format!("answer_{number}"), ANSWERS[0])).collect();
        let right: Vec<(&str, &str)> = right.iter().map(|(field, value)| (field.as_str(), *value)).collect();
        first.send(&right).await.choose(NEW).await;
        assert_eq!(first.shows(), "home");
        other.send(&[("code", &of_other)]).await;
        assert_eq!((other.status(), other.shows().as_str()), (422, "check-mail"), "it is dead");
        assert_ne!(open.open("/account").await.shows(), "account");
        assert!(district.letters().await.iter().any(|letter| letter.kind == "password-changed"));
        assert_eq!(district.count("events WHERE kind = 'password.recovered'").await, 1);
    }
}

#[tokio::test]
async fn s07_an_account_that_is_shut_on_the_way_gets_no_new_password() {
    for district in every_kind_of_name().await {
        let mut paul = asked(&district, "203.0.113.1", "paul@ecole.example").await;
        let (link, _) = district.last_proof().await;
        office(&district, command::Command::Disable(whose("paul@ecole.example"))).await;
        paul.open(&link).await;
        assert!(!body(&paul).contains("id=\"continue\"") || paul.shows() == "check-mail", "the letter is dead with the account");
    }
}

#[tokio::test]
async fn r06_three_recoveries_an_hour_and_another_name_still_gets_its_letter() {
    for district in every_kind_of_name().await {
        for number in 0..20 {
            asked(&district, &format!("198.51.100.{number}"), ANNE).await;
            asked(&district, &format!("192.0.2.{number}"), "nobody@courriel.example").await;
        }
        assert_eq!(proofs(&district).await, 3);
        let waits = asked(&district, "203.0.113.1", ANNE).await;
        let decoy = asked(&district, "203.0.113.2", "nobody@courriel.example").await;
        for family in [&waits, &decoy] {
            assert!(body(family).contains("pourra partir"), "{}", body(family));
        }
        asked(&district, "203.0.113.3", "paul@ecole.example").await;
        assert_eq!(proofs(&district).await, 4);
        district.clock.advance(HOUR + HOUR);
        asked(&district, "203.0.113.4", ANNE).await;
        assert_eq!(proofs(&district).await, 5);
        district.clock.advance(DAY);
    }
}

/// Row E18: a proof of a recovery is no proof of anything else, and another browser goes on only by the letter itself.
#[tokio::test]
async fn e18_a_stranger_who_asked_gains_nothing_by_the_owners_click() {
    for district in every_kind_of_name().await {
        let mut attacker = asked(&district, "198.51.100.1", "0123457").await;
        assert!(!body(&attacker).contains("courriel.example"), "row E07: no address but the one that was typed");
        let journey = attacker.address.clone();
        let (link, _) = district.last_proof().await;
        let mut owner = district.family("203.0.113.1");
        owner.open(&link).await.send(&[]).await;
        assert_eq!(owner.shows(), "new-password");
        let answer = attacker.submit(&[("code", "00000000")]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(attacker.open(&journey).await.status(), 409);
        assert_eq!(owner.choose(NEW).await.shows(), "home");
    }
}

#[tokio::test]
async fn e23_a_password_that_was_given_is_changed_before_anything_else() {
    for district in District::each().await {
        district.family("203.0.113.200").to_the_end("student-claim", LEA).await;
        let account = district.account("123457").await.unwrap();
        let password = district.app.store.read().accounts().password(account.id).await.unwrap().unwrap();
        let expires_at = Some(district.app.now() + DAY);
        let given = crate::store::accounts::Password { must_change: true, expires_at, ..password };
        district.app.store.write(async |tx: &Tx| tx.accounts().give_password(account.id, &given).await).await.unwrap();
        let mut pupil = district.family("203.0.113.1");
        assert_eq!(pupil.sign_in("0123457", PASSWORD).await, "new-password");
        assert!(!pupil.agent.cookies().contains(&"__Host-sid"), "no session, no code and no token before");
        assert_ne!(pupil.clone().open("/account").await.shows(), "account");
        pupil.choose(PASSWORD).await;
        assert_eq!((pupil.status(), pupil.wrong()), (422, vec!["new_password".to_owned()]), "it may not be chosen again");
        pupil.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");
        assert_eq!(district.family("203.0.113.2").sign_in("0123457", PASSWORD).await, "password");
        assert_eq!(district.family("203.0.113.3").sign_in("0123457", NEW).await, "home");
        // After its time it opens nothing, in the words of any wrong password.
        let late = crate::store::accounts::Password { expires_at: Some(district.app.now()), ..given };
        district.app.store.write(async |tx: &Tx| tx.accounts().give_password(account.id, &late).await).await.unwrap();
        assert_eq!(district.family("203.0.113.4").sign_in("0123457", PASSWORD).await, "password");
    }
}

/// B21 to B23: by hand or, where the policy allows it, by mail; good once, then another is chosen.
#[tokio::test]
async fn b21_r11_a_temporary_password_is_given_by_hand_or_by_policy_by_mail_and_is_good_once() {
    for district in every_kind_of_name().await {
        let give = |mail| command::Command::GivePassword(command::Give { whose: whose("0123457"), mail });
        let mut open = district.family("203.0.113.9");
        assert_eq!(open.sign_in("0123457", PASSWORD).await, "home");
        let told = office(&district, give(false)).await;
        let password = told["temporary_password"].as_str().unwrap().to_owned();
        assert_ne!(open.open("/account").await.shows(), "account", "whatever was open is shut");
        assert_eq!(district.count("events WHERE kind = 'password.given'").await, 1);
        assert!(!district.texts("events", &["detail"]).await.contains(&password));
        // The policy says whether it may be mailed.
        let refused = command::run(give(true), &district.app.store, &district.app.tools, district.app.now()).await;
        assert!(refused.unwrap_err().to_string().contains("temporary_password_by_mail"));
        let mut pupil = district.family("203.0.113.1");
        assert_eq!(pupil.sign_in("0123457", &password).await, "new-password");
        pupil.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");
        assert_eq!(district.family("203.0.113.2").sign_in("0123457", &password).await, "password", "once");
        let settings = PolicySettings { temporary_password_by_mail: true, ..PolicySettings::default() };
        let node = district.node_with(|tools, _| tools.policy = Policy::new(settings).unwrap()).await;
        assert!(office(&node, give(true)).await["temporary_password"].is_null(), "a mailed one is its reader's alone");
        let letter = node.letters().await.into_iter().find(|letter| letter.kind == "temporary-password").unwrap();
        assert_eq!(letter.to, "lea.roy@courriel.example");
        let mailed = letter.data["password"].as_str().unwrap().to_owned();
        assert_eq!(district.family("203.0.113.5").sign_in("0123457", &mailed).await, "new-password");
        district.clock.advance(DAY);
        assert_eq!(district.family("203.0.113.6").sign_in("0123457", &mailed).await, "password", "it lives a day");
        // A newer one kills the one before, and time kills it too.
        let older = office(&district, give(false)).await["temporary_password"].as_str().unwrap().to_owned();
        let newer = office(&district, give(false)).await["temporary_password"].as_str().unwrap().to_owned();
        assert_eq!(district.family("203.0.113.3").sign_in("0123457", &older).await, "password");
        district.clock.advance(DAY * 7);
        assert_eq!(district.family("203.0.113.4").sign_in("0123457", &newer).await, "password");
        // Nothing to give it to: an account that is shut, or was never claimed.
        for name in ["200300", "42"] {
            let give = command::Command::GivePassword(command::Give { whose: whose(name), mail: false });
            assert!(command::run(give, &district.app.store, &district.app.tools, district.app.now()).await.is_err(), "{name}");
        }
    }
}
