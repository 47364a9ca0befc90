//! Signing in, on both databases: the forms of a name (A9), what limits do (security.md 2.5, rows E31, R19), and that a
//! name that nobody has is a name like any other (A8, rows E02, R01).

use std::time::Duration;

use axum::http::StatusCode;

use super::agent::Answer;
use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::limits::{self, Rule};
use crate::random::Secret;
use crate::store::accounts::Account;
use crate::store::{StoreError, Tx};

const CLAIM: &str = "student-claim";
const WRONG: &str = "faux";

#[tokio::test]
async fn a09_every_form_of_the_name_on_paper_signs_in() {
    for district in claimed().await {
        for (number, name) in (1..).zip(["S0123456", "s0123456", "0123456", "123456", " S 0 123 456 ", "SO123456", "O123456"]) {
            let mut browser = district.family(&format!("203.0.113.{number}"));
            assert_eq!(browser.sign_in(name, PASSWORD).await, "home", "{name}");
        }
        for name in ["lea.roy@courriel.example", " Lea.Roy@Courriel.EXAMPLE"] {
            assert_eq!(district.family("203.0.113.20").sign_in(name, PASSWORD).await, "home", "{name}");
        }
        // Two pupils bear this number, and a number is no address.
        for name in ["0777001", "123456@courriel.example", "S123457a", ""] {
            assert_ne!(district.family("203.0.113.21").sign_in(name, PASSWORD).await, "home", "{name}");
        }
    }
}

/// Security.md 2.5, on two nodes by turns, one of which is started anew half way.
#[tokio::test]
async fn r19_two_hundred_wrong_passwords_are_judged_as_slowly_as_the_table_says() {
    for district in claimed().await {
        let mut nodes = [district.node().await, district.node().await];
        let (mut judged, mut closed) = (0, 0);
        for sent in 0..200 {
            if sent == 100 {
                nodes[0] = district.node().await;
            }
            let answer = typed(&nodes[sent % 2], "203.0.113.1", "0123456", WRONG).await;
            let expected = match judged {
                0..5 => 0,
                5..10 => 30,
                10..20 => 300,
                20..100 => 3_600,
                _ => -1,
            };
            match (answer.status, expected) {
                (StatusCode::UNPROCESSABLE_ENTITY, -1) => {
                    assert!(answer.body.contains("ce mot de passe ne sert plus"), "{}", answer.body);
                    closed += 1;
                }
                (StatusCode::UNPROCESSABLE_ENTITY, _) => {
                    judged += 1;
                    // What the page says of the tries that are left is true.
                    let left = 5_u32.saturating_sub(judged);
                    let said = if left == 0 { "il faudra attendre" } else { "Il reste" };
                    assert!(answer.body.contains(said), "{judged}");
                }
                (StatusCode::TOO_MANY_REQUESTS, wait) => {
                    assert_eq!(answer.header("retry-after"), wait.to_string(), "after {judged}");
                    // A second early, not even the right one is judged.
                    district.clock.advance(Duration::from_secs(u64::try_from(wait).unwrap() - 1));
                    let right = if judged % 9 == 0 { PASSWORD } else { WRONG };
                    let early = typed(&nodes[sent % 2], "203.0.113.2", "0123456", right).await;
                    assert_eq!((early.status, early.header("retry-after").as_str()), (StatusCode::TOO_MANY_REQUESTS, "1"));
                    district.clock.advance(Duration::from_secs(1));
                }
                (status, _) => panic!("{status} after {judged}"),
            }
        }
        assert_eq!((judged, closed), (100, 5));
        district.clock.advance(Duration::from_hours(24 * 365));
        let right = typed(&district.node().await, "203.0.113.3", "0123456", PASSWORD).await;
        assert!(right.body.contains("ce mot de passe ne sert plus"), "off until a recovery");
        assert_eq!(district.family("203.0.113.4").sign_in("0123457", PASSWORD).await, "home", "others sign in");
    }
}

#[tokio::test]
async fn r21_a_right_password_forgets_the_wrong_ones_before_it() {
    for district in claimed().await {
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(typed(&district, "203.0.113.1", "0123456", WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
            assert_eq!(typed(&district, "203.0.113.1", "0123456", PASSWORD).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(counter(&district, Rule::AccountPassword, "0123456").await, limits::Counter::default());
    }
}

#[tokio::test]
async fn e31_one_counter_whatever_the_account_is_named_by() {
    for district in claimed().await {
        for name in ["S0123457", "0123457", "s 0123457", "LEA.ROY@courriel.example", "123457"] {
            assert_eq!(typed(&district, "203.0.113.1", name, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        for name in ["SO123457", "lea.roy@courriel.example", "S0123457"] {
            assert_eq!(typed(&district, "203.0.113.1", name, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
        }
        // The same for a name that nobody has.
        for name in ["S0999999", "0999999", "s 0999999", "O999999", "999999"] {
            assert_eq!(typed(&district, "203.0.113.1", name, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        assert_eq!(typed(&district, "203.0.113.1", "S0999999", WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn r19_a_known_device_has_its_own_tries() {
    for district in claimed().await {
        let account = account(&district, "0123456").await;
        let device = Secret::new("a-device-of-zoe");
        let now = district.app.now();
        let know = async |tx: &Tx| tx.devices().add(&device.hash(), account.id, now, now + Duration::from_hours(24 * 30)).await;
        district.app.store.write(know).await.unwrap();
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        district.app.store.write(async |tx: &Tx| limits::close(tx, Rule::AccountPassword, &subject, now).await).await.unwrap();
        assert!(typed(&district, "203.0.113.1", "0123456", PASSWORD).await.body.contains("ne sert plus"), "strangers have used it up");

        let mut hers = district.family("203.0.113.1");
        hers.agent.keep("__Host-dev", device.expose());
        assert_eq!(hers.sign_in("0123456", PASSWORD).await, "home");
        assert!(counter(&district, Rule::AccountPassword, "0123456").await.closed, "which opens nothing for strangers");
        for _ in 0..10 {
            assert_eq!(hers.sign_in("0123456", WRONG).await, "password");
            assert_eq!(hers.status(), 422);
        }
        assert_eq!((hers.sign_in("0123456", PASSWORD).await.as_str(), hers.status()), ("password", 429), "ten an hour");
        district.clock.advance(Duration::from_hours(1));
        assert_eq!(hers.sign_in("0123456", PASSWORD).await, "home");
        // The cookie of one account buys nothing for another.
        let lea = limits::subject_of_account(&district.app.tools.keys, self::account(&district, "0123457").await.id);
        district.app.store.write(async |tx: &Tx| limits::close(tx, Rule::AccountPassword, &lea, now).await).await.unwrap();
        assert_eq!(hers.sign_in("0123457", PASSWORD).await, "password");
    }
}

#[tokio::test]
async fn e02_a08_no_page_and_no_work_tells_one_name_from_another() {
    for district in claimed().await {
        let (shut, reset) = (account(&district, "0200300").await, account(&district, "42").await);
        district.shut(&shut).await;
        district.reset(&reset).await;
        let unknown = tried(&district, "203.0.113.1", "S0999999").await;
        assert_eq!(unknown.1, 1);
        // Open, by its address, shut, reset, never claimed, two of one number.
        let names = ["S0123456", "lea.roy@courriel.example", "S0200300", "S0042", "0777001", "0888001", "nobody@courriel.example"];
        for (number, name) in (2..).zip(names) {
            let found = tried(&district, &format!("203.0.113.{number}"), name).await;
            assert_eq!(found.1, unknown.1, "{name}");
            assert!(found.0 == unknown.0, "{name}: {:?}\n{:?}", found.0, unknown.0);
        }
        // A right password costs the same.
        let before = district.app.tools.hasher.load().hashed;
        assert_eq!(typed(&district, "203.0.113.20", "0123456", PASSWORD).await.status, StatusCode::SEE_OTHER);
        assert_eq!(district.app.tools.hasher.load().hashed - before, 1);
    }
}

#[tokio::test]
async fn e02_what_the_limiter_refuses_costs_no_hash() {
    for district in claimed().await {
        for name in ["S0123456", "S0999999"] {
            for _ in 0..5 {
                typed(&district, "203.0.113.1", name, WRONG).await;
            }
            let before = district.app.tools.hasher.load().hashed;
            assert_eq!(typed(&district, "203.0.113.1", name, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(district.app.tools.hasher.load().hashed, before, "{name}");
        }
    }
}

#[tokio::test]
async fn s02_s03_every_sign_in_has_an_id_of_its_own_and_ends_the_one_before() {
    for district in claimed().await {
        let mut browser = district.family("203.0.113.1");
        browser.agent.keep("__Host-sid", "planted");
        let mut ids = vec!["planted".to_owned()];
        for (name, greeted) in [("0123456", "Zoé"), ("0123456", "Zoé"), ("0123457", "Léa")] {
            assert_eq!(browser.sign_in(name, PASSWORD).await, "home");
            assert!(browser.page.as_ref().unwrap().body.contains(greeted));
            for old in &ids {
                let mut before = district.family("203.0.113.2");
                before.agent.keep("__Host-sid", old);
                assert_eq!(before.open("/").await.shows(), "welcome", "{old}");
            }
            let id = browser.agent.cookie("__Host-sid").unwrap();
            assert!(!ids.contains(&id));
            ids.push(id);
        }
        assert_eq!(district.count("sessions WHERE ended_at IS NULL").await, 1);
    }
}

#[tokio::test]
async fn s07_whoever_left_the_roster_does_not_sign_in() {
    for district in claimed().await {
        let without: String = super::district::PUPILS.lines().filter(|row| !row.starts_with("p1,")).map(|row| format!("{row}\n")).collect();
        district.import(&without).await;
        assert_ne!(district.family("203.0.113.1").sign_in("S0123456", PASSWORD).await, "home");
        assert_eq!(district.family("203.0.113.1").sign_in("S0123457", PASSWORD).await, "home");
    }
}

/// Zoé, Léa, Noé and Jean-Pierre have accounts, and are signed in nowhere.
async fn claimed() -> Vec<District> {
    let mut districts = Vec::new();
    let noe = [("given_name", "Noé"), ("family_name", "D’Arcy"), ("student_number", "0200300")];
    let jean = [("given_name", "Jean-Pierre"), ("family_name", "O’Neil"), ("student_number", "42")];
    for district in District::each().await {
        for (number, facts) in (200..).zip([ZOE, LEA, &noe, &jean]) {
            district.family(&format!("203.0.113.{number}")).to_the_end(CLAIM, facts).await;
        }
        let now = district.app.now();
        for number in ["0123456", "0123457", "0200300", "42"] {
            let id = account(&district, number).await.id;
            district.app.store.write(async |tx: &Tx| tx.sessions().end_all(id, None, now).await).await.unwrap();
        }
        districts.push(district);
    }
    districts
}

/// A fresh browser types a name and a password.
async fn typed(node: &District, network: &str, name: &str, password: &str) -> Answer {
    let mut browser = node.family(network);
    browser.open("/sign-in").await.send(&[("username", name)]).await;
    assert_eq!(browser.shows(), "password");
    browser.submit(&[("password", password)]).await
}

/// The page of the password and the one of a wrong one, without what chance made and without the name; the hashes made.
async fn tried(district: &District, network: &str, name: &str) -> (Vec<String>, u64) {
    let mut browser = district.family(network);
    browser.open("/sign-in").await.send(&[("username", name)]).await;
    let asked = plain(&browser, browser.page.as_ref().unwrap(), name);
    let before = district.app.tools.hasher.load().hashed;
    let wrong = browser.submit(&[("password", WRONG)]).await;
    let hashes = district.app.tools.hasher.load().hashed - before;
    (vec![asked, plain(&browser, &wrong, name)], hashes)
}

fn plain(browser: &Family, answer: &Answer, name: &str) -> String {
    let carried: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let journey = browser.address.split('/').nth(2).unwrap().split('/').next().unwrap();
    let challenge = answer.body.split("data-challenge=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let body = answer.body.replace(&answer.field("csrf").unwrap(), "TOKEN").replace(journey, "ID").replace(challenge, "CHALLENGE");
    format!("{} {}", answer.status, body.replace(&carried, "NAME").replace(name, "NAME"))
}

async fn account(district: &District, number: &str) -> Account {
    district.account(number).await.unwrap()
}

async fn counter(district: &District, rule: Rule, number: &str) -> limits::Counter {
    let subject = limits::subject_of_account(&district.app.tools.keys, account(district, number).await.id);
    let looked: Result<_, StoreError> = limits::look(&district.app.store.read(), rule, &subject, district.app.now()).await;
    looked.unwrap()
}
