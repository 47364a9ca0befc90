//! Guardians who open an account by what the school knows and by the mailbox on file, on both databases (systems.md B4 to
//! B32; rows E01 to E32 as far as a mailbox is the proof).

use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::district::{District, FAMILIES};
use super::family::{Family, PASSWORD};
use crate::cli::claim::{self, Command};
use crate::enrollment::readiness::readiness;
use crate::flow::definition;
use crate::policy::QUESTIONS;
use crate::routes::FEATURES;
use crate::store::Tx;

const FLOW: &str = "parent-portal";
const STRONG: &str = "parent-portal-strong";
const HOUR: Duration = Duration::from_hours(1);

/// The facts of Anne, in words that the school would not choose.
pub(super) const ANNE: &[(&str, &str)] = &[
    ("email", " anne@famille.EXAMPLE"),
    ("family_name", "roy cote"),
    ("given_name", "ANNE"),
    ("birth_date", "2/1/2015"),
    ("school", "Ruisseau"),
    ("civic_number", "2445-B"),
];
const MARC: &[(&str, &str)] = &[
    ("email", "marc@famille.example"),
    ("family_name", "Roy"),
    ("given_name", "Marc"),
    ("birth_date", "2015-01-02"),
    ("school", "Ruisseau"),
    ("civic_number", "12"),
];
const SAM: &[(&str, &str)] = &[
    ("email", "duo@famille.example"),
    ("family_name", "Tran"),
    ("given_name", "Sam"),
    ("birth_date", "2014-03-04"),
    ("school", "Érables"),
    ("civic_number", "7"),
];

/// The facts as the form sends them: a school by its id.
async fn typed(district: &District, facts: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    let schools = district.app.store.read().people().schools().await.unwrap();
    let id = |name: &str| schools.iter().find(|school| school.name.contains(name)).map(|school| school.id.to_string());
    facts
        .iter()
        .map(|(field, value)| (*field, if *field == "school" { id(value).unwrap_or_default() } else { (*value).to_owned() }))
        .collect()
}

fn but(facts: &[(&'static str, &'static str)], field: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    facts.iter().map(|(name, old)| (*name, if *name == field { value } else { *old })).collect()
}

/// The first page, answered; what the family waits at then.
async fn match_in(district: &District, family: &mut Family, flow: &str, facts: &[(&'static str, &'static str)]) {
    district.clock.advance(Duration::from_secs(1));
    let facts = typed(district, facts).await;
    let facts: Vec<(&str, &str)> = facts.iter().map(|(field, value)| (*field, value.as_str())).collect();
    family.claim(flow, &facts).await;
}

async fn waiting(district: &District, network: &str, facts: &[(&'static str, &'static str)]) -> Family {
    let mut family = district.family(network);
    match_in(district, &mut family, FLOW, facts).await;
    assert_eq!(family.shows(), "check-mail");
    family
}

/// From the children to the end.
async fn finish(family: &mut Family) {
    assert_eq!(family.shows(), "children");
    family.send(&[]).await.choose(PASSWORD).await;
    assert_eq!(family.shows(), "security-questions");
    family.send(&[("question_1", QUESTIONS[2]), ("answer_1", "Tournesol")]).await;
    assert_eq!(family.shows(), "confirm");
    family.send(&[]).await;
    assert_eq!(family.shows(), "enrolled");
}

/// Somebody who joined by the parents' portal, signed in.
pub(super) async fn enrolled(district: &District, network: &str, facts: &[(&'static str, &'static str)]) -> Family {
    let mut family = waiting(district, network, facts).await;
    family.type_code(district).await;
    finish(&mut family).await;
    family
}

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

/// A page without what differs by nature: the journey's address, the address as it was typed, the form's token.
fn plain(family: &Family, typed: &str) -> String {
    let answer = family.page.as_ref().unwrap();
    let journey = family.address.split('/').nth(2).unwrap();
    let mut body = answer.body.replace(journey, "JOURNEY").replace(typed.trim(), "TYPED");
    while let Some((before, rest)) = body.split_once("name=\"csrf\" value=\"") {
        body = format!("{before}CSRF{}", &rest[rest.find('"').unwrap()..]);
    }
    let headers = answer.headers.iter().filter(|(name, _)| *name != "content-length" && *name != "set-cookie");
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let cookies: Vec<String> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split('=').next().unwrap().replace(journey, "JOURNEY"))
        .collect();
    format!("{}\n{}\n{cookies:?}\n{body}", answer.status, headers.join("\n"))
}

#[tokio::test]
async fn b04_b14_a_guardian_opens_an_account_with_one_question_and_all_children_at_once() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        assert_eq!(district.letters().await.len(), 1);
        let letter = district.letters().await.remove(0);
        // To the address on file, as the school writes it, and in no other way (row E06).
        assert_eq!((letter.kind.as_str(), letter.to.as_str()), ("enroll-proof", "Anne@Famille.example"));
        assert!(district.count("accounts").await == 0 && district.count("sessions").await == 0);
        family.type_code(&district).await;
        assert_eq!(family.shows(), "children");
        for said in ["Léa", "École des Érables", "Noé", "École du Ruisseau", "id=\"child-missing\""] {
            assert!(body(&family).contains(said), "{said}");
        }
        assert_eq!(body(&family).matches("name=\"child\"").count(), 2);
        assert!(!body(&family).contains("Marc") && !body(&family).contains("marc@"), "row E07: of the other parent nothing");
        finish(&mut family).await;
        // B18: the name to sign in with is the address.
        assert_eq!(family.text("username-given").as_deref(), Some("anne@famille.example"));
        let anne = district.guardian("anne@famille.example", "Anne").await;
        let account = district.app.store.read().accounts().of_person(anne.id).await.unwrap().unwrap();
        assert_eq!((account.claimed_by.as_str(), account.assurance.as_str()), (FLOW, "urn:preau:acr:proven"));
        assert_eq!(district.app.store.read().accounts().security_answers(account.id).await.unwrap().len(), 1);
        let amr = district.texts("sessions", &["amr"]).await;
        assert!(amr.contains("kba") && amr.contains("mca") && !amr.contains("otp") && !amr.contains("mfa"), "{amr}");
        assert!(district.letters().await.iter().any(|letter| letter.kind == "account-created"));
        assert_eq!(district.family("203.0.113.9").sign_in("Anne@famille.example", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn the_hardened_twin_takes_any_child_shows_the_details_and_asks_no_question() {
    for district in District::each_with_families().await {
        let mut family = district.family("203.0.113.1");
        let elder: Vec<_> = but(&ANNE[..4], "birth_date", "6 mai 2012");
        match_in(&district, &mut family, STRONG, &elder).await;
        family.type_code(&district).await.send(&[]).await;
        assert_eq!(family.shows(), "details");
        for said in ["Anne Roy-Côté", "Anne@Famille.example", "613 555-0142", "id=\"report-change\""] {
            assert!(body(&family).contains(said), "{said}");
        }
        family.send(&[]).await.choose("onze signes").await;
        assert_eq!(family.wrong(), ["new_password"], "the policy's own length");
        family.choose(PASSWORD).await;
        assert_eq!(family.shows(), "confirm");
        assert_eq!(family.send(&[]).await.shows(), "enrolled");
    }
}

#[tokio::test]
async fn r03_r04_b13_no_machine_uses_a_link_up_and_its_token_leaves_the_address() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        let (link, _) = district.last_proof().await;
        let before = district.texts("journeys", &["draft", "typed"]).await;
        let mut scanner = district.family("198.51.100.1");
        for _ in 0..5 {
            let answer = scanner.agent.send(Method::HEAD, &link, &[], None).await;
            assert_eq!((answer.status, answer.location().as_str()), (StatusCode::SEE_OTHER, "/mail"));
            assert_eq!(scanner.open(&link).await.shows(), "mail-link");
        }
        assert_eq!(district.texts("journeys", &["draft", "typed"]).await, before);
        assert_eq!(district.count("mail_proofs WHERE used_at IS NULL").await, 1);
        family.open(&link).await;
        assert_eq!((family.shows().as_str(), family.address.as_str()), ("mail-link", "/mail"));
        let page = family.page.as_ref().unwrap();
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(!page.body.contains(link.trim_start_matches("/mail/")), "no page holds the token");
        family.send(&[]).await;
        assert_eq!(family.shows(), "children", "on the device where it began it goes on");
        // Opened once more: where the journey stands.
        assert_eq!(family.open(&link).await.shows(), "children");
        finish(&mut family).await;
    }
}

/// Whoever began with what they know of a family gains nothing by the family's click (rows D1, E15, E18).
#[tokio::test]
async fn e15_e18_on_another_device_the_journey_goes_on_there_and_nowhere_else() {
    for district in District::each_with_families().await {
        let mut attacker = district.family("198.51.100.9");
        let facts = typed(&district, ANNE).await;
        let facts: Vec<(&str, &str)> = facts.iter().map(|(field, value)| (*field, value.as_str())).collect();
        attacker.open(&format!("/enroll/{FLOW}?return_to=%2Fauthorize%2F0192")).await.send(&facts).await;
        assert_eq!(attacker.shows(), "check-mail");
        let journey = attacker.address.clone();
        let (link, code) = district.last_proof().await;
        let mut family = district.family("203.0.113.1");
        // The id of the journey alone opens nothing, and the code only counts where it began.
        assert_eq!(family.open(&journey).await.status(), 403);
        family.open(&link).await;
        assert!(body(&family).contains("autre appareil"), "{}", body(&family));
        family.send(&[]).await;
        assert_eq!(family.shows(), "children");
        attacker.send(&[("code", &code)]).await;
        assert_eq!(attacker.status(), 409);
        assert_eq!(attacker.open(&journey).await.status(), 409);
        finish(&mut family).await;
        family.send(&[]).await;
        assert_eq!(family.shows(), "home", "an app's request is the other browser's own");
        assert_eq!(district.count("accounts").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e22_a_double_click_on_the_button_of_a_link_is_one_click() {
    for district in District::each_with_families().await {
        // At once, and a moment later, when the first click is answered; where the journey began, and elsewhere.
        for (number, (other_device, at_once)) in [(false, true), (true, true), (false, false), (true, false)].into_iter().enumerate() {
            let mut family = waiting(&district, &format!("203.0.113.{number}"), if other_device { MARC } else { ANNE }).await;
            let (link, _) = district.last_proof().await;
            if other_device {
                family = district.family("203.0.113.9");
            }
            family.open(&link).await;
            let (mut one, mut two) = (family.clone(), family.clone());
            let (first, second) = match at_once {
                true => tokio::join!(one.submit(&[]), two.submit(&[])),
                false => (one.submit(&[]).await, two.submit(&[]).await),
            };
            let statuses = (first.status, second.status);
            assert_eq!(statuses, (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER), "{other_device} {at_once}");
            assert_eq!(first.location(), second.location());
            for mut seen in [one, two] {
                assert_eq!(seen.open(&first.location()).await.shows(), "children", "{other_device} {at_once}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r02_of_thirty_two_devices_that_confirm_one_link_one_goes_on() {
    for district in District::each_with_families().await {
        waiting(&district, "203.0.113.1", ANNE).await;
        let (link, _) = district.last_proof().await;
        let mut devices = Vec::new();
        for number in 0..32 {
            let mut device = district.family(&format!("203.0.113.{}", 100 + number));
            device.open(&link).await;
            devices.push(device);
        }
        let clicks = devices.into_iter().map(|mut device| {
            tokio::spawn(async move {
                let to = device.submit(&[]).await.location();
                device.open(if to.is_empty() { "/mail" } else { &to }).await.shows()
            })
        });
        let mut went_on = 0;
        for click in clicks.collect::<Vec<_>>() {
            went_on += usize::from(click.await.unwrap() == "children");
        }
        assert_eq!(went_on, 1);
        assert_eq!(district.count("mail_proofs WHERE used_at IS NOT NULL").await, 1);
    }
}

#[tokio::test]
async fn e19_a_link_works_tomorrow_a_code_ten_minutes_and_what_is_late_says_what_to_do() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        let (link, code) = district.last_proof().await;
        district.clock.advance(Duration::from_mins(40));
        let journey = family.address.clone();
        assert_eq!(family.open(&journey).await.shows(), "check-mail", "whoever waits for a letter goes on waiting");
        assert!(!body(&family).contains("<input id=\"code\""), "a code that is over is not asked for");
        // The page that lay open meanwhile.
        let mut old = family.clone();
        old.sent = None;
        old.page = family.page.clone();
        old.send(&[("code", &code)]).await;
        assert_eq!((old.status(), old.shows().as_str()), (422, "check-mail"));
        // Another letter, and the one before is dead, link and code.
        family.another_letter(&district).await;
        assert_eq!(family.shows(), "check-mail");
        let mut late = family.clone();
        late.open(&link).await;
        assert_eq!(late.shows(), "mail-link");
        assert!(body(&late).contains("id=\"again\">"), "{}", body(&late));
        let (newer, newest_code) = district.last_proof().await;
        assert_ne!(newer, link);
        district.clock.advance(Duration::from_hours(23));
        let mut phone = district.family("203.0.113.2");
        phone.open(&newer).await;
        assert!(body(&phone).contains("button type=\"submit\" id=\"continue\""));
        district.clock.advance(HOUR + HOUR);
        phone.send(&[]).await;
        assert_eq!(phone.shows(), "mail-link");
        assert!(body(&phone).contains(&format!("href=\"/enroll/{FLOW}\"")), "one button: begin again");
        assert!(!body(&phone).contains("id=\"continue\""));
        family.open(&journey).await.send(&[("code", &newest_code)]).await;
        assert_eq!(family.shows(), "check-mail");
        family.open(&journey).await.another_letter(&district).await.type_code(&district).await;
        finish(&mut family).await;
        // A link that nobody ever sent.
        assert_eq!(phone.open("/mail/c29tZXRoaW5n").await.shows(), "mail-link");
        assert_eq!(phone.open("/mail/%3Cb%3E").await.shows(), "mail-link");
    }
}

/// Row E01, B12, B28: the page, its cookies and where it leads are the same whoever was meant, and after any code too.
#[tokio::test]
async fn e01_e02_whoever_is_matched_or_not_waits_at_the_same_page() {
    for district in District::each_with_families().await {
        let marc = enrolled(&district, "203.0.113.200", MARC).await;
        drop(marc);
        let yves = [
            ("email", "yves@famille.example"),
            ("family_name", "Tran"),
            ("given_name", "Yves"),
            ("birth_date", "2014-03-04"),
            ("school", "Érables"),
            ("civic_number", "9"),
        ];
        let paul = but(&but(ANNE, "email", "paul@ecole.example"), "family_name", "Prof");
        let classes: Vec<(&str, Vec<(&str, &str)>)> = vec![
            ("matched", ANNE.to_vec()),
            ("no-address", but(ANNE, "email", "nobody@famille.example")),
            ("guardian-name", but(ANNE, "family_name", "Tremblay")),
            ("child-birth-date", but(ANNE, "birth_date", "2012-05-06")),
            ("child-school", but(ANNE, "school", "Érables")),
            ("house-number", but(ANNE, "civic_number", "2446")),
            ("house-number", yves.to_vec()),
            ("already-claimed", MARC.to_vec()),
            ("guardian-name", paul),
        ];
        let mut seen: Vec<(&str, [String; 2])> = Vec::new();
        for (number, (cause, facts)) in (1..).zip(classes) {
            let counts = async || {
                let mut counts = Vec::new();
                for rows in ["outbox", "mail_proofs", "journeys", "sessions"] {
                    counts.push(district.count(rows).await);
                }
                counts
            };
            let before = counts().await;
            // How many letters a mailbox gets is another test's.
            let mailbox = crate::limits::subject_of_mailbox(&district.app.tools.keys, facts[0].1);
            let forget = async |tx: &Tx| crate::limits::reset(tx, crate::limits::Rule::MailboxByHour, &mailbox).await;
            district.app.store.write(forget).await.unwrap();
            let mut family = waiting(&district, &format!("203.0.113.{number}"), &facts).await;
            let added: Vec<i64> = counts().await.iter().zip(before).map(|(after, before)| after - before).collect();
            assert_eq!(added, [1, 1, 1, 0], "{cause}: the same is written");
            if cause != "matched" {
                assert_eq!(district.cases().await[0]["cause"], cause);
            }
            let address = facts[0].1;
            let first = plain(&family, address);
            family.send(&[("code", "1234 5678")]).await;
            assert_eq!((family.status(), family.shows().as_str()), (422, "check-mail"), "{cause}");
            seen.push((cause, [first, plain(&family, address)]));
            district.clock.advance(Duration::from_secs(1));
        }
        let (_, first) = seen[0].clone();
        for (cause, pages) in &seen[1..] {
            for (page, expected) in pages.iter().zip(&first) {
                // The hour is said to the minute; the classes follow one another by seconds.
                assert_eq!(page, expected, "{cause}");
            }
        }
    }
}

#[tokio::test]
async fn b12_b28_the_letter_tells_the_address_on_file_what_the_page_does_not() {
    for district in District::each_with_families().await {
        enrolled(&district, "203.0.113.200", MARC).await;
        let sent = district.letters().await.len();
        waiting(&district, "203.0.113.1", &but(ANNE, "birth_date", "2012-05-06")).await;
        waiting(&district, "203.0.113.2", &but(ANNE, "email", "evil@ailleurs.example")).await;
        waiting(&district, "203.0.113.3", MARC).await;
        let letters = district.letters().await.split_off(sent);
        let told: Vec<(&str, &str)> = letters.iter().map(|letter| (letter.kind.as_str(), letter.to.as_str())).collect();
        assert_eq!(told, [("claim-not-matched", "Anne@Famille.example"), ("account-exists", "marc@famille.example")]);
        for letter in letters {
            assert!(letter.data["token"].is_null() && letter.data["code"].is_null(), "{letter:?}");
        }
        // The school's queue knows which fact it was.
        let cases = district.cases().await;
        let case = cases.iter().find(|case| case["cause"] == "child-birth-date").unwrap();
        assert_eq!((&case["typed"]["birth_date"], &case["roster"]["given_name"]), (&"2012-05-06".into(), &"Anne".into()));
        assert_eq!(case["typed"]["school"], "École du Ruisseau");
        assert!(claim::said(case.clone()).text.contains("anne@famille.EXAMPLE"));
    }
}

/// Row E06: somebody knows every fact. Nothing goes anywhere but to the mailbox on file.
#[tokio::test]
async fn e06_a_match_sends_to_the_mailbox_on_file_and_opens_nothing() {
    for district in District::each_with_families().await {
        let attacker = waiting(&district, "198.51.100.1", ANNE).await;
        let letters = district.letters().await;
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["Anne@Famille.example"]);
        assert!(!body(&attacker).contains("Famille.example\""), "what stands there is what was typed");
        assert!(!body(&attacker).contains("Anne Roy") && !body(&attacker).contains("Léa") && !body(&attacker).contains("555-0142"));
        assert!(!attacker.agent.cookies().contains(&"__Host-sid"));
        let journey = attacker.address.clone();
        let mut attacker = attacker;
        for stage in ["children", "set-password", "confirm"] {
            let token = attacker.page.as_ref().unwrap().field("csrf").unwrap();
            let form = [("csrf", token.as_str()), ("new_password", PASSWORD), ("new_password_again", PASSWORD)];
            let answer = attacker.agent.post(&format!("{journey}/{stage}"), &form).await;
            assert!(answer.status == StatusCode::FORBIDDEN || answer.status == StatusCode::CONFLICT, "{stage}: {answer:?}");
        }
        // Row E32: no field of a form proves anything.
        attacker.send(&[("email_verified", "true"), ("email_shown", "x"), ("proven", "true")]).await;
        assert_eq!((attacker.status(), attacker.shows().as_str()), (422, "check-mail"));
        assert_eq!(district.count("accounts").await, 0);
    }
}

#[tokio::test]
async fn e32_only_the_proof_itself_proves_a_mailbox() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        for field in ["email_verified", "email_shown", "link", "person"] {
            family.send(&[(field, "true"), ("code", "")]).await;
            assert_eq!((family.status(), family.shows().as_str()), (422, "check-mail"), "{field}");
            let journey = family.address.trim_end_matches("/email-proof").to_owned();
            family.open(&journey).await;
        }
        assert!(!district.texts("journeys", &["draft"]).await.contains("\"email_shown\":{"));
    }
}

#[tokio::test]
async fn e12_five_codes_are_judged_and_then_another_letter_is_needed() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        let (_, code) = district.last_proof().await;
        let wrong = if code == "0000 0000" { "0000 0001" } else { "0000 0000" };
        family.send(&[("code", "12")]).await;
        assert!(body(&family).contains("8 chiffres"), "a slip costs no try");
        for left in (0..5).rev() {
            family.send(&[("code", wrong)]).await;
            assert_eq!(family.status(), 422, "{left}");
        }
        assert!(!body(&family).contains("<input id=\"code\""));
        let journey = family.address.trim_end_matches("/email-proof").to_owned();
        family.open(&journey).await.send(&[("code", &code)]).await;
        assert_eq!((family.status(), family.shows().as_str()), (422, "check-mail"), "the sixth is right, and not judged");
        family.open(&journey).await.another_letter(&district).await.type_code(&district).await;
        assert_eq!(family.shows(), "children");
    }
}

/// Row E18: a proof is of one journey.
#[tokio::test]
async fn e18_e21_a_code_is_right_in_its_own_journey_alone() {
    for district in District::each_with_families().await {
        let mut anne = waiting(&district, "203.0.113.1", ANNE).await;
        let (_, of_anne) = district.last_proof().await;
        let mut marc = anne.clone();
        match_in(&district, &mut marc, FLOW, MARC).await;
        let (_, of_marc) = district.last_proof().await;
        anne.agent.adopt(&marc.agent);
        marc.send(&[("code", &of_anne)]).await;
        assert_eq!(marc.status(), 422);
        anne.send(&[("code", &of_marc)]).await;
        assert_eq!(anne.status(), 422);
        // E21: two tabs of one browser keep apart.
        let (one, other) = (anne.address.replace("/email-proof", ""), marc.address.replace("/email-proof", ""));
        anne.open(&one).await.send(&[("code", &of_anne)]).await;
        marc.agent.adopt(&anne.agent);
        marc.open(&other).await.send(&[("code", &of_marc)]).await;
        assert_eq!((anne.shows().as_str(), marc.shows().as_str()), ("children", "children"));
        finish(&mut anne).await;
        assert_eq!(anne.text("username-given").as_deref(), Some("anne@famille.example"));
    }
}

#[tokio::test]
async fn r06_a_hundred_requests_are_three_letters_and_others_still_get_theirs() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        let journey = family.address.clone();
        for number in 0..50 {
            family.open(&journey).await;
            if body(&family).contains("send-again") {
                family.send(&[("again", "yes")]).await;
            }
            match_in(&district, &mut district.family(&format!("198.51.100.{number}")), FLOW, ANNE).await;
        }
        assert_eq!(district.letters().await.len(), 3);
        family.open(&journey).await;
        assert!(body(&family).contains("pourra partir") && !body(&family).contains("id=\"send-again\""));
        // An address that nobody has waits at the same page, in the same words.
        let nobody = but(ANNE, "email", "nobody@famille.example");
        let mut decoy = waiting(&district, "203.0.113.2", &nobody).await;
        for number in 0..5 {
            match_in(&district, &mut district.family(&format!("192.0.2.{number}")), FLOW, &nobody).await;
        }
        let waits = decoy.address.clone();
        decoy.open(&waits).await.send(&[("again", "yes")]).await;
        assert!(body(&decoy).contains("pourra partir"));
        waiting(&district, "203.0.113.3", MARC).await;
        assert_eq!(district.letters().await.last().unwrap().to, "marc@famille.example");
        district.clock.advance(HOUR);
        family.open(&journey).await.another_letter(&district).await.type_code(&district).await;
        assert_eq!(family.shows(), "children");
    }
}

#[tokio::test]
async fn r06_one_network_sends_twenty_letters_an_hour() {
    for district in District::each_with_families().await {
        for number in 0..20_usize {
            let email = format!("nobody{number}@famille.example");
            let mut family = district.family("203.0.113.1");
            let mut facts = typed(&district, ANNE).await;
            facts[0].1 = email;
            let facts: Vec<(&str, &str)> = facts.iter().map(|(field, value)| (*field, value.as_str())).collect();
            family.claim(FLOW, &facts).await;
            // Twenty distinct failures ask for the waiting page; the letter's limit is another matter.
            assert!(["check-mail", "challenge"].contains(&family.shows().as_str()), "{number}");
        }
        let rule = crate::limits::Rule::NetworkMail.bounds().word;
        let subject = crate::limits::subject(&district.app.tools.keys, &["mail", "203.0.113.1"]);
        assert_eq!(district.app.store.read().throttles().seen(rule, &subject).await.unwrap(), 20);
    }
}

#[tokio::test]
async fn b06_an_address_can_be_changed_while_the_letter_is_waited_for() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", &but(ANNE, "email", "anne@gmial.com")).await;
        assert!(body(&family).contains("anne@gmail.com"), "E14: a slip of the finger is seen");
        let journey = family.address.clone();
        assert!(body(&family).contains(&format!("href=\"{journey}?correct=1\" id=\"change-address\"")));
        family.open(&format!("{journey}?correct=1")).await;
        assert_eq!(family.shows(), "roster-match");
        assert!(body(&family).contains("value=\"anne@gmial.com\""), "what was typed is there to be corrected");
        // Looking changes nothing.
        assert_eq!(family.clone().open(&journey).await.shows(), "check-mail");
        let facts = typed(&district, ANNE).await;
        let facts: Vec<(&str, &str)> = facts.iter().map(|(field, value)| (*field, value.as_str())).collect();
        family.send(&facts).await;
        assert_eq!((family.shows().as_str(), family.address.as_str()), ("check-mail", journey.as_str()));
        family.type_code(&district).await;
        // Too late to be somebody else: the mailbox is proven.
        assert_eq!(family.open(&format!("{journey}?correct=1")).await.shows(), "children");
        finish(&mut family).await;
        assert!(district.cases().await.is_empty(), "the claim has answered the case");
    }
}

#[tokio::test]
async fn e04_after_five_tries_not_even_the_right_facts_send_a_proof_until_tomorrow() {
    for district in District::each_with_families().await {
        for number in 1..=5 {
            waiting(&district, &format!("203.0.113.{number}"), &but(ANNE, "civic_number", "1")).await;
        }
        waiting(&district, "198.51.100.1", ANNE).await;
        assert_eq!(district.cases().await[0]["cause"], "throttled");
        assert!(district.letters().await.iter().all(|letter| letter.kind != "enroll-proof"));
        waiting(&district, "198.51.100.2", MARC).await;
        assert_eq!(district.letters().await.last().unwrap().kind, "enroll-proof", "other records are untouched");
        district.clock.advance(HOUR * 24);
        let mut family = waiting(&district, "198.51.100.3", ANNE).await;
        family.type_code(&district).await;
        assert_eq!(family.shows(), "children");
    }
}

#[tokio::test]
async fn e12_two_parents_of_one_child_are_two_accounts_and_one_record_is_one() {
    for district in District::each_with_families().await {
        let mut first = waiting(&district, "203.0.113.1", ANNE).await;
        first.type_code(&district).await;
        let mut second = waiting(&district, "203.0.113.2", ANNE).await;
        second.type_code(&district).await;
        finish(&mut first).await;
        // The loser is told only after the mailbox was proven, and sees where to turn to.
        second.send(&[]).await;
        assert_eq!(second.shows(), "not-matched");
        let number = second.text("case-number").unwrap();
        assert_eq!(district.claim(Command::Show { number }).await["cause"], "already-claimed");
        enrolled(&district, "203.0.113.3", MARC).await;
        assert_eq!(district.count("accounts").await, 2);
    }
}

/// Row E30: two who share a mailbox are told apart by name; the second has no name to sign in with, and the school knows.
#[tokio::test]
async fn e30_two_guardians_of_one_mailbox() {
    for district in District::each_with_families().await {
        enrolled(&district, "203.0.113.1", SAM).await;
        let lou = but(SAM, "given_name", "Lou");
        waiting(&district, "203.0.113.2", &lou).await;
        assert_eq!(district.cases().await[0]["cause"], "username-taken");
    }
}

#[tokio::test]
async fn e26_e27_whoever_leaves_or_loses_the_right_on_the_way_goes_no_further() {
    for district in District::each_with_families().await {
        let without_anne: String = FAMILIES.lines().filter(|line| !line.starts_with("g01")).map(|line| format!("{line}\n")).collect();
        for stage in 0..3 {
            let mut anne = waiting(&district, "203.0.113.1", ANNE).await;
            let (_, of_anne) = district.last_proof().await;
            let mut marc = waiting(&district, "203.0.113.2", MARC).await;
            let (_, of_marc) = district.last_proof().await;
            if stage > 0 {
                anne.send(&[("code", &of_anne)]).await;
                marc.send(&[("code", &of_marc)]).await;
            }
            if stage > 1 {
                anne.send(&[]).await;
                marc.send(&[]).await;
            }
            district.import_families(&without_anne).await;
            let father = district.guardian("marc@famille.example", "Marc").await;
            district.forbid(&father).await;
            for (walker, code, cause) in [(&mut anne, &of_anne, "not-in-roster"), (&mut marc, &of_marc, "no-child")] {
                match stage {
                    0 => walker.send(&[("code", code)]).await,
                    1 => walker.send(&[]).await,
                    _ => walker.choose(PASSWORD).await,
                };
                assert_eq!((walker.status(), walker.shows().as_str()), (200, "not-matched"), "{stage} {cause}");
                let number = walker.text("case-number").unwrap();
                assert_eq!(district.claim(Command::Show { number }).await["cause"], cause);
            }
            assert_eq!(district.count("accounts").await, 0);
            district.import_families(FAMILIES).await;
            district.allow(&father).await;
            district.clock.advance(HOUR * 25);
        }
    }
}

#[tokio::test]
async fn b24_b31_d11_requests_stand_in_the_queue_with_their_record_and_reach_the_school() {
    for district in District::each_with_families().await {
        // B6, B28: without an account, by whoever it says it is.
        let mut stranger = district.family("203.0.113.9");
        stranger.open("/enroll/parent-portal").await;
        assert!(body(&stranger).contains("href=\"/help?about=address\""));
        stranger.open("/help?about=address").await;
        let schools = district.app.store.read().people().schools().await.unwrap();
        let erables = schools.iter().find(|school| school.name.contains("Érables")).unwrap().id.to_string();
        let fields = [
            ("about", "address"),
            ("name", "Anne Roy-Côté"),
            ("child_name", "Léa Roy"),
            ("school", erables.as_str()),
            ("message", "Adresse changée"),
        ];
        stranger.send(&fields).await;
        assert_eq!((stranger.status(), stranger.wrong()), (422, vec!["email".to_owned()]));
        assert!(body(&stranger).contains("value=\"Léa Roy\"") && body(&stranger).contains("Adresse changée"), "B27: nothing typed is lost");
        stranger.send(&[&fields[..], &[("email", "nouvelle@famille.example")]].concat()).await;
        assert_eq!(stranger.shows(), "help-sent");
        let letter = district.letters().await.pop().unwrap();
        assert_eq!((letter.kind.as_str(), letter.to.as_str()), ("help-request", "erables@ecole.example"));
        let case = district.cases().await.remove(0);
        assert_eq!((&case["cause"], &case["typed"]["email"]), (&"address-changed".into(), &"nouvelle@famille.example".into()));
        assert_eq!(case["roster"]["given_name"], "Léa", "the one pupil of this name");
        assert!(case["typed"]["proven"].is_null());
        assert_eq!(
            district.guardian("anne@famille.example", "Anne").await.email.as_deref(),
            Some("Anne@Famille.example"),
            "nothing is written"
        );
        // B31, D11: in the midst of a journey whose mailbox is proven.
        let mut anne = waiting(&district, "203.0.113.1", ANNE).await;
        anne.type_code(&district).await;
        let journey = anne.address.clone();
        assert!(body(&anne).contains("href=\"/help?about=child\" id=\"child-missing\""));
        district.clock.advance(Duration::from_secs(1));
        anne.open("/help?about=child").await;
        anne.send(&[("about", "child"), ("name", "Anne"), ("child_name", "Max Roy"), ("message", "Il manque Max")]).await;
        assert!(body(&anne).contains(&format!("href=\"{journey}\"")), "and back to where it stood");
        let case = district.cases().await.remove(0);
        assert_eq!((&case["cause"], &case["roster"]["given_name"]), (&"child-missing".into(), &"Anne".into()));
        assert_eq!(case["typed"]["proven"], true);
        let number = case["number"].as_str().unwrap().to_owned();
        assert!(claim::said(case).text.contains("Il manque Max"));
        anne.open(&journey).await;
        finish(&mut anne).await;
        assert_eq!(district.cases().await.len(), 2, "a request waits for an answer of its own");
        assert_eq!(district.claim(Command::Reset { number }).await["closed"], 1);
        assert_eq!(district.cases().await.len(), 1);
    }
}

/// Who of the roster could finish the flow today is who does finish it, and the others lack what is named.
#[tokio::test]
async fn b29_flow_try_knows_who_can_finish_parent_portal() {
    for district in District::each_with_families().await {
        let flow = district.app.flow(FLOW).unwrap();
        let found = readiness(&district.app.store.read(), &district.app.tools.policy, &flow, &|_| {}).await.unwrap();
        assert_eq!((found.people, found.ready, found.not_ready), (5, 3, 2), "{found:?}");
        let why: Vec<(&str, u64)> = found.why.iter().map(|reason| (reason.reason, reason.people)).collect();
        // Yves has no house number on file; of Sam and Lou, who share a mailbox, the second to come has no name.
        assert!(why.contains(&("no-house-number", 1)) && why.contains(&("username-shared", 1)), "{why:?}");
    }
}

/// Rows D1, E06: no flow file can leave the proof of the mailbox out.
#[test]
fn d1_a_flow_file_that_matches_guardians_without_a_proof_is_refused() {
    let wrong = |audience: &str, fields: &str, settings: &str, next: &str| {
        let text = format!(
            "feature = 'enrollment'\n{audience}\n[[stage]]\nuse = 'roster-match'\nfields = {fields}\n{settings}\n\
             [[stage]]\nuse = '{next}'\n[[stage]]\nuse = 'set-password'\n"
        );
        definition::parse("x", "x.toml", &text, FEATURES).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let (guardian, neutral) = ("audience = 'guardian'", "already_claimed = 'neutral'");
    assert_eq!(wrong(guardian, "['email']", neutral, "email-proof"), "");
    assert_eq!(wrong(guardian, "['email', 'birth_date']", &format!("{neutral}\nchild = 'any'"), "email-proof"), "");
    for (audience, fields, settings, next, said) in [
        (guardian, "['email']", neutral, "children", "the stage behind it must be `email-proof`"),
        ("", "['email']", neutral, "email-proof", "add `audience = \"guardian\"`"),
        (guardian, "['email']", "already_claimed = 'say'", "email-proof", "must be \"neutral\""),
        (guardian, "['email', 'school']", neutral, "email-proof", "`child` is missing"),
        (guardian, "['email']", "already_claimed = 'neutral'\nchild = 'any'", "email-proof", "no birth date or school is asked"),
        (guardian, "['given_name', 'family_name', 'student_number']", neutral, "confirm", "guardians are found by `email`"),
        ("", "['given_name', 'family_name', 'student_number', 'school']", neutral, "confirm", "is not asked of a pupil"),
        (guardian, "['email', 'student_number']", neutral, "email-proof", "is not asked of a guardian"),
        (guardian, "['email', 'email']", neutral, "email-proof", "twice"),
    ] {
        let told = wrong(audience, fields, settings, next);
        assert!(told.contains(said), "{told}");
    }
}

#[tokio::test]
async fn r20_wrong_codes_are_counted_for_the_mailbox_whatever_letters_they_were_for() {
    for district in District::each_with_families().await {
        let mut family = waiting(&district, "203.0.113.1", ANNE).await;
        for letter in 0..2 {
            if letter > 0 {
                family.another_letter(&district).await;
            }
            for number in 0..5 {
                family.send(&[("code", &format!("0000000{number}"))]).await;
                assert_eq!((family.shows().as_str(), family.wrong()), ("check-mail", vec!["code".to_owned()]), "{letter} {number}");
            }
        }
        family.another_letter(&district).await;
        let (link, code) = district.last_proof().await;
        family.send(&[("code", &code)]).await;
        assert_eq!((family.shows().as_str(), family.wrong()), ("check-mail", vec!["code".to_owned()]), "right, and the eleventh");
        // Whoever reads the mailbox goes on by its link.
        family.open(&link).await.send(&[]).await;
        assert_eq!(family.shows(), "children");
    }
}
