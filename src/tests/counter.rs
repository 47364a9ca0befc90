//! The session at the counter, on both databases (E18; rows A01, A02, A21, D1, D4, R02, R12, R14, R15, R16, R17, S14).

use std::sync::Arc;
use std::time::Duration;

use super::back_in::{NEW, grown_up};
use super::district::{District, FAMILIES};
use super::family::{Family, PASSWORD};
use crate::config::counter::CheckSettings;
use crate::config::policy::PolicySettings;
use crate::limits::{self, Rule};
use crate::model::{Language, PersonId};
use crate::policy::Policy;
use crate::store::Tx;

/// Odile sits at the counter of the Érables, where Léa and Zoé are, Rémi at that of the Ruisseau, where Noé is.
const OFFICES: &str = "\
e01,,,true,s1,secretary,odile,,Odile,Bureau,,,odile@ecole.example,,,,,,
e02,,,true,s2,secretary,remi,,Rémi,Bureau,,,remi@ecole.example,,,,,,
";
const ODILE: &str = "odile@ecole.example";
const REMI: &str = "remi@ecole.example";
const LEA: &str = "0100001";
const CLAIM: &[(&str, &str)] = &[("given_name", "Léa"), ("family_name", "Roy"), ("student_number", LEA)];
const DESK: &str = "203.0.113.10";
const COUNTER: &str = "203.0.113.11";

/// Léa has an account, and so do both offices.
async fn districts() -> Vec<District> {
    let mut districts = Vec::new();
    for district in District::each_empty().await {
        district.import_families(&format!("{FAMILIES}{OFFICES}")).await;
        district.family("203.0.113.1").to_the_end("student-claim", CLAIM).await;
        for address in [ODILE, REMI] {
            grown_up(&district, address).await;
        }
        district.clock.advance(Duration::from_secs(1));
        districts.push(district);
    }
    districts
}

async fn office(district: &District, address: &str) -> Family {
    let mut office = district.family(DESK);
    assert_eq!(office.sign_in(address, PASSWORD).await, "home");
    office
}

/// Up to the list that is ticked, or to the page that says why not.
async fn look_for(office: &mut Family, who: &str) {
    office.open("/office/open-counter").await;
    assert_eq!(office.shows(), "password");
    office.send(&[("password", PASSWORD)]).await;
    assert_eq!(office.shows(), "counter-who");
    office.send(&[("who", who)]).await;
}

/// A session for somebody; its code.
async fn open(office: &mut Family, who: &str, whom: PersonId) -> String {
    look_for(office, who).await;
    assert_eq!(office.shows(), "counter-checks");
    office.send(&[("whom", &whom.to_string()), ("seen-photo-id", "yes"), ("seen-roster-compared", "yes"), ("spoken", "fr")]).await;
    assert_eq!(office.shows(), "counter-session");
    office.text("counter-code").unwrap()
}

async fn enter(family: &mut Family, code: &str) -> String {
    family.open("/counter").await.send(&[("code", code)]).await;
    family.shows()
}

/// From the new password to the sheet.
async fn to_the_sheet(family: &mut Family) {
    family.choose(NEW).await;
    if family.shows() == "counter-address" {
        family.send(&[("address", "right")]).await;
    }
    assert_eq!(family.shows(), "counter-sheet");
}

fn wrong(family: &Family, field: &str) -> String {
    family.text(&format!("{field}-error")).unwrap_or_default()
}

async fn opens(district: &District, password: &str) -> bool {
    district.family("203.0.113.77").sign_in(LEA, password).await == "home"
}

async fn events(district: &District, kind: &str) -> i64 {
    district.count(&format!("events WHERE kind = '{kind}'")).await
}

#[tokio::test]
async fn e18_r12_r14_r15_whoever_stands_there_chooses_a_password_that_the_office_never_learns() {
    for district in districts().await {
        let mut elsewhere = district.family("203.0.113.5");
        assert_eq!(elsewhere.sign_in(LEA, PASSWORD).await, "home");
        let lea = district.pupil(LEA).await.id;
        let mut odile = office(&district, ODILE).await;
        let code = open(&mut odile, LEA, lea).await;
        let session = odile.address.clone();
        let mut counter = district.family(COUNTER);
        assert_eq!(enter(&mut counter, &code).await, "new-password");
        let inside = counter.address.clone();
        let page = counter.page.clone().unwrap();
        assert_eq!(page.header("refresh"), "600;url=/counter/end", "it closes by itself");
        assert!(page.body.contains("class=\"large\"") && !page.body.contains("switch-person"));
        assert!(odile.open(&session).await.text("counter-code").is_none(), "the code is used up");
        to_the_sheet(&mut counter).await;
        assert_eq!(counter.text("username-given").as_deref(), Some("S0100001"));
        let known = counter.agent.clone();
        counter.send(&[]).await;
        assert!(counter.shows() == "counter-end" && counter.page.as_ref().unwrap().body.contains("C’est fait"));
        // Nothing of it opens anything any more: not the back button, not a copy of the cookies, not the code.
        assert_eq!(counter.page.as_ref().unwrap().header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(counter.agent.cookies().iter().all(|name| !name.starts_with("__Host-j-") && *name != "__Host-sid"));
        counter.open(&inside).await;
        assert_eq!((counter.status(), counter.shows().as_str()), (403, "expired"));
        let mut copy = Family::at(known);
        copy.open(&inside).await;
        assert_ne!(copy.shows(), "new-password");
        assert_eq!(enter(&mut district.family(COUNTER), &code).await, "counter-code");
        // Whatever the old password opened is shut, and nobody was signed in.
        assert_eq!(elsewhere.open("/").await.shows(), "welcome");
        assert_eq!(counter.open("/").await.shows(), "welcome");
        assert!(!opens(&district, PASSWORD).await && opens(&district, NEW).await);
        let letters = district.letters().await;
        let told: Vec<&str> = letters.iter().filter(|letter| letter.kind == "counter-password").map(|letter| letter.to.as_str()).collect();
        assert_eq!(told.len(), 2, "both parents: {told:?}");
        for (kind, number) in [("counter.checked", 2), ("counter.opened", 1), ("counter.entered", 1), ("password.recovered", 1)] {
            assert_eq!(events(&district, kind).await, number, "{kind}");
        }
        let log = district.texts("events", &["kind", "detail"]).await;
        let by = district.app.store.read().accounts().by_username(ODILE).await.unwrap().unwrap().id;
        assert!(log.contains("\"seen\":\"photo-id\"") && log.contains(&format!("\"opened_by\":\"{by}\"")), "{log}");
        let everything = format!("{}{}{}", district.dump().await, log, odile.open(&session).await.page.as_ref().unwrap().body);
        assert!(!everything.contains(NEW) && !everything.contains(&code) && !everything.contains("lapins"));
        assert_eq!(odile.text("state").as_deref(), Some("Terminé"));
    }
}

#[tokio::test]
async fn r12_a01_a02_an_office_helps_pupils_and_guardians_of_its_school_and_nobody_else() {
    for district in districts().await {
        let mut odile = office(&district, ODILE).await;
        look_for(&mut odile, "0999999").await;
        let nobody = wrong(&odile, "who");
        assert!(nobody.contains("Personne de votre école"), "{nobody}");
        // A pupil of another school, its office, a teacher, and she herself: as if there were none.
        for who in ["0100002", REMI, "paul@ecole.example", ODILE, "Noé Roy", ""] {
            odile.send(&[("who", who)]).await;
            assert!(odile.shows() == "counter-who" && (who.is_empty() || wrong(&odile, "who") == nobody), "{who}");
        }
        odile.send(&[("who", "0100003")]).await;
        assert!(wrong(&odile, "who").contains("pas encore") || wrong(&odile, "who").contains("encore de compte"), "Zoé has no account yet");
        odile.send(&[("who", "Léa Roy")]).await;
        assert_eq!(odile.shows(), "counter-checks");
        // Somebody else's id in the form.
        let noe = district.pupil("0100002").await.id.to_string();
        for whom in [noe.as_str(), "x", ""] {
            odile.send(&[("whom", whom), ("seen-photo-id", "yes"), ("spoken", "fr")]).await;
            assert_eq!(odile.wrong(), ["whom"], "{whom}");
        }
        // Row D1: what the roster says is no proof of who stands there.
        let lea = district.pupil(LEA).await.id.to_string();
        for seen in [&[("seen-roster-compared", "yes")][..], &[]] {
            let all = [&[("whom", lea.as_str()), ("spoken", "fr"), ("password", NEW), ("new_password", NEW)], seen].concat();
            odile.send(&all).await;
            assert_eq!(odile.wrong(), ["seen-photo-id"]);
        }
        assert_eq!(district.count("counter_sessions").await, 0);
        odile.send(&[("whom", &lea), ("seen-known-in-person", "yes"), ("spoken", "en")]).await;
        assert_eq!(odile.shows(), "counter-session");
        let session = odile.address.clone();
        // The other office does not see it, nor does a family find any of this.
        let mut remi = office(&district, REMI).await;
        for address in [session.clone(), format!("{session}/sheet"), format!("{session}/sheet.pdf")] {
            assert_eq!(remi.open(&address).await.status(), 404, "{address}");
        }
        assert!(!remi.open("/office/counter").await.page.as_ref().unwrap().body.contains("Léa"));
        let mut pupil = district.family("203.0.113.8");
        assert_eq!(pupil.sign_in(LEA, PASSWORD).await, "home");
        for address in ["/office/counter", "/office/open-counter", session.as_str()] {
            assert_eq!(pupil.open(address).await.status(), 403, "{address}");
            assert_eq!(district.family("203.0.113.9").open(address).await.shows(), "sign-in", "{address}");
        }
    }
}

#[tokio::test]
async fn d1_the_list_is_the_districts_and_only_what_it_calls_a_proof_opens_a_session() {
    for district in districts().await {
        let check = |word: &str, proof, fr: &str, en: &str| CheckSettings {
            word: word.to_owned(),
            proof,
            label: [(Language::French, fr.to_owned()), (Language::English, en.to_owned())].into(),
        };
        let checklist = vec![
            check("language", true, "J’ai vu la carte <d’élève>", "I saw the student card"),
            check("called", false, "L’enseignant a appelé", "The teacher called"),
        ];
        let district = district.node_with(|tools, _| tools.config.counter.checklist = checklist).await;
        let lea = district.pupil(LEA).await.id.to_string();
        let mut odile = office(&district, ODILE).await;
        look_for(&mut odile, LEA).await;
        let body = odile.page.as_ref().unwrap().body.clone();
        assert!(body.contains("J’ai vu la carte &lt;d’élève&gt;") && body.contains("L’enseignant a appelé") && !body.contains("photo-id"));
        for seen in ["seen-called", "seen-photo-id", "language"] {
            odile.send(&[("whom", &lea), (seen, "yes"), ("spoken", "fr")]).await;
            assert_eq!(odile.wrong(), ["seen-language"], "{seen}");
        }
        odile.send(&[("whom", &lea), ("seen-language", "yes"), ("seen-called", "yes"), ("spoken", "fr")]).await;
        assert_eq!(odile.shows(), "counter-session");
        let log = district.texts("events", &["kind", "detail"]).await;
        assert!(log.contains("\"seen\":\"language\"") && log.contains("\"seen\":\"called\"") && !log.contains("photo-id"), "{log}");
    }
}

#[tokio::test]
async fn s10_a21_whoever_opens_a_session_showed_who_they_are_a_moment_ago() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id.to_string();
        let mut odile = office(&district, ODILE).await;
        odile.open("/office/open-counter").await.send(&[("password", "faux")]).await;
        assert_eq!(odile.shows(), "password");
        look_for(&mut odile, LEA).await;
        district.clock.advance(Duration::from_secs(301));
        odile.send(&[("whom", &lea), ("seen-photo-id", "yes"), ("spoken", "fr")]).await;
        assert_eq!((odile.shows().as_str(), district.count("counter_sessions").await), ("password", 0));
        odile.send(&[("password", PASSWORD)]).await;
        assert_eq!(odile.shows(), "counter-session");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r02_of_thirty_two_who_type_the_code_at_once_one_is_inside() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let code = open(&mut office(&district, ODILE).await, LEA, lea).await;
        let district = Arc::new(district);
        let typing = (0..32).map(|turn| {
            let (district, code) = (Arc::clone(&district), code.clone());
            tokio::spawn(async move { enter(&mut district.family(&format!("203.0.113.{}", 100 + turn)), &code).await })
        });
        let mut inside = 0;
        for shown in typing.collect::<Vec<_>>() {
            inside += usize::from(shown.await.unwrap() == "new-password");
        }
        assert_eq!((inside, events(&district, "counter.entered").await), (1, 1));
    }
}

#[tokio::test]
async fn r02_s14_wrong_used_replaced_stopped_and_late_codes_have_one_answer() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let mut odile = office(&district, ODILE).await;
        let mut said = Vec::new();
        let mut refused = async |district: &District, code: &str| {
            let mut family = district.family(COUNTER);
            assert_eq!(enter(&mut family, code).await, "counter-code");
            said.push(wrong(&family, "code"));
        };
        let used = open(&mut odile, LEA, lea).await;
        assert_eq!(enter(&mut district.family(COUNTER), &used).await, "new-password");
        refused(&district, &used).await;
        let replaced = open(&mut odile, LEA, lea).await;
        let stopped = open(&mut odile, LEA, lea).await;
        refused(&district, &replaced).await;
        odile.send(&[("do", "stop")]).await;
        refused(&district, &stopped).await;
        let late = open(&mut odile, LEA, lea).await;
        district.clock.advance(Duration::from_mins(10));
        refused(&district, &late).await;
        refused(&district, "0000 0000").await;
        assert!(said.iter().all(|one| *one == said[0] && one.contains("n’ouvre rien")), "{said:?}");
    }
}

/// Somebody who left the roster and is back within the ten minutes: a code that opened nothing was not used up.
#[tokio::test]
async fn r02_s07_a_code_of_whoever_left_opens_nothing_and_is_not_used_up() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let families = format!("{FAMILIES}{OFFICES}");
        let mut odile = office(&district, ODILE).await;
        let code = open(&mut odile, LEA, lea).await;
        let without: String = families.lines().filter(|line| !line.starts_with("c01,")).map(|line| format!("{line}\n")).collect();
        district.import_families(&without).await;
        let mut counter = district.family(COUNTER);
        assert_eq!(enter(&mut counter, &code).await, "counter-code");
        assert!(wrong(&counter, "code").contains("n’ouvre rien"));
        assert_eq!(
            (district.count("counter_sessions WHERE entered_at IS NOT NULL").await, events(&district, "counter.entered").await),
            (0, 0)
        );
        district.import_families(&families).await;
        assert_eq!(enter(&mut district.family(COUNTER), &code).await, "new-password");
    }
}

#[tokio::test]
async fn r20_codes_are_guessed_twenty_times_and_a_right_one_costs_nothing() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let mut odile = office(&district, ODILE).await;
        let code = open(&mut odile, LEA, lea).await;
        for turn in 0..20 {
            assert_eq!(enter(&mut district.family(COUNTER), &format!("0000 {turn:04}")).await, "counter-code");
        }
        let mut family = district.family(COUNTER);
        enter(&mut family, &code).await;
        assert_eq!((family.status(), family.shows().as_str()), (429, "counter-code"), "the right one, too late");
        assert_eq!(enter(&mut district.family("203.0.113.12"), &code).await, "new-password", "another network is another's");
        district.clock.advance(Duration::from_mins(11));
        for _ in 0..25 {
            let code = open(&mut odile, LEA, lea).await;
            assert_eq!(enter(&mut district.family(COUNTER), &code).await, "new-password");
        }
    }
}

#[tokio::test]
async fn s14_e18_what_was_not_finished_left_no_trace() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let mut odile = office(&district, ODILE).await;
        let before = district.texts("passwords", &["hash"]).await;
        // The time is over, at the last page, on the second.
        let code = open(&mut odile, LEA, lea).await;
        let mut counter = district.family(COUNTER);
        enter(&mut counter, &code).await;
        to_the_sheet(&mut counter).await;
        district.clock.advance(Duration::from_mins(10));
        let late = counter.submit(&[]).await;
        assert!(late.body.contains("page-expired"), "{}", late.body);
        let mut end = counter.clone();
        end.open("/counter/end").await;
        assert!(end.page.as_ref().unwrap().body.contains("C’est fini"));
        // The office stops it.
        let code = open(&mut odile, LEA, lea).await;
        let mut counter = district.family(COUNTER);
        enter(&mut counter, &code).await;
        odile.send(&[("do", "stop")]).await;
        assert_eq!(odile.text("state").as_deref(), Some("Arrêté"));
        counter.choose(NEW).await;
        assert_eq!(counter.shows(), "expired");
        // Another session for the same person replaces one that is open.
        let code = open(&mut odile, LEA, lea).await;
        let mut first = district.family(COUNTER);
        enter(&mut first, &code).await;
        to_the_sheet(&mut first).await;
        open(&mut odile, LEA, lea).await;
        first.send(&[]).await;
        assert!(first.shows() == "counter-end" && first.page.as_ref().unwrap().body.contains("C’est fini"));
        assert_eq!(district.texts("passwords", &["hash"]).await, before);
        assert_eq!(
            (
                events(&district, "password.recovered").await,
                district.letters().await.iter().filter(|l| l.kind == "counter-password").count()
            ),
            (0, 0)
        );
        assert!(opens(&district, PASSWORD).await);
    }
}

#[tokio::test]
async fn r17_r14_the_right_of_the_office_and_the_password_are_looked_at_once_more_at_the_end() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let families = format!("{FAMILIES}{OFFICES}");
        let mut odile = office(&district, ODILE).await;
        for changed in [
            families.replace("e01,,,true,s1,secretary", "e01,,,true,s1,teacher"),
            families.replace("c01,,,true,s1,student", "c01,,,true,s2,student"),
        ] {
            let code = open(&mut odile, LEA, lea).await;
            let mut counter = district.family(COUNTER);
            enter(&mut counter, &code).await;
            to_the_sheet(&mut counter).await;
            district.import_families(&changed).await;
            counter.send(&[]).await;
            assert!(counter.shows() == "counter-end" && counter.page.as_ref().unwrap().body.contains("C’est fini"));
            district.import_families(&families).await;
        }
        // Meanwhile the pupil chose another one.
        let code = open(&mut odile, LEA, lea).await;
        let mut counter = district.family(COUNTER);
        enter(&mut counter, &code).await;
        to_the_sheet(&mut counter).await;
        let mut pupil = district.family("203.0.113.8");
        pupil.sign_in(LEA, PASSWORD).await;
        pupil.open("/account/password").await.send(&[("password", PASSWORD)]).await.choose("trois loutres dans la neige").await;
        counter.send(&[]).await;
        assert!(counter.page.as_ref().unwrap().body.contains("C’est fini"));
        assert!(!opens(&district, NEW).await && opens(&district, "trois loutres dans la neige").await);
    }
}

#[tokio::test]
async fn r16_a_guardian_at_the_counter_says_that_the_address_is_wrong_and_it_is_not_changed_there() {
    for district in districts().await {
        grown_up(&district, "anne@famille.example").await;
        let anne = district.guardian("anne@famille.example", "Anne").await;
        let mut odile = office(&district, ODILE).await;
        let code = open(&mut odile, LEA, anne.id).await;
        let session = odile.address.clone();
        let mut counter = district.family(COUNTER);
        enter(&mut counter, &code).await;
        counter.choose(NEW).await;
        assert_eq!((counter.shows().as_str(), counter.text("address").as_deref()), ("counter-address", Some("A…@Famille.example")));
        for said in ["none", "", "x"] {
            counter.send(&[("address", said)]).await;
            assert_eq!(counter.shows(), "counter-address", "{said}");
        }
        counter.send(&[("address", "wrong")]).await.send(&[]).await;
        assert!(counter.page.as_ref().unwrap().body.contains("C’est fait"));
        assert!(odile.open(&session).await.text("wrong-address").is_some());
        assert_eq!(district.guardian("anne@famille.example", "Anne").await.email, anne.email);
        assert_eq!(district.family("203.0.113.7").sign_in("anne@famille.example", NEW).await, "home");
        assert!(odile.open(&format!("{session}/sheet")).await.text("username-given").is_some());
        let pdf = odile.agent.get(&format!("{session}/sheet.pdf")).await;
        assert_eq!((pdf.status.as_u16(), pdf.header("content-type").as_str()), (200, "application/pdf"));
        assert_eq!(pdf.header("content-disposition"), "attachment; filename=\"sheet.pdf\"");
        assert!(pdf.body.starts_with("%PDF-"));
    }
}

#[tokio::test]
async fn e18_the_code_is_good_at_school_alone_where_the_settings_name_its_network() {
    for district in districts().await {
        let node = district
            .node_with(|tools, _| {
                let settings = PolicySettings { school_networks: vec!["203.0.113.0/24".to_owned()], ..Default::default() };
                tools.policy = Policy::new(settings).unwrap();
            })
            .await;
        let lea = district.pupil(LEA).await.id;
        let code = open(&mut office(&node, ODILE).await, LEA, lea).await;
        let mut home = node.family("198.51.100.7");
        for code in [code.as_str(), "0000 0000"] {
            assert_eq!(enter(&mut home, code).await, "counter-code");
            assert!(wrong(&home, "code").contains("qu’à l’école"));
        }
        let mut counter = node.family(COUNTER);
        assert_eq!(enter(&mut counter, &code).await, "new-password");
        to_the_sheet(&mut counter).await;
        // The tablet is carried home.
        counter.agent = counter.agent.clone().moved(node.router.clone(), "198.51.100.7");
        counter.send(&[]).await;
        assert!(counter.page.as_ref().unwrap().body.contains("C’est fini") && opens(&district, PASSWORD).await);
    }
}

#[tokio::test]
async fn r12_an_office_opens_forty_sessions_a_day_and_the_district_hears_of_the_next() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id.to_string();
        let mut odile = office(&district, ODILE).await;
        let account = district.app.store.read().accounts().by_username(ODILE).await.unwrap().unwrap();
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        let now = district.app.now();
        for _ in 0..40 {
            district.app.store.write(async |tx: &Tx| limits::take(tx, Rule::CounterOpened, &subject, now).await).await.unwrap();
        }
        look_for(&mut odile, LEA).await;
        for _ in 0..2 {
            odile.send(&[("whom", &lea), ("seen-photo-id", "yes"), ("spoken", "fr")]).await;
            assert_eq!((odile.status(), odile.shows().as_str()), (429, "counter-checks"));
        }
        let letters = district.letters().await;
        assert_eq!(letters.iter().filter(|letter| letter.kind == "counter-alarm").count(), 1, "once a day");
        assert_eq!((events(&district, "alarm.raised").await, district.count("counter_sessions").await), (1, 0));
    }
}

#[tokio::test]
async fn s02_the_offices_own_screen_is_turned_around_without_its_session() {
    for district in districts().await {
        let lea = district.pupil(LEA).await.id;
        let mut odile = office(&district, ODILE).await;
        let code = open(&mut odile, LEA, lea).await;
        let before = odile.agent.clone();
        // In a browser where somebody is signed in nobody walks these pages.
        let mut careless = odile.clone();
        careless.open("/counter").await;
        assert!(careless.page.as_ref().unwrap().body.contains("id=\"leave\"") && careless.text("code").is_none());
        odile.send(&[("do", "here")]).await;
        assert_eq!((odile.shows().as_str(), odile.address.as_str()), ("counter-code", "/counter"));
        assert!(odile.page.as_ref().unwrap().body.contains(&format!("value=\"{code}\"")), "the code stands there already");
        assert_eq!(Family::at(before).open("/office/counter").await.shows(), "sign-in", "her session has ended");
        odile.send(&[("code", &code)]).await;
        to_the_sheet(&mut odile).await;
        odile.send(&[]).await;
        assert_eq!(odile.shows(), "counter-end");
        for name in ["__Host-sid", "__Host-counter", "__Host-lang"] {
            assert!(!odile.agent.cookies().contains(&name), "{name}");
        }
        assert_eq!(odile.open("/office/counter").await.shows(), "sign-in");
    }
}
