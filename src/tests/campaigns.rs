//! Who has joined and who has not (A1, A3), and which guardians have opened an account (C16, C17), on both databases.

use std::time::Duration;

use clap::Parser;
use serde_json::Value;

use super::district::{District, FAMILIES};
use crate::cli::{campaign, provision, report};
use crate::enrollment::campaigns;
use crate::model::Letter;

const LEA: &[(&str, &str)] = &[("given_name", "Léa"), ("family_name", "Roy"), ("student_number", "0100001")];
const NOE: &[(&str, &str)] = &[("given_name", "Noé"), ("family_name", "Roy"), ("student_number", "0100002")];

#[derive(Parser)]
struct Report {
    #[command(flatten)]
    ask: report::Ask,
}

#[derive(Parser)]
struct Campaign {
    #[command(subcommand)]
    command: campaign::Command,
}

#[derive(Parser)]
struct Provided {
    #[command(flatten)]
    asked: provision::Provision,
}

async fn reported(district: &District, words: &str) -> Value {
    let asked = Report::try_parse_from(std::iter::once("report").chain(words.split_whitespace())).unwrap();
    report::run(asked.ask, &district.app, &|_| {}).await.unwrap().json
}

async fn campaign(district: &District, words: &str) -> Result<Value, campaigns::Refused> {
    let asked = Campaign::try_parse_from(std::iter::once("campaign").chain(words.split_whitespace())).unwrap();
    match campaign::run(asked.command, &district.app, &|_| {}).await {
        Ok(answer) => Ok(answer.json),
        Err(campaign::Failed::Refused(refused)) => Err(refused),
        Err(failed) => panic!("{failed}"),
    }
}

fn numbers(of: &Value) -> [i64; 6] {
    ["people", "invited", "claimed", "signed_in", "never", "no_way_in"].map(|key| of[key].as_i64().unwrap())
}

/// The reminders that wait to leave, by address.
async fn reminders(district: &District) -> Vec<Letter> {
    let mut letters = district.letters().await;
    letters.retain(|letter| letter.kind == "campaign-reminder");
    letters.sort_by(|one, other| one.to.cmp(&other.to));
    letters
}

/// Families with classes: Léa and Zoé are in 5e A; Noé has none.
async fn with_classes() -> Vec<District> {
    let districts = District::each_with_families().await;
    for district in &districts {
        let classes = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds\n\
                       k1,,,5e A,05,,,homeroom,,s1,\n";
        let enrollments = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n\
                           e1,,,k1,s1,c01,student,,,\ne2,,,k1,s1,c03,student,,,\n";
        let head = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                    identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.civicNumber\n";
        let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
                    s1,,,École des Érables,school,,\ns2,,,École du Ruisseau,school,,\n";
        let users = format!("{head}{FAMILIES}");
        let files = [("orgs.csv", orgs), ("users.csv", users.as_str()), ("classes.csv", classes), ("enrollments.csv", enrollments)];
        district.import_files(&files).await;
    }
    districts
}

#[tokio::test]
async fn a03_the_school_sees_who_has_joined_by_school_and_class_and_who_has_no_way_in() {
    for district in with_classes().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let told = reported(&district, "--flow student-claim").await;
        assert_eq!(numbers(&told), [3, 0, 1, 1, 2, 0]);
        let schools = told["schools"].as_array().unwrap();
        assert_eq!((schools[0]["name"].as_str(), numbers(&schools[0])), (Some("École des Érables"), [2, 0, 1, 1, 1, 0]));
        assert_eq!(numbers(&schools[1]), [1, 0, 0, 0, 1, 0]);
        let class = &schools[0]["classes"][0];
        assert_eq!((class["name"].as_str(), numbers(class)), (Some("5e A"), [2, 0, 1, 1, 1, 0]));
        assert_eq!(numbers(&reported(&district, "--class k1").await), [2, 0, 1, 1, 1, 0]);
        // Guardians: each once in the whole; Yves has no house number, and of Sam and Lou, who share one mailbox, one gets it as a name.
        district.code("issue --guardian g01").await.unwrap();
        let told = reported(&district, "--audience guardian --flow parent-portal").await;
        assert_eq!(numbers(&told), [5, 1, 0, 0, 5, 2]);
        assert_eq!(told["why"]["no-house-number"], 1);
        assert_eq!(numbers(&told["schools"][1]), [2, 1, 0, 0, 2, 0], "Anne and Marc, for Noé");
        assert_eq!(numbers(&reported(&district, "--audience staff --school s1").await)[0], 1);
    }
}

#[tokio::test]
async fn a03_a_list_names_those_who_have_not_joined_for_whoever_calls_their_families() {
    for district in with_classes().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let dir = tempfile::tempdir().unwrap();
        let (who, counts) = (dir.path().join("who.csv"), dir.path().join("counts.csv"));
        reported(&district, &format!("--school s1 --who {} --csv {}", who.display(), counts.display())).await;
        let said = std::fs::read_to_string(&who).unwrap();
        assert!(said.contains("Zoé,Tran,no,no,") && !said.contains("Léa"), "{said}");
        let said = std::fs::read_to_string(&counts).unwrap();
        assert_eq!(said.lines().count(), 3, "{said}");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&who).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a01_a_campaign_reminds_on_its_days_the_guardians_of_those_who_are_not_ready_and_nobody_else() {
    for district in District::each_with_families().await {
        // The clock stands at 15 January 2027, eight in the morning.
        let words = "create rentree --flow student-claim --audience pupil --until 2027-01-31 --remind 14,7,1";
        let looked = campaign(&district, &format!("{words} --dry-run")).await.unwrap();
        assert_eq!((numbers(&looked["readiness"])[0], district.count("campaigns").await), (3, 0));
        campaign(&district, words).await.unwrap();
        assert!(matches!(campaign(&district, words).await, Err(campaigns::Refused::NameTaken(_))));
        // Marc may not see the records, and the school does not write to Lou.
        district.forbid(&district.guardian("marc@famille.example", "Marc").await).await;
        district.silence("g04", "c03").await;
        let day = Duration::from_hours(24);
        district.clock.advance(day);
        assert_eq!(campaigns::remind_due(&district.app).await.unwrap(), 0);
        district.clock.advance(day);
        let other = district.node().await;
        let (one, two) = tokio::join!(campaigns::remind_due(&district.app), campaigns::remind_due(&other.app));
        assert_eq!(one.unwrap() + two.unwrap(), 3);
        let first = reminders(&district).await;
        let to: Vec<&str> = first.iter().map(|letter| letter.to.as_str()).collect();
        assert_eq!(to, ["Anne@Famille.example", "duo@famille.example", "yves@famille.example"]);
        assert_eq!((first[0].data["children"].as_str(), first[0].data["name"].as_str()), (Some("Léa, Noé"), Some("Anne")));
        assert_eq!(campaigns::remind_due(&district.app).await.unwrap(), 0, "each once");
        // Léa joins: the next reminder is about Noé alone.
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        district.clock.advance(7 * day);
        assert_eq!(campaigns::remind_due(&district.app).await.unwrap(), 3);
        let about: Vec<Letter> = reminders(&district).await.into_iter().filter(|letter| letter.data["children"] == "Noé").collect();
        assert_eq!(about.len(), 1);
        district.family("203.0.113.2").to_the_end("student-claim", NOE).await;
        let shown = campaign(&district, "show rentree").await.unwrap();
        assert_eq!((numbers(&shown["readiness"]), shown["reminded"].as_i64()), ([3, 0, 2, 2, 1, 0], Some(7)));
        // By hand, once a day; and after its end nobody hears of it.
        assert_eq!(campaign(&district, "remind rentree --dry-run").await.unwrap()["letters"], 2);
        assert_eq!(campaign(&district, "remind rentree").await.unwrap()["letters"], 2);
        assert_eq!(campaign(&district, "remind rentree").await.unwrap()["letters"], 0);
        campaign(&district, "end rentree").await.unwrap();
        district.clock.advance(6 * day);
        assert_eq!(campaigns::remind_due(&district.app).await.unwrap(), 0);
        assert!(matches!(campaign(&district, "remind rentree").await, Err(campaigns::Refused::Unknown(_))));
        assert_eq!(campaign(&district, "list").await.unwrap()[0]["state"], "ended");
    }
}

#[tokio::test]
async fn a01_a50_a_campaign_has_its_paper_for_those_who_are_not_ready() {
    for district in with_classes().await {
        campaign(&district, "create rentree --flow student-claim --audience pupil --until 2027-02-01").await.unwrap();
        campaign(&district, "create parents --flow parent-portal --audience guardian --school s1 --until 2027-02-01").await.unwrap();
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let dir = tempfile::tempdir().unwrap();
        for (name, letters, sheets) in [("rentree", 2, "--paper us-letter --form large-print"), ("parents", 5, "--form two-slips")] {
            let out = dir.path().join(format!("{name}.pdf"));
            let made = campaign(&district, &format!("letters {name} --letters {} {sheets}", out.display())).await.unwrap();
            assert_eq!(made["letters"], letters);
            assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF"));
        }
    }
}

#[tokio::test]
async fn a01_what_cannot_be_a_campaign_is_said() {
    for district in District::each_with_families().await {
        use campaigns::Refused;
        let create = |rest: &str| format!("create x --until 2027-02-01 {rest}");
        let refused = campaign(&district, &create("--flow nothing --audience pupil")).await;
        assert!(matches!(refused, Err(Refused::NoFlow(_))));
        let refused = campaign(&district, &create("--flow student-claim --audience guardian")).await;
        assert!(matches!(refused, Err(Refused::OtherAudience { .. })));
        let refused = campaign(&district, &create("--flow student-claim --audience pupil --school s9")).await;
        assert!(matches!(refused, Err(Refused::Place(_))));
        let refused = campaign(&district, "create x --until 2027-01-14 --flow student-claim --audience pupil").await;
        assert!(matches!(refused, Err(Refused::Over(_))));
        assert_eq!(district.count("campaigns").await, 0);
    }
}

#[tokio::test]
async fn c16_c17_who_has_opened_an_account_is_told_by_person_and_by_pupil() {
    for district in District::each_with_families().await {
        let issued = district.code("issue --guardian g01").await.unwrap();
        let told = district.code("list --by person").await.unwrap();
        assert_eq!((told["guardians"].as_i64(), told["pupils"].as_i64(), told["links"].as_i64()), (Some(5), Some(3), Some(7)));
        let anne = |told: &Value| told["rows"].as_array().unwrap().iter().find(|row| row["person_id"] == "g01").unwrap().clone();
        assert_eq!((anne(&told)["state"].as_str(), anne(&told)["children"].as_array().unwrap().len()), (Some("invited"), 2), "one person");
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/guardian-code").await.send(&[("code", issued["issued"][0]["code"].as_str().unwrap())]).await;
        family.send(&[("new", "yes")]).await;
        family.choose(super::family::PASSWORD).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        let told = district.code("list --by person --state claimed").await.unwrap();
        assert_eq!((told["rows"].as_array().unwrap().len(), told["claimed"].as_i64()), (1, Some(1)));
        assert_eq!((anne(&told)["claimed_by"].as_str(), anne(&told)["signed_in_at"].is_i64()), (Some("guardian-code"), true));
        let told = district.code("list --by pupil --school s1").await.unwrap();
        let rows = told["rows"].as_array().unwrap();
        assert_eq!(rows.iter().map(|row| row["state"].as_str().unwrap()).collect::<Vec<_>>(), ["claimed", "none"]);
        assert_eq!((told["pupils"].as_i64(), rows[1]["guardians"].as_array().unwrap().len()), (Some(2), 3));
        let none = district.code("list --by pupil --state none").await.unwrap();
        assert_eq!(none["rows"][0]["student_id"], "c03");
        let dir = tempfile::tempdir().unwrap();
        let csv = dir.path().join("links.csv");
        district.code(&format!("list --by person --csv {}", csv.display())).await.unwrap();
        assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 1 + 7, "a line for each link");
    }
}

#[tokio::test]
async fn a50_letters_are_handed_out_in_large_print_on_either_paper() {
    for district in District::each_with_families().await {
        let dir = tempfile::tempdir().unwrap();
        for (paper, form) in [("us-letter", "large-print"), ("a4", "letter")] {
            let out = dir.path().join(format!("{paper}.pdf"));
            let words = format!("--school s1 --students --letters {} --paper {paper} --form {form}", out.display());
            let asked = Provided::try_parse_from(std::iter::once("provision").chain(words.split_whitespace())).unwrap().asked;
            provision::run(asked, &district.app, &|_| {}).await.unwrap();
            assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF"));
            let out = dir.path().join(format!("codes-{paper}.pdf"));
            district.code(&format!("issue --school s1 --letters {} --paper {paper} --form {form}", out.display())).await.unwrap();
            assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF"));
        }
    }
}
