//! What a claim tells a stranger, and how often somebody may try: rows E01, E04, E05, E14 and the staff's way out
//! (`preau claim reset`), on both databases and on more than one node.

use std::time::Duration;

use super::district::{District, LEA, ZOE};
use super::family::Family;
use crate::cli::claim::{self, Command};
use crate::limits::{self, Rule};
use crate::model::Hash;

const STRONG: &str = "student-claim-strong";
const DAY: (&str, &str) = ("birth_date", "2014-03-04");

/// The facts of somebody, with one of them changed.
fn but(facts: &[(&'static str, &'static str)], field: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    facts.iter().map(|(name, old)| (*name, if *name == field { value } else { *old })).collect()
}

fn zoe() -> Vec<(&'static str, &'static str)> {
    [ZOE, &[DAY]].concat()
}

/// A page without what differs by nature: the case's number and the journey's address.
fn plain(family: &Family) -> String {
    let answer = family.page.as_ref().unwrap();
    let (journey, case) = (family.address.rsplit('/').next().unwrap(), family.text("case-number").unwrap());
    let body = answer.body.replace(journey, "JOURNEY").replace(&case, "CASE");
    let headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    format!("{}\n{}\n{body}", answer.status, headers.join("\n"))
}

#[tokio::test]
async fn e01_whatever_stands_in_the_way_the_page_is_the_same_to_the_byte() {
    for district in District::each().await {
        district.family("203.0.113.90").to_the_end("student-claim", LEA).await;
        let noe = [("given_name", "Noé"), ("family_name", "D’Arcy"), ("student_number", "200300"), ("birth_date", "2014-07-08")];
        district.family("203.0.113.91").to_the_end("student-claim", &noe[..3]).await;
        district.shut(&district.account("200300").await.unwrap()).await;
        let lea = [LEA, &[("birth_date", "2014-05-06")]].concat();
        let marie = [("given_name", "Marie"), ("family_name", "Roy"), ("student_number", "0888001"), ("birth_date", "2014-09-09")];
        let classes: Vec<(&str, Vec<(&str, &str)>)> = vec![
            (
                "no-record",
                but(&zoe(), "student_number", "0999999")
                    .into_iter()
                    .map(|(n, v)| if n == "family_name" { (n, "Inconnu") } else { (n, v) })
                    .collect(),
            ),
            ("other-number", but(&zoe(), "student_number", "0999998")),
            ("other-name", but(&zoe(), "family_name", "Personne")),
            ("name-differs", but(&zoe(), "family_name", "Trembley-Gagnon")),
            ("wrong-birth-date", but(&zoe(), "birth_date", "2014-04-03")),
            ("ambiguous", marie.to_vec()),
            ("already-claimed", lea),
            ("disabled", noe.to_vec()),
        ];
        let mut seen = Vec::new();
        for (number, (cause, facts)) in (1..).zip(classes) {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.claim(STRONG, &facts).await;
            assert_eq!(district.cases().await[0]["cause"], cause);
            seen.push((cause, plain(&family), family.agent.cookies().len()));
            // The same instant, the next case: the queue tells the latest first.
            district.clock.advance(Duration::from_secs(1));
        }
        // The record is closed by now: the right facts, not judged any more.
        for _ in 0..6 {
            district.family("203.0.113.52").claim(STRONG, &but(&zoe(), "birth_date", "2013-01-02")).await;
        }
        district.clock.advance(Duration::from_secs(1));
        let mut throttled = district.family("203.0.113.53");
        throttled.claim(STRONG, &zoe()).await;
        assert_eq!(district.cases().await[0]["cause"], "throttled");
        seen.push(("throttled", plain(&throttled), throttled.agent.cookies().len()));
        let (_, first, cookies) = &seen[0];
        assert!(first.contains("JOURNEY") && first.contains("CASE") && first.contains("content-length"), "{first}");
        for (cause, page, held) in &seen[1..] {
            assert_eq!(page, first, "{cause}");
            assert_eq!(held, cookies, "{cause}");
        }
    }
}

/// Each right claim may cost the hash of a password: whoever knows one pupil's facts cannot have them made without end.
#[tokio::test]
async fn i06_nobody_begins_a_claim_without_end() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        for number in 1..=40 {
            assert_eq!(family.claim("student-claim", ZOE).await.shows(), "new-password", "{number}");
        }
        assert_eq!(family.claim("student-claim", ZOE).await.shows(), "not-matched");
        assert_eq!(counted(&district).await, 0, "a right claim is no try");
        district.clock.advance(Duration::from_hours(1));
        assert_eq!(family.claim("student-claim", ZOE).await.shows(), "new-password");
    }
}

/// Row E04: the sixth try with correct data, from another network, after a restart, on another node.
#[tokio::test]
async fn e04_after_five_tries_not_even_the_right_facts_are_judged_until_tomorrow() {
    for district in District::each().await {
        for number in 1..=5 {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.claim(STRONG, &but(&zoe(), "birth_date", "2013-01-01")).await;
            assert_eq!(family.shows(), "not-matched");
        }
        assert_eq!(district.family("198.51.100.1").claim(STRONG, &zoe()).await.shows(), "not-matched");
        let node = district.node().await;
        assert_eq!(node.family("198.51.100.2").claim(STRONG, &zoe()).await.shows(), "not-matched");
        assert_eq!(node.cases().await.iter().filter(|case| case["cause"] == "throttled").count(), 2);
        // Every form of the number is the same record, and so is the other flow.
        for (form, network) in [("S0123456", "198.51.100.3"), ("123456", "198.51.100.4"), ("O123456", "198.51.100.5")] {
            let facts = but(ZOE, "student_number", form);
            assert_eq!(node.family(network).claim("student-claim", &facts).await.shows(), "not-matched", "{form}");
        }
        // Other records are untouched.
        let lea = [LEA, &[("birth_date", "2014-05-06")]].concat();
        assert_eq!(node.family("198.51.100.6").claim(STRONG, &lea).await.shows(), "new-password");
        district.clock.advance(Duration::from_hours(24));
        assert_eq!(node.family("198.51.100.7").claim(STRONG, &zoe()).await.shows(), "new-password");
    }
}

#[tokio::test]
async fn e04_a_number_that_nobody_has_is_counted_too() {
    for district in District::each().await {
        for number in 1..=6 {
            let facts = but(&zoe(), "student_number", if number % 2 == 0 { "S0555555" } else { "555555" });
            district.family(&format!("203.0.113.{number}")).claim(STRONG, &facts).await;
        }
        assert_eq!(district.cases().await.iter().filter(|case| case["cause"] == "throttled").count(), 1);
    }
}

#[tokio::test]
async fn e04_two_hundred_wrong_claims_on_one_record_are_five_a_day_and_twenty_in_all_until_staff_resets() {
    for district in District::each().await {
        let wrong = but(&zoe(), "birth_date", "2013-01-01");
        let mut family = district.family("203.0.113.1");
        family.claim(STRONG, &wrong).await;
        let journey = family.address.clone();
        let mut judged = vec![counted(&district).await];
        for number in 2..=200 {
            if number % 20 == 1 {
                judged.push(counted(&district).await);
                district.clock.advance(Duration::from_hours(24));
                family.open(&journey).await;
            }
            family.open(&format!("{journey}?correct=1")).await;
            if family.shows() != "roster-match" {
                family.claim(STRONG, &wrong).await;
            } else {
                family.send(&wrong).await;
            }
            assert_eq!(family.shows(), "not-matched", "{number}");
        }
        assert_eq!(judged, [1, 5, 10, 15, 20, 20, 20, 20, 20, 20]);
        let seen = district.app.store.read().throttles().seen(Rule::RecordClaim.bounds().word, &subject(&district).await).await.unwrap();
        assert_eq!(seen, 200);
        district.clock.advance(Duration::from_hours(24 * 30));
        let mut right = district.family("198.51.100.1");
        right.claim(STRONG, &zoe()).await;
        assert_eq!(right.shows(), "not-matched", "closed until somebody looks at it");
        let number = right.text("case-number").unwrap();
        assert_eq!(district.claim(Command::Reset { number: number.replace('-', " ") }).await["reset"], number.as_str());
        assert!(district.cases().await.is_empty(), "the cases of the record are answered with it");
        assert_eq!(district.count("events WHERE kind = 'claim.reset'").await, 1);
        right.claim(STRONG, &zoe()).await;
        assert_eq!(right.shows(), "new-password");
    }
}

#[tokio::test]
async fn e05_a_network_that_fails_on_many_records_must_wait_and_others_need_not() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        for number in 0..20_usize {
            let typed = format!("06000{number:02}");
            let facts = [("given_name", "Zoé"), ("family_name", "Roy"), ("student_number", typed.as_str())];
            assert_eq!(family.claim("student-claim", &facts).await.shows(), "not-matched", "{number}");
        }
        family.open("/enroll/student-claim").await;
        let taken = district.count("throttles").await;
        family.send(ZOE).await;
        assert_eq!(family.shows(), "challenge");
        assert_eq!(district.count("throttles").await, taken, "the challenge comes before the try");
        assert_eq!(district.family("198.51.100.1").claim("student-claim", LEA).await.shows(), "new-password");
        // The page waits by itself, and then shows the form with what was typed.
        let body = family.page.as_ref().unwrap().body.clone();
        let (before, after) = body.split_once("?ticket=").unwrap();
        let journey = before.rsplit('/').next().unwrap().to_owned();
        let ticket = after.split('"').next().unwrap().to_owned();
        family.open(&format!("/flow/{journey}?ticket={ticket}")).await;
        assert_eq!(family.shows(), "roster-match");
        assert!(family.page.as_ref().unwrap().body.contains("value=\"Tremblay-Gagnon\""));
        assert_eq!(family.send(ZOE).await.shows(), "challenge", "it was not waited for");
        district.clock.advance(Duration::from_secs(10));
        family.open(&format!("/flow/{journey}?ticket={ticket}")).await;
        assert_eq!(family.send(ZOE).await.shows(), "new-password");
    }
}

#[tokio::test]
async fn d07_a_school_that_claims_by_hundreds_behind_one_address_waits_for_nothing() {
    for district in District::each_empty().await {
        let pupils: String = (100..180).map(|n| format!("q{n},,,true,s1,student,q{n},,Prénom{n},Famille{n},,0{n}00,,,,,05,\n")).collect();
        district.import(&pupils).await;
        for number in 100..180 {
            let (given, family, typed) = (format!("prenom{number}"), format!("famille{number}"), format!("{number}00"));
            let facts = [("given_name", given.as_str()), ("family_name", family.as_str()), ("student_number", typed.as_str())];
            let mut browser = district.family("203.0.113.7");
            assert_eq!(browser.claim("student-claim", &facts).await.shows(), "new-password", "{number}");
        }
    }
}

#[tokio::test]
async fn a45_a46_the_school_finds_the_case_by_its_number_with_what_was_typed_and_what_it_has() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        let slip = but(ZOE, "student_number", "0123465");
        family.claim("student-claim", &slip).await;
        let number = family.text("case-number").unwrap();
        assert!(family.page.as_ref().unwrap().body.contains(&format!("/help?case={number}")), "and a door to a person");
        let shown = district.claim(Command::Show { number: number.clone() }).await;
        assert_eq!((&shown["cause"], &shown["tries"]), (&"other-number".into(), &1.into()));
        assert_eq!(shown["typed"]["student_number"], "0123465");
        assert_eq!((&shown["roster"]["student_number"], &shown["roster"]["school"]), (&"0123456".into(), &"École des Érables".into()));
        assert_eq!(shown["may_be"][0]["given_name"], "Zoé");
        assert!(shown["roster"]["birth_date"].is_null(), "what was not asked is not told");
        let text = claim::said(shown).text;
        for said in [number.as_str(), "other-number", "Zoé Tremblay-Gagnon, 0123465", "0123456, École des Érables", "account: none"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert_eq!(claim::said(district.claim(Command::List(claim::List { most: 5 })).await).text.lines().count(), 3);
        let typed: Vec<u8> = district.app.store.read().cases().by_number(&number).await.unwrap().unwrap().typed;
        assert!(!String::from_utf8_lossy(&typed).contains("Tremblay"), "what was typed is sealed");
        let unknown =
            claim::run(Command::Show { number: "0000-0000".to_owned() }, &district.app.store, &district.app.tools, district.app.now());
        assert!(unknown.await.unwrap_err().to_string().contains("0000-0000"));
    }
}

async fn subject(district: &District) -> Hash {
    limits::subject_of_record(&district.app.tools.keys, district.pupil("0123456").await.id)
}

/// The tries that were judged so far.
async fn counted(district: &District) -> u32 {
    let counted = district.app.store.read().throttles().look(Rule::RecordClaim.bounds().word, &subject(district).await).await.unwrap();
    counted.map_or(0, |counted| counted.total)
}
