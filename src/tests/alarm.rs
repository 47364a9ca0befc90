//! The whole district at once: guesses that stay below every counter of one account and of one network (rows E05, E33), and
//! what stays open to everybody else.

use std::time::Duration;

use super::district::{District, LEA, ZOE};
use super::family::PASSWORD;
use crate::limits::{self, Network};
use crate::store::{StoreError, Tx};
use crate::web::alarm;

/// So many names, each tried once with one password, each from a network of its own.
async fn spray(district: &District, names: std::ops::Range<usize>) {
    for number in names {
        let mut guesser = district.family(&format!("198.51.{}.{}", number / 250, number % 250));
        guesser.sign_in(&format!("9{number:06}"), "Rentree2026!").await;
    }
}

/// The same without hashing: what is left of a try that failed.
async fn fail(district: &District, names: std::ops::Range<usize>) {
    let (keys, now) = (&district.app.tools.keys, district.app.now());
    let write = async |tx: &Tx| {
        for number in names.clone() {
            let subject = limits::subject(keys, &["name", &number.to_string()]);
            limits::failed(tx, keys, &format!("198.51.{}.{}", number / 250, number % 250), &subject, now).await?;
        }
        Ok::<_, StoreError>(())
    };
    district.app.store.write(write).await.unwrap();
}

#[tokio::test]
async fn e33_one_password_on_every_account_is_an_alarm_and_costs_no_more_hashes() {
    for district in District::each().await {
        district.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        let mut known = district.family("203.0.113.2");
        assert_eq!(known.sign_in("0123456", PASSWORD).await, "home");
        fail(&district, 0..195).await;
        spray(&district, 195..205).await;
        alarm::sound(&district.app).await.unwrap();
        alarm::sound(&district.app).await.unwrap();
        assert_eq!(district.count("events WHERE kind = 'alarm.raised'").await, 1);
        let letters = district.letters().await;
        let told: Vec<_> = letters.iter().filter(|letter| letter.kind == "alarm").collect();
        assert_eq!((told.len(), told[0].to.as_str()), (1, "aide@ecole.example"));
        // From here on a guess is a page that waits, and no hash.
        let failures = district.count("throttle_failures").await;
        spray(&district, 300..310).await;
        assert_eq!(district.count("throttle_failures").await, failures);
        // Whoever the account knows, and a school's own network, go on as ever; another device waits and then goes on.
        known.open("/sign-out").await.send(&[]).await;
        let mut elsewhere = district.family("203.0.113.9");
        elsewhere.open("/sign-in").await.send(&[("username", "0123456")]).await.send(&[("password", PASSWORD)]).await;
        assert_eq!(elsewhere.shows(), "challenge");
        district.clock.advance(Duration::from_secs(6));
        let body = elsewhere.page.as_ref().unwrap().body.clone();
        let (journey, ticket) = body.split_once("?ticket=").unwrap();
        let (journey, ticket) = (journey.rsplit('/').next().unwrap(), ticket.split('"').next().unwrap());
        elsewhere.open(&format!("/flow/{journey}?ticket={ticket}")).await.send(&[("password", PASSWORD)]).await;
        assert_eq!(elsewhere.shows(), "home");
        // Ten minutes after the last sign of it, nobody waits.
        district.clock.advance(Duration::from_mins(11));
        alarm::sound(&district.app).await.unwrap();
        assert_eq!(district.family("203.0.113.10").sign_in("0123456", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn e33_a_school_that_signs_in_by_thousands_is_no_alarm_and_waits_for_nothing() {
    for district in District::each().await {
        let settings = crate::config::policy::PolicySettings { school_networks: vec!["203.0.113.0/24".to_owned()], ..Default::default() };
        let node = district.node_with(|tools, _| tools.policy = crate::policy::Policy::new(settings).unwrap()).await;
        node.family("203.0.113.1").to_the_end("student-claim", ZOE).await;
        for _ in 0..40 {
            assert_eq!(node.family("203.0.113.1").sign_in("0123456", PASSWORD).await, "home");
        }
        alarm::sound(&node.app).await.unwrap();
        assert_eq!(node.count("events WHERE kind = 'alarm.raised'").await, 0, "a success is no failure");
        fail(&node, 0..300).await;
        alarm::sound(&node.app).await.unwrap();
        assert_eq!(node.count("events WHERE kind = 'alarm.raised'").await, 1);
        assert_eq!(node.family("203.0.113.1").sign_in("0123456", PASSWORD).await, "home");
        let asked = async |network: &str| {
            let tools = &node.app.tools;
            limits::network(&node.app.store.read(), &tools.keys, &tools.policy, network, node.app.now()).await.unwrap()
        };
        assert_eq!(asked("203.0.113.1").await, Network::Open);
        assert!(matches!(asked("198.51.100.1").await, Network::Challenge { .. }));
    }
}

#[tokio::test]
async fn e05_while_claims_fail_by_hundreds_only_letters_open_accounts() {
    for district in District::each().await {
        let (keys, now) = (&district.app.tools.keys, district.app.now());
        let write = async |tx: &Tx| {
            for number in 0..201 {
                let subject = limits::subject_of_number(keys, &format!("7{number:05}"));
                limits::failed_claim(tx, keys, &format!("198.51.100.{number}"), &subject, now).await?;
            }
            Ok::<_, StoreError>(())
        };
        district.app.store.write(write).await.unwrap();
        alarm::sound(&district.app).await.unwrap();
        let taken = district.count("throttles").await;
        let mut family = district.family("203.0.113.1");
        family.claim("student-claim", LEA).await;
        assert_eq!((family.status(), family.shows().as_str(), family.wrong()), (429, "roster-match", vec!["given_name".to_owned()]));
        assert_eq!((district.count("throttles").await, district.cases().await.len()), (taken, 0), "nothing is judged");
        assert_eq!(district.family("203.0.113.2").open("/enroll/guardian-code").await.shows(), "code", "letters go on");
        district.clock.advance(Duration::from_mins(11));
        assert_eq!(family.send(LEA).await.shows(), "new-password");
    }
}
