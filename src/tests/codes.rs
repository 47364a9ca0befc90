//! Activation codes, on both databases: whole journeys with a letter (systems.md C1 to C27), and what a code must stand
//! (rows E08 to E15, E22, E27 to E29).

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::district::{District, HOUSEHOLDS};
use super::family::{Family, PASSWORD};
use crate::people::email_key;
use crate::store::accounts::Account;
use crate::store::people::Person;

const FLOW: &str = "guardian-code";
const STRONG: &str = "guardian-code-strong";
const MINE: &[(&str, &str)] = &[("account", "mine")];
const NEW: &[(&str, &str)] = &[("account", "new")];
const JEAN: &[(&str, &str)] = &[("given_name", "Jean"), ("family_name", "Silva"), ("email", "jean@courriel.example")];

async fn districts() -> Vec<District> {
    let mut districts = District::each_empty().await;
    for district in &mut districts {
        district.import(HOUSEHOLDS).await;
    }
    districts
}

/// The codes that a command made.
async fn issue(district: &District, words: &str) -> Vec<Value> {
    let told = district.code(&format!("issue {words}")).await.unwrap();
    told["issued"].as_array().unwrap().clone()
}

fn code(issued: &Value) -> &str {
    issued["code"].as_str().unwrap()
}

/// The code of a guardian among those made.
fn of<'a>(issued: &'a [Value], guardian: &str) -> &'a str {
    code(issued.iter().find(|one| one["guardian_id"] == guardian).unwrap())
}

async fn type_code<'f>(family: &'f mut Family, flow: &str, code: &str) -> &'f mut Family {
    family.open(&format!("/enroll/{flow}")).await;
    assert_eq!(family.shows(), "code");
    family.send(&[("code", code)]).await
}

/// From the code of a letter in a guardian's name to the last look.
async fn to_the_last_look(family: &mut Family, code: &str) {
    type_code(family, FLOW, code).await.send(NEW).await.choose(PASSWORD).await;
    assert_eq!(family.shows(), "confirm");
}

/// From a code without a name to the last look.
async fn nameless_to_the_last_look(family: &mut Family, code: &str, about: &[(&str, &str)]) {
    type_code(family, FLOW, code).await.send(NEW).await;
    assert_eq!(family.shows(), "about-you");
    family.send(about).await.choose(PASSWORD).await;
    assert_eq!(family.shows(), "confirm");
}

async fn guardian(district: &District, email: &str) -> Person {
    district.app.store.read().people().by_email(&email_key(email)).await.unwrap().remove(0)
}

async fn account(district: &District, username: &str) -> Option<Account> {
    district.app.store.read().accounts().by_username(username).await.unwrap()
}

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

async fn children(family: &mut Family) -> Vec<String> {
    family.open("/account/children").await;
    let names = body(family).split("<li><strong>").skip(1).map(|item| item.split([' ', '<']).next().unwrap().to_owned());
    names.collect()
}

#[tokio::test]
async fn c03_a_parent_joins_with_the_code_of_a_letter_and_sees_every_child_the_school_ties_to_them() {
    for district in districts().await {
        let issued = issue(&district, "--student p1 p3").await;
        // C6, C12: one for each known guardian; brothers and sisters share it.
        let whose: Vec<&str> = issued.iter().map(|one| one["guardian_id"].as_str().unwrap()).collect();
        assert_eq!(whose, ["g1", "g2"]);
        assert_eq!(issued[0]["children"], serde_json::json!(["Noé D’Arcy", "Zoé Tremblay-Gagnon"]));
        assert_eq!(issued[1]["children"], serde_json::json!(["Zoé Tremblay-Gagnon"]));
        let mut family = district.family("203.0.113.1");
        type_code(&mut family, FLOW, &code(&issued[0]).to_lowercase().replace('-', " ")).await;
        assert_eq!(family.shows(), "code-child");
        for said in ["Zoé", "Noé", "École des Érables"] {
            assert!(body(&family).contains(said), "{said}");
        }
        // Nothing of the other parent, no family name, no number (E07).
        for unsaid in ["Paul", "Tremblay", "0123456", "marie@"] {
            assert!(!body(&family).contains(unsaid), "{unsaid}");
        }
        family.send(NEW).await.choose(PASSWORD).await;
        assert!(body(&family).contains("Marie D’Arcy-Gagnon") && body(&family).contains("marie@courriel.example"));
        assert_eq!(district.count("accounts").await, 0, "nothing exists before the end");
        family.send(&[]).await;
        assert_eq!((family.shows().as_str(), family.text("username-given").as_deref()), ("enrolled", Some("marie@courriel.example")));
        let made = account(&district, "marie@courriel.example").await.unwrap();
        assert_eq!((made.claimed_by.as_str(), made.assurance.as_str()), (FLOW, "urn:preau:acr:proven"));
        assert_eq!(district.count("sessions WHERE amr = 'otp' AND acr = 'urn:preau:acr:proven'").await, 1);
        assert_eq!(district.count("events WHERE kind = 'code.used'").await, 1);
        assert_eq!(children(&mut family).await, ["Noé", "Zoé"]);
        // C15: who used which, and when.
        let used = district.code("list --used").await.unwrap();
        assert_eq!((used[0]["used_by"].as_str(), used.as_array().unwrap().len()), (Some("marie@courriel.example"), 1));
        let last = code(&issued[0]).rsplit('-').next().unwrap();
        assert_eq!(used[0]["last_group"], last);
        let mut later = district.family("203.0.113.2");
        assert_eq!(later.sign_in("marie@courriel.example", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn c04_whoever_holds_a_code_without_a_name_becomes_the_guardian_of_that_child_and_no_import_forgets_it() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 2").await;
        assert_eq!(issued.len(), 2);
        let mut family = district.family("203.0.113.1");
        type_code(&mut family, FLOW, code(&issued[0])).await.send(NEW).await;
        family.send(&[("given_name", "Jean"), ("family_name", ""), ("email", "jean")]).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["family_name".to_owned(), "email".to_owned()]));
        family.send(JEAN).await.choose(PASSWORD).await;
        assert!(body(&family).contains("Jean Silva"));
        family.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        assert_eq!(children(&mut family).await, ["Ana"]);
        let jean = guardian(&district, "jean@courriel.example").await;
        assert_eq!(jean.roles.len(), 1);
        // A bulk import has nothing of him, and an undo takes back nothing of his.
        district.import(&format!("{HOUSEHOLDS}p9,,,true,s1,student,eve,,Ève,Martin,,0999009,,,,,05,\n")).await;
        assert_eq!(children(&mut family).await, ["Ana"]);
        let inputs = crate::roster::Inputs { clock: &district.clock, random: &district.app.tools.random, progress: &|_, _| {} };
        let last = district.app.store.read().imports().last_standing().await.unwrap().unwrap().id;
        crate::roster::undo(&district.app.store, &inputs, last, false).await.unwrap();
        assert_eq!(children(&mut family).await, ["Ana"]);
        assert_eq!(guardian(&district, "jean@courriel.example").await, jean);
        // A file that names a record of ours changes nothing.
        let ours = format!("local:{}", jean.id);
        let changed = HOUSEHOLDS.replace("Léa,Roy", "Léa,Roy-Roy");
        district.import(&format!("{changed}{ours},,,true,s1,administrator,x,,Xavier,Autre,,,x@courriel.example,,,,,\n")).await;
        assert_eq!(guardian(&district, "jean@courriel.example").await, jean);
        // The second code is another guardian's; the first one's address is taken.
        let mut other = district.family("203.0.113.2");
        type_code(&mut other, FLOW, code(&issued[1])).await.send(NEW).await.send(JEAN).await;
        assert_eq!((other.shows().as_str(), other.wrong()), ("about-you", vec!["email".to_owned()]));
        other.send(&[("given_name", "Rosa"), ("family_name", "Silva"), ("email", "marie@courriel.example")]).await;
        assert_eq!(other.wrong(), ["email"], "an address that the school knows is somebody's");
        other.send(&[("given_name", "Rosa"), ("family_name", "Silva"), ("email", "rosa@courriel.example")]).await;
        other.choose(PASSWORD).await.send(&[]).await;
        assert_eq!(other.shows(), "enrolled");
        assert_eq!(district.count("current_roster_ties WHERE source_id LIKE 'local:%'").await, 2);
    }
}

#[tokio::test]
async fn c03_a_guardian_without_an_address_on_file_says_which_they_have() {
    for district in districts().await {
        let issued = issue(&district, "--student p2").await;
        let mut family = district.family("203.0.113.1");
        type_code(&mut family, FLOW, code(&issued[0])).await.send(NEW).await;
        assert_eq!(family.shows(), "about-you");
        assert!(!body(&family).contains("id=\"given_name\""), "the school knows the name");
        family.send(&[("email", "luc@courriel.example")]).await.choose(PASSWORD).await;
        assert!(body(&family).contains("Luc Roy") && body(&family).contains("luc@courriel.example"));
        family.send(&[]).await;
        assert_eq!(family.text("username-given").as_deref(), Some("luc@courriel.example"));
        assert_eq!(children(&mut family).await, ["Léa"]);
        // Whoever leaves the roster has left, whatever was added to them.
        district
            .import(&HOUSEHOLDS.lines().filter(|line| !line.starts_with("g3")).fold(String::new(), |all, line| all + line + "\n"))
            .await;
        assert_eq!(family.open("/account").await.shows(), "sign-in");
    }
}

#[tokio::test]
async fn c13_somebody_signed_in_adds_a_child_by_code_at_once_and_has_no_second_account() {
    for district in districts().await {
        let marie = issue(&district, "--student p1").await;
        let mut family = district.family("203.0.113.1");
        to_the_last_look(&mut family, of(&marie, "g1")).await;
        family.send(&[]).await;
        let ana = issue(&district, "--student p4 --count 1").await;
        family.open("/account/children").await;
        assert!(body(&family).contains("href=\"/enroll/guardian-code\" id=\"add-child\""));
        type_code(&mut family, FLOW, code(&ana[0])).await;
        assert!(body(&family).contains("marie@courriel.example"), "the account is named");
        family.send(MINE).await;
        assert_eq!((family.shows().as_str(), family.address.as_str()), ("account-children", "/account/children"));
        assert_eq!(children(&mut family).await, ["Ana", "Noé", "Zoé"]);
        assert_eq!((district.count("accounts").await, district.count("events WHERE kind = 'child.added'").await), (1, 1));
        // Typed again by the same account, the code is told truly; by anybody else it opens nothing.
        type_code(&mut family, FLOW, code(&ana[0])).await;
        assert!(body(&family).contains("Vous avez déjà utilisé ce code"));
        let mut other = district.family("203.0.113.2");
        type_code(&mut other, FLOW, code(&ana[0])).await;
        assert!(!body(&other).contains("Vous avez déjà utilisé ce code") && other.shows() == "code");
        // C15: the father's code is not the mother's.
        type_code(&mut family, FLOW, of(&marie, "g2")).await;
        assert!(body(&family).contains("Quelqu’un d’autre est connecté ici"));
        family.send(MINE).await;
        assert_eq!(family.shows(), "new-password", "an account of his own");
        assert_eq!(children(&mut family).await, ["Ana", "Noé", "Zoé"]);
    }
}

#[tokio::test]
async fn c20_whoever_has_an_account_signs_in_and_comes_back_to_the_code() {
    for district in districts().await {
        let issued = issue(&district, "--student p1").await;
        to_the_last_look(&mut district.family("203.0.113.1"), of(&issued, "g1")).await;
        let mut first = district.family("203.0.113.2");
        to_the_last_look(&mut first, of(&issued, "g1")).await;
        first.send(&[]).await;
        let ana = issue(&district, "--student p4 --count 1").await;
        let mut family = district.family("203.0.113.3");
        type_code(&mut family, FLOW, code(&ana[0])).await;
        let here = family.address.clone();
        assert!(body(&family).contains(&format!("name=\"return_to\" value=\"{here}\"")), "{}", body(&family));
        family.open(&format!("/sign-in?return_to={}", here.replace('/', "%2F"))).await;
        family.send(&[("username", "marie@courriel.example")]).await.send(&[("password", PASSWORD)]).await;
        assert_eq!((family.shows().as_str(), family.address.as_str()), ("code-child", here.as_str()));
        family.send(MINE).await;
        assert_eq!(children(&mut family).await, ["Ana", "Noé", "Zoé"]);
        // A letter in the name of somebody who has an account makes no other, and says how to get in.
        let again = district.code("issue --student p1").await.unwrap();
        assert_eq!((again["codes"].as_u64(), again["have_account"].as_u64()), (Some(1), Some(1)));
    }
}

#[tokio::test]
async fn a_slip_is_found_in_its_group_and_costs_nothing() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 1").await;
        let mut typed: Vec<char> = code(&issued[0]).chars().collect();
        typed[6] = if typed[6] == 'B' { 'C' } else { 'B' };
        let mut family = district.family("203.0.113.1");
        for _ in 0..12 {
            type_code(&mut family, FLOW, &typed.iter().collect::<String>()).await;
            assert_eq!((family.status(), family.wrong()), (422, vec!["code".to_owned()]));
            assert!(body(&family).contains("dans le groupe 2."), "{}", body(&family));
        }
        assert_eq!(type_code(&mut family, FLOW, "BCDF").await.wrong(), ["code"]);
        assert_eq!((district.count("throttles").await, district.count("journeys").await), (0, 0));
        assert_eq!(type_code(&mut family, FLOW, code(&issued[0])).await.shows(), "code-child");
    }
}

/// A right code with its second half changed: a guess that the check symbols do not catch.
fn guess(code: &str, number: usize) -> String {
    let mut others = (0..).map(|seed| crate::codes::Code::new(&crate::random::Random::seeded(seed)).text().expose().to_owned());
    let other = others.nth(number).unwrap();
    format!("{}{}", &code[..9], &other[9..])
}

#[tokio::test]
async fn e08_ten_wrong_tries_kill_a_code_wherever_they_come_from_and_staff_sees_it() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 2").await;
        for number in 0..10 {
            let mut family = district.family(&format!("203.0.113.{}", number + 1));
            type_code(&mut family, FLOW, &guess(code(&issued[0]), number)).await;
            assert_eq!((family.status(), family.wrong()), (422, vec!["code".to_owned()]), "{number}");
        }
        let mut owner = district.family("198.51.100.1");
        assert_eq!(type_code(&mut owner, FLOW, code(&issued[0])).await.shows(), "code");
        assert_eq!(district.count("events WHERE kind = 'code.revoked'").await, 1);
        let listed = district.code("list").await.unwrap();
        let dead = listed.as_array().unwrap().iter().find(|one| one["id"] == issued[0]["id"]).unwrap().clone();
        assert_eq!((dead["state"].as_str(), dead["revoked_why"].as_str()), (Some("revoked"), Some("too-many-tries")));
        assert_eq!(type_code(&mut owner, FLOW, code(&issued[1])).await.shows(), "code-child", "others are untouched");
        // A try that was right is none.
        for _ in 0..12 {
            assert_eq!(type_code(&mut owner, FLOW, code(&issued[1])).await.shows(), "code-child");
        }
    }
}

/// A page without what differs by nature: its forms' token.
fn plain(family: &Family) -> String {
    let answer = family.page.as_ref().unwrap();
    let token = answer.field("csrf").unwrap();
    let headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    format!("{}\n{}\n{}", answer.status, headers.join("\n"), answer.body.replace(&token, "TOKEN"))
}

#[tokio::test]
async fn e10_a_used_replaced_revoked_expired_or_unknown_code_is_one_page_to_the_byte() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 5").await;
        let mut first = district.family("203.0.113.1");
        nameless_to_the_last_look(&mut first, code(&issued[0]), JEAN).await;
        first.send(&[]).await;
        assert_eq!(first.shows(), "enrolled");
        let id = |place: usize| issued[place]["id"].as_str().unwrap();
        let again = district.code(&format!("reprint {}", id(1))).await.unwrap();
        assert_eq!(again["replaced"], 1);
        district.code(&format!("revoke {} --reason lost", id(2))).await.unwrap();
        assert!(district.code(&format!("revoke {}", id(2))).await.is_err(), "once");
        let mut fresh = district.family("203.0.113.9");
        type_code(&mut fresh, FLOW, code(&again["issued"][0])).await;
        assert_eq!(fresh.shows(), "code-child", "the reprint opens");
        let elsewhere = issue(&District::each_empty().await.remove(0).with(HOUSEHOLDS).await, "--student p4 --count 20").await;
        let mut pages = Vec::new();
        let classes = [
            ("used", code(&issued[0]).to_owned()),
            ("replaced", code(&issued[1]).to_owned()),
            ("revoked", code(&issued[2]).to_owned()),
            ("unknown", guess(code(&issued[3]), 77)),
            // Both districts draw the same chance: the twentieth code is none of those here.
            ("of another district", code(&elsewhere[19]).to_owned()),
        ];
        for (number, (class, typed)) in (10..).zip(&classes) {
            let mut family = district.family(&format!("203.0.113.{number}"));
            type_code(&mut family, FLOW, typed).await;
            pages.push((*class, plain(&family), family.agent.cookies().len()));
        }
        // Until the last second it opens; from then on it does not.
        district.clock.advance(Duration::from_secs(21 * 86_400 - 1));
        let mut late = district.family("203.0.113.30");
        assert_eq!(type_code(&mut late, FLOW, code(&issued[4])).await.shows(), "code-child");
        district.clock.advance(Duration::from_secs(1));
        let (mut late, mut other) = (district.family("203.0.113.31"), district.family("203.0.113.32"));
        type_code(&mut late, FLOW, code(&issued[4])).await;
        // The foot of the page says by now when the lists came: as it does to everybody.
        type_code(&mut other, FLOW, &guess(code(&issued[3]), 78)).await;
        assert_eq!((plain(&late), late.agent.cookies().len()), (plain(&other), other.agent.cookies().len()), "expired");
        for (class, page, cookies) in &pages {
            assert!((page, cookies) == (&pages[0].1, &pages[0].2), "{class}: {page}");
        }
        assert_eq!(district.count("throttles WHERE rule = 'code' AND total > 0").await, 6, "each was counted");
    }
}

#[tokio::test]
async fn e13_a_code_of_another_district_opens_nothing_and_counts_against_the_network() {
    let mut districts = districts().await;
    let here = districts.remove(0);
    let there = District::each_empty().await.remove(0).with(HOUSEHOLDS).await;
    let theirs = issue(&there, "--student p4 --count 20").await;
    for (number, issued) in theirs.iter().enumerate() {
        let mut family = here.family("203.0.113.1");
        type_code(&mut family, FLOW, code(issued)).await;
        assert_eq!((family.shows().as_str(), family.status()), ("code", 422), "{number}");
    }
    let own = issue(&here, "--student p1").await;
    let own = code(own.last().unwrap());
    let mut family = here.family("203.0.113.1");
    assert_eq!(type_code(&mut family, FLOW, own).await.shows(), "challenge");
    assert_eq!(type_code(&mut here.family("203.0.113.2"), FLOW, own).await.shows(), "code-child");
}

/// Sends the last form of all at once.
async fn all_at_once(families: Vec<Family>) -> Vec<Family> {
    let sending = families.into_iter().map(|mut family| {
        tokio::spawn(async move {
            family.send(&[]).await;
            family
        })
    });
    let mut done = Vec::new();
    for family in sending.collect::<Vec<_>>() {
        done.push(family.await.unwrap());
    }
    done
}

#[tokio::test]
async fn e11_of_thirty_two_who_race_for_a_code_without_a_name_one_gets_the_account_and_the_others_are_told() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 1").await;
        let mut families = Vec::new();
        for number in 0..32 {
            let mut family = district.family(&format!("203.0.113.{number}"));
            let email = format!("jean{number}@courriel.example");
            nameless_to_the_last_look(&mut family, code(&issued[0]), &[JEAN[0], JEAN[1], ("email", &email)]).await;
            families.push(family);
        }
        let done = all_at_once(families).await;
        let shown = |page: &str| done.iter().filter(|family| family.shows() == page).count();
        assert_eq!((shown("enrolled"), shown("code-over")), (1, 31));
        let loser = done.iter().find(|family| family.shows() == "code-over").unwrap();
        assert!(body(loser).contains("Il vient d’être utilisé"));
        assert_eq!((district.count("accounts").await, district.count("events WHERE kind = 'account.claimed'").await), (1, 1));
        assert_eq!(district.count("current_roster_users WHERE source_id LIKE 'local:%'").await, 1, "nothing half of the others");
        assert_eq!(district.count("current_roster_ties WHERE source_id LIKE 'local:%'").await, 1);
    }
}

#[tokio::test]
async fn e11_of_thirty_two_who_race_for_a_code_with_a_name_one_gets_the_account() {
    for district in districts().await {
        let issued = issue(&district, "--student p1").await;
        let mut families = Vec::new();
        for number in 0..32 {
            let mut family = district.family(&format!("203.0.113.{number}"));
            to_the_last_look(&mut family, of(&issued, "g1")).await;
            families.push(family);
        }
        let done = all_at_once(families).await;
        let shown = |page: &str| done.iter().filter(|family| family.shows() == page).count();
        assert_eq!((shown("enrolled"), shown("code-over")), (1, 31));
        assert_eq!((district.count("accounts").await, district.count("events WHERE kind = 'code.used'").await), (1, 1));
    }
}

#[tokio::test]
async fn e12_two_parents_of_one_child_get_two_accounts_and_one_parent_in_two_browsers_one() {
    for district in districts().await {
        let issued = issue(&district, "--student p1").await;
        let (mut mother, mut father, mut again) =
            (district.family("203.0.113.1"), district.family("203.0.113.2"), district.family("203.0.113.3"));
        to_the_last_look(&mut mother, of(&issued, "g1")).await;
        to_the_last_look(&mut father, of(&issued, "g2")).await;
        to_the_last_look(&mut again, of(&issued, "g1")).await;
        let done = all_at_once(vec![mother, father]).await;
        assert!(done.iter().all(|family| family.shows() == "enrolled"));
        assert_eq!(again.send(&[]).await.shows(), "code-over");
        assert_eq!(district.count("accounts").await, 2);
        let (mut mother, mut father) = (done[0].clone(), done[1].clone());
        assert_eq!(
            (children(&mut mother).await, children(&mut father).await),
            (vec!["Noé".to_owned(), "Zoé".to_owned()], vec!["Zoé".to_owned()])
        );
    }
}

#[tokio::test]
async fn e14_role_school_and_person_come_from_the_row_of_the_code_and_never_from_the_form() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 1").await;
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/guardian-code").await;
        let forged = [("role", "administrator"), ("person", "g1"), ("school", "s9"), ("child", "p1")];
        family.send(&[&[("code", code(&issued[0]))], &forged[..]].concat()).await.send(&[NEW, &forged].concat()).await;
        family.send(&[JEAN, &forged].concat()).await.choose(PASSWORD).await.send(&forged).await;
        assert_eq!(family.shows(), "enrolled");
        let jean = guardian(&district, "jean@courriel.example").await;
        assert_eq!(jean.roles.iter().map(|at| at.role.word()).collect::<Vec<_>>(), ["guardian"]);
        assert_eq!(children(&mut family).await, ["Ana"]);
        // A code that opens a guardian's flow opens no pupil's, and a pupil adds nobody's child to their own account.
        let mut pupil = district.family("203.0.113.2");
        let facts = [("given_name", "Ana"), ("family_name", "Silva"), ("student_number", "0777001")];
        pupil.to_the_end("student-claim", &facts).await;
        let more = issue(&district, "--student p4 --count 1").await;
        type_code(&mut pupil, FLOW, code(&more[0])).await;
        assert!(!body(&pupil).contains("value=\"mine\""));
        pupil.send(MINE).await;
        assert_eq!(pupil.shows(), "about-you");
    }
}

#[tokio::test]
async fn e15_a_cookie_from_before_the_code_was_shown_opens_nothing_after_it() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 1").await;
        let mut victim = district.family("203.0.113.1");
        type_code(&mut victim, FLOW, code(&issued[0])).await;
        let mut attacker = victim.clone();
        victim.send(NEW).await;
        assert_eq!(victim.shows(), "about-you");
        let journey = victim.address.clone();
        assert_eq!(attacker.agent.get(&journey).await.status, StatusCode::CONFLICT);
        assert_eq!(attacker.submit(MINE).await.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn e22_the_last_form_sent_twice_makes_one_account_and_leads_to_one_place() {
    for district in districts().await {
        let issued = issue(&district, "--student p1").await;
        let mut family = district.family("203.0.113.1");
        to_the_last_look(&mut family, of(&issued, "g1")).await;
        let mut twin = family.clone();
        let (first, second) = (family.submit(&[]).await, twin.submit(&[]).await);
        assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        assert_eq!(first.location(), second.location());
        assert_eq!((district.count("accounts").await, district.count("codes WHERE used_at IS NOT NULL").await), (1, 1));
    }
}

#[tokio::test]
async fn e26_what_the_school_changes_on_the_way_ends_the_journey_with_words_and_never_half() {
    for district in districts().await {
        let issued = issue(&district, "--student p1 p4").await;
        let nameless = issue(&district, "--student p4 --count 1").await;
        let (mut mother, mut father, mut jean) =
            (district.family("203.0.113.1"), district.family("203.0.113.2"), district.family("203.0.113.3"));
        to_the_last_look(&mut mother, of(&issued, "g1")).await;
        to_the_last_look(&mut father, of(&issued, "g2")).await;
        nameless_to_the_last_look(&mut jean, code(&nameless[0]), JEAN).await;
        // Paul leaves the roster, Ana leaves the school, and Zoé gets another name: Marie's journey goes on.
        let changed = HOUSEHOLDS.lines().filter(|line| !line.starts_with("g2") && !line.starts_with("p4"));
        let changed: String = changed.map(|line| line.replace("Zoé", "Zoë").replace("\"g1,g2\"", "g1") + "\n").collect();
        district.import(&changed).await;
        assert_eq!(mother.send(&[]).await.shows(), "enrolled");
        assert_eq!(father.send(&[]).await.shows(), "code-over");
        assert_eq!(jean.send(&[]).await.shows(), "code-over");
        assert!(body(&jean).contains("L’école a changé ses listes"));
        assert_eq!((district.count("accounts").await, district.count("codes WHERE used_at IS NOT NULL").await), (1, 1));
        assert_eq!(district.count("current_roster_users WHERE source_id LIKE 'local:%'").await, 0);
    }
}

#[tokio::test]
async fn c18_a_code_that_is_taken_back_on_the_way_says_so_to_its_holder_alone() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 1").await;
        let mut family = district.family("203.0.113.1");
        nameless_to_the_last_look(&mut family, code(&issued[0]), JEAN).await;
        let told = district.code("revoke --school s1 --reason lost").await.unwrap();
        assert_eq!(told["revoked"], 1);
        family.send(&[]).await;
        assert!(family.shows() == "code-over" && body(&family).contains("L’école l’a repris ou remplacé"));
        // A reload, a second tab: the same page. And it leads to a fresh beginning.
        let journey = family.address.clone();
        assert_eq!(family.open(&journey).await.shows(), "code-over");
        assert_eq!(type_code(&mut family, FLOW, code(&issued[0])).await.shows(), "code");
        assert_eq!(district.count("accounts").await, 0);
    }
}

/// Row E27: a tie that somebody's code made is worth what the school lets that guardian see.
#[tokio::test]
async fn e27_what_a_court_takes_from_the_guardian_of_a_code_it_takes_from_whoever_used_it() {
    for district in districts().await {
        // Two records of one Marie: the second is tied to Léa alone.
        let second = "g4,,,true,s1,guardian,marie2,,Marie,D’Arcy-Gagnon,,,marie.deux@courriel.example,,,,,\n";
        district.import(&(HOUSEHOLDS.replace(",,,g3,05", ",,,\"g3,g4\",05") + second)).await;
        let issued = issue(&district, "--student p1 p2").await;
        let mut family = district.family("203.0.113.1");
        to_the_last_look(&mut family, of(&issued, "g1")).await;
        family.send(&[]).await;
        type_code(&mut family, FLOW, of(&issued, "g4")).await.send(MINE).await;
        assert_eq!(children(&mut family).await, ["Léa", "Noé", "Zoé"]);
        district.import(HOUSEHOLDS).await;
        assert_eq!(children(&mut family).await, ["Noé", "Zoé"], "the school ties the second record to nobody any more");
    }
}

#[tokio::test]
async fn e27_a_guardian_whom_a_court_keeps_away_gets_in_by_no_code_of_that_child() {
    for district in districts().await {
        district.shut_records("g2", "p1").await;
        // No letter is made for him, and none to him names the child.
        let issued = issue(&district, "--student p1").await;
        assert_eq!(issued.iter().map(|one| one["guardian_id"].as_str().unwrap()).collect::<Vec<_>>(), ["g1"]);
        let nameless = issue(&district, "--student p1 --count 1").await;
        let mut family = district.family("203.0.113.1");
        type_code(&mut family, FLOW, code(&nameless[0])).await.send(NEW).await;
        family.send(&[("given_name", "paul"), ("family_name", "TREMBLAY"), ("email", "paul.autre@courriel.example")]).await;
        assert_eq!(family.shows(), "code-over");
        assert_eq!(district.cases().await[0]["cause"], "restricted");
        assert_eq!((district.count("accounts").await, district.count("codes WHERE used_at IS NOT NULL").await), (0, 0));
    }
}

#[tokio::test]
async fn e28_no_code_stands_in_the_database_nor_two_groups_of_one_side_by_side() {
    for district in districts().await {
        let issued = issue(&district, "--all --count 3").await;
        let mut family = district.family("203.0.113.1");
        nameless_to_the_last_look(&mut family, code(&issued[0]), JEAN).await;
        family.send(&[]).await;
        for number in 0..3 {
            type_code(&mut family, FLOW, &guess(code(&issued[1]), number)).await;
        }
        let dump = district.dump().await;
        assert!(dump.contains(code(&issued[0]).rsplit('-').next().unwrap()) && dump.len() > 1_000);
        for one in &issued {
            let groups: Vec<&str> = code(one).split('-').collect();
            let secret = one["link"].as_str().unwrap().split("#c=").nth(1).unwrap();
            assert!(!dump.contains(secret) && !dump.contains(code(one)) && !dump.contains(&code(one).replace('-', "")));
            for pair in groups.windows(2) {
                assert!(!dump.contains(&pair.join("-")) && !dump.contains(&pair.concat()), "{pair:?}");
            }
        }
        // The log has the count and who asked, and no more.
        assert_eq!(district.count("events WHERE kind = 'code.issued'").await, 1);
    }
}

#[tokio::test]
async fn e29_looking_at_a_link_uses_nothing_up() {
    for district in districts().await {
        let issued = issue(&district, "--student p1").await;
        let link = issued[0]["link"].as_str().unwrap();
        let (address, secret) = link.split_once("#c=").unwrap();
        assert!(address.ends_with("/enroll/guardian-code") && secret.len() == 43, "the secret is in the fragment: no server is told it");
        let mut scanner = district.family("203.0.113.1");
        for _ in 0..5 {
            scanner.open("/enroll/guardian-code").await;
        }
        assert!(scanner.agent.send(Method::HEAD, "/enroll/guardian-code", &[], None).await.status.is_success());
        assert_eq!(district.count("journeys").await, 0);
        let mut family = district.family("203.0.113.2");
        assert_eq!(type_code(&mut family, FLOW, secret).await.shows(), "code-child");
        let headers = &family.page.as_ref().unwrap().headers;
        assert_eq!(headers.get("referrer-policy").unwrap(), "no-referrer");
    }
}

#[tokio::test]
async fn e01_the_hardened_flow_asks_the_name_of_whom_the_letter_is_for_and_tells_a_wrong_one_nothing() {
    for district in districts().await {
        let issued = issue(&district, "--student p1").await;
        let mut pages = Vec::new();
        for typed in [of(&issued, "g1").to_owned(), guess(of(&issued, "g2"), 5)] {
            let mut family = district.family("203.0.113.1");
            family.open(&format!("/enroll/{STRONG}")).await.send(&[("code", &typed), ("family_name", "Tremblay")]).await;
            assert_eq!(family.wrong(), ["code"]);
            pages.push(plain(&family));
        }
        assert_eq!(pages[0], pages[1]);
        let mut family = district.family("203.0.113.2");
        family.open(&format!("/enroll/{STRONG}")).await;
        family.send(&[("code", of(&issued, "g1")), ("family_name", "d'arcy gagnon")]).await;
        assert_eq!(family.shows(), "code-child");
        family.send(NEW).await.choose(PASSWORD).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        assert_eq!(district.count("sessions WHERE amr = 'kba otp'").await, 1);
    }
}

#[tokio::test]
async fn c07_c09_a_whole_school_is_counted_first_and_made_in_one_step_with_its_letters() {
    for district in districts().await {
        let counted = district.code("issue --school s1 --dry-run").await.unwrap();
        assert_eq!(
            (counted["codes"].as_u64(), counted["pupils"].as_u64(), counted["without_guardian"].as_u64()),
            (Some(3), Some(4), Some(1))
        );
        assert_eq!(district.count("codes").await, 0);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("codes.csv");
        let told = district.code(&format!("issue --school s1 --csv {}", path.display())).await.unwrap();
        assert_eq!((told["codes"].as_u64(), told["issued"].is_null()), (Some(3), true));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let mut rows = csv::Reader::from_path(&path).unwrap();
        let rows: Vec<std::collections::HashMap<String, String>> = rows.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        let luc = rows.iter().find(|row| row["guardian_id"] == "g3").unwrap();
        assert_eq!((luc["children"].as_str(), luc["school"].as_str()), ("Léa Roy", "École des Érables"));
        let mut family = district.family("203.0.113.1");
        assert_eq!(type_code(&mut family, FLOW, &luc["code"]).await.shows(), "code-child");
        // C9: the letters, in the order in which they are handed out, whole before any code is good.
        let pdf = dir.path().join("letters.pdf");
        let told = district.code(&format!("issue --school s1 --letters {} --form two-slips", pdf.display())).await.unwrap();
        assert_eq!((told["codes"].as_u64(), told["replaced"].as_u64()), (Some(3), Some(3)));
        assert_eq!(std::fs::metadata(&pdf).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside them");
        // Asked again, the new ones replace the old ones, all at once.
        assert_eq!(district.code("issue --school s1").await.unwrap()["replaced"], 3);
        assert_eq!(district.code("list --unused").await.unwrap().as_array().unwrap().len(), 3);
        for wrong in ["issue --school s9", "issue --class c9", "issue --student p1 p99", "issue --student p4"] {
            assert!(district.code(wrong).await.is_err(), "{wrong}");
        }
        // A table that cannot be written makes no code good.
        let nowhere = dir.path().join("no/such/folder.csv");
        for file in ["--csv", "--letters"] {
            assert!(district.code(&format!("issue --school s1 {file} {}", nowhere.display())).await.is_err(), "{file}");
        }
        assert_eq!(district.code("list --unused").await.unwrap().as_array().unwrap().len(), 3);
        assert_eq!(district.code("revoke --all-unused").await.unwrap()["revoked"], 3);
    }
}

#[tokio::test]
async fn a16_after_a_while_the_code_is_asked_again_and_what_was_chosen_stays() {
    for district in districts().await {
        let issued = issue(&district, "--student p4 --count 1").await;
        let mut family = district.family("203.0.113.1");
        nameless_to_the_last_look(&mut family, code(&issued[0]), JEAN).await;
        let journey = family.address.clone();
        district.clock.advance(Duration::from_mins(31));
        assert_eq!(family.open(&journey).await.shows(), "code");
        family.send(&[("code", code(&issued[0]))]).await.send(NEW).await;
        assert_eq!(family.shows(), "confirm");
        assert_eq!(family.send(&[]).await.shows(), "enrolled");
    }
}
