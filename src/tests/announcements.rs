//! Messages of the school (C21 to C24), on both databases: whom they reach, whom they do not, and the inbox.

use clap::Parser;
use serde_json::Value;

use super::district::District;
use super::family::{Family, PASSWORD};
use crate::account::announcing;
use crate::cli::announce;
use crate::model::{Letter, PersonId};
use crate::store::{Tx, testing};

#[derive(Parser)]
struct Words {
    #[command(flatten)]
    asked: announce::Announce,
}

const MESSAGE: &str = "[fr]\nsubject = \"Sortie <demain>\"\ntext = \"\"\"\nBonjour,\nla sortie est demain.\n\nN'oubliez rien & merci.\n\"\"\"\n\
                       [en]\nsubject = \"Trip tomorrow\"\ntext = \"Hello\"\n";

/// What `preau announce` says to these words, with the message of a file.
async fn announce(district: &District, words: &str) -> Result<Value, announce::Failed> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("message.toml");
    std::fs::write(&file, MESSAGE).unwrap();
    let words = format!("--message {} {words}", file.display());
    let asked = Words::try_parse_from(std::iter::once("announce").chain(words.split_whitespace())).unwrap().asked;
    announce::run(asked, &district.app, &|_| {}).await.map(|answer| answer.json)
}

/// Opens the account of a guardian by a code, and signs in.
async fn joins(district: &District, source: &str, network: &str) -> Family {
    let issued = district.code(&format!("issue --guardian {source}")).await.unwrap();
    let mut family = district.family(network);
    family.open("/enroll/guardian-code").await.send(&[("code", issued["issued"][0]["code"].as_str().unwrap())]).await;
    family.send(&[("new", "yes")]).await;
    family.choose(PASSWORD).await.send(&[]).await;
    assert_eq!(family.shows(), "enrolled");
    family
}

async fn copies(district: &District) -> Vec<Letter> {
    let mut letters = district.letters().await;
    letters.retain(|letter| letter.kind == "announcement");
    letters.sort_by(|one, other| one.to.cmp(&other.to));
    letters
}

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

#[tokio::test]
async fn c24_the_sender_hears_how_many_are_reached_and_how_the_others_get_an_account() {
    for district in District::each_with_families().await {
        let nobody = announce(&district, "--to guardians").await.unwrap_err();
        assert!(nobody.to_string().contains("nobody would be reached"), "{nobody}");
        joins(&district, "g01", "203.0.113.1").await;
        joins(&district, "g02", "203.0.113.2").await;
        let looked = announce(&district, "--to guardians --school s1 --dry-run").await.unwrap();
        assert_eq!((looked["people"].as_i64(), looked["reached"].as_i64(), looked["by_mail"].as_i64()), (Some(5), Some(2), Some(2)));
        assert_eq!(looked["guardians_without_account"], 3);
        let commands: Vec<&str> = looked["for_the_others"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(commands, ["preau code issue --school s1 --letters letters.pdf", "preau invite --school s1"]);
        assert_eq!(district.count("announcements").await + district.count("inbox").await, 0, "nothing was sent");
        let both = announce(&district, "--to both --dry-run").await.unwrap();
        assert_eq!((both["people"].as_i64(), both["pupils_without_account"].as_i64()), (Some(8), Some(3)));
    }
}

#[tokio::test]
async fn c22_a_guardian_who_may_not_be_written_to_about_a_child_is_not() {
    for district in District::each_with_families().await {
        joins(&district, "g01", "203.0.113.1").await;
        joins(&district, "g02", "203.0.113.2").await;
        joins(&district, "g05", "203.0.113.3").await;
        district.forbid(&district.guardian("marc@famille.example", "Marc").await).await;
        district.silence("g05", "c03").await;
        let sent = announce(&district, "--to guardians").await.unwrap();
        assert_eq!((sent["reached"].as_i64(), sent["not_allowed"].as_i64()), (Some(1), Some(2)));
        let to: Vec<String> = copies(&district).await.into_iter().map(|letter| letter.to).collect();
        assert_eq!(to, ["Anne@Famille.example"]);
        // Of one grade: Noé is in the second.
        let second = announce(&district, "--to guardians --grade 2").await.unwrap();
        assert_eq!(second["people"], 1);
    }
}

#[tokio::test]
async fn c21_c23_a_message_lies_in_the_inbox_is_read_once_and_has_a_copy_by_mail() {
    for district in District::each_with_families().await {
        let mut anne = joins(&district, "g01", "203.0.113.1").await;
        joins(&district, "g02", "203.0.113.2").await;
        let sent = announce(&district, "--to both --school s1").await.unwrap();
        assert_eq!(sent["reached"], 2);
        let letters = copies(&district).await;
        assert_eq!(letters.len(), 2);
        assert_eq!(letters[0].data["paragraphs"], serde_json::json!(["Bonjour,\nla sortie est demain.", "N'oubliez rien & merci."]));
        anne.open("/").await;
        assert!(body(&anne).contains("id=\"messages\"") && body(&anne).contains("1 nouveau message"));
        anne.open("/account/inbox").await;
        assert_eq!(anne.shows(), "inbox");
        assert!(body(&anne).contains("Sortie &lt;demain&gt;") && body(&anne).contains("class=\"new\""));
        // The letter's link shows it, and looking changes nothing.
        let link = letters[0].data["link"].as_str().unwrap();
        let address = format!("/account/inbox/{}", link.rsplit('/').next().unwrap());
        anne.open(&address).await;
        assert_eq!(anne.shows(), "inbox-message");
        assert!(body(&anne).contains("rien &amp; merci") && body(&anne).contains("id=\"mark-read\""));
        assert_eq!(district.count("inbox WHERE read_at IS NOT NULL").await, 0);
        let id = address.rsplit('/').next().unwrap().to_owned();
        anne.send(&[("read", &id)]).await;
        assert_eq!((anne.shows().as_str(), district.count("inbox WHERE read_at IS NOT NULL").await), ("inbox", 1));
        assert!(!body(&anne).contains("class=\"new\""));
        anne.open("/").await;
        assert!(!body(&anne).contains("id=\"messages\""));
        // Somebody else's inbox does not have it; nobody's is shown to nobody.
        let mut yves = joins(&district, "g05", "203.0.113.4").await;
        assert_eq!(yves.open(&address).await.shows(), "not-found");
        assert_eq!(district.family("203.0.113.5").open(&address).await.shows(), "sign-in");
    }
}

#[tokio::test]
async fn c23_a_delivery_that_was_cut_short_goes_on_and_nobody_gets_it_twice() {
    for district in District::each_with_families().await {
        joins(&district, "g01", "203.0.113.1").await;
        joins(&district, "g02", "203.0.113.2").await;
        announce(&district, "--to guardians").await.unwrap();
        assert_eq!(announcing::go_on(&district.app).await.unwrap(), 0, "done");
        // As if it had been killed in the middle: one inbox is empty, and it is not done.
        let marc: PersonId = district.guardian("marc@famille.example", "Marc").await.id;
        let undo = async |tx: &Tx| {
            testing::execute(tx, "DELETE FROM inbox WHERE person = $1", [marc.0.into()]).await?;
            testing::execute(tx, "UPDATE announcements SET done_at = NULL", []).await
        };
        district.app.store.write(undo).await.unwrap();
        assert_eq!(announcing::go_on(&district.app).await.unwrap(), 1);
        let copies = copies(&district).await;
        assert_eq!(copies.iter().filter(|letter| letter.to.starts_with("Anne")).count(), 1);
        assert_eq!(copies.iter().filter(|letter| letter.to.starts_with("marc")).count(), 2, "his was undone");
        assert_eq!(district.count("inbox").await, 2);
    }
}

#[tokio::test]
async fn d16_technical_questions_go_to_the_help_desk_and_both_find_the_same_case() {
    for district in District::each_with_families().await {
        let node = district.node_with(|tools, _| tools.config.district.help_desk = Some("technique@ecole.example".to_owned())).await;
        let schools = node.app.store.read().people().schools().await.unwrap();
        let erables = schools.iter().find(|school| school.name.contains("Érables")).unwrap().id.to_string();
        let mut family = node.family("203.0.113.1");
        for (kind, to, cause) in [("technical", "technique@ecole.example", "technical"), ("data", "erables@ecole.example", "help")] {
            node.clock.advance(std::time::Duration::from_secs(1));
            family.open("/help").await.send(&[("name", "Anne"), ("message", "Aidez-moi"), ("school", &erables), ("kind", kind)]).await;
            assert_eq!(family.shows(), "help-sent");
            let letter = node.letters().await.into_iter().find(|letter| letter.to == to).unwrap_or_else(|| panic!("nothing to {to}"));
            let case = node.cases().await.remove(0);
            assert_eq!((case["cause"].as_str(), &case["number"]), (Some(cause), &letter.data["number"]));
        }
    }
}
