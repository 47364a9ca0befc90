//! Codes that are mailed at the door to whoever has nothing better: who is asked, what they are worth, and who cannot use them up (rows
//! D3, R13, R19, R20, P38), on both databases.

use std::time::Duration;

use super::back_in::grown_up;
use super::district::District;
use super::family::{Family, PASSWORD};
use crate::config::assurance::{Level, SchoolAssurance};
use crate::model::Letter;

const TEACHER: &str = "paul@ecole.example";
const ANNE: &str = "anne@famille.example";

/// A teacher and a mother with passwords, in a district whose settings are these.
async fn districts(change: impl Fn(&mut crate::config::assurance::AssuranceSettings)) -> Vec<District> {
    let mut districts = Vec::new();
    for district in District::each_with_families().await {
        for address in [TEACHER, ANNE] {
            grown_up(&district, address).await;
        }
        districts.push(district.node_with(|tools, _| change(&mut tools.config.assurance)).await);
    }
    districts
}

async fn of_staff() -> Vec<District> {
    districts(|assurance| assurance.staff = Level::MailedCode).await
}

async fn codes(district: &District) -> Vec<Letter> {
    district.letters().await.into_iter().filter(|letter| letter.kind == "sign-in-code").collect()
}

async fn last_code(district: &District) -> String {
    codes(district).await.pop().expect("a code was mailed").data["code"].as_str().unwrap().to_owned()
}

async fn at_the_code(district: &District, network: &str) -> Family {
    district.clock.advance(Duration::from_secs(1));
    let mut family = district.family(network);
    assert_eq!(family.sign_in(TEACHER, PASSWORD).await, "second-factor");
    family
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    let first = if code.starts_with('1') { '2' } else { '1' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn d3_p38_a_mailed_code_opens_the_door_and_is_called_no_second_factor() {
    for district in of_staff().await {
        let mut family = at_the_code(&district, "203.0.113.1").await;
        assert!(family.text("weaker").unwrap().contains("protège moins"), "it is called what it is");
        assert!(!family.page.as_ref().unwrap().body.contains(TEACHER), "no page says where it went (row E07)");
        let letters = codes(&district).await;
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, TEACHER));
        assert_eq!(family.open("/account").await.shows(), "sign-in", "the password alone opens nothing");
        let mut family = at_the_code(&district, "203.0.113.1").await;
        family.send(&[("code", &last_code(&district).await)]).await;
        assert_eq!(family.shows(), "home");
        assert_eq!(district.count("sessions WHERE amr = 'pwd mca' AND acr = 'urn:preau:acr:identified'").await, 1);
        assert_eq!(district.count("sessions").await, 1);
        let events = district.texts("events", &["kind", "detail"]).await;
        assert!(events.contains(r#""amr":["pwd","mca"]"#), "{events}");
    }
}

/// The letter has no link, and nobody who could make one up gets in by it.
#[tokio::test]
async fn d3_there_is_no_link_that_a_machine_could_follow() {
    for district in of_staff().await {
        let mut family = at_the_code(&district, "203.0.113.1").await;
        let letter = codes(&district).await.pop().unwrap();
        let pages = &district.app.tools.pages;
        let name = crate::pages::District { name: "x".to_owned(), brand: "#14606b".to_owned(), logo: None };
        let made = pages.letter(&letter, &name, "https://compte.example").unwrap();
        let token = letter.data["token"].as_str().unwrap();
        assert!(!made.text.contains(token) && !made.html.contains(token));
        assert!(!made.subject.contains(letter.data["code"].as_str().unwrap()), "a locked telephone shows subjects");
        family.open(&format!("/mail/{token}")).await;
        if family.page.as_ref().unwrap().body.contains("<form method=\"post\" action=\"/mail\"") {
            family.send(&[]).await;
        }
        assert_eq!(district.count("sessions").await, 0);
    }
}

#[tokio::test]
async fn r20_five_tries_a_code_ten_a_day_ten_minutes_and_in_its_own_browser() {
    for district in of_staff().await {
        let mut family = at_the_code(&district, "203.0.113.1").await;
        let mut code = last_code(&district).await;
        // In another browser it opens nothing, though the person is the same.
        let mut other = at_the_code(&district, "203.0.113.2").await;
        assert_eq!(other.send(&[("code", &code)]).await.status(), 422);
        let newer = last_code(&district).await;
        assert_eq!(family.send(&[("code", &newer)]).await.status(), 422, "nor the newer one in the older browser");
        // A try there was; four more, and the code is dead, also the right one.
        for _ in 0..4 {
            other.send(&[("code", &wrong(&newer))]).await;
            assert_eq!(other.status(), 422);
        }
        assert_eq!(other.send(&[("code", &newer)]).await.status(), 422, "the sixth is not judged");
        // Another letter keeps the count of the day.
        other.another_letter(&district).await;
        code = last_code(&district).await;
        for _ in 0..5 {
            other.send(&[("code", &wrong(&code))]).await;
        }
        district.clock.advance(Duration::from_hours(2));
        let mut later = at_the_code(&district, "203.0.113.3").await;
        assert_eq!(later.send(&[("code", &last_code(&district).await)]).await.status(), 422, "ten a day, however many letters");
        district.clock.advance(Duration::from_hours(25));
        let mut tomorrow = at_the_code(&district, "203.0.113.3").await;
        let code = last_code(&district).await;
        district.clock.advance(Duration::from_mins(10));
        assert_eq!(tomorrow.send(&[("code", &code)]).await.status(), 422, "it is ten minutes old");
        tomorrow.another_letter(&district).await;
        assert_eq!(tomorrow.send(&[("code", &last_code(&district).await)]).await.shows(), "home");
    }
}

/// Only whoever knows the password can use a code's letters and tries up; and who types the right one pays for none.
#[tokio::test]
async fn r19_strangers_use_no_letter_up_and_five_devices_in_an_evening_are_no_attack() {
    for district in of_staff().await {
        for number in 1..=5 {
            district.clock.advance(Duration::from_secs(1));
            let mut stranger = district.family("203.0.113.66");
            stranger.open("/recover").await.send(&[("username", TEACHER)]).await.send(&[("way", "mailed-link")]).await;
            let mut family = at_the_code(&district, &format!("203.0.113.{number}")).await;
            assert_eq!(family.send(&[("code", &last_code(&district).await)]).await.shows(), "home", "{number}");
        }
        // Three letters without an answer, and the fourth waits; the page says until when.
        for _ in 0..3 {
            at_the_code(&district, "203.0.113.7").await;
        }
        let sent = codes(&district).await.len();
        let waits = at_the_code(&district, "203.0.113.7").await;
        assert_eq!(codes(&district).await.len(), sent);
        assert!(!waits.page.as_ref().unwrap().body.contains("id=\"send-again\""));
        let account = district.app.store.read().accounts().by_username(TEACHER).await.unwrap().unwrap();
        let order = crate::recovery::office::Order { account: &account, reason: None, now: district.app.now() };
        let unlock = async |tx: &crate::store::Tx| {
            crate::recovery::office::change(tx, &district.app.tools.keys, crate::recovery::office::Change::Unlock, &order).await
        };
        district.app.store.write(unlock).await.unwrap().unwrap();
        at_the_code(&district, "203.0.113.7").await;
        assert_eq!(codes(&district).await.len(), sent + 1, "the school opens it again");
    }
}

#[tokio::test]
async fn r13_whoever_has_an_app_shows_it_unless_they_may_choose_and_do() {
    for district in of_staff().await {
        let mut family = at_the_code(&district, "203.0.113.1").await;
        family.send(&[("code", &last_code(&district).await)]).await;
        super::second_factor::set_up(&district, &mut family).await;
        let sent = codes(&district).await.len();
        let mut other = at_the_code(&district, "203.0.113.2").await;
        assert_eq!(codes(&district).await.len(), sent, "no letter leaves");
        assert!(!other.page.as_ref().unwrap().body.contains("id=\"by-mail\""));
        assert_eq!(other.send(&[("by-mail", "yes")]).await.status(), 422, "nor does whoever asks for it by hand get one");
        assert_eq!(codes(&district).await.len(), sent);
        // The district lets them choose.
        let free = district
            .node_with(|tools, _| {
                (tools.config.assurance.staff, tools.config.assurance.mailed_code_instead) = (Level::MailedCode, true);
            })
            .await;
        let mut chooses = at_the_code(&free, "203.0.113.3").await;
        assert!(chooses.page.as_ref().unwrap().body.contains("id=\"by-mail\""));
        assert_eq!(chooses.send(&[("by-mail", "yes")]).await.shows(), "second-factor");
        assert_eq!(chooses.send(&[("code", &last_code(&free).await)]).await.shows(), "home");
        assert_eq!(free.count("sessions WHERE amr = 'pwd mca' AND acr = 'urn:preau:acr:identified'").await, 2);
        // Where two factors are demanded there is nothing to choose; and a choice from before is worth nothing.
        let mut late = at_the_code(&free, "203.0.113.4").await;
        late.send(&[("by-mail", "yes")]).await;
        let code = last_code(&free).await;
        let strict = district
            .node_with(|tools, _| {
                (tools.config.assurance.staff, tools.config.assurance.mailed_code_instead) = (Level::TwoFactor, true);
            })
            .await;
        late.agent = late.agent.moved(strict.router.clone(), "203.0.113.4");
        assert_eq!(late.send(&[("code", &code)]).await.shows(), "second-factor");
        assert_eq!(late.open("/account").await.shows(), "sign-in");
        assert!(!at_the_code(&strict, "203.0.113.5").await.page.as_ref().unwrap().body.contains("id=\"by-mail\""));
    }
}

#[tokio::test]
async fn whoever_cannot_be_written_to_sets_an_app_up_and_may_put_it_off() {
    for district in of_staff().await {
        district.sql("UPDATE roster_users SET email = NULL WHERE source_id = 't01'").await;
        let mut family = district.family("203.0.113.1");
        assert_eq!(family.sign_in(TEACHER, PASSWORD).await, "authenticator");
        assert_eq!(family.send(&[("later", "yes")]).await.shows(), "home");
        assert!(codes(&district).await.is_empty());
    }
}

/// By the schools of the person, and of a guardian's children; what belongs to a school is it.
#[tokio::test]
async fn a_school_asks_for_more_than_the_district_does() {
    let ruisseau = || SchoolAssurance { school: "s2".to_owned(), staff: Level::TwoFactor, guardian: Level::MailedCode };
    for district in districts(|assurance| assurance.schools = vec![ruisseau()]).await {
        let mut anne = district.family("203.0.113.1");
        assert_eq!(anne.sign_in(ANNE, PASSWORD).await, "second-factor", "Noé goes to that school");
        assert_eq!(codes(&district).await.len(), 1);
        assert_eq!(district.family("203.0.113.2").sign_in(TEACHER, PASSWORD).await, "home", "the teacher works at the other one");
        let erables = district
            .node_with(|tools, _| {
                let erables = SchoolAssurance { school: "s1".to_owned(), staff: Level::TwoFactor, guardian: Level::Password };
                tools.config.assurance.schools = vec![ruisseau(), erables];
                tools.config.assurance.grace_days = 0;
            })
            .await;
        assert_eq!(erables.family("203.0.113.3").sign_in(TEACHER, PASSWORD).await, "authenticator");
        district.clock.advance(Duration::from_secs(1));
        assert_eq!(erables.family("203.0.113.4").sign_in(ANNE, PASSWORD).await, "second-factor", "the strictest of her schools holds");
    }
}
