//! What people agree to when they join, and again when it has changed (E16); how they like to be written to (D15, E17).

use super::district::{District, ZOE};
use super::family::{Family, PASSWORD};
use crate::charters::Charters;
use crate::model::DateFormat;

const FLOW: &str = "feature = 'enrollment'\naudience = 'student'\n[[stage]]\nuse = 'roster-match'\n\
                    fields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'\n\
                    [[stage]]\nuse = 'set-password'\nmin_length = 8\ntwice = true\n[[stage]]\nuse = 'charter'\n\
                    [[stage]]\nuse = 'preferences'\n[[stage]]\nuse = 'confirm'\n";

/// Up to the page of the charter.
async fn to_the_charter(district: &District) -> Family {
    let mut family = district.family("203.0.113.1");
    family.claim("with-charter", ZOE).await.choose(PASSWORD).await;
    assert_eq!(family.shows(), "charter");
    family
}

async fn to_the_end(family: &mut Family, preferences: &[(&str, &str)]) {
    let version = family.page.as_ref().unwrap().field("version").unwrap();
    family.send(&[("version", &version), ("accept", "yes")]).await;
    assert_eq!(family.shows(), "preferences");
    family.send(preferences).await.send(&[]).await;
    assert_eq!(family.shows(), "enrolled");
}

/// The charter that the district puts in the place of ours.
fn another_version() -> Charters {
    let dir = tempfile::tempdir().unwrap();
    let text = "version = '2027'\n[texts.fr.everyone]\ntitle = 'Nouvelle charte'\ntext = 'x'\n[texts.en.everyone]\ntitle = 'New charter'\ntext = 'x'\n";
    std::fs::write(dir.path().join("school.toml"), text).unwrap();
    Charters::load(Some(dir.path())).unwrap()
}

#[tokio::test]
async fn e16_a_pupil_reads_a_pupils_charter_and_must_agree_to_go_on() {
    for district in District::each().await {
        let district = district.node_with_flow("with-charter", FLOW).await;
        let mut family = to_the_charter(&district).await;
        // Zoé is twelve in January 2027.
        assert!(
            family.page.as_ref().unwrap().body.contains("Charte de l’élève")
                || family.page.as_ref().unwrap().body.contains("charte de l’élève")
        );
        let version = family.page.as_ref().unwrap().field("version").unwrap();
        family.send(&[("version", &version)]).await;
        assert_eq!((family.shows().as_str(), family.wrong()), ("charter", vec!["accept".to_owned()]));
        family.send(&[("version", "1999"), ("accept", "yes")]).await;
        assert_eq!(family.shows(), "charter", "what was agreed to is what was on the page");
        assert_eq!(district.count("charter_acceptances").await, 0);
        to_the_end(&mut family, &[("preferred_language", "fr"), ("date_format", "")]).await;
        assert_eq!(district.count(&format!("charter_acceptances WHERE version = '{version}' AND language = 'fr'")).await, 1);
        assert_eq!(district.count("events WHERE kind = 'charter.accepted'").await, 1);
    }
}

#[tokio::test]
async fn e16_a_new_version_is_asked_once_of_those_who_agreed_to_the_old_one() {
    for district in District::each().await {
        let district = district.node_with_flow("with-charter", FLOW).await;
        let mut family = to_the_charter(&district).await;
        to_the_end(&mut family, &[("preferred_language", "fr"), ("date_format", "")]).await;
        assert_eq!(district.family("203.0.113.2").sign_in("0123456", PASSWORD).await, "home", "nothing has changed");
        let renewed = district.node_with(|tools, _| tools.charters = another_version()).await;
        let mut family = renewed.family("203.0.113.3");
        assert_eq!(family.sign_in("0123456", PASSWORD).await, "charter");
        assert!(family.page.as_ref().unwrap().body.contains("Nouvelle charte"));
        assert_eq!(district.count("sessions").await, 2, "nobody is signed in before the tick");
        family.send(&[("version", "2027"), ("accept", "yes")]).await;
        assert_eq!(family.shows(), "home");
        assert_eq!(renewed.family("203.0.113.4").sign_in("0123456", PASSWORD).await, "home", "it is asked once");
    }
}

#[tokio::test]
async fn e16_whoever_joined_without_a_charter_is_asked_for_none() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        let renewed = district.node_with(|tools, _| tools.charters = another_version()).await;
        assert_eq!(renewed.family("203.0.113.3").sign_in("0123456", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn e17_preferences_are_kept_and_a_second_address_proves_nothing() {
    for district in District::each().await {
        let district = district.node_with_flow("with-charter", FLOW).await;
        let mut family = to_the_charter(&district).await;
        let version = family.page.as_ref().unwrap().field("version").unwrap();
        family.send(&[("version", &version), ("accept", "yes")]).await;
        let wrong = [("preferred_language", "de"), ("date_format", "upside-down"), ("notification_email", "zoe@")];
        family.send(&wrong).await;
        assert_eq!(family.wrong(), ["preferred_language", "date_format", "notification_email"]);
        let right = [("preferred_language", "en"), ("date_format", "day-first"), ("notification_email", "parent@courriel.example")];
        family.send(&right).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        let account = district.account("0123456").await.unwrap();
        let reader = district.app.store.read();
        let kept = reader.accounts().preferences(account.id).await.unwrap().unwrap();
        assert_eq!((kept.language.tag(), kept.date_format), ("en", Some(DateFormat::DayFirst)));
        assert_eq!(kept.notification_email.as_deref(), Some("parent@courriel.example"));
        // E32: the address on file is what it was, and nothing was mailed to the other one.
        assert_eq!(district.pupil("0123456").await.email, None);
        assert_eq!(district.count("outbox").await, 0);
        let mut later = district.family("203.0.113.2");
        assert_eq!(later.sign_in("0123456", PASSWORD).await, "home");
        assert!(later.page.as_ref().unwrap().body.contains("lang=\"en\""), "the pages are in the language that was chosen");
    }
}
