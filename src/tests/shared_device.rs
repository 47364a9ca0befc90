//! A device that a family shares (A18): whoever asks for it is offered there by first name and picture, and by nothing
//! else; the password is asked each time, and the session is a short one.

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::model::{AccountId, Animal, Hash, Timestamp};
use crate::store::Tx;
use crate::store::shared_devices::MOST_PEOPLE;
use crate::store::testing::stores;
use uuid::Uuid;

/// One browser in which Zoé and Léa joined, and asked to be offered.
async fn tablet(district: &District) -> Family {
    let mut tablet = district.family("203.0.113.1");
    for (pupil, animal) in [(ZOE, "cat"), (LEA, "dog")] {
        tablet.to_the_end("student-claim", pupil).await;
        assert_eq!(tablet.open("/account/device").await.shows(), "account-device");
        tablet.send(&[("animal", animal)]).await;
        assert_eq!(tablet.shows(), "account-device");
        sign_out(&mut tablet).await;
        district.clock.advance(std::time::Duration::from_secs(1));
    }
    tablet
}

async fn sign_out(browser: &mut Family) {
    browser.open("/sign-out").await.send(&[]).await;
}

/// The names on the first page's buttons, each with what it sends.
fn offered(page: &str) -> Vec<(String, String)> {
    let buttons = page.split("class=\"person\" name=\"person\" value=\"").skip(1);
    let of = |button: &str| {
        let (value, rest) = button.split_once('"')?;
        let name = rest.split("<span translate=\"no\">").nth(1)?.split('<').next()?;
        Some((name.to_owned(), value.to_owned()))
    };
    buttons.filter_map(of).collect()
}

fn names(browser: &Family) -> Vec<String> {
    offered(&browser.page.as_ref().unwrap().body).into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn a18_a_shared_device_offers_first_names_and_asks_for_the_password_each_time() {
    for district in District::each().await {
        let mut tablet = tablet(&district).await;
        assert_eq!(tablet.open("/sign-in").await.shows(), "sign-in");
        let body = tablet.page.as_ref().unwrap().body.clone();
        assert_eq!(names(&tablet), ["Zoé", "Léa"]);
        for secret in ["0123457", "Roy", "lea.roy"] {
            assert!(!body.contains(secret), "{secret}");
        }
        let lea = offered(&body)[1].1.clone();
        tablet.send(&[("person", &lea)]).await;
        assert_eq!(tablet.shows(), "password");
        let page = &tablet.page.as_ref().unwrap().body;
        assert!(page.contains("Léa") && !page.contains("0123457") && !page.contains("shared_device"));
        tablet.send(&[("password", "not hers")]).await;
        assert_eq!((tablet.shows().as_str(), tablet.status()), ("password", 422));
        tablet.send(&[("password", PASSWORD)]).await;
        assert_eq!(tablet.shows(), "home");
        let account = district.account("0123457").await.unwrap().id;
        let now = district.app.now();
        let sessions = district.app.store.read().sessions().of_account(account, now).await.unwrap();
        let life = sessions.iter().map(|session| session.expires_at.since(session.auth_time)).min();
        assert_eq!(life, Some(2 * 60 * 60), "a short session");
        sign_out(&mut tablet).await;
        assert_eq!(names(tablet.open("/sign-in").await), ["Zoé", "Léa"], "signing out forgets nobody");
        assert_eq!(tablet.open("/account").await.shows(), "sign-in", "and what stays opens nothing");
    }
}

#[tokio::test]
async fn a18_no_other_browser_knows_whom_a_device_offers() {
    for district in District::each().await {
        let mut tablet = tablet(&district).await;
        tablet.open("/sign-in").await;
        let zoe = offered(&tablet.page.as_ref().unwrap().body)[0].1.clone();
        let mut other = district.family("203.0.113.2");
        assert_eq!(names(other.open("/sign-in").await), [""; 0]);
        other.send(&[("person", &zoe)]).await;
        assert_eq!((other.shows().as_str(), other.status(), other.wrong()), ("sign-in", 422, vec!["username".to_owned()]));
        // A cookie that nobody of ours made is not taken over, however well it is made: the list would be somebody else's to read.
        let made_up = district.app.tools.random.secret().expose().to_owned();
        other.agent.keep("__Host-family", &made_up);
        assert_eq!(names(other.open("/sign-in").await), [""; 0]);
        assert_eq!(other.sign_in("0123456", PASSWORD).await, "home");
        other.open("/account/device").await.send(&[("animal", "fish")]).await;
        assert_ne!(other.agent.cookie("__Host-family").as_deref(), Some(made_up.as_str()));
        assert_eq!(district.count("shared_device_people").await, 3);
    }
}

#[tokio::test]
async fn a18_whoever_leaves_or_is_shut_is_offered_no_more_and_the_list_can_be_emptied() {
    for district in District::each().await {
        let mut tablet = tablet(&district).await;
        let lea = district.account("0123457").await.unwrap();
        district.shut(&lea).await;
        assert_eq!(names(tablet.open("/sign-in").await), ["Zoé"]);
        assert_eq!(tablet.sign_in("0123456", PASSWORD).await, "home");
        tablet.open("/account/device").await.send(&[("leave", "me")]).await;
        assert_eq!(district.count("shared_device_people").await, 1);
        tablet.open("/account/device").await.send(&[("animal", "dragon")]).await;
        assert_eq!(district.count("shared_device_people").await, 1, "an animal that is none");
        tablet.open("/account/device").await.send(&[("animal", "horse")]).await;
        tablet.open("/account/device").await.send(&[("animal", "rabbit")]).await;
        assert_eq!(district.count("shared_device_people").await, 2, "once a device");
        assert!(district.app.store.write(async |tx: &Tx| tx.accounts().reset(lea.id).await).await.unwrap());
        assert_eq!(district.count("shared_device_people").await, 1, "a29: who claims it next is not offered here");
        tablet.open("/account/device").await.send(&[("leave", "all")]).await;
        assert_eq!(district.count("shared_device_people").await, 0);
        sign_out(&mut tablet).await;
        assert_eq!(names(tablet.open("/sign-in").await), [""; 0]);
    }
}

#[tokio::test]
async fn a18_a_device_offers_eight_and_forgets_who_stays_away() {
    for store in stores().await {
        let device = Hash::of(b"tablet");
        let put = async |number: u128, animal, now: i64| {
            let (id, account) = (Uuid::from_u128(100 + number), AccountId(Uuid::from_u128(number)));
            store.write(async |tx: &Tx| tx.shared_devices().put(&device, id, account, animal, Timestamp(now)).await).await.unwrap()
        };
        for number in 0..u128::try_from(MOST_PEOPLE).unwrap() {
            assert!(put(number, Animal::Cat, 100).await);
        }
        assert!(!put(99, Animal::Cat, 100).await, "one too many");
        assert!(put(3, Animal::Dog, 200).await, "another picture is not another person");
        let forgotten = store.write(async |tx: &Tx| tx.shared_devices().forget(Timestamp(200)).await).await.unwrap();
        assert_eq!(forgotten, 7);
    }
}
