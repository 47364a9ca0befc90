//! The lists of the school (A4, A46), on both databases: the server imports them by its schedule, and families who were
//! not found in them wait for the next ones.

use std::path::Path;
use std::time::Duration;

use super::district::{District, LEA, PUPILS};
use crate::config::Config;
use crate::serve::imports::{Came, by_schedule};
use crate::store::{StoreError, Tx};
use crate::{cli, enrollment::waiting};

const FLOW: &str = "student-claim";
const NEW: &[(&str, &str)] = &[("given_name", "Inès"), ("family_name", "Nadeau"), ("student_number", "0500500")];
const WITH_INES: &str = "p9,,,true,s1,student,ine,,Inès,Nadeau,,0500500,,,,,05,\n";
const HEAD: &str = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                    identifier,email,sms,phone,agentSourcedIds,grades,password\n";

fn write_export(folder: &Path, users: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,École des Érables,school,,\n";
    std::fs::write(folder.join("orgs.csv"), orgs).unwrap();
    std::fs::write(folder.join("users.csv"), format!("{HEAD}{users}")).unwrap();
}

/// A district that imports this folder at six and at seven.
async fn scheduled(district: &District, folder: &Path) -> District {
    let schedule = |config: &mut Config| {
        config.roster.schedule.path = Some(folder.to_owned());
        config.roster.schedule.at = vec!["06:00".to_owned(), "09:00".to_owned()];
        config.roster.schedule.tell = vec!["listes@ecole.example".to_owned()];
    };
    district.node_with(|tools, _| schedule(&mut tools.config)).await
}

#[tokio::test]
async fn a04_the_server_imports_the_lists_by_itself_once_and_when_they_changed() {
    for district in District::each_empty().await {
        let dir = tempfile::tempdir().unwrap();
        write_export(dir.path(), PUPILS);
        let (node, other) = (scheduled(&district, dir.path()).await, scheduled(&district, dir.path()).await);
        assert_eq!(by_schedule(&district.app).await.unwrap(), None, "no schedule, no import");
        let (one, two) = tokio::join!(by_schedule(&node.app), by_schedule(&other.app));
        let mut came = [one.unwrap(), two.unwrap()];
        came.sort_by_key(Option::is_some);
        assert_eq!(came, [None, Some(Came::Applied)], "of two nodes one does it");
        assert_eq!(node.pupil("0123456").await.given_name, "Zoé");
        assert_eq!(by_schedule(&node.app).await.unwrap(), None, "its hour is taken");
        district.clock.advance(Duration::from_hours(1));
        assert_eq!(by_schedule(&node.app).await.unwrap(), Some(Came::SameFiles));
        district.clock.advance(Duration::from_hours(21));
        write_export(dir.path(), &format!("{PUPILS}{WITH_INES}"));
        assert_eq!(by_schedule(&other.app).await.unwrap(), Some(Came::Applied));
        assert_eq!(node.pupil("0500500").await.given_name, "Inès");
        let told = cli::roster::schedule(&node.app.tools.config, &node.app.store, node.app.now()).await.unwrap().json;
        assert_eq!((told["result"].as_str(), told["scheduled"].as_bool()), (Some("applied"), Some(true)));
        assert!(node.letters().await.is_empty());
    }
}

#[tokio::test]
async fn a04_what_does_not_go_through_is_told_once_and_stands_in_the_history() {
    for district in District::each_empty().await {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("export");
        let node = scheduled(&district, &folder).await;
        assert_eq!(by_schedule(&node.app).await.unwrap(), Some(Came::Refused), "there is nothing");
        let letters = node.letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!((letters[0].kind.as_str(), letters[0].to.as_str()), ("roster-import-trouble", "listes@ecole.example"));
        let history = node.app.store.read().imports().history(10).await.unwrap();
        assert_eq!((history[0].state.as_str(), history[0].source.as_str()), ("refused", "export"));
        assert!(history[0].summary["why"].as_str().unwrap().contains("cannot be read"));
        district.clock.advance(Duration::from_hours(1));
        assert_eq!(by_schedule(&node.app).await.unwrap(), Some(Came::SameFiles), "still nothing: told once");
        write_export(&folder, PUPILS);
        district.clock.advance(Duration::from_hours(21));
        assert_eq!(by_schedule(&node.app).await.unwrap(), Some(Came::Applied));
        // Half of the pupils would leave: somebody must look.
        write_export(&folder, &PUPILS.lines().take(4).map(|line| format!("{line}\n")).collect::<String>());
        district.clock.advance(Duration::from_hours(3));
        assert_eq!(by_schedule(&node.app).await.unwrap(), Some(Came::Held));
        let letters = node.letters().await;
        assert_eq!((letters.len(), letters[1].data["held"].as_bool()), (2, Some(true)));
        assert_eq!(node.app.store.read().imports().history(1).await.unwrap()[0].state, "held");
        assert_eq!(node.pupil("0123456").await.given_name, "Zoé");
    }
}

#[tokio::test]
async fn a04_whoever_was_not_found_is_written_to_after_the_next_lists_and_the_address_is_gone() {
    for district in District::each().await {
        let dir = tempfile::tempdir().unwrap();
        let node = scheduled(&district, dir.path()).await;
        let mut family = node.family("203.0.113.1");
        family.claim(FLOW, NEW).await;
        assert_eq!(family.shows(), "not-matched");
        let body = family.page.as_ref().unwrap().body.clone();
        assert!(body.contains("id=\"write-to-me\"") && !body.contains("id=\"newer\""));
        assert!(body.contains("aujourd’hui à 9\u{a0}h"), "the hour of the next lists");
        family.open("/enroll/write-to-me").await;
        assert_eq!(family.shows(), "write-to-me");
        family.send(&[("email", "ines@")]).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["email".to_owned()]));
        family.send(&[("email", "parent@courriel.example")]).await;
        assert_eq!(family.shows(), "write-to-me-sent");
        assert_eq!(node.count("list_waiters").await, 1);
        assert!(!node.texts("events", &["kind", "detail"]).await.contains("parent@"), "the address stands nowhere else");
        assert_eq!(waiting::tell(&node.app).await.unwrap(), 0, "nothing came yet");
        node.import(&format!("{PUPILS}{WITH_INES}")).await;
        assert_eq!(waiting::tell(&node.app).await.unwrap(), 1);
        assert_eq!((waiting::tell(&node.app).await.unwrap(), node.count("list_waiters").await), (0, 0));
        let letter = node.letters().await.pop().unwrap();
        assert_eq!((letter.kind.as_str(), letter.to.as_str()), ("lists-came", "parent@courriel.example"));
        assert!(!letter.data.to_string().contains("Inès"), "it says nothing of anybody: {}", letter.data);
        // In the browser that began: the page says so, and the letter leads to what was typed.
        let neutral = family.address.clone();
        assert_eq!(family.open(&neutral).await.shows(), "write-to-me-sent");
        let link = letter.data["link"].as_str().unwrap().split_once("//").unwrap().1.split_once('/').unwrap().1;
        family.open(&format!("/{link}")).await;
        assert_eq!(family.shows(), "roster-match");
        assert!(family.page.as_ref().unwrap().body.contains("value=\"Nadeau\""));
        assert_eq!(family.send(NEW).await.shows(), "new-password", "the claim goes on");
        // In any other: the flow from its beginning.
        let mut other = node.family("203.0.113.2");
        other.open(&format!("/{link}")).await;
        assert_eq!(other.shows(), "roster-match");
        assert!(!other.page.as_ref().unwrap().body.contains("Nadeau"));
    }
}

#[tokio::test]
async fn a04_the_letter_leaves_whether_the_claim_would_match_or_not() {
    for district in District::each().await {
        let wrong = [("given_name", "Zoé"), ("family_name", "Personne"), ("student_number", "0123456")];
        for (number, facts) in [(1, NEW), (2, &wrong[..])] {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.claim(FLOW, facts).await;
            family.open("/enroll/write-to-me").await.send(&[("email", &format!("p{number}@courriel.example"))]).await;
            assert_eq!(family.shows(), "write-to-me-sent");
        }
        district.import(&format!("{PUPILS}{WITH_INES}")).await;
        assert_eq!(waiting::tell(&district.app).await.unwrap(), 2);
        let letters = district.letters().await;
        let without_id = |at: usize| letters[at].data["link"].as_str().unwrap().split('=').next().unwrap().to_owned();
        assert_eq!((without_id(0), &letters[0].data["answered"]), (without_id(1), &letters[1].data["answered"]));
    }
}

#[tokio::test]
async fn a46_the_page_says_that_new_lists_came_whatever_they_hold() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(FLOW, NEW).await;
        let (journey, number) = (family.address.clone(), family.text("case-number"));
        district.import(&PUPILS.replace("Léa", "Lea")).await;
        family.open(&journey).await;
        assert_eq!((family.shows().as_str(), family.text("case-number")), ("not-matched", number), "the number stays");
        assert!(family.page.as_ref().unwrap().body.contains("id=\"newer\""));
        // What is typed next is told by the lists of now.
        family.open(&format!("{journey}?correct=1")).await.send(NEW).await;
        assert!(!family.page.as_ref().unwrap().body.contains("id=\"newer\""));
    }
}

#[tokio::test]
async fn a46_once_the_school_has_answered_the_case_the_family_hears_and_goes_on() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        let slip = [("given_name", "Léa"), ("family_name", "Royer"), ("student_number", "0123457")];
        family.claim(FLOW, &slip).await;
        let number = family.text("case-number").unwrap();
        family.open("/enroll/write-to-me").await.send(&[("email", "lea@courriel.example")]).await;
        // Her father tried too: what answers the one answers the other.
        let mut father = district.family("203.0.113.2");
        father.claim(FLOW, &slip).await.open("/enroll/write-to-me").await.send(&[("email", "luc@courriel.example")]).await;
        district.claim(cli::claim::Command::Reset { number }).await;
        let letters = district.letters().await;
        assert_eq!((letters.len(), district.count("list_waiters").await), (2, 0));
        let letter = letters.into_iter().find(|letter| letter.to.starts_with("lea")).unwrap();
        assert_eq!((letter.kind.as_str(), letter.data["answered"].as_bool()), ("lists-came", Some(true)));
        let link = letter.data["link"].as_str().unwrap().split_once("//").unwrap().1.split_once('/').unwrap().1.to_owned();
        family.open(&format!("/{link}")).await;
        assert_eq!(family.send(LEA).await.shows(), "new-password");
    }
}

#[tokio::test]
async fn r06_a_mailbox_waits_once_and_nobody_without_a_claim_can_name_one() {
    for district in District::each().await {
        let mut stranger = district.family("203.0.113.9");
        assert_eq!(stranger.open("/enroll/write-to-me").await.shows(), "enroll");
        for number in 1..=6 {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.claim(FLOW, &[("given_name", "X"), ("family_name", "Y"), ("student_number", &format!("9{number}"))]).await;
            family.open("/enroll/write-to-me").await.send(&[("email", "Victime@courriel.example")]).await;
            assert_eq!(family.shows(), "write-to-me-sent", "the same page, also for one too many");
        }
        assert_eq!(district.count("list_waiters").await, 1);
        // Nobody waits for ever.
        let later = district.app.now() + Duration::from_hours(31 * 24);
        let forget = async |tx: &Tx| waiting::forget(tx, later).await;
        district.app.store.write(forget).await.map_err(|error: StoreError| error).unwrap();
        assert_eq!(district.count("list_waiters").await, 0);
    }
}

#[tokio::test]
async fn e01_where_pages_do_not_say_who_was_found_the_offer_does_not_either() {
    for district in District::each_with_families().await {
        let schools = district.app.store.read().people().schools().await.unwrap();
        let ruisseau = schools.iter().find(|school| school.name.contains("Ruisseau")).unwrap().id.to_string();
        let mut seen = Vec::new();
        for (number, birth_date) in [(1, "2015-01-02"), (2, "2001-01-01")] {
            let mut family = district.family(&format!("203.0.113.{number}"));
            let facts = [
                ("email", "anne@famille.example"),
                ("given_name", "Anne"),
                ("family_name", "Roy-Côté"),
                ("birth_date", birth_date),
                ("school", ruisseau.as_str()),
                ("civic_number", "2445"),
            ];
            family.claim("parent-portal", &facts).await;
            assert_eq!(family.shows(), "check-mail");
            let journey = family.address.rsplit('/').next().unwrap().to_owned();
            family.open("/enroll/write-to-me").await;
            let offer = family.shows();
            family.open(&format!("/enroll/parent-portal?again={journey}")).await;
            seen.push((offer, family.shows(), family.address.starts_with("/enroll")));
        }
        assert_eq!(district.cases().await.len(), 1, "one of them was not matched");
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].0, "enroll");
    }
}
