//! Everything that is held about somebody, taken along by its owner or the school, and erased: on both databases (rows S10, R12, R15, E07).

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value, json};

use super::back_in::{claimed, grown_up};
use super::district::{District, FAMILIES, LEA};
use super::family::{Family, PASSWORD};
use super::relying_party::RelyingParty;
use super::world::World;
use crate::cli::account::{Command, Erase, Export, Failed, run};
use crate::cli::audit;
use crate::model::Letter;
use crate::store::clients::AuthMethod;
use crate::store::{Backend, StoreError, Tx};

const PUPIL: &str = "0123457";
const TEACHER: &str = "paul@ecole.example";

async fn office(district: &District, command: Command) -> Result<Value, Failed> {
    run(command, &district.app.store, &district.app.tools, district.app.now()).await
}

fn export(person: &str) -> Command {
    Command::Export(Export { person: person.to_owned(), pdf: None, language: None })
}

fn erase(person: &str, dry_run: bool, yes: bool) -> Command {
    Command::Erase(Erase { person: person.to_owned(), dry_run, yes, reason: Some("asked by the family".to_owned()) })
}

async fn told(district: &District, kind: &str) -> Vec<Letter> {
    district.letters().await.into_iter().filter(|letter| letter.kind == kind).collect()
}

/// Léa, at the page of her data.
async fn at_my_data(district: &District) -> Family {
    let mut lea = district.family("203.0.113.1");
    assert_eq!(lea.sign_in(PUPIL, PASSWORD).await, "home");
    assert!(lea.open("/account").await.page.as_ref().unwrap().body.contains("href=\"/account/data\""));
    assert_eq!(lea.open("/account/data").await.shows(), "account-data", "she has just signed in");
    lea
}

#[tokio::test]
async fn s10_what_is_held_is_shown_and_given_to_whoever_just_showed_who_they_are() {
    for district in claimed(LEA).await {
        let mut lea = at_my_data(&district).await;
        let body = lea.page.as_ref().unwrap().body.clone();
        for said in ["S0123457", "Léa", "Roy", "École des Érables", "lea.roy@courriel.example", "Compte créé"] {
            assert!(body.contains(said), "{said}");
        }
        assert!(!body.contains("argon2"));
        let json = lea.submit(&[("format", "json")]).await;
        assert_eq!((json.status.as_u16(), json.header("content-type").as_str()), (200, "application/json"));
        assert_eq!(json.header("content-disposition"), "attachment; filename=\"data-2027-01-15.json\"");
        let data = json.json();
        assert_eq!(data["data"]["account"][0]["username"], "S0123457");
        assert_eq!(data["data"]["roster"][0]["given_name"], "Léa");
        assert!(data["data"]["roster"][0]["source_id"] == "p2" && data["data"]["roster"][0]["imported_at"].is_string(), "with its source");
        assert_eq!(data["data"]["questions"].as_array().unwrap().len(), 3);
        assert!(data["data"]["sessions"].as_array().unwrap().iter().any(|session| session["amr"] == "pwd"));
        let pdf = lea.submit(&[("format", "pdf")]).await;
        assert_eq!((pdf.status.as_u16(), pdf.header("content-type").as_str()), (200, "application/pdf"));
        assert!(pdf.body.starts_with("%PDF-"));
        assert_eq!(lea.submit(&[("format", "xml")]).await.status.as_u16(), 404);
        // Each copy leaves an event and a letter.
        assert_eq!(district.count("events WHERE kind = 'data.taken' AND actor IS NOT NULL").await, 2);
        let letters = told(&district, "data-taken").await;
        assert_eq!(letters.len(), 2);
        assert_eq!((letters[0].to.as_str(), &letters[0].data["what"]), ("lea.roy@courriel.example", &json!("mail-data-taken-own")));
        // Five minutes later neither page nor copy is to be had without the password.
        let mut stale = lea.clone();
        district.clock.advance(Duration::from_secs(5 * 60 + 1));
        let refused = stale.submit(&[("format", "json")]).await;
        assert_eq!((refused.location().as_str(), district.count("events WHERE kind = 'data.taken'").await), ("/account/data", 2));
        assert_eq!(lea.open("/account/data").await.shows(), "password");
        assert_eq!(lea.send(&[("password", "not this one")]).await.status(), 422);
        lea.send(&[("password", PASSWORD)]).await;
        assert_eq!((lea.shows().as_str(), lea.address.as_str()), ("account-data", "/account/data"));
        assert_eq!(lea.submit(&[("format", "json")]).await.status.as_u16(), 200);
        assert_eq!(district.family("203.0.113.9").open("/account/data").await.shows(), "sign-in");
    }
}

#[tokio::test]
async fn ten_copies_a_day_are_enough() {
    for district in claimed(LEA).await {
        let mut lea = at_my_data(&district).await;
        for _ in 0..10 {
            assert_eq!(lea.submit(&[("format", "json")]).await.status.as_u16(), 200);
        }
        assert_eq!(lea.submit(&[("format", "json")]).await.status.as_u16(), 429);
        assert_eq!((district.count("events WHERE kind = 'data.taken'").await, told(&district, "data-taken").await.len()), (10, 10));
    }
}

#[tokio::test]
async fn e07_nobody_reads_another_adults_address_in_what_is_held_about_a_child_or_about_themselves() {
    for district in District::each_with_families().await {
        for (who, names, not) in [
            ("0100001", &["Anne Roy-Côté", "Marc Roy"][..], &["@"][..]),
            ("anne@famille.example", &["Léa Roy", "Noé Roy", "Anne@Famille.example"], &["marc@famille.example", "Marc"]),
        ] {
            let data = office(&district, export(who)).await.unwrap();
            let text = data["data"].to_string();
            for name in names {
                assert!(text.contains(name), "{who}: {name} in {text}");
            }
            for other in not {
                assert!(!text.contains(other), "{who}: {other} in {text}");
            }
        }
        // Somebody who never joined is held too.
        assert_eq!(office(&district, export("0100001")).await.unwrap()["account"], Value::Null);
    }
}

/// Anne is the mother of Noé, who is twelve, and of Léa, who is fourteen; Zoé is another family's.
#[tokio::test]
async fn e27_r17_a_guardian_takes_the_data_of_a_young_child_and_of_nobody_else_while_the_roster_lets_them() {
    for district in District::each_with_families().await {
        let claim = [("given_name", "Noé"), ("family_name", "Roy"), ("student_number", "0100002")];
        district.family("203.0.113.2").to_the_end("student-claim", &claim).await;
        grown_up(&district, "anne@famille.example").await;
        district.clock.advance(Duration::from_secs(1));
        let mut noe = district.family("203.0.113.3");
        assert_eq!(noe.sign_in("0100002", PASSWORD).await, "home");
        let of = async |number: &str| format!("/account/children/{}/data", district.pupil(number).await.id);
        let (young, grown, other) = (of("0100002").await, of("0100001").await, of("0100003").await);
        let mut anne = district.family("203.0.113.1");
        assert_eq!(district.family("203.0.113.9").open(&young).await.shows(), "sign-in");
        assert_eq!(anne.sign_in("anne@famille.example", PASSWORD).await, "home");
        let children = anne.open("/account/children").await.page.as_ref().unwrap().body.clone();
        assert!(children.contains(&young) && children.contains("Léa") && !children.contains(&grown), "{children}");

        assert_eq!(anne.open(&young).await.shows(), "account-data");
        let body = anne.page.as_ref().unwrap().body.clone();
        assert!(body.contains("Les données de Noé") && body.contains("S0100002") && !body.contains("marc@famille.example"));
        let theirs = anne.submit(&[("format", "json")]).await.json();
        assert!(anne.submit(&[("format", "pdf")]).await.body.starts_with("%PDF-"));
        let own = {
            noe.open("/account/data").await;
            noe.submit(&[("format", "json")]).await.json()
        };
        for section in ["account", "roster", "guardians", "sessions", "questions"] {
            assert_eq!(theirs["data"][section], own["data"][section], "{section}");
        }
        assert_eq!((&theirs["person"], &theirs["account"]), (&own["person"], &own["account"]));
        // The child reads who took it, and the family is told.
        let taken: Vec<&Value> = own["data"]["events"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["event"] == "data.taken" && event["by"] == "other")
            .collect();
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|event| event["detail"].as_str().unwrap().contains("right: guardian")), "{taken:?}");
        let letters = told(&district, "data-taken").await;
        let by_anne = letters.iter().filter(|letter| letter.data["what"] == "mail-data-taken-guardian");
        let told: Vec<&str> = by_anne.map(|letter| letter.to.as_str()).collect();
        assert_eq!(told.len(), 4, "both parents, of each copy: {told:?}");
        assert!(told.contains(&"marc@famille.example"));

        // Whoever else, whatever else.
        let herself = format!("/account/children/{}/data", district.guardian("anne@famille.example", "Anne").await.id);
        for address in [&grown, &other, &herself, "/account/children/x/data"] {
            assert_eq!(anne.open(address).await.status(), 403, "{address}");
        }
        assert_eq!(noe.open(&young).await.status(), 403, "their own is another page");
        // The password again after five minutes, and back to the child.
        let mut stale = anne.open(&young).await.clone();
        district.clock.advance(Duration::from_secs(5 * 60 + 1));
        assert_eq!(stale.submit(&[("format", "json")]).await.location(), young);
        assert_eq!(anne.open(&young).await.shows(), "password");
        anne.send(&[("password", PASSWORD)]).await;
        assert_eq!((anne.shows(), anne.address.clone()), ("account-data".to_owned(), young.clone()));
        // A court's order comes while the page is open.
        let guardian = district.guardian("anne@famille.example", "Anne").await;
        let mut open = anne.clone();
        district.forbid(&guardian).await;
        let before = district.count("events WHERE kind = 'data.taken'").await;
        assert_eq!(open.submit(&[("format", "json")]).await.status.as_u16(), 403);
        assert_eq!(anne.open(&young).await.status(), 403);
        assert!(!anne.open("/account/children").await.page.as_ref().unwrap().body.contains(&young));
        district.allow(&guardian).await;
        // The day on which the child is fourteen.
        district.sql("UPDATE roster_births SET birth_date = '2013-01-15' WHERE birth_date = '2015-01-02'").await;
        assert_eq!(open.submit(&[("format", "json")]).await.status.as_u16(), 403);
        assert_eq!(district.count("events WHERE kind = 'data.taken'").await, before);
    }
}

#[tokio::test]
async fn r12_the_school_takes_a_copy_in_the_open_and_its_file_is_for_one_pair_of_eyes() {
    use std::os::unix::fs::PermissionsExt;
    for district in claimed(LEA).await {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lea.pdf");
        let asked = || Command::Export(Export { person: PUPIL.to_owned(), pdf: Some(path.clone()), language: Some("en".to_owned()) });
        let data = office(&district, asked()).await.unwrap();
        assert_eq!(data["format"], "preau-data-1");
        assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF-"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(district.count("events WHERE kind = 'data.taken' AND actor IS NULL AND person IS NOT NULL").await, 1);
        assert_eq!(told(&district, "data-taken").await[0].data["what"], "mail-data-taken-school");
        // A file that is there already is nobody's to write over; and nothing was taken.
        assert!(matches!(office(&district, asked()).await, Err(Failed::File(..))));
        assert_eq!(district.count("events WHERE kind = 'data.taken'").await, 1);
        assert!(matches!(office(&district, export("0999999")).await, Err(Failed::Unknown(_))));
    }
}

/// A pupil or a teacher, with everything that a sign-in and an app leave behind, and then nothing of them.
#[tokio::test]
async fn whoever_is_erased_is_gone_from_pages_apps_and_tables_and_the_log_still_verifies() {
    for district in District::each_with_families().await {
        grown_up(&district, TEACHER).await;
        let mut paul = district.family("203.0.113.1");
        assert_eq!(paul.sign_in(TEACHER, PASSWORD).await, "home");
        let account = district.app.store.read().accounts().by_username(TEACHER).await.unwrap().unwrap();
        let person = district.app.store.read().people().find(account.person).await.unwrap().unwrap();
        let world = World {
            app: Arc::clone(&district.app),
            router: district.router.clone(),
            clock: district.clock.clone(),
            account: account.id,
            school: person.roles[0].org,
        };
        let app = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.auth_method = AuthMethod::ClientSecretBasic;
            settings.logout.backchannel_logout_uri = Some("http://127.0.0.1:9/logout".to_owned());
        })
        .await;
        let tokens = app.tokens(&world, &mut paul.agent, "openid profile").await;
        let access = tokens["access_token"].as_str().unwrap().to_owned();
        // A look first, which changes nothing; and nobody is erased by a slip.
        let look = office(&district, erase(TEACHER, true, false)).await.unwrap();
        assert!(look["goes"].as_array().unwrap().iter().any(|rows| rows["table"] == "sessions" && rows["rows"] == 1), "{look}");
        let stays: Vec<&str> = look["stays"].as_array().unwrap().iter().map(|stays| stays["what"].as_str().unwrap()).collect();
        assert!(stays.contains(&"events") && stays.contains(&"backups"), "{stays:?}");
        assert_eq!((&look["erased"], &look["comes_back"]), (&json!(false), &json!(true)));
        assert!(look["next"].as_str().unwrap().contains("next import"));
        assert!(matches!(office(&district, erase(TEACHER, false, false)).await, Err(Failed::NotMeant)));
        assert_eq!(paul.open("/account").await.shows(), "account");
        // Then in earnest.
        let erased = office(&district, erase(TEACHER, false, true)).await.unwrap();
        assert_eq!((&erased["erased"], &erased["sessions_ended"]), (&json!(true), &json!(1)));
        for table in ["accounts", "sessions", "token_families", "grants", "journeys", "passwords"] {
            assert_eq!(district.count(table).await, 0, "{table}");
        }
        assert_eq!(paul.open("/account").await.shows(), "sign-in");
        assert_ne!(district.family("203.0.113.2").sign_in(TEACHER, PASSWORD).await, "home");
        let user = [("authorization", format!("Bearer {access}"))];
        let asked = paul.agent.send(axum::http::Method::GET, "/userinfo", &user, None).await;
        assert_eq!(asked.status.as_u16(), 401, "what the app had opens nothing");
        assert_eq!(district.count("logout_outbox").await, 1, "and it is told that he is gone");
        let letters = told(&district, "account-erased").await;
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, TEACHER));
        let log = district.texts("events", &["kind", "detail"]).await;
        assert!(log.contains("account.erased") && !log.contains(TEACHER) && !log.contains("Paul"), "{log}");
        let verified =
            audit::run(audit::Command::Verify { expect: None }, &district.app.store, &district.app.tools.keys, district.app.now());
        assert!(verified.await.unwrap()["verified"].as_u64().unwrap() > 0);
        assert!(matches!(office(&district, erase(TEACHER, false, true)).await, Err(Failed::Unknown(_))), "there is nobody to erase");
        // The lists have him still: he comes back as somebody whom nobody knew, without an account.
        district.import_families(FAMILIES).await;
        let back = district.app.store.read().people().by_email(TEACHER).await.unwrap().remove(0);
        assert_ne!(back.id, account.person);
        assert!(back.active && back.is_pupil() == person.is_pupil() && back.roles.len() == person.roles.len());
        assert!(district.app.store.read().accounts().of_person(back.id).await.unwrap().is_none());
    }
}

/// Lets a piece of work go on so many times, then drops it where it stands, as the end of the process does.
async fn cut_off_after<T>(turns: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (std::pin::pin!(work), turns);
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// It is one write: wherever it is cut off, everything of the person is there, or nothing is and the family was told.
#[tokio::test]
async fn f03_an_erasure_that_is_cut_off_at_any_step_erased_nothing_or_everything() {
    for district in District::each_with_families().await {
        grown_up(&district, TEACHER).await;
        assert_eq!(district.family("203.0.113.1").sign_in(TEACHER, PASSWORD).await, "home");
        let before = office(&district, erase(TEACHER, true, false)).await.unwrap()["goes"].clone();
        let mut cut_off = 0;
        for turns in 1.. {
            let done = cut_off_after(turns, office(&district, erase(TEACHER, false, true))).await;
            // What was dropped is rolled back, or committed, before the next write begins.
            district.app.store.write(async |_: &Tx| Ok::<_, StoreError>(())).await.unwrap();
            let left = office(&district, erase(TEACHER, true, false)).await;
            let told = (district.count("events WHERE kind = 'account.erased'").await, told(&district, "account-erased").await.len());
            match left {
                Ok(left) => assert_eq!((&left["goes"], told), (&before, (0, 0)), "after {turns} turns"),
                Err(error) => {
                    assert!(matches!(error, Failed::Unknown(_)), "{error}");
                    assert_eq!((told, district.count("sessions").await), ((1, 1), 0), "after {turns} turns");
                    break;
                }
            }
            assert!(done.is_none(), "it said that it was done");
            cut_off += 1;
        }
        // SQLite is asked without a pause between two statements: the end of the program alone cuts it off there.
        if district.app.store.backend() == Backend::Postgres {
            assert!(cut_off > 5, "it was cut off on the way {cut_off} times");
        }
    }
}

/// A child of two guardians: their ties go with the child, and they stay.
#[tokio::test]
async fn whoever_is_tied_to_somebody_who_is_erased_stays() {
    for district in District::each_with_families().await {
        let child = district.pupil("0100002").await;
        office(&district, erase("0100002", false, true)).await.unwrap();
        assert!(district.app.store.read().people().find(child.id).await.unwrap().is_none());
        let anne = district.guardian("anne@famille.example", "Anne").await;
        let ties = district.app.store.read().people().relationships(anne.id).await.unwrap();
        assert_eq!(ties.len(), 1, "Léa is left");
        district.import_families(FAMILIES).await;
        assert_eq!(district.app.store.read().people().relationships(anne.id).await.unwrap().len(), 2);
    }
}
