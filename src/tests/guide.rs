//! What families find before they ask: the guide, what works at this moment, each child's access, and who answers the
//! telephone (systems.md A2, A11, A12, B15, D1, E1).

use std::time::Duration;

use serde_json::Value;

use super::district::District;
use super::family::{Family, PASSWORD};
use crate::cli::client;
use crate::model::{Language, Letter};
use crate::store::Tx;

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

#[tokio::test]
async fn a11_e01_the_guide_answers_first_and_shows_the_ways_that_are_offered_to_its_reader() {
    for district in District::each_with_families().await {
        let district = district
            .node_with(|_, flows| {
                for flow in flows {
                    flow.listed = ["student-claim", "guardian-code"].contains(&flow.name.as_str());
                }
            })
            .await;
        let mut family = district.family("203.0.113.1");
        family.open("/help/guide").await;
        assert_eq!(family.shows(), "guide");
        let (both, pupils) = ("/enroll/guardian-code", "/enroll/student-claim");
        assert!(body(&family).contains(both) && body(&family).contains(pupils));
        assert!(!body(&family).contains("guardian-invitation"), "only what is offered");
        assert_eq!(body(&family).matches("class=\"button \"").count(), 1, "one button");
        family.open("/help/guide?for=student").await;
        assert!(body(&family).contains(pupils) && !body(&family).contains(both));
        family.open("/help/guide?for=guardian&language=en").await;
        assert!(body(&family).contains(both) && body(&family).contains("<html lang=\"en\">"));
        family.open("/help/guide?for=nobody").await;
        assert!(body(&family).contains(both) && body(&family).contains(pupils));
        // Each page on which somebody may be stuck leads there.
        for address in ["/", "/sign-in", "/recover", "/enroll", "/enroll/student-claim", "/enroll/guardian-code"] {
            family.open(address).await;
            assert!(body(&family).contains("href=\"/help/guide"), "{address}");
        }
    }
}

#[tokio::test]
async fn a12_the_status_page_says_what_works_and_tells_the_hour_of_the_lists() {
    for district in District::each_with_families().await {
        let mut family = district.family("203.0.113.1");
        family.open("/status").await;
        assert_eq!((family.shows().as_str(), family.status()), ("status", 200));
        assert_eq!(body(&family).matches("class=\"no\"").count(), 0);
        let letter = Letter {
            kind: "account-created".to_owned(),
            to: "anne@famille.example".to_owned(),
            language: Language::French,
            data: Value::Null,
            useless_after: None,
        };
        let (tools, now) = (&district.app.tools, district.app.now());
        district.app.store.write(async |tx: &Tx| tx.outbox().add(&letter, &tools.keys, &tools.random, now).await).await.unwrap();
        district.clock.advance(Duration::from_secs(599));
        family.open("/status").await;
        assert_eq!(body(&family).matches("class=\"no\"").count(), 0, "a letter may take a moment");
        district.clock.advance(Duration::from_secs(2));
        family.open("/status").await;
        assert_eq!(body(&family).matches("class=\"no\"").count(), 1, "mail is late, everything else works");
        assert!(!body(&family).contains("anne@"));
    }
}

#[tokio::test]
async fn b15_the_telephones_of_the_district_and_of_ones_schools_stand_on_every_page() {
    for district in District::each_with_families().await {
        let district = district.node_with(|tools, _| tools.config.district.telephones = vec!["613-555-0142".to_owned()]).await;
        let number = "<a href=\"tel:6135550142\">613-555-0142</a>";
        let mut family = district.family("203.0.113.1");
        for address in ["/", "/sign-in", "/enroll/student-claim", "/help", "/nowhere"] {
            family.open(address).await;
            assert!(body(&family).contains(number), "{address}");
        }
        let set = "UPDATE roster_orgs SET phone = '+1 613 555 0199' WHERE source_id = 's1'";
        district.sql(set).await;
        family.open("/sign-in").await;
        assert!(!body(&family).contains("0199"), "nobody is signed in");
        let mut anne = district.family("203.0.113.3");
        joined(&district, &mut anne, "g01").await;
        anne.open("/account/children").await;
        assert!(body(&anne).split("<footer").next().unwrap().contains("tel:+16135550199"), "beside the child");
        let mut pupil = district.family("203.0.113.2");
        pupil.to_the_end("student-claim", LEA).await;
        pupil.open("/").await;
        assert!(body(&pupil).contains("tel:+16135550199") && body(&pupil).contains("École des Érables"));
    }
}

#[tokio::test]
async fn a02_a_guardian_sees_of_each_child_whether_it_can_get_in_and_of_no_other() {
    for district in District::each_with_families().await {
        let mut anne = district.family("203.0.113.1");
        anne.open("/account/check").await;
        assert_eq!(anne.shows(), "sign-in", "only for whoever is signed in");
        joined(&district, &mut anne, "g01").await;
        anne.open("/account/check").await;
        let count = |family: &Family| (body(family).matches("class=\"yes\"").count(), body(family).matches("class=\"no\"").count());
        assert_eq!(count(&anne), (0, 6), "two children, three answers each");
        assert!(body(&anne).contains("Léa Roy") && body(&anne).contains("Noé Roy") && !body(&anne).contains("Zoé"));
        assert!(body(&anne).contains("href=\"/enroll/student-claim\""), "and what to do");
        district.family("203.0.113.2").to_the_end("student-claim", LEA).await;
        anne.open("/account/check").await;
        assert_eq!(count(&anne), (3, 3));
        assert!(body(&anne).contains("class=\"done\""));
        // What a court takes away is gone from the next request on (E27).
        district.forbid(&district.guardian("anne@famille.example", "Anne").await).await;
        anne.open("/account/check").await;
        assert_eq!(count(&anne), (0, 0));
        assert!(!body(&anne).contains("Léa"));
    }
}

#[tokio::test]
async fn b02_the_home_page_offers_the_apps_of_the_readers_schools_and_of_the_childrens() {
    for district in District::each_with_families().await {
        for (name, schools) in [("everywhere", ""), ("maples", "--school s1"), ("brook", "--school s2")] {
            register(&district, &format!("--name {name} --launch-url https://{name}.example/ --redirect-uri https://a.example/ {schools}"))
                .await;
        }
        let apps =
            |family: &Family| ["everywhere", "maples", "brook"].map(|name| body(family).contains(&format!("https://{name}.example/")));
        let mut lea = district.family("203.0.113.1");
        lea.to_the_end("student-claim", LEA).await.open("/").await;
        assert_eq!(apps(&lea), [true, true, false]);
        // Noé changes to the school at the brook: his parent is offered its apps too, and Léa is not.
        let moved = "UPDATE roster_roles SET org_source = 's2' WHERE user_source = 'c02'";
        district.sql(moved).await;
        let mut anne = district.family("203.0.113.2");
        joined(&district, &mut anne, "g01").await;
        anne.open("/").await;
        assert_eq!(apps(&anne), [true, true, true]);
        lea.open("/").await;
        assert_eq!(apps(&lea), [true, true, false]);
    }
}

#[tokio::test]
async fn b02_schools_offer_an_app_and_shut_it_to_others_only_where_the_district_says_so() {
    for district in District::each_with_families().await {
        let told = register(&district, "--name A --client-id a --redirect-uri https://a.example/ --school s1").await;
        assert_eq!(told["only_these_schools"], false);
        let told = change(&district, "a --only-these-schools").await;
        assert_eq!(told["only_these_schools"], true);
        assert_eq!(change(&district, "a --school s2").await["only_these_schools"], true, "what is shut stays shut");
        assert_eq!(change(&district, "a --other-schools-too").await["only_these_schools"], false);
        let told = register(&district, "--name B --redirect-uri https://a.example/ --school s1 --only-these-schools").await;
        assert_eq!(told["only_these_schools"], true);
    }
}

/// The guardian with this id joins by the code of a letter.
async fn joined(district: &District, family: &mut Family, source: &str) {
    let told = district.code(&format!("issue --guardian {source}")).await.unwrap();
    let code = told["issued"][0]["code"].as_str().unwrap().to_owned();
    family.open("/enroll/guardian-code").await.send(&[("code", &code)]).await.send(&[("account", "new")]).await;
    family.choose(PASSWORD).await.send(&[]).await;
    assert_eq!(family.shows(), "enrolled");
}

async fn register(district: &District, words: &str) -> Value {
    client(district, &format!("register {words}")).await
}

async fn change(district: &District, words: &str) -> Value {
    client(district, &format!("update {words}")).await
}

/// What `preau client` says.
async fn client(district: &District, words: &str) -> Value {
    let asked: Asked = clap::Parser::try_parse_from(std::iter::once("client").chain(words.split_whitespace())).unwrap();
    client::run(asked.command, &district.app.store, super::relying_party::maker(&district.app), district.app.now()).await.unwrap()
}

#[derive(clap::Parser)]
struct Asked {
    #[command(subcommand)]
    command: client::Command,
}

/// As her report card has them.
const LEA: &[(&str, &str)] = &[("given_name", "Léa"), ("family_name", "Roy"), ("student_number", "0100001")];
