//! Invitations by mail, on both databases: from the command to the parent's account (systems.md D1 to D19), and what a
//! security code must stand (rows E08, E18, E29).

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;

use super::district::{District, HOUSEHOLDS};
use super::family::{Family, PASSWORD};
use crate::cli::invite;
use crate::keys::KeyStore;
use crate::model::Letter;
use crate::store::Tx;

const FLOW: &str = "guardian-invitation";
const STRONG: &str = "guardian-invitation-strong";
const ADDRESS: &str = "/enroll/guardian-invitation";
const AGAIN: &str = "/enroll/invitation-again";

#[derive(clap::Parser)]
struct Asked {
    #[command(flatten)]
    invite: invite::Invite,
}

async fn districts() -> Vec<District> {
    let mut districts = District::each_empty().await;
    for district in &mut districts {
        district.import(HOUSEHOLDS).await;
    }
    districts
}

/// What `preau invite` says.
pub(super) async fn invite(district: &District, words: &str) -> Value {
    let asked: Asked = clap::Parser::try_parse_from(std::iter::once("invite").chain(words.split_whitespace())).unwrap();
    invite::run(asked.invite, &district.app, &|_| {}).await.unwrap().json
}

/// The letters that wait, taken out, by their address.
async fn letters(district: &District) -> BTreeMap<String, Letter> {
    let mut letters = BTreeMap::new();
    let keys: &KeyStore = &district.app.tools.keys;
    loop {
        let now = district.app.now();
        let take = async |tx: &Tx| tx.outbox().take(Duration::from_secs(60), now).await;
        let Some(taken) = district.app.store.write(take).await.unwrap() else { return letters };
        let letter = taken.open(keys).unwrap();
        district.app.store.write(async |tx: &Tx| tx.outbox().delivered(taken.id, now).await).await.unwrap();
        assert!(letters.insert(letter.to.clone(), letter).is_none(), "one letter each");
    }
}

fn said<'a>(letters: &'a BTreeMap<String, Letter>, to: &str, what: &str) -> &'a str {
    letters[to].data[what].as_str().unwrap()
}

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

async fn show<'f>(family: &'f mut Family, flow: &str, code: &str, name: &str) -> &'f mut Family {
    family.open(&format!("/enroll/{flow}")).await;
    assert_eq!(family.shows(), "code");
    family.send(&[("code", code), ("family_name", name)]).await
}

#[tokio::test]
async fn d03_every_guardian_with_an_address_gets_one_letter_that_names_the_child_and_the_school() {
    for district in districts().await {
        let counted = invite(&district, "--all --dry-run").await;
        assert_eq!((counted["invited"].as_u64(), counted["without_address"].as_u64()), (Some(2), Some(1)));
        assert_eq!(district.count("outbox").await, 0);
        let told = invite(&district, "--school s1").await;
        assert_eq!((told["invited"].as_u64(), told["without_address"].as_u64()), (Some(2), Some(1)));
        let letters = letters(&district).await;
        let to: Vec<&String> = letters.keys().collect();
        assert_eq!(to, ["marie@courriel.example", "paul@courriel.example"]);
        let names = said(&letters, "marie@courriel.example", "children");
        assert!(names.contains("Zoé") && names.contains("Noé"), "{names}");
        // Nothing of the other parent, and only the children that are one's own (E07).
        assert_eq!(said(&letters, "paul@courriel.example", "children"), "Zoé");
        let pages = &district.app.tools.pages;
        let rendered =
            pages.letter(&letters["marie@courriel.example"], &crate::web::district(&district.app), "http://localhost:8080").unwrap();
        assert!(rendered.subject.contains("École des Érables"), "{}", rendered.subject);
        assert!(!rendered.text.contains("paul@") && !rendered.text.contains("Paul"));
        // Asked again, whoever holds a code that opens is left alone; nothing is sent twice.
        assert_eq!(invite(&district, "--all").await["invited_before"], 2);
        assert_eq!(invite(&district, "--guardian g1 --again").await["replaced"], 1);
    }
}

#[tokio::test]
async fn d18_one_mail_and_two_pages_make_an_account() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        let link = said(&letters, "marie@courriel.example", "link");
        let (address, secret) = link.split_once("#c=").unwrap();
        assert_eq!(address, format!("http://localhost:8080{ADDRESS}"));
        let mut family = district.family("203.0.113.1");
        show(&mut family, STRONG, secret, "d’arcy gagnon").await;
        family.choose(PASSWORD).await;
        assert_eq!((family.shows().as_str(), family.text("username-given").as_deref()), ("enrolled", Some("marie@courriel.example")));
        assert_eq!(district.count("sessions WHERE amr = 'kba otp' AND acr = 'urn:preau:acr:proven'").await, 1);
        assert_eq!(district.count("outbox WHERE kind <> 'account-created' AND kind <> 'invitation'").await, 0, "no second proof (D10)");
        // The same link again: she has the account.
        let mut later = district.family("203.0.113.2");
        show(&mut later, STRONG, secret, "Gagnon").await;
        assert_eq!((later.shows().as_str(), later.wrong()), ("code", vec!["code".to_owned()]));
    }
}

#[tokio::test]
async fn d07_d11_d15_the_preset_asks_code_and_name_shows_the_details_and_asks_a_password_and_the_language() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        let code = said(&letters, "marie@courriel.example", "code");
        let mut family = district.family("203.0.113.1");
        show(&mut family, FLOW, code, " ").await;
        assert_eq!(family.wrong(), ["family_name"]);
        show(&mut family, FLOW, &code.to_lowercase(), "GAGNON").await;
        assert_eq!(family.shows(), "details");
        let page = body(&family);
        assert!(page.contains("marie@courriel.example") && page.contains("id=\"report-change\""), "{page}");
        assert_eq!(family.send(&[]).await.shows(), "new-password");
        family.choose(PASSWORD).await;
        assert_eq!(family.shows(), "preferences");
        family.send(&[("preferred_language", "en"), ("date_format", "day-first")]).await;
        assert_eq!(family.shows(), "confirm", "{}", body(&family));
        assert!(body(&family).contains("Marie D’Arcy-Gagnon"));
        assert_eq!(family.send(&[]).await.shows(), "enrolled");
    }
}

#[tokio::test]
async fn d07_five_wrong_names_are_a_pause_and_not_the_end_of_the_code() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        for what in ["code", "link"] {
            let shown = said(&letters, "marie@courriel.example", what);
            let code = shown.split("#c=").last().unwrap();
            for number in 1..=5 {
                let mut family = district.family(&format!("203.0.113.{number}"));
                show(&mut family, FLOW, code, "Tremblay").await;
                assert_eq!((family.status(), family.wrong()), (422, vec!["code".to_owned()]));
            }
            let mut family = district.family("198.51.100.1");
            show(&mut family, FLOW, code, "Gagnon").await;
            assert_eq!(family.status(), 429, "not even the right name is judged");
            district.clock.advance(Duration::from_mins(15));
            show(&mut family, FLOW, code, "Gagnon").await;
            assert_eq!(family.shows(), "details");
        }
    }
}

#[tokio::test]
async fn d17_whoever_did_not_get_the_mail_asks_for_it_again_and_nobody_learns_who_was_invited() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let old = letters(&district).await;
        let mut pages = Vec::new();
        for (number, email) in (1..).zip(["Marie@Courriel.example ", "paul@courriel.example", "nobody@courriel.example"]) {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.open(AGAIN).await.send(&[("email", email)]).await;
            assert_eq!((family.shows().as_str(), family.status()), ("invitation-sent", 200));
            pages.push(body(&family).to_owned());
        }
        assert!(pages.iter().all(|page| *page == pages[0]));
        let new = letters(&district).await;
        assert_eq!(new.keys().collect::<Vec<_>>(), ["marie@courriel.example"], "Paul was not invited, and nobody is nobody");
        let mut family = district.family("203.0.113.9");
        show(&mut family, FLOW, said(&old, "marie@courriel.example", "code"), "Gagnon").await;
        assert_eq!(family.wrong(), ["code"], "the old one is dead");
        show(&mut family, FLOW, said(&new, "marie@courriel.example", "code"), "Gagnon").await;
        assert_eq!(family.shows(), "details");
        // Three an hour, and no more is said of the fourth.
        for number in 20..24 {
            let mut family = district.family(&format!("203.0.113.{number}"));
            family.open(AGAIN).await.send(&[("email", "marie@courriel.example")]).await;
            assert_eq!(body(&family), pages[0]);
        }
        assert_eq!(district.count("events WHERE kind = 'invitation.sent-again'").await, 3);
        let mut family = district.family("203.0.113.30");
        family.open(AGAIN).await.send(&[("email", "marie")]).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["email".to_owned()]));
    }
}

/// Row E18: a code of one purpose opens nothing of another.
#[tokio::test]
async fn e18_a_security_code_opens_no_letters_flow_and_a_letters_code_no_invitation() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        let issued = district.code("issue --guardian g1").await.unwrap();
        let (mailed, printed) = (said(&letters, "marie@courriel.example", "code"), issued["issued"][0]["code"].as_str().unwrap());
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/guardian-code").await.send(&[("code", mailed)]).await;
        assert_eq!(family.wrong(), ["code"]);
        show(&mut family, FLOW, printed, "Gagnon").await;
        assert_eq!(family.wrong(), ["code"]);
        // Neither kills the other, and each opens its own.
        family.open("/enroll/guardian-code").await.send(&[("code", printed)]).await;
        assert_eq!(family.shows(), "code-child");
        show(&mut family, FLOW, mailed, "Gagnon").await;
        assert_eq!(family.shows(), "details");
    }
}

#[tokio::test]
async fn s14_an_invitation_and_a_code_are_over_on_the_second_though_nobody_tidied_up() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        let issued = district.code("issue --guardian g2").await.unwrap();
        let (mailed, printed) = (said(&letters, "marie@courriel.example", "code"), issued["issued"][0]["code"].as_str().unwrap());
        let show_both = async |network: &str| {
            let (mut marie, mut paul) = (district.family(network), district.family(network));
            show(&mut marie, FLOW, mailed, "Gagnon").await;
            paul.open("/enroll/guardian-code").await.send(&[("code", printed)]).await;
            (marie.shows(), paul.shows())
        };
        district.clock.advance(Duration::from_secs(21 * 86_400 - 1));
        assert_eq!(show_both("203.0.113.1").await, ("details".to_owned(), "code-child".to_owned()), "a second before");
        district.clock.advance(Duration::from_secs(1));
        assert_eq!(show_both("203.0.113.2").await, ("code".to_owned(), "code".to_owned()));
        assert_eq!(district.count("codes WHERE used_at IS NULL AND revoked_at IS NULL").await, 2, "the rows stand as they were");
    }
}

/// Row E29: mail scanners open links.
#[tokio::test]
async fn e29_a_scanner_that_opens_the_link_uses_nothing_up() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        let mut scanner = district.family("203.0.113.1");
        for _ in 0..5 {
            assert_eq!(scanner.open(ADDRESS).await.shows(), "code");
        }
        assert!(scanner.agent.send(Method::HEAD, ADDRESS, &[], None).await.status.is_success());
        assert_eq!((district.count("journeys").await, district.count("throttles").await), (0, 0));
        let mut family = district.family("203.0.113.2");
        show(&mut family, FLOW, said(&letters, "marie@courriel.example", "code"), "Gagnon").await;
        assert_eq!(family.shows(), "details");
    }
}

#[tokio::test]
async fn d14_whoever_has_an_account_by_now_is_told_so_truly_once_the_code_is_shown() {
    for district in districts().await {
        invite(&district, "--guardian g1").await;
        let letters = letters(&district).await;
        let issued = district.code("issue --guardian g1").await.unwrap();
        let mut family = district.family("203.0.113.1");
        family.open("/enroll/guardian-code").await.send(&[("code", issued["issued"][0]["code"].as_str().unwrap())]).await;
        family.send(&[("account", "new")]).await.choose(PASSWORD).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        let mut other = district.family("203.0.113.2");
        show(&mut other, FLOW, said(&letters, "marie@courriel.example", "code"), "Gagnon").await;
        assert!(other.shows() == "code-over" && body(&other).contains("Ce compte existe déjà"), "{}", body(&other));
        assert_eq!(invite(&district, "--all").await["have_account"], 1);
    }
}
