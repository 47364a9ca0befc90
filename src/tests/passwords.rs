//! What a password must be, and passwords that came from another system, on both databases.

use std::path::Path;

use axum::http::StatusCode;

use super::district::{District, HOUSEHOLDS, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::cli::passwords::{self, Failed, ImportPasswords};
use crate::model::draft::PasswordHash;
use crate::policy::Policy;

const CLAIM: &str = "student-claim";
const NEW: &str = "huit canards bleus au marché";
/// What Zoé, Léa, Noé and Ana typed in the other system; docs of the hashes: src/password/foreign/tests.rs.
const OLD: &str = "Le lézard 4";
const BCRYPT: &str = "$2b$06$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6";
const DJANGO: &str = "pbkdf2_sha256$1000$seasalt$0HTwsjPamDCD5DH9iAyZPeadZzmSsAmYNehWPEATcnY=";
const SSHA: &str = "{SSHA}ZdUz6aKvO70RcxO5LnswIkcCRDnw8fLz9PX29w==";
const KEYCLOAK: &str = "\"{\"\"algorithm\"\":\"\"pbkdf2-sha512\"\",\"\"hashIterations\"\":1000,\"\"salt\"\":\"\"8PHy8/T19vf4+fr7/P3+/w==\"\",\
    \"\"value\"\":\"\"aSvSiYgSagciz3WEWDZIS3lFtd3/bmw7aRA3FtCNJTWic1Lf1kxZg3KMyOTW2L3qm0CcE6YjAnVpH9QzFjMt6Q==\"\"}\"";

struct Asked<'a> {
    more: &'a [&'a str],
    text: String,
}

async fn import(district: &District, Asked { more, text }: Asked<'_>) -> Result<serde_json::Value, Failed> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        asked: ImportPasswords,
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("passwords.csv");
    std::fs::write(&file, text).unwrap();
    let words = ["import-passwords", path(&file)].into_iter().chain(more.iter().copied());
    let asked = <Line as clap::Parser>::try_parse_from(words).unwrap().asked;
    Ok(passwords::run(asked, &district.app, &|_, _| {}).await?.json)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn plainly(text: &str) -> Asked<'static> {
    Asked { more: &[], text: text.to_owned() }
}

async fn on_file(district: &District, number: &str) -> PasswordHash {
    let account = district.account(number).await.unwrap();
    district.app.store.read().accounts().password(account.id).await.unwrap().unwrap().hash
}

#[tokio::test]
async fn e25_a_password_of_another_system_signs_in_and_is_ours_from_then_on() {
    for district in District::each().await {
        let text = format!(
            "person_id,username,hash\np1,,{BCRYPT}\n,lea.roy@courriel.example,{DJANGO}\n,S0200300,{SSHA}\np4,ana.silva,{KEYCLOAK}\n"
        );
        let dry = Asked { more: &["--dry-run"], text: text.clone() };
        let told = import(&district, dry).await.unwrap();
        assert_eq!((told["passwords"].as_u64(), told["kinds"]["bcrypt"].as_u64()), (Some(4), Some(1)), "{told}");
        assert_eq!((district.count("accounts").await, district.count("hashes_of_other_systems").await), (0, 0), "a dry run writes nothing");

        assert_eq!(import(&district, plainly(&text)).await.unwrap()["passwords"], 4);
        assert_eq!(district.count("events WHERE kind = 'password.taken-over'").await, 4);
        assert_eq!(district.count("hashes_of_other_systems").await, 3, "what a salted hash costs cannot be seen");
        let again = import(&district, plainly(&text)).await.unwrap();
        assert_eq!((again["passwords"].as_u64(), again["have_account"].as_u64()), (Some(0), Some(4)), "run again, it finds all done");

        for (number, name) in [("0123456", "S0123456"), ("0123457", "lea.roy@courriel.example"), ("0200300", "0200300")] {
            let before = on_file(&district, number).await.0;
            assert!(!before.starts_with('$') && before.contains("$argon2id$"), "{before}");
            assert_ne!(district.family("203.0.113.9").sign_in(name, "Le lezard 4").await, "home", "{name}");
            assert_eq!(district.family("203.0.113.1").sign_in(name, OLD).await, "home", "{name}");
            let after = on_file(&district, number).await;
            assert!(after.0.starts_with("$argon2id$"), "{after:?}");
            assert_eq!(district.family("203.0.113.2").sign_in(name, OLD).await, "home", "{name}");
            assert_eq!(on_file(&district, number).await, after, "renewed once");
        }
        // Whose it was before, nobody may choose again (A26).
        let mut zoe = district.family("203.0.113.3");
        zoe.sign_in("0123456", OLD).await;
        zoe.open("/account/password").await.send(&[("password", OLD)]).await.choose(OLD).await;
        assert_eq!((zoe.shows().as_str(), zoe.wrong()), ("new-password", vec!["new_password".to_owned()]));
        assert_eq!(district.family("203.0.113.4").sign_in("ana.silva", OLD).await, "home", "by the name that the file says");
        let unused = district.app.store.read().foreign_hashes().unused().await.unwrap();
        assert_eq!(unused, ["bcrypt", "pbkdf2-sha256", "pbkdf2-sha512"], "the last of each kind was renewed");
    }
}

#[tokio::test]
async fn e25_a_file_with_one_wrong_line_takes_nothing_over_and_says_which() {
    for district in District::each().await {
        let text = format!(
            "username,hash\n0123456,{BCRYPT}\n0123457,$2b$31$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6\n\
             0200300,motdepasse\nS0999999,{SSHA}\n0777001,{SSHA}\nS0123456,{SSHA}\n,{SSHA}\n"
        );
        let refused = import(&district, plainly(&text)).await.unwrap_err().to_string();
        for said in [
            "because of 6 lines",
            "line 3: bcrypt with cost 31: at most 12, or a sign-in would take too long",
            "line 4: this is none of",
            "line 5: nobody in the roster is S0999999",
            "line 6: nobody in the roster is 0777001, or several people are",
            "line 7: line 2 is for the same person",
            "line 8: neither person_id nor username",
        ] {
            assert!(refused.contains(said), "{said}: {refused}");
        }
        assert!(!refused.contains("abcdefgh") && !refused.contains("motdepasse"), "a hash is never said: {refused}");
        assert_eq!(district.count("accounts").await, 0);
        // People leave: who is not known may be passed over.
        let text = format!("username,hash\n0123456,{BCRYPT}\nS0999999,{SSHA}\n");
        let told = import(&district, Asked { more: &["--skip-unknown"], text }).await.unwrap();
        assert_eq!((told["passwords"].as_u64(), told["unknown"].as_u64()), (Some(1), Some(1)));
        for wrong in ["person_id,name\np1,x\n", "hash\nx\n", "person_id,hash\np1\n"] {
            assert!(import(&district, plainly(wrong)).await.is_err(), "{wrong}");
        }
    }
}

#[tokio::test]
async fn e23_a_password_taken_over_may_have_to_be_changed_at_once() {
    for district in District::each().await {
        let text = format!("person_id,hash\np1,{BCRYPT}\n");
        import(&district, Asked { more: &["--must-change"], text }).await.unwrap();
        let mut family = district.family("203.0.113.1");
        assert_eq!(family.sign_in("0123456", OLD).await, "new-password");
        assert_eq!(family.choose(OLD).await.wrong(), ["new_password"]);
        assert_eq!(family.choose(NEW).await.shows(), "home");
        assert_ne!(district.family("203.0.113.2").sign_in("0123456", OLD).await, "home");
    }
}

#[tokio::test]
async fn e25_nobodys_own_password_is_replaced_and_what_the_school_reset_stays_so() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end(CLAIM, ZOE).await;
        district.family("203.0.113.2").to_the_end(CLAIM, LEA).await;
        district.reset(&district.account("0123457").await.unwrap()).await;
        let told = import(&district, plainly(&format!("person_id,hash\np1,{BCRYPT}\np2,{BCRYPT}\n"))).await.unwrap();
        assert_eq!((told["passwords"].as_u64(), told["have_account"].as_u64()), (Some(0), Some(2)));
        assert_eq!(district.family("203.0.113.3").sign_in("0123456", PASSWORD).await, "home");
        for name in ["0123456", "0123457"] {
            assert_ne!(district.family("203.0.113.4").sign_in(name, OLD).await, "home", "{name}");
        }
    }
}

/// Row E02: unknown, known, and known with a hash of another system are the same work, as long as one of these is on file.
#[tokio::test]
async fn e02_no_work_tells_whose_password_was_taken_over() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end(CLAIM, LEA).await;
        let work = async |name: &str| {
            let mut family = district.family("203.0.113.5");
            family.open("/sign-in").await.send(&[("username", name)]).await;
            let before = district.app.tools.hasher.load().written_kib;
            assert_eq!(family.submit(&[("password", "faux")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
            district.app.tools.hasher.load().written_kib - before
        };
        let bare = work("S0999999").await;
        import(&district, plainly(&format!("person_id,hash\np1,{BCRYPT}\np3,{DJANGO}\n"))).await.unwrap();
        let even = work("S0999998").await;
        assert!(even > bare, "{even} and {bare}");
        for name in ["0123456", "0200300", "0123457"] {
            assert_eq!(work(name).await, even, "{name}");
        }
    }
}

#[tokio::test]
async fn e25_a_date_is_refused_whosever_it_is_so_that_nobody_learns_a_birth_date() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(CLAIM, ZOE).await;
        // Hers is 4 March 2014.
        for date in ["04032014", "2014-03-04", "4 mars 2014", "03122011", "2011-12-03", "3 décembre 2011"] {
            family.choose(date).await;
            let body = &family.page.as_ref().unwrap().body;
            assert!(
                body.contains("Une date ou une année se devine en premier") || body.contains("Tout le monde devine les dates"),
                "{date}"
            );
        }
    }
}

#[tokio::test]
async fn e25_what_only_the_school_knows_is_refused_only_to_whoever_has_shown_who_they_are() {
    for district in District::each().await {
        district.import(HOUSEHOLDS).await;
        // Zoé's mother is Marie D’Arcy-Gagnon.
        let mothers = "darcy-marie 12";
        let mut stranger = district.family("203.0.113.1");
        stranger.claim(CLAIM, ZOE).await;
        assert_eq!(stranger.choose(mothers).await.shows(), "security-questions", "a classmate hears nothing of her mother");
        let change = async |network: &str, facts| {
            let mut family = district.family(network);
            family.to_the_end(CLAIM, facts).await;
            family.open("/account/password").await.send(&[("password", PASSWORD)]).await.choose(mothers).await;
            family
        };
        assert_eq!(change("203.0.113.2", ZOE).await.wrong(), ["new_password"]);
        assert_eq!(change("203.0.113.3", LEA).await.address, "/account?done=password", "she is nobody to Léa");
    }
}

#[tokio::test]
async fn a25_what_the_district_says_holds_in_every_flow() {
    for district in District::each().await {
        let settings = toml::from_str("[student]\npassword_preset = 'cnil'").unwrap();
        let node = district.node_with(|tools, _| tools.policy = Policy::new(settings).unwrap()).await;
        let mut family = node.family("203.0.113.1");
        family.claim(CLAIM, ZOE).await;
        family.choose("vqzxkjwp").await;
        assert_eq!(family.wrong(), ["new_password"]);
        let body = &family.page.as_ref().unwrap().body;
        assert!(body.contains("Il manque encore 3 caractères"), "{body}");
        // Five words hold the fifty bits.
        let ideas = ideas(&family);
        assert!(ideas.len() == 3 && ideas.iter().all(|idea| idea.split(' ').count() == 5), "{ideas:?}");
        assert_eq!(family.choose(&ideas[1]).await.shows(), "security-questions");
    }
}

fn ideas(family: &Family) -> Vec<String> {
    let body = &family.page.as_ref().unwrap().body;
    body.split("<strong translate=\"no\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a36_other_ideas_come_by_a_link_that_changes_nothing() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.claim(CLAIM, ZOE).await;
        let first = ideas(&family);
        assert_eq!(first.len(), 3);
        let link = family
            .page
            .as_ref()
            .unwrap()
            .body
            .split("id=\"other-ideas\" href=\"")
            .nth(1)
            .unwrap()
            .split(['"', '#'])
            .next()
            .unwrap()
            .to_owned();
        family.open(&link).await;
        let second = ideas(&family);
        assert!(second.len() == 3 && second.iter().all(|idea| !first.contains(idea)), "{first:?} {second:?}");
        assert_eq!(family.choose(&second[2]).await.shows(), "security-questions");
    }
}

/// Rows S06 and S10: the present password is truly asked, and every other session ends with it.
#[tokio::test]
async fn s06_s10_another_password_needs_the_present_one_and_ends_every_other_session() {
    for district in District::each().await {
        let mut here = district.family("203.0.113.1");
        here.to_the_end(CLAIM, ZOE).await;
        let mut others = Vec::new();
        for number in 2..7 {
            let mut other = district.family(&format!("203.0.113.{number}"));
            assert_eq!(other.sign_in("0123456", PASSWORD).await, "home");
            others.push(other);
        }
        here.open("/account/password").await;
        for wrong in ["", "quatre lapins sous la lun", NEW] {
            here.send(&[("password", wrong)]).await;
            assert_eq!((here.shows().as_str(), here.status()), ("password", 422), "{wrong:?}");
        }
        // Sent as if the present one had been shown.
        let stage = here.address.replace("/password", "/set-password");
        let token = here.page.as_ref().unwrap().field("csrf").unwrap();
        let skipped = here.agent.post(&stage, &[("csrf", &token), ("new_password", NEW)]).await;
        assert!(!skipped.status.is_success(), "{}", skipped.status);
        assert_eq!(district.count("events WHERE kind = 'password.changed'").await, 0);

        here.open("/account/password").await.send(&[("password", PASSWORD)]).await.choose(NEW).await;
        assert_eq!(here.address, "/account?done=password");
        for other in &mut others {
            assert_eq!(other.open("/account").await.shows(), "sign-in");
        }
        assert_eq!(here.open("/account").await.shows(), "account");
        assert_eq!(district.count("sessions WHERE ended_at IS NULL").await, 1);
    }
}
