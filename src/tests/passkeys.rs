//! Passkeys, on both databases, by an authenticator in software: made at `/account/passkeys`, shown at the sign-in page
//! (rows W01-W07, S06, S07, S10).

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::limits::{self, Rule};
use crate::model::AuthenticatorId;
use crate::passkeys::software::{Authenticator, Kind, OWNER};
use crate::store::Tx;
use crate::store::passkeys::Passkey;
use crate::store::second_factors::Authenticator as App;

const ORIGIN: &str = "http://localhost:8080";
const NUMBER: &str = "0123456";

/// Zoé's browser, signed in, and the passkey that she added in it.
async fn with_passkey(district: &District) -> (Family, Authenticator) {
    let mut family = district.family("203.0.113.1");
    family.to_the_end("student-claim", ZOE).await;
    let authenticator = add(&mut family, Kind::Es256, "Tablette").await;
    (family, authenticator)
}

/// Through the password to the list, and one more passkey in it.
pub(super) async fn add(family: &mut Family, kind: Kind, name: &str) -> Authenticator {
    to_the_list(family).await;
    let options = options(family);
    let authenticator = Authenticator::new(kind, &options, ORIGIN);
    family.send(&[("do", "add"), ("name", name), ("passkey", &authenticator.make(text(&options, "challenge")))]).await;
    assert_eq!((family.shows().as_str(), family.status()), ("account-passkeys", 200), "{:?}", family.wrong());
    authenticator
}

pub(super) async fn to_the_list(family: &mut Family) {
    assert_eq!(family.open("/account/passkeys").await.shows(), "password");
    family.send(&[("password", PASSWORD)]).await;
    assert_eq!(family.shows(), "account-passkeys");
}

/// What the page asks a browser to make.
fn options(family: &Family) -> Value {
    serde_json::from_str(&attribute(family, "data-options")).unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// What an attribute of the open page says.
pub(super) fn attribute(family: &Family, name: &str) -> String {
    let body = &family.page.as_ref().unwrap().body;
    let value = body.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no {name}: {body}")).replace("&quot;", "\"").replace("&#x2f;", "/").replace("&amp;", "&")
}

/// The challenge of the sign-in page, which is opened for it.
async fn challenge(family: &mut Family) -> String {
    assert_eq!(family.open("/sign-in").await.shows(), "sign-in");
    attribute(family, "data-challenge")
}

pub(super) async fn sign_in(family: &mut Family, authenticator: &Authenticator) -> String {
    let challenge = challenge(family).await;
    family.send(&[("passkey", &authenticator.show(&challenge))]).await;
    family.shows()
}

/// The page asks again, in the one sentence that there is.
fn is_refused(family: &Family, why: &str) {
    assert_eq!((family.status(), family.wrong()), (422, vec!["passkey".to_owned()]), "{why}");
    let said = family.text("passkey-error").unwrap();
    assert!(said.starts_with("Cette clé d’accès n’ouvre pas ce compte."), "{why}: {said}");
}

async fn kept(district: &District) -> Vec<Passkey> {
    let account = district.account(NUMBER).await.unwrap();
    district.app.store.read().passkeys().of_account(account.id).await.unwrap()
}

#[tokio::test]
async fn whoever_has_a_passkey_signs_in_without_a_name_and_without_a_password() {
    for district in District::each().await {
        let (mut family, first) = with_passkey(&district).await;
        assert!(family.text("done").is_some());
        for (kind, name) in [(Kind::EdDsa, "Téléphone"), (Kind::Rs256, "")] {
            district.clock.advance(Duration::from_secs(1));
            let other = add(&mut family, kind, name).await;
            assert_eq!(sign_in(&mut district.family("203.0.113.7"), &other).await, "home", "{kind:?}");
        }
        let mut browser = district.family("203.0.113.2");
        assert_eq!(sign_in(&mut browser, &first).await, "home");
        assert_eq!(browser.open("/account").await.shows(), "account");
        let names: Vec<String> = kept(&district).await.into_iter().map(|passkey| passkey.name).collect();
        assert_eq!(names, ["Tablette", "Téléphone", ""]);
        // An app asks for two factors, and this was one thing that is two.
        let events = district.texts("events", &["kind", "detail"]).await;
        assert!(events.contains(r#""amr":["pop","user","mfa"]"#), "{events}");
        assert_eq!(district.count("sessions WHERE acr = 'urn:preau:acr:two-factor'").await, 3);
        // The password does as before.
        assert_eq!(district.family("203.0.113.3").sign_in(NUMBER, PASSWORD).await, "home");
        assert_eq!(district.count("sessions WHERE acr = 'urn:preau:acr:two-factor'").await, 3);
    }
}

#[tokio::test]
async fn a_passkey_does_at_the_page_of_the_password_for_the_person_who_was_named_and_for_nobody_else() {
    for district in District::each().await {
        let (_, zoe) = with_passkey(&district).await;
        district.family("203.0.113.5").to_the_end("student-claim", LEA).await;
        for (name, right) in [(NUMBER, true), ("0123457", false), ("0999999", false)] {
            let mut browser = district.family("203.0.113.6");
            browser.open("/sign-in").await.send(&[("username", name)]).await;
            let challenge = attribute(&browser, "data-challenge");
            browser.send(&[("passkey", &zoe.show(&challenge))]).await;
            if right {
                assert_eq!(browser.shows(), "home");
            } else {
                assert_eq!(browser.shows(), "password");
                is_refused(&browser, name);
            }
        }
    }
}

#[tokio::test]
async fn w01_a_challenge_is_answered_once_in_its_browser_within_five_minutes_and_for_its_purpose() {
    for district in District::each().await {
        let (mut family, authenticator) = with_passkey(&district).await;
        let mut browser = district.family("203.0.113.2");
        let asked = challenge(&mut browser).await;
        let answer = authenticator.show(&asked);
        let mut again = browser.clone();
        browser.send(&[("passkey", &answer)]).await;
        assert_eq!(browser.shows(), "home");
        // The same answer once more, in the same browser and in the form of another showing.
        again.open("/sign-in").await.send(&[("passkey", &answer)]).await;
        is_refused(&again, "a second time");
        // Another answer to the same challenge is a second one too.
        again.open("/sign-in").await.send(&[("passkey", &authenticator.show(&asked))]).await;
        is_refused(&again, "another answer to it");
        // In another browser.
        let mut mine = district.family("203.0.113.3");
        let mine_asked = challenge(&mut mine).await;
        let mut other = district.family("203.0.113.4");
        other.open("/sign-in").await.send(&[("passkey", &authenticator.show(&mine_asked))]).await;
        is_refused(&other, "another browser's challenge");
        // For the making of a passkey, in the browser that was asked to make one.
        to_the_list(&mut family).await;
        let making = text(&options(&family), "challenge").to_owned();
        let mut tab = family.clone();
        tab.open("/sign-in").await.send(&[("passkey", &authenticator.show(&making))]).await;
        is_refused(&tab, "a challenge for the making of one");
        let showing = challenge(&mut tab).await;
        let new = Authenticator::new(Kind::Es256, &options(&family), ORIGIN);
        family.send(&[("do", "add"), ("passkey", &new.make(&showing))]).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["add-passkey".to_owned()]), "a challenge for the showing of one");
        // A made one is kept once.
        let made = new.make(&making);
        family.send(&[("do", "add"), ("passkey", &made)]).await;
        assert_eq!(family.status(), 200);
        family.send(&[("do", "add"), ("passkey", &made)]).await;
        assert_eq!((family.status(), kept(&district).await.len()), (422, 2));
        // Too late; and what the page asks for then is good.
        for (seconds, good) in [(299, true), (300, false)] {
            let mut late = district.family("203.0.113.8");
            let asked = challenge(&mut late).await;
            district.clock.advance(Duration::from_secs(seconds));
            late.send(&[("passkey", &authenticator.show(&asked))]).await;
            assert_eq!(late.shows() == "home", good, "{seconds}");
            if !good {
                is_refused(&late, "too late");
                let more = late.agent.get("/sign-in/passkey").await.json();
                late.send(&[("passkey", &authenticator.show(text(&more, "challenge")))]).await;
                assert_eq!(late.shows(), "home");
            }
        }
        // Nobody's.
        let mut made_up = district.family("203.0.113.9");
        challenge(&mut made_up).await;
        made_up.send(&[("passkey", &authenticator.show("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))]).await;
        is_refused(&made_up, "a challenge that is not ours");
    }
}

#[tokio::test]
async fn w02_a_passkey_that_was_shown_elsewhere_opens_nothing_here() {
    for district in District::each().await {
        let (_, mut authenticator) = with_passkey(&district).await;
        for origin in [
            "https://badexample.com",
            "http://badlocalhost:8080",
            "http://sub.localhost:8080",
            "https://localhost:8080",
            "http://localhost",
        ] {
            authenticator.origin = origin.to_owned();
            let mut browser = district.family("203.0.113.2");
            sign_in(&mut browser, &authenticator).await;
            is_refused(&browser, origin);
        }
        let own =
            |tools: &mut crate::tools::Tools| tools.config.passkeys.origins = vec![ORIGIN.to_owned(), "https://localhost:8443".to_owned()];
        let node = district.node_with(|tools, _| own(tools)).await;
        authenticator.origin = "https://localhost:8443".to_owned();
        assert_eq!(sign_in(&mut node.family("203.0.113.2"), &authenticator).await, "home", "the settings name it");
    }
}

#[tokio::test]
async fn w03_whoever_was_not_verified_or_holds_another_key_is_not_let_in() {
    for district in District::each().await {
        let (mut family, mut authenticator) = with_passkey(&district).await;
        for (flags, what) in [(OWNER & !4, "not verified"), (OWNER & !1, "not present"), (OWNER | 1 << 3, "copied since")] {
            authenticator.flags = flags;
            let mut browser = district.family("203.0.113.2");
            sign_in(&mut browser, &authenticator).await;
            is_refused(&browser, what);
        }
        to_the_list(&mut family).await;
        let options = options(&family);
        let forged = Authenticator { credential: authenticator.credential.clone(), ..Authenticator::new(Kind::Es256, &options, ORIGIN) };
        let mut browser = district.family("203.0.113.2");
        sign_in(&mut browser, &forged).await;
        is_refused(&browser, "another key under the same name");
        // And nobody takes over a passkey by its name.
        family.send(&[("do", "add"), ("passkey", &forged.make(text(&options, "challenge")))]).await;
        assert_eq!((family.status(), kept(&district).await.len()), (422, 1));
        // One that is another person's, by what its authenticator says.
        authenticator.flags = OWNER;
        authenticator.user = vec![7; 16];
        let mut browser = district.family("203.0.113.2");
        sign_in(&mut browser, &authenticator).await;
        is_refused(&browser, "somebody else's");
    }
}

#[tokio::test]
async fn w04_the_count_is_kept_at_each_use_and_a_copy_closes_the_passkey() {
    for district in District::each().await {
        let (mut family, mut authenticator) = with_passkey(&district).await;
        authenticator.count = 10;
        assert_eq!(sign_in(&mut district.family("203.0.113.2"), &authenticator).await, "home");
        assert_eq!(kept(&district).await[0].sign_count, 10);
        authenticator.count = 9;
        let mut copy = district.family("203.0.113.3");
        sign_in(&mut copy, &authenticator).await;
        is_refused(&copy, "it went back");
        assert_eq!(district.count("events WHERE kind = 'passkey.suspect'").await, 1);
        assert_eq!(kept(&district).await[0].sign_count, 10);
        authenticator.count = 11;
        let mut owner = district.family("203.0.113.2");
        sign_in(&mut owner, &authenticator).await;
        is_refused(&owner, "which of them is the owner's, nobody can tell");
        assert_eq!(district.count("events WHERE kind = 'passkey.suspect'").await, 1);
        to_the_list(&mut family).await;
        assert!(family.page.as_ref().unwrap().body.contains("semble avoir une copie"));
    }
}

/// Nobody's passkeys are listed to anybody, known or not: a discoverable one is found by its authenticator. So no list has to
/// be made up for names that nobody has, and the pages of both are the same.
#[tokio::test]
async fn w05_no_page_tells_who_has_a_passkey() {
    for district in District::each().await {
        let (mut family, _) = with_passkey(&district).await;
        district.family("203.0.113.5").to_the_end("student-claim", LEA).await;
        let mut pages = Vec::new();
        for name in [NUMBER, "0123457", "0999999"] {
            let mut browser = district.family("203.0.113.6");
            browser.open("/sign-in").await.send(&[("username", name)]).await;
            assert_eq!(browser.shows(), "password");
            let challenge = attribute(&browser, "data-challenge");
            let (token, address) = (browser.page.as_ref().unwrap().field("csrf").unwrap(), browser.address.clone());
            let body = browser.page.as_ref().unwrap().body.replace(&challenge, "").replace(&token, "");
            let journey = address.rsplit('/').next().unwrap().to_owned();
            pages.push((body.replace(name, "").replace(&journey, ""), challenge.len()));
        }
        // The token is another in each form of a page.
        let plain = |page: &(String, usize)| page.0.lines().filter(|line| !line.contains("csrf")).collect::<String>();
        assert_eq!(plain(&pages[0]), plain(&pages[1]));
        assert_eq!(plain(&pages[0]), plain(&pages[2]));
        assert!(!pages[0].0.contains("allowCredentials"));
        // One that nobody has is refused like one that is wrong.
        to_the_list(&mut family).await;
        let stranger = Authenticator::new(Kind::Es256, &options(&family), ORIGIN);
        let mut browser = district.family("203.0.113.7");
        sign_in(&mut browser, &stranger).await;
        is_refused(&browser, "unknown");
    }
}

#[tokio::test]
async fn w06_a_passkey_is_added_and_taken_away_by_whoever_has_just_shown_who_they_are() {
    for district in District::each().await {
        let (mut family, authenticator) = with_passkey(&district).await;
        let kinds: Vec<String> = district.letters().await.into_iter().map(|letter| letter.kind).collect();
        assert!(!kinds.contains(&"passkey-added".to_owned()), "Zoé has no address");
        let (id, other) = (kept(&district).await[0].id.to_string(), "00000000-0000-7000-8000-000000000000");
        let name = format!("name-{id}");
        family.send(&[("do", "rename"), ("which", &id), (&name, "  Ma tablette\n ")]).await;
        assert_eq!(kept(&district).await[0].name, "Ma tablette");
        family.send(&[("do", "remove"), ("which", other)]).await;
        assert_eq!(kept(&district).await.len(), 1, "none of hers");
        // Five minutes later the page still stands, and none of its forms does anything before she shows who she is.
        let options = options(&family);
        district.clock.advance(Duration::from_secs(301));
        let new = Authenticator::new(Kind::Es256, &options, ORIGIN);
        let tries = [
            vec![("do", "add"), ("passkey", "{}")],
            vec![("do", "rename"), ("which", id.as_str()), (name.as_str(), "Volée")],
            vec![("do", "remove"), ("which", id.as_str())],
        ];
        for fields in tries {
            let mut stale = family.clone();
            stale.send(&fields).await;
            assert_eq!(stale.shows(), "password", "{fields:?}");
            assert_eq!((kept(&district).await.len(), kept(&district).await[0].name.as_str()), (1, "Ma tablette"));
            family = stale;
            family.send(&[("password", PASSWORD)]).await;
            assert_eq!(family.shows(), "account-passkeys");
            district.clock.advance(Duration::from_secs(301));
        }
        // Whoever has a passkey may show that instead; a session alone does not do, whatever it began by.
        assert_eq!(sign_in(&mut family, &authenticator).await, "home");
        assert_eq!(family.open("/account/passkeys").await.shows(), "password");
        let challenge = attribute(&family, "data-challenge");
        family.send(&[("passkey", &authenticator.show(&challenge))]).await;
        assert_eq!(family.shows(), "account-passkeys");
        let asked = self::options(&family);
        assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
        family.send(&[("do", "add"), ("passkey", &new.make(text(&asked, "challenge")))]).await;
        assert_eq!(kept(&district).await.len(), 2);
        for kind in ["passkey.added", "passkey.renamed"] {
            assert!(district.count(&format!("events WHERE kind = '{kind}'")).await >= 1, "{kind}");
        }
        assert!(!district.texts("events", &["kind", "detail"]).await.contains("tablette"), "no typed text in an event");
    }
}

#[tokio::test]
async fn s06_taking_a_passkey_away_ends_every_other_session_and_never_locks_anybody_out() {
    for district in District::each().await {
        let (mut family, authenticator) = with_passkey(&district).await;
        let mut other = district.family("203.0.113.2");
        assert_eq!(sign_in(&mut other, &authenticator).await, "home");
        let id = kept(&district).await[0].id.to_string();
        to_the_list(&mut family).await;
        // On its way to the end of a sign-in, while it is taken away.
        family.send(&[("do", "remove"), ("which", &id)]).await;
        assert_eq!((family.shows().as_str(), kept(&district).await.len()), ("account-passkeys", 0));
        assert_eq!(other.open("/account").await.shows(), "sign-in", "the other browser");
        assert_eq!(family.open("/account").await.shows(), "account", "not this one");
        let mut gone = district.family("203.0.113.3");
        sign_in(&mut gone, &authenticator).await;
        is_refused(&gone, "taken away");
        assert_eq!(district.family("203.0.113.4").sign_in(NUMBER, PASSWORD).await, "home");
        assert_eq!(district.count("events WHERE kind = 'passkey.removed'").await, 1);
    }
}

#[tokio::test]
async fn w06_the_mailboxes_hear_of_a_passkey_that_comes_or_goes() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.to_the_end("student-claim", LEA).await;
        add(&mut family, Kind::Es256, "Clé").await;
        let account = district.account("0123457").await.unwrap();
        let id = district.app.store.read().passkeys().of_account(account.id).await.unwrap()[0].id.to_string();
        family.send(&[("do", "remove"), ("which", &id)]).await;
        let kinds: Vec<String> = district.letters().await.into_iter().map(|letter| letter.kind).collect();
        for kind in ["passkey-added", "passkey-removed"] {
            assert_eq!(kinds.iter().filter(|found| *found == kind).count(), 1, "{kinds:?}");
        }
    }
}

#[tokio::test]
async fn w07_a_proxy_under_another_name_gets_no_passkey_and_no_page() {
    for district in District::each().await {
        let (_, mut authenticator) = with_passkey(&district).await;
        for path in ["/sign-in", "/sign-in/passkey"] {
            let asked =
                district.family("203.0.113.2").agent.send(Method::GET, path, &[("host", "idp-district.evil".to_owned())], None).await;
            assert_eq!(asked.status, StatusCode::MISDIRECTED_REQUEST);
        }
        // A proxy that writes our name to us still stands at its own in the browser, which signs what it sees.
        authenticator.origin = "https://idp-district.evil".to_owned();
        let mut browser = district.family("203.0.113.2");
        sign_in(&mut browser, &authenticator).await;
        is_refused(&browser, "the browser stood elsewhere");
        authenticator.origin = ORIGIN.to_owned();
        authenticator.rp_id = "idp-district.evil".to_owned();
        sign_in(&mut browser, &authenticator).await;
        is_refused(&browser, "a passkey for its own name");
    }
}

#[tokio::test]
async fn s07_the_passkey_of_an_account_that_is_shut_or_taken_back_opens_nothing() {
    for district in District::each().await {
        let (_, authenticator) = with_passkey(&district).await;
        let account = district.account(NUMBER).await.unwrap();
        let mut browser = district.family("203.0.113.2");
        let asked = challenge(&mut browser).await;
        district.shut(&account).await;
        browser.send(&[("passkey", &authenticator.show(&asked))]).await;
        is_refused(&browser, "shut after the page was shown");
        let node = district.node().await;
        let mut elsewhere = node.family("203.0.113.2");
        sign_in(&mut elsewhere, &authenticator).await;
        is_refused(&elsewhere, "on another node");
        district.sql("UPDATE accounts SET state = 'claimed'").await;
        assert_eq!(sign_in(&mut district.family("203.0.113.2"), &authenticator).await, "home");
        // Locked by the school, or by the owner who did not sign in.
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        let now = district.app.now();
        district.app.store.write(async |tx: &Tx| limits::close(tx, Rule::AccountPassword, &subject, now).await).await.unwrap();
        let mut locked = district.family("203.0.113.3");
        sign_in(&mut locked, &authenticator).await;
        is_refused(&locked, "locked");
        district.reset(&account).await;
        assert_eq!(kept(&district).await, Vec::new(), "whoever claims it next brings their own");
    }
}

/// A passkey is two factors at once: whoever has an authenticator app is asked for its code beside the password, and not beside
/// a passkey. And no passkey is added by the password alone where there is a second factor.
#[tokio::test]
async fn a_passkey_stands_for_both_factors_and_the_password_alone_adds_none() {
    for district in District::each().await {
        let (mut family, authenticator) = with_passkey(&district).await;
        let (account, now) = (district.account(NUMBER).await.unwrap(), district.app.now());
        let app = App {
            id: AuthenticatorId::new(now, &district.app.tools.random),
            account: account.id,
            secret: vec![1],
            name: String::new(),
            confirmed_at: now,
            last_step: 0,
            last_used_at: None,
        };
        district.app.store.write(async |tx: &Tx| tx.second_factors().add(&app).await).await.unwrap();
        assert_eq!(district.family("203.0.113.2").sign_in(NUMBER, PASSWORD).await, "second-factor");
        assert_eq!(sign_in(&mut district.family("203.0.113.3"), &authenticator).await, "home");
        family.open("/account/passkeys").await.send(&[("password", PASSWORD)]).await;
        assert_eq!(family.shows(), "second-factor");
        family.open("/account/passkeys").await;
        let challenge = attribute(&family, "data-challenge");
        family.send(&[("passkey", &authenticator.show(&challenge))]).await;
        assert_eq!(family.shows(), "account-passkeys");
    }
}

/// A claim with the stage in it.
const JOINS: &str = "feature = 'enrollment'\naudience = 'student'\nexceptions = ['D1', 'D2', 'E01', 'E06']\n\
    [texts.fr]\ntitle = 'Entrer'\n[texts.en]\ntitle = 'Come in'\n\
    [[stage]]\nuse = 'roster-match'\nfields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'\n\
    [[stage]]\nuse = 'set-password'\nmin_length = 8\n[[stage]]\nuse = 'add-passkey'\n[[stage]]\nuse = 'confirm'\n";

#[tokio::test]
async fn whoever_joins_may_add_a_passkey_at_once_or_go_on_without() {
    for district in District::each().await {
        let node = district.node_with_flow("joins", JOINS).await;
        let mut family = node.family("203.0.113.1");
        family.claim("joins", ZOE).await.choose(PASSWORD).await;
        assert_eq!(family.shows(), "add-passkey");
        let asked = options(&family);
        let authenticator = Authenticator::new(Kind::EdDsa, &asked, ORIGIN);
        family.send(&[("passkey", "")]).await;
        assert_eq!((family.status(), family.wrong()), (422, vec!["add-passkey".to_owned()]));
        family.send(&[("passkey", &authenticator.make(text(&asked, "challenge")))]).await;
        assert_eq!((family.shows().as_str(), district.count("passkeys").await), ("confirm", 0), "nothing exists before the end");
        family.send(&[]).await;
        assert_eq!((family.shows().as_str(), kept(&district).await.len()), ("enrolled", 1));
        assert_eq!(sign_in(&mut node.family("203.0.113.2"), &authenticator).await, "home");
        let mut without = node.family("203.0.113.3");
        without.claim("joins", LEA).await.choose(PASSWORD).await.send(&[("without", "yes")]).await.send(&[]).await;
        assert_eq!((without.shows().as_str(), district.count("passkeys").await), ("enrolled", 1));
        let off = district.node_with(|tools, flows| {
            tools.config.passkeys.enabled = false;
            flows.push(crate::flow::definition::parse("joins", "joins.toml", JOINS, crate::routes::FEATURES).unwrap());
        });
        let mut unasked = off.await.family("203.0.113.4");
        let noe = [("given_name", "Noé"), ("family_name", "D’Arcy"), ("student_number", "S0200300")];
        assert_eq!(unasked.claim("joins", &noe).await.choose(PASSWORD).await.shows(), "confirm");
    }
}

#[tokio::test]
async fn a_district_may_do_without_passkeys() {
    for district in District::each().await {
        let (_, authenticator) = with_passkey(&district).await;
        let node = district.node_with(|tools, _| tools.config.passkeys.enabled = false).await;
        let mut browser = node.family("203.0.113.2");
        browser.open("/sign-in").await;
        assert!(!browser.page.as_ref().unwrap().body.contains("passkey"));
        assert_eq!(browser.agent.get("/sign-in/passkey").await.status, StatusCode::NOT_FOUND);
        let asked = district.family("203.0.113.3").agent.get("/sign-in/passkey").await.json();
        browser.open("/sign-in").await.send(&[("passkey", &authenticator.show(text(&asked, "challenge")))]).await;
        assert_eq!((browser.shows().as_str(), browser.status()), ("sign-in", 422));
        assert_eq!(browser.sign_in(NUMBER, PASSWORD).await, "home");
        browser.open("/account/passkeys").await.send(&[("password", PASSWORD)]).await;
        assert!(browser.text("off").is_some());
        assert_eq!(kept(&district).await.len(), 1, "what is there is kept");
    }
}
