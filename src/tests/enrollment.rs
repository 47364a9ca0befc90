//! Whole claims, on both databases: what a family does and sees (systems.md A29 to A51), and what the flow's walk must
//! stand (rows E11 to E26).

use std::cmp::Ordering;
use std::time::Duration;

use axum::http::StatusCode;

use super::district::{District, LEA, PUPILS, ZOE};
use super::family::{ANSWERS, Family, PASSWORD, answers};
use crate::model::Draft;
use crate::random::Random;
use crate::store::accounts::AccountState;
use crate::store::{StoreError, Tx};
use crate::web::csrf;

const FLOW: &str = "student-claim";
const STRONG: &str = "student-claim-strong";

#[tokio::test]
async fn a30_a_pupil_claims_the_account_and_is_signed_in() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.to_the_last_look(FLOW, ZOE).await;
        let page = &family.page.as_ref().unwrap().body;
        for said in ["Zoé Tremblay-Gagnon", "S0123456", "École des Érables"] {
            assert!(page.contains(said), "{said}");
        }
        assert!(district.account("123456").await.is_none(), "nothing exists before the end");
        assert_eq!(district.count("accounts").await, 0);
        family.send(&[]).await;
        assert_eq!((family.shows().as_str(), family.text("username-given").as_deref()), ("enrolled", Some("S0123456")));
        let account = district.account("123456").await.unwrap();
        assert_eq!((account.state, account.claimed_by.as_str()), (AccountState::Claimed, FLOW));
        assert_eq!(account.assurance, "urn:preau:acr:identified");
        assert_eq!(district.count("events WHERE kind = 'account.claimed'").await, 1);
        assert_eq!(district.count("sessions WHERE amr = 'kba' AND acr = 'urn:preau:acr:identified'").await, 1);
        // A49: a pupil without an address has an account all the same.
        assert_eq!(district.count("outbox").await, 0);
        family.send(&[]).await;
        assert_eq!(family.shows(), "home");
        let mut later = district.family("203.0.113.2");
        assert_eq!(later.sign_in("0123456", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn a49_a_letter_tells_the_address_on_file_if_there_is_one() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end(FLOW, LEA).await;
        assert_eq!(district.count("outbox").await, 1);
    }
}

#[tokio::test]
async fn a23_whoever_was_going_to_an_app_arrives_there() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/student-claim?return_to=%2Faccount").await.send(ZOE).await;
        family.choose(PASSWORD).await.answer().await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        family.send(&[]).await;
        assert_eq!((family.shows().as_str(), family.address.as_str()), ("account", "/account"));
    }
}

#[tokio::test]
async fn a31_a34_a_name_and_a_number_are_right_however_they_are_written() {
    for district in District::each().await {
        for (number, (given, family, typed)) in (1..).zip([
            ("zoe", "tremblay gagnon", "123456"),
            ("ZOÉ", "Gagnon", "S0123456"),
            ("Zoe\u{301}", "Tremblay", "s 0 123 456"),
            ("Tremblay-Gagnon", "Zoé", "O123456"),
            (" Zoé ", "Gagnon‑Tremblay", "0123456"),
            ("Noe", "Darcy", "200300"),
            ("Noé", "D'Arcy", "S0200300"),
            ("jean pierre", "ONEIL", "0042"),
            ("Jean", "O’Neil", "42"),
        ]) {
            let mut browser = district.family(&format!("203.0.113.{number}"));
            let facts = [("given_name", given), ("family_name", family), ("student_number", typed)];
            assert_eq!(browser.claim(FLOW, &facts).await.shows(), "new-password", "{facts:?}");
        }
        assert!(district.cases().await.is_empty());
    }
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_is_lost_or_counted() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, &[("given_name", "Zoé"), ("family_name", " "), ("student_number", "")]).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["family_name".to_owned(), "student_number".to_owned()]));
        assert!(family.page.as_ref().unwrap().body.contains("value=\"Zoé\""));
        assert_eq!((district.count("throttles").await, district.count("journeys").await), (0, 0));
        assert_eq!(family.send(ZOE).await.shows(), "new-password");
    }
}

#[tokio::test]
async fn a46_a_family_corrects_what_it_typed_and_the_school_sees_one_case() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        let slip = [("given_name", "Zoé"), ("family_name", "Trembley"), ("student_number", "S0123456")];
        family.claim(FLOW, &slip).await;
        let number = family.text("case-number").unwrap();
        assert_eq!((family.shows().as_str(), family.status()), ("not-matched", 200));
        assert!(number.len() == 9 && number.replace('-', "").bytes().all(|digit| digit.is_ascii_digit()), "{number}");
        let journey = family.address.clone();
        // A reload, a second tab: the same page, and nothing is written.
        let before = district.texts("journeys", &["draft", "typed"]).await;
        assert_eq!(family.open(&journey).await.text("case-number").unwrap(), number);
        assert_eq!(family.open(&format!("{journey}?correct=1")).await.shows(), "roster-match");
        assert_eq!(district.texts("journeys", &["draft", "typed"]).await, before);
        assert!(family.page.as_ref().unwrap().body.contains("value=\"Trembley\""), "what was typed is there to be corrected");
        family.send(&[("given_name", "Zoé"), ("family_name", "Trembly"), ("student_number", "S0123456")]).await;
        assert_eq!(family.text("case-number").unwrap(), number, "tries of one journey are one case");
        let cases = district.cases().await;
        assert_eq!((cases.len(), cases[0]["tries"].as_i64(), cases[0]["cause"].as_str()), (1, Some(2), Some("other-name")));
        assert_eq!(cases[0]["typed"]["family_name"], "Trembly");
        assert_eq!(cases[0]["roster"]["family_name"], "Tremblay-Gagnon");
        family.open(&format!("{journey}?correct=1")).await.send(ZOE).await;
        family.choose(PASSWORD).await.answer().await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        assert!(district.cases().await.is_empty(), "the claim has answered the case");
    }
}

#[tokio::test]
async fn a04_the_neutral_page_says_when_the_lists_of_the_school_came() {
    for district in District::each_empty().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await;
        let body = |family: &Family| family.page.as_ref().unwrap().body.clone();
        assert!(body(&family).contains("Les listes de l’école ne sont pas encore arrivées"), "{}", body(&family));
        assert_eq!(district.cases().await[0]["cause"], "not-yet-imported");
        district.import(PUPILS).await;
        let new = [("given_name", "Ève"), ("family_name", "Martin"), ("student_number", "0999999")];
        family.claim(FLOW, &new).await;
        assert!(body(&family).contains("Les listes de l’école sont arrivées aujourd’hui à 8\u{a0}h"), "{}", body(&family));
        assert_eq!(district.cases().await[0]["cause"], "no-record");
    }
}

#[tokio::test]
async fn a51_claiming_twice_leads_to_sign_in_and_recovery() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end(FLOW, ZOE).await;
        let mut again = district.family("203.0.113.2");
        again.claim(FLOW, ZOE).await;
        let body = again.page.as_ref().unwrap().body.clone();
        assert_eq!(again.shows(), "already-claimed");
        assert!(body.contains("href=\"/sign-in?username=0123456\"") && body.contains("href=\"/recover?username=0123456\""), "{body}");
        assert!(!body.contains("S0123456"), "the name to sign in with is the district's to tell");
        // The hardened twin says nothing.
        let day = [("birth_date", "2014-03-04")];
        again.claim(STRONG, &[ZOE, &day].concat()).await;
        assert_eq!(again.shows(), "not-matched");
        assert_eq!(district.cases().await[0]["cause"], "already-claimed");
    }
}

#[tokio::test]
async fn the_hardened_twin_asks_for_the_birth_date_and_follows_the_policy() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(STRONG, &[ZOE, &[("birth_date", "2014-04-03")]].concat()).await;
        assert_eq!((family.shows().as_str(), &district.cases().await[0]["cause"]), ("not-matched", &"wrong-birth-date".into()));
        assert_eq!(district.cases().await[0]["roster"]["birth_date"], "2014-03-04");
        family.claim(STRONG, &[ZOE, &[("birth_date", "le 4 mars")]].concat()).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["birth_date".to_owned()]));
        family.send(&[ZOE, &[("birth_date", "2014-03-04")]].concat()).await;
        // Twelve characters, typed once: the policy's rules.
        assert_eq!(family.choose("onze signes").await.wrong(), ["new_password"]);
        family.choose("douze signes").await.answer().await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
    }
}

#[tokio::test]
async fn e25_a_password_is_refused_with_its_reason_and_a_long_one_before_any_hash() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await;
        let long = "é".repeat(129);
        for (password, said) in [
            ("court", "Il faut au moins 8 caractères"),
            ("password1", "que l’on devine en premier"),
            ("Tremblay2014", "Les autres connaissent «\u{a0}Tremblay"),
            ("erables2014", "Les autres connaissent «\u{a0}Érables"),
            (&long, "128 caractères au plus"),
        ] {
            family.choose(password).await;
            assert_eq!((family.status(), family.wrong()), (422, vec!["new_password".to_owned()]), "{password}");
            let body = &family.page.as_ref().unwrap().body;
            assert!(body.contains(said), "{password}: {body}");
            assert!(!body.contains(&format!("value=\"{password}\"")), "a password is never shown again");
        }
        family.send(&[("new_password", PASSWORD), ("new_password_again", "quatre lapins sous la lume")]).await;
        assert_eq!(family.wrong(), ["new_password_again"]);
        assert_eq!(family.choose("🦆 quatre lapins sous la lune, un vélo bleu dans la cour, et 🚲  é").await.shows(), "security-questions");
    }
}

#[tokio::test]
async fn a38_questions_are_refused_with_reasons_and_the_other_answers_stay() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await.choose(PASSWORD).await;
        let mut mine = answers();
        mine[3].1 = "zoé tremblay";
        mine[4].1 = mine[0].1;
        mine[5].1 = "2014-03-04";
        family.send(&mine).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["answer_2".into(), "question_3".into(), "answer_3".into()]));
        let body = &family.page.as_ref().unwrap().body;
        assert!(body.contains("value=\"Tournesol\""), "what was right need not be typed again");
        assert!(!district.texts("journeys", &["draft", "typed"]).await.contains("Tournesol"), "and is kept nowhere");
        family.answer().await;
        assert_eq!(family.shows(), "confirm");
    }
}

#[tokio::test]
async fn r10_nothing_that_opens_an_account_is_written_as_it_was_typed() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.to_the_last_look(FLOW, LEA).await;
        let mut written = district.texts("journeys", &["draft", "typed"]).await;
        family.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        written += &district.texts("journeys", &["draft", "typed", "ending"]).await;
        for (table, columns) in [
            ("accounts", &["username", "username_key"][..]),
            ("passwords", &["hash"]),
            ("password_history", &["hash"]),
            ("security_answers", &["question", "answer"]),
            ("events", &["kind", "detail"]),
        ] {
            written += &district.texts(table, columns).await;
        }
        assert!(written.contains("S0123457") && written.contains("$argon2id$"), "{written}");
        for secret in [PASSWORD, "tournesol", "Tournesol", "ruedeslilas", "rue des Lilas", "Crochet", "crochet"] {
            assert!(!written.contains(secret), "{secret}");
        }
        let account = district.account("123457").await.unwrap();
        let kept = district.app.store.read().accounts().security_answers(account.id).await.unwrap();
        assert_eq!(kept.len(), 3);
        for (answered, typed) in kept.iter().zip(ANSWERS) {
            let folded = crate::people::answer_key(&format!(" {} ", typed.to_uppercase()));
            let verdict = district.app.tools.hasher.verify(&crate::random::Secret::new(folded), Some(&answered.answer)).await.unwrap();
            assert_eq!(verdict, crate::password::Verdict::Right, "{typed}");
        }
    }
}

#[tokio::test]
async fn a29_after_a_reset_the_claim_is_open_again_and_old_passwords_stay_used() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.to_the_end(FLOW, ZOE).await;
        let before = district.account("123456").await.unwrap();
        // Tries on an account that was somebody's do not stand in its owner's way.
        for network in 2..9 {
            district.family(&format!("203.0.113.{network}")).claim(FLOW, ZOE).await;
        }
        assert_eq!(district.cases().await.len(), 7);
        district.reset(&before).await;
        assert!(district.cases().await.is_empty());
        assert_ne!(family.open("/account").await.shows(), "account", "what was open is shut");
        family.claim(FLOW, ZOE).await;
        family.choose(PASSWORD).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["new_password".to_owned()]));
        assert!(family.page.as_ref().unwrap().body.contains("Ce mot de passe a déjà servi"));
        family.choose("sept bateaux dans le brouillard").await.answer().await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        let after = district.account("123456").await.unwrap();
        assert_eq!((after.id, after.state), (before.id, AccountState::Claimed), "the identity survives");
        assert_eq!(district.count("events WHERE kind = 'account.claimed'").await, 2);
        let mut other = district.family("203.0.113.2");
        assert_eq!(other.sign_in("S0123456", PASSWORD).await, "password");
        assert_eq!(other.sign_in("S0123456", "sept bateaux dans le brouillard").await, "home");
    }
}

#[tokio::test]
async fn two_pupils_of_one_name_to_sign_in_with_are_not_one_account() {
    for district in District::each().await {
        let ana = [("given_name", "Ana"), ("family_name", "Silva"), ("student_number", "0777001")];
        let ben = [("given_name", "Ben"), ("family_name", "Lopez"), ("student_number", "777001")];
        let (mut first, mut second) = (district.family("203.0.113.1"), district.family("203.0.113.2"));
        second.to_the_last_look(FLOW, &ben).await;
        first.to_the_end(FLOW, &ana).await;
        // The race to the end, and the claim from the beginning.
        assert_eq!(second.send(&[]).await.shows(), "not-matched");
        assert_eq!(second.claim(FLOW, &ben).await.shows(), "not-matched");
        let cases = district.cases().await;
        assert!(cases.iter().all(|case| case["cause"] == "username-taken"), "{cases:?}");
        assert_eq!(district.count("accounts").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e11_of_two_and_thirty_browsers_one_gets_the_account() {
    for district in District::each().await {
        let mut browsers = Vec::new();
        for number in 1..=32 {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.to_the_last_look(FLOW, ZOE).await;
            browsers.push(family);
        }
        let mut last = tokio::task::JoinSet::new();
        for mut family in browsers {
            last.spawn(async move {
                family.send(&[]).await;
                family
            });
        }
        let ended: Vec<Family> = last.join_all().await;
        let won: Vec<&Family> = ended.iter().filter(|family| family.shows() == "enrolled").collect();
        assert_eq!(won.len(), 1, "{:?}", ended.iter().map(Family::shows).collect::<Vec<_>>());
        assert_eq!(ended.iter().filter(|family| family.shows() == "already-claimed").count(), 31);
        let signed_in = ended.iter().filter(|family| family.agent.cookies().contains(&"__Host-sid")).count();
        assert_eq!(signed_in, 1);
        for (rows, expected) in [
            ("accounts", 1),
            ("passwords", 1),
            ("security_answers", 3),
            ("sessions", 1),
            ("events WHERE kind = 'account.claimed'", 1),
            ("events WHERE kind = 'session.started'", 1),
        ] {
            assert_eq!(district.count(rows).await, expected, "{rows}");
        }
    }
}

#[tokio::test]
async fn e16_no_page_is_skipped_and_an_empty_form_changes_nothing() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/student-claim").await.send(&[]).await;
        assert_eq!((family.status(), family.wrong().len(), district.count("journeys").await), (422, 3, 0));
        family.send(ZOE).await;
        for (stands, here) in STAGES.iter().enumerate().skip(1) {
            let journey = format!("/flow/{}", family.address.rsplit('/').next().unwrap());
            for (asked, other) in STAGES.iter().enumerate().filter(|(asked, _)| *asked != stands) {
                // A form of the page that is shown, sent to another: its token is for one place only.
                let mut stranger = family.clone();
                let token = stranger.page.as_ref().unwrap().field("csrf").unwrap();
                let answer = stranger.agent.post(&format!("{journey}/{other}"), &[("csrf", &token), ("new_password", PASSWORD)]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{asked}");
            }
            assert_eq!(family.open(&journey).await.shows(), page_of(here));
            if *here == "confirm" {
                break;
            }
            let before = draft(&district).await;
            family.send(&[]).await;
            assert_eq!((family.status(), family.shows().as_str()), (422, page_of(here)), "{here}");
            assert_eq!(draft(&district).await, before, "{here}");
            match *here {
                "set-password" => family.choose(PASSWORD).await,
                _ => family.answer().await,
            };
        }
        assert_eq!(district.count("accounts").await, 0);
    }
}

/// Row E16, at random: whatever is sent, in whatever order and with a token that is right, the journey stands where the answers that
/// were right have brought it.
#[tokio::test]
async fn e16_a_walk_at_random_stands_where_its_right_answers_have_brought_it() {
    let noe = [("given_name", "Noé"), ("family_name", "D’Arcy"), ("student_number", "0200300")];
    let random = Random::seeded(16);
    for district in District::each().await {
        for (number, facts) in (0..).zip([ZOE, LEA, &noe]) {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.claim(FLOW, facts).await;
            let journey = family.address.clone();
            let mut stands = 1;
            while stands < STAGES.len() {
                let asked = usize::try_from(random.below(4)).unwrap();
                stands += usize::from(steps(&district, &mut family, (&journey, stands), asked, random.below(8)).await);
                let shown = STAGES.get(stands).map_or("enrolled", |stage| page_of(stage));
                assert_eq!(family.open(&journey).await.shows(), shown);
                assert_eq!(district.count("accounts").await, number + i64::from(stands == STAGES.len()));
            }
        }
    }
}

const STAGES: [&str; 4] = ["roster-match", "set-password", "security-questions", "confirm"];

/// One request: an answer to the page `asked` while the journey stands at another, or at the same. Whether it was right.
async fn steps(district: &District, family: &mut Family, (journey, stands): (&str, usize), asked: usize, chance: u64) -> bool {
    let place = format!("{journey}/{}", STAGES[asked]);
    let holder = super::carried::holder(district, &family.agent).await;
    let token = csrf::token(&district.app.tools.keys, &district.app.tools.random, &holder, &place, district.app.now());
    let right: Vec<(&str, &str)> = match STAGES[asked] {
        "set-password" => vec![("new_password", PASSWORD), ("new_password_again", PASSWORD)],
        "security-questions" => answers(),
        _ => vec![],
    };
    // One in four is an empty form, which is the right one at the last look alone.
    let (form, is_right) = if chance < 2 { (vec![], asked == 3) } else { (right, asked > 0) };
    let status = family.agent.post(&place, &[&[("csrf", token.as_str())], &form[..]].concat()).await.status.as_u16();
    let expected = match asked.cmp(&stands) {
        Ordering::Less => 303,
        Ordering::Greater => 409,
        Ordering::Equal if is_right => 303,
        Ordering::Equal => 422,
    };
    assert_eq!(status, expected, "{} asked at {}", STAGES[asked], STAGES[stands]);
    asked == stands && is_right
}

/// A stage that was not shown yet has no token; whoever forges the address with the token of a page that was shown in
/// another journey of the same browser is refused as well.
#[tokio::test]
async fn e18_a_journey_is_its_browsers_own() {
    for district in District::each().await {
        let (mut family, mut stranger) = (district.family("203.0.113.1"), district.family("203.0.113.2"));
        family.claim(FLOW, ZOE).await;
        stranger.claim(FLOW, LEA).await;
        let address = family.address.clone();
        let mut thief = stranger.clone();
        assert_eq!(thief.open(&address).await.status(), 403);
        let token = stranger.page.as_ref().unwrap().field("csrf").unwrap();
        let form = [("csrf", token.as_str()), ("new_password", PASSWORD), ("new_password_again", PASSWORD)];
        let answer = stranger.agent.post(&format!("{address}/set-password"), &form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(family.open(&address).await.shows(), "new-password");
        // E21: two children in two tabs of one browser keep apart.
        let mut second = family.clone();
        second.claim(FLOW, LEA).await;
        family.agent.adopt(&second.agent);
        family.choose(PASSWORD).await;
        second.agent.adopt(&family.agent);
        second.choose("sept bateaux dans le brouillard").await;
        family.agent.adopt(&second.agent);
        family.answer().await;
        assert!(family.page.as_ref().unwrap().body.contains("S0123456"));
        second.agent.adopt(&family.agent);
        second.answer().await;
        assert!(second.page.as_ref().unwrap().body.contains("S0123457"));
    }
}

/// Row E15: a stranger begins and has the child go on at the same address, in a browser with the stranger's cookies. After the next
/// step the journey is the child's alone; and so it is after each step, whoever copied the cookie from before.
#[tokio::test]
async fn e15_a_cookie_that_was_planted_or_copied_is_dead_after_each_step() {
    for district in District::each().await {
        let mut stranger = district.family("198.51.100.1");
        stranger.claim(FLOW, ZOE).await;
        let journey = stranger.address.clone();
        let mut child = district.family("203.0.113.1");
        child.agent.adopt(&stranger.agent);
        assert_eq!(child.open(&journey).await.shows(), "new-password");
        for step in 0..3 {
            let mut copied = child.clone();
            match step {
                0 => child.choose(PASSWORD).await,
                1 => child.answer().await,
                _ => child.send(&[]).await,
            };
            for thief in [&mut stranger, &mut copied] {
                let sent = thief.submit(&[("new_password", "huit canards bleus"), ("answer_1", "faux")]).await;
                assert_eq!(sent.status, StatusCode::CONFLICT, "{step}");
                assert_eq!(thief.agent.get(&journey).await.status, StatusCode::CONFLICT, "{step}");
                assert!(thief.agent.cookie("__Host-sid").is_none(), "{step}");
            }
        }
        assert_eq!(child.shows(), "enrolled");
        assert_eq!(district.family("203.0.113.2").sign_in("0123456", PASSWORD).await, "home", "the password is the child's");
    }
}

#[tokio::test]
async fn e17_e20_after_the_end_every_form_leads_to_the_end_and_writes_nothing() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        let mut sent = Vec::new();
        family.claim(FLOW, ZOE).await;
        sent.push(family.sent.clone());
        family.choose(PASSWORD).await;
        sent.push(family.sent.clone());
        family.answer().await;
        sent.push(family.sent.clone());
        let journey = family.address.clone();
        family.send(&[]).await;
        sent.push(family.sent.clone());
        assert_eq!(family.shows(), "enrolled");
        let counts = async || {
            let mut counts = Vec::new();
            for rows in ["accounts", "sessions", "events", "outbox", "throttles", "claim_cases", "password_history"] {
                counts.push(district.count(rows).await);
            }
            counts
        };
        let before = counts().await;
        for form in sent.into_iter().skip(1) {
            family.sent = form;
            let answer = family.send_again().await;
            // The form was of somebody who was not signed in; either way nothing comes of it.
            assert!(answer.status == StatusCode::SEE_OTHER || answer.status == StatusCode::FORBIDDEN, "{answer:?}");
            assert_eq!(family.open(&journey).await.shows(), "enrolled");
        }
        assert_eq!(counts().await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e22_a_double_click_is_one_click() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/student-claim").await;
        let password = [("new_password", PASSWORD), ("new_password_again", PASSWORD)];
        for (form, next) in
            [(ZOE.to_vec(), "new-password"), (password.to_vec(), "security-questions"), (answers(), "confirm"), (vec![], "enrolled")]
        {
            let (mut one, mut two) = (family.clone(), family.clone());
            let (first, second) = tokio::join!(one.submit(&form), two.submit(&form));
            assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER), "{next}");
            assert_eq!(first.location(), second.location(), "{next}");
            // Whichever answer the browser saw last, it can go on.
            for mut seen in [one, two] {
                assert_eq!(seen.open(&first.location()).await.shows(), next);
                family = seen;
            }
        }
        for (rows, expected) in [("accounts", 1), ("sessions", 1), ("journeys", 1), ("events WHERE kind = 'account.claimed'", 1)] {
            assert_eq!(district.count(rows).await, expected, "{rows}");
        }
    }
}

#[tokio::test]
async fn e19_a42_a_journey_left_for_the_night_goes_on_and_who_it_is_is_asked_again() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await.choose(PASSWORD).await;
        let journey = family.address.clone();
        district.clock.advance(Duration::from_mins(31));
        // The form that lay open meanwhile.
        family.answer().await;
        assert_eq!((family.status(), family.shows().as_str()), (200, "roster-match"));
        assert!(family.page.as_ref().unwrap().body.contains("value=\"Tremblay-Gagnon\""));
        district.clock.advance(Duration::from_hours(8));
        assert!(family.open("/enroll").await.page.as_ref().unwrap().body.contains(&journey), "the way back in is at /enroll");
        family.open(&journey).await.send(ZOE).await;
        assert_eq!(family.shows(), "security-questions", "the password that was chosen is kept");
        family.answer().await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
    }
}

#[tokio::test]
async fn a_sibling_who_goes_on_at_the_same_screen_chooses_a_password_too() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await.choose(PASSWORD).await.answer().await;
        let journey = family.address.clone();
        district.clock.advance(Duration::from_hours(2));
        family.open(&journey).await.send(LEA).await;
        assert_eq!(family.shows(), "new-password");
        family.choose("sept bateaux dans le brouillard").await.answer().await.send(&[]).await;
        assert_eq!(family.text("username-given").as_deref(), Some("S0123457"));
        assert!(district.account("123456").await.is_none());
        assert_eq!(district.family("203.0.113.3").sign_in("S0123457", PASSWORD).await, "password");
    }
}

#[tokio::test]
async fn e26_whoever_leaves_or_is_shut_on_the_way_is_turned_away_and_nothing_is_made() {
    for district in District::each().await {
        district.family("203.0.113.9").to_the_end(FLOW, LEA).await;
        let lea = district.account("123457").await.unwrap();
        district.reset(&lea).await;
        for stage in 1..4 {
            let mut family = district.family("203.0.113.1");
            family.claim(FLOW, ZOE).await;
            let mut shut = district.family("203.0.113.2");
            shut.claim(FLOW, LEA).await;
            for walker in [&mut family, &mut shut] {
                if stage > 1 {
                    walker.choose("sept bateaux dans le brouillard").await;
                }
                if stage > 2 {
                    walker.answer().await;
                }
            }
            let without_zoe: String = PUPILS.lines().skip(1).map(|line| format!("{line}\n")).collect();
            district.import(&without_zoe).await;
            district.shut(&district.account("123457").await.unwrap()).await;
            for (walker, cause) in [(&mut family, "not-in-roster"), (&mut shut, "disabled")] {
                match stage {
                    1 => walker.choose("sept bateaux dans le brouillard").await,
                    2 => walker.answer().await,
                    _ => walker.send(&[]).await,
                };
                assert_eq!((walker.status(), walker.shows().as_str()), (200, "not-matched"), "{stage}");
                let number = walker.text("case-number").unwrap();
                let case = district.cases().await.into_iter().find(|case| case["number"] == number.as_str()).unwrap();
                assert_eq!(case["cause"], cause, "{stage}");
            }
            assert!(!draft(&district).await.contains("argon2id"), "what was chosen is wiped");
            assert_eq!((district.count("accounts").await, district.count("passwords").await), (1, 0), "{stage}");
            district.import(PUPILS).await;
            let open = async |tx: &Tx| tx.accounts().set_state(lea.id, AccountState::Disabled, AccountState::Unclaimed).await;
            assert!(district.app.store.write(open).await.unwrap());
            forget_journeys(&district).await;
        }
    }
}

#[tokio::test]
async fn a43_back_and_reload_lose_nothing_and_spend_nothing() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await;
        let journey = family.address.clone();
        let before = district.texts("journeys", &["draft", "typed"]).await;
        assert!(family.open("/enroll/student-claim").await.page.as_ref().unwrap().body.contains("value=\"Tremblay-Gagnon\""));
        for _ in 0..3 {
            assert_eq!(family.open(&journey).await.shows(), "new-password");
        }
        assert_eq!(district.texts("journeys", &["draft", "typed"]).await, before);
        let mut tab = family.clone();
        tab.choose(PASSWORD).await;
        family.agent.adopt(&tab.agent);
        family.choose("une autre phrase très longue").await;
        assert_eq!(family.shows(), "security-questions", "the answer of an old page changes nothing");
        family.answer().await.send(&[]).await;
        assert_eq!(district.family("203.0.113.2").sign_in("S0123456", PASSWORD).await, "home");
    }
}

fn page_of(stage: &str) -> &str {
    if stage == "set-password" { "new-password" } else { stage }
}

async fn draft(district: &District) -> String {
    let written = district.texts("journeys", &["draft"]).await;
    let _: Vec<Draft> = serde_json::Deserializer::from_str(&written).into_iter().map(Result::unwrap).collect();
    written
}

async fn forget_journeys(district: &District) {
    let forget = async |tx: &Tx| Ok::<_, StoreError>(tx.journeys().forget(crate::model::Timestamp(i64::MAX)).await?);
    district.app.store.write(forget).await.unwrap();
}

/// What is proposed is shown again after a slip, so that a child can copy it, and is kept nowhere.
#[tokio::test]
async fn a36_a_child_is_offered_words_and_keeps_them_after_a_slip() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, ZOE).await;
        let ideas = |family: &Family| -> Vec<String> {
            let body = &family.page.as_ref().unwrap().body;
            let list = body.split("id=\"ideas\"").nth(1).and_then(|rest| rest.split("</ul>").next()).expect("ideas");
            list.split("<strong translate=\"no\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
        };
        let offered = ideas(&family);
        assert_eq!(offered.len(), 3);
        let hidden = offered.join(",");
        assert!(family.page.as_ref().unwrap().body.contains(&format!("name=\"ideas\" value=\"{hidden}\"")));
        family.send(&[("ideas", &hidden), ("new_password", &offered[1]), ("new_password_again", "autre chose")]).await;
        assert_eq!((family.status(), ideas(&family)), (422, offered.clone()));
        family.send(&[("ideas", &hidden), ("new_password", &offered[1]), ("new_password_again", &offered[1])]).await;
        assert_eq!(family.shows(), "security-questions");
        let kept = district.texts("journeys", &["draft", "typed"]).await;
        assert!(offered.iter().all(|idea| !kept.contains(idea.as_str())), "{kept}");
    }
}

/// A pupil under twelve is spoken to as a child is, from the moment on at which it is known who they are; a grown-up may
/// help. Whoever is older, or whose birth date the school does not say, reads what everybody reads.
#[tokio::test]
async fn a32_a_child_reads_a_childs_words() {
    const TOM: &[(&str, &str)] = &[("given_name", "Tom"), ("family_name", "Petit"), ("student_number", "0999001")];
    for district in District::each().await {
        district.import(&format!("{PUPILS}p9,,,true,s1,student,tom,,Tom,Petit,,0999001,,,,,03,\n")).await;
        let words = async |who: &[(&str, &str)], network: &str| {
            let mut family = district.family(network);
            family.open("/enroll/student-claim").await;
            family.send(who).await;
            assert_eq!(family.shows(), "new-password");
            let first = family.page.as_ref().unwrap().body.clone();
            family.send(&[("new_password", "court"), ("new_password_again", "court")]).await;
            (first, family.page.as_ref().unwrap().body.clone())
        };
        let (first, slip) = words(TOM, "203.0.113.1").await;
        assert!(first.contains("Choisis ton mot de passe") && first.contains("Un adulte peut t’aider"), "{first}");
        assert!(slip.contains("Il est trop court"), "{slip}");
        let (first, slip) = words(ZOE, "203.0.113.2").await;
        assert!(first.contains("Choisissez un mot de passe") && slip.contains("Il faut au moins 8 caractères"), "{first}");
    }
}
