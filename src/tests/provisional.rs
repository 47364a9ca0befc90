//! Identifiers and provisional passwords in letters (system E, lines E2 to E17; rows E10, E11, E23, E24), on both databases.

use std::time::Duration;

use super::district::{District, FAMILIES};
use super::family::{Family, PASSWORD};
use super::relying_party::RelyingParty;
use super::second_factor::world;
use crate::cli::provision::{self, Provision};
use crate::enrollment::provisioning::{self, Provisional};
use crate::model::PersonId;
use crate::store::accounts::AccountState;

const DAYS: Duration = Duration::from_hours(90 * 24);
const OWN: &str = "anne.roy@free.example";

/// What the letters of these people say.
async fn letters(district: &District, people: &[PersonId]) -> Vec<Provisional> {
    provisioning::provision((&district.app.store, &district.app.tools), people, DAYS, &|_| {}).await.unwrap().given
}

async fn anne(district: &District) -> Provisional {
    let anne = district.guardian("anne@famille.example", "Anne").await;
    letters(district, &[anne.id]).await.remove(0)
}

/// Signs in as the letter says; a browser of its own.
async fn first_sign_in(district: &District, letter: &Provisional, network: &str) -> Family {
    let mut family = district.family(network);
    family.sign_in(&letter.username, letter.password.expose()).await;
    family
}

/// From the new password to the end.
async fn to_the_end(district: &District, family: &mut Family) {
    family.choose(PASSWORD).await;
    assert_eq!(family.shows(), "child-birth-date");
    family.send(&[("birth_date", "2015-01-02")]).await;
    assert_eq!(family.shows(), "email");
    family.send(&[("email", OWN)]).await;
    family.type_code(district).await;
    assert_eq!(family.shows(), "charter");
    let version = family.page.as_ref().unwrap().field("version").unwrap();
    family.send(&[("version", &version), ("accept", "yes")]).await;
    family.send(&[("preferred_language", "fr"), ("date_format", "")]).await;
    assert_eq!(family.shows(), "confirm");
    family.send(&[]).await;
    assert_eq!(family.shows(), "enrolled");
}

#[tokio::test]
async fn e02_e10_e17_a_parent_goes_from_the_letter_to_the_end_by_the_sign_in_page() {
    for district in District::each_with_families().await {
        let letter = anne(&district).await;
        assert_eq!(letter.username, "anne.roycote");
        let mut family = first_sign_in(&district, &letter, "203.0.113.1").await;
        assert_eq!(family.shows(), "new-password", "no tab to choose, and nothing is open before the change");
        assert_eq!(district.count("sessions").await, 0);
        to_the_end(&district, &mut family).await;
        assert_eq!(family.text("username-given").as_deref(), Some("anne.roycote"));
        let sent = district.letters().await;
        assert!(sent.iter().any(|letter| letter.to == OWN), "the typed address is the one that is proven");
        let account = district.app.store.read().accounts().by_username("anne.roycote").await.unwrap().unwrap();
        assert_eq!((account.state, account.claimed_by.as_str()), (AccountState::Claimed, "guardian-provisional"));
        assert_eq!(account.assurance, "urn:preau:acr:proven");
        assert_eq!(district.app.store.read().accounts().email(account.id).await.unwrap().as_deref(), Some(OWN));
        assert_eq!(district.count("sessions WHERE amr = 'kba pwd mca'").await, 1);
        // E6, E17: the proven address is as good as the name.
        assert_eq!(district.family("203.0.113.5").sign_in(OWN, PASSWORD).await, "home");
        // E10: used, the letter opens nothing.
        assert_eq!(first_sign_in(&district, &letter, "203.0.113.6").await.shows(), "password");
    }
}

#[tokio::test]
async fn e03_what_expires_is_the_invitation_and_the_school_gives_it_again() {
    for district in District::each_with_families().await {
        let first = anne(&district).await;
        district.clock.advance(DAYS + Duration::from_secs(1));
        let late = first_sign_in(&district, &first, "203.0.113.1").await;
        let mut unknown = district.family("203.0.113.2");
        unknown.sign_in("nobody.here", first.password.expose()).await;
        assert_eq!((late.shows(), late.status()), (unknown.shows(), unknown.status()), "over and unknown look alike");
        let second = anne(&district).await;
        assert_eq!(second.username, first.username, "the person keeps the name");
        assert_eq!(first_sign_in(&district, &first, "203.0.113.3").await.shows(), "password", "the letter before is dead");
        assert_eq!(first_sign_in(&district, &second, "203.0.113.4").await.shows(), "new-password");
        assert_eq!(district.count("accounts").await, 1);
    }
}

#[tokio::test]
async fn e02_homonyms_are_numbered_and_who_has_an_account_gets_no_letter() {
    for district in District::each_empty().await {
        let twins = format!("{FAMILIES}g06,,,true,s1,parent,ann2,,Anné,Roy Cote,,,,,,c03,,,\n");
        district.import_families(&twins).await;
        let anne = district.guardian("anne@famille.example", "Anne").await;
        let reader = district.app.store.read();
        let roll = reader.roll().after(None).await.unwrap();
        let other = roll.iter().find(|entry| entry.source == "g06").unwrap().person;
        let teacher = district.guardian("paul@ecole.example", "Paul").await;
        let given = letters(&district, &[anne.id, other, teacher.id]).await;
        let names: Vec<&str> = given.iter().map(|letter| letter.username.as_str()).collect();
        assert_eq!(names, ["anne.roycote", "anne.roycote2"], "and staff get none (E14)");
        let mut family = first_sign_in(&district, &given[0], "203.0.113.1").await;
        to_the_end(&district, &mut family).await;
        assert!(letters(&district, &[anne.id]).await.is_empty(), "an account has an owner");
    }
}

#[tokio::test]
async fn e23_a_provisional_password_is_not_chosen_again_and_opens_no_other_page() {
    for district in District::each_with_families().await {
        let letter = anne(&district).await;
        let mut family = first_sign_in(&district, &letter, "203.0.113.1").await;
        family.choose(letter.password.expose()).await;
        assert_eq!((family.shows().as_str(), family.wrong()), ("new-password", vec!["new_password".to_owned()]));
        for address in ["/", "/account", "/account/password"] {
            let mut tab = family.clone();
            tab.open(address).await;
            assert!(["welcome", "sign-in"].contains(&tab.shows().as_str()), "{address} shows {}", tab.shows());
        }
        // Idle for a while, who it is must be shown again, by the letter (decisions 13).
        district.clock.advance(Duration::from_secs(31 * 60));
        let address = family.address.clone();
        family.open(address.trim_end_matches("/set-password")).await;
        assert_eq!(family.shows(), "password");
        family.send(&[("password", letter.password.expose())]).await;
        assert_eq!(family.shows(), "new-password");
    }
}

#[tokio::test]
async fn e23_no_app_gets_a_code_before_the_provisional_password_is_changed() {
    for district in District::each_with_families().await {
        let letter = anne(&district).await;
        let account = district.app.store.read().accounts().by_username(&letter.username).await.unwrap().unwrap();
        let world = world(&district, &account).await;
        let app = RelyingParty::first_party(&world).await;
        let mut family = district.family("203.0.113.1");
        family.open(&app.request(&[])).await.send(&[("username", &letter.username)]).await;
        family.send(&[("password", letter.password.expose())]).await;
        assert_eq!(family.shows(), "new-password");
        assert_eq!(app.refusal(&world, &mut family.agent.clone(), &[("prompt", "none")]).await, "login_required");
        assert_eq!(family.clone().open(&app.request(&[])).await.shows(), "sign-in");
        to_the_end(&district, &mut family).await;
        app.code(&world, &mut family.agent, &[]).await;
    }
}

#[tokio::test]
async fn e11_e04_a_childs_birth_date_is_asked_and_guesses_are_counted() {
    for district in District::each_with_families().await {
        let letter = anne(&district).await;
        let mut family = first_sign_in(&district, &letter, "203.0.113.1").await;
        family.choose(PASSWORD).await;
        for day in ["", "32.13.2015", "2016-01-02", "2014-03-04"] {
            family.send(&[("birth_date", day)]).await;
            assert_eq!((family.shows().as_str(), family.wrong()), ("child-birth-date", vec!["birth_date".to_owned()]), "{day}");
        }
        for _ in 0..4 {
            family.send(&[("birth_date", "2016-01-02")]).await;
        }
        assert_eq!(family.status(), 429, "five wrong ones a day");
        family.send(&[("birth_date", "2015-01-02")]).await;
        assert_eq!(family.shows(), "child-birth-date", "the right one too late");
        district.clock.advance(Duration::from_hours(25));
    }
}

#[tokio::test]
async fn e12_e14_the_waiting_page_has_no_wrong_button_and_lets_the_address_be_changed() {
    for district in District::each_with_families().await {
        let letter = anne(&district).await;
        let mut family = first_sign_in(&district, &letter, "203.0.113.1").await;
        family.choose(PASSWORD).await.send(&[("birth_date", "2012-05-06")]).await;
        family.send(&[("email", "anne@fre.example")]).await;
        assert_eq!(family.shows(), "check-mail");
        let journey = family.address.clone();
        family.open(&format!("{journey}?correct=1")).await;
        assert_eq!(family.shows(), "email");
        district.clock.advance(Duration::from_secs(1));
        family.send(&[("email", OWN)]).await;
        assert_eq!(family.shows(), "check-mail");
        family.type_code(&district).await;
        assert_eq!(family.shows(), "charter");
        assert_eq!(district.letters().await.last().unwrap().to, OWN);
    }
}

#[tokio::test]
async fn e05_families_without_an_address_go_on_without_one_where_the_district_allows_it() {
    for district in District::each_with_families().await {
        let lax = include_str!("../../flows/guardian-provisional.toml").replace("use = \"email\"\n", "use = \"email\"\noptional = true\n");
        let flow = crate::flow::definition::parse("guardian-provisional", "x.toml", &lax, crate::routes::FEATURES).unwrap();
        let district = district
            .node_with(|_, flows| {
                flows.retain(|flow| flow.name != "guardian-provisional");
                flows.push(flow);
            })
            .await;
        let letter = anne(&district).await;
        let mut family = first_sign_in(&district, &letter, "203.0.113.1").await;
        family.choose(PASSWORD).await.send(&[("birth_date", "2012-05-06")]).await.send(&[("none", "yes")]).await;
        assert_eq!(family.shows(), "charter");
    }
}

#[tokio::test]
async fn e10_e11_of_two_browsers_with_one_letter_one_gets_the_account() {
    for district in District::each_with_families().await {
        let letter = anne(&district).await;
        let mut families = Vec::new();
        for network in ["203.0.113.1", "203.0.113.2"] {
            // Of two letters of one second nobody could say which is the last.
            district.clock.advance(Duration::from_secs(1));
            let mut family = first_sign_in(&district, &letter, network).await;
            family.choose(PASSWORD).await.send(&[("birth_date", "2015-01-02")]).await.send(&[("email", OWN)]).await;
            family.type_code(&district).await;
            let version = family.page.as_ref().unwrap().field("version").unwrap();
            family.send(&[("version", &version), ("accept", "yes")]).await;
            family.send(&[("preferred_language", "fr"), ("date_format", "")]).await;
            families.push(family);
        }
        let [one, other] = &mut families[..] else { unreachable!() };
        one.send(&[]).await;
        assert_eq!(one.shows(), "enrolled");
        other.send(&[]).await;
        assert_ne!(other.shows(), "enrolled");
        assert_eq!(district.count("accounts WHERE state = 'claimed'").await, 1);
        assert_eq!(district.count("events WHERE kind = 'account.claimed'").await, 1);
    }
}

#[tokio::test]
async fn e24_provisional_passwords_are_chance_and_hold_nothing_of_the_person() {
    let district = District::each_with_families().await.remove(0);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let letter = anne(&district).await;
        let plain = letter.password.expose().replace('-', "");
        assert!(plain.len() == 12 && !plain.contains("anne") && !plain.contains("roy"), "{plain}");
        assert!(seen.insert(plain), "never twice the same");
    }
}

#[tokio::test]
async fn e02_the_command_writes_a_table_and_letters_for_a_school_and_shows_few() {
    for district in District::each_with_families().await {
        let dir = tempfile::tempdir().unwrap();
        let asked = |more: &[&str]| {
            #[derive(clap::Parser)]
            struct Line {
                #[command(flatten)]
                asked: Provision,
            }
            let words = ["provision"].iter().chain(more).copied();
            <Line as clap::Parser>::try_parse_from(words).unwrap().asked
        };
        let counted = provision::run(asked(&["--school", "s1", "--dry-run"]), &district.app, &|_| {}).await.unwrap();
        assert_eq!(counted.json["people"], 5, "Anne, Marc, Sam, Lou and Yves: {}", counted.json);
        assert_eq!(district.count("accounts").await, 0);
        let (csv, pdf) = (dir.path().join("out.csv"), dir.path().join("out.pdf"));
        let files = ["--school", "s1", "--csv", csv.to_str().unwrap(), "--letters", pdf.to_str().unwrap()];
        let made = provision::run(asked(&files), &district.app, &|_| {}).await.unwrap();
        assert_eq!(made.json["people"], 5);
        assert!(made.json.get("issued").is_none(), "what stands in a file is not shown as well");
        let table = std::fs::read_to_string(&csv).unwrap();
        let row = table.lines().find(|line| line.starts_with("anne.roycote,")).unwrap_or_else(|| panic!("{table}"));
        let password = row.split(',').nth(1).unwrap();
        let mut family = district.family("203.0.113.1");
        assert_eq!(family.sign_in("anne.roycote", password).await, "new-password");
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
        let few = provision::run(asked(&["--person", "c01", "g01"]), &district.app, &|_| {}).await.unwrap();
        assert_eq!(few.json["issued"].as_array().unwrap().len(), 2);
        assert!(provision::run(asked(&["--school", "nowhere"]), &district.app, &|_| {}).await.is_err());
    }
}
