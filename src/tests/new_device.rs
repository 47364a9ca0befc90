//! Who hears of a sign-in on a device that the account was never seen on, and the button that shuts the account's door; the list
//! of devices (rows W07, S09), on both databases.

use super::district::{District, LEA};
use super::family::{Family, PASSWORD};
use super::guardians::{ANNE, enrolled};
use crate::model::Letter;

pub(super) const CHROMEBOOK: &str =
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36";
pub(super) const IPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";

pub(super) fn on(district: &District, network: &str, device: &'static str) -> Family {
    let mut family = district.family(network);
    family.agent = family.agent.on(device);
    family
}

async fn told(district: &District) -> Vec<Letter> {
    district.letters().await.into_iter().filter(|letter| letter.kind == "new-device").collect()
}

fn link(letter: &Letter) -> String {
    format!("/not-me/{}", letter.data["token"].as_str().unwrap())
}

#[tokio::test]
async fn w07_a_parent_hears_of_a_device_without_their_cookie_and_of_no_other() {
    for district in District::each_with_families().await {
        let mut anne = enrolled(&district, "203.0.113.1", ANNE).await;
        assert!(told(&district).await.is_empty(), "whoever joins knows where they are");
        anne.open("/sign-out").await.send(&[]).await;
        assert_eq!(anne.sign_in("anne@famille.example", PASSWORD).await, "home");
        assert!(told(&district).await.is_empty(), "this device is known");
        let mut stranger = on(&district, "203.0.113.66", IPHONE);
        assert_eq!(stranger.sign_in("anne@famille.example", PASSWORD).await, "home");
        let letters = told(&district).await;
        assert_eq!(
            (letters.len(), letters[0].to.as_str(), &letters[0].data["device"]),
            (1, "Anne@Famille.example", &"Safari, iPhone".into())
        );
        stranger.open("/sign-out").await.send(&[]).await;
        assert_eq!(stranger.sign_in("anne@famille.example", PASSWORD).await, "home");
        assert_eq!(told(&district).await.len(), 1, "it is known from then on");
    }
}

#[tokio::test]
async fn w07_the_button_of_the_letter_shuts_the_door_once_and_the_way_back_is_open() {
    for district in District::each_with_families().await {
        let mut anne = enrolled(&district, "203.0.113.1", ANNE).await;
        let mut stranger = on(&district, "203.0.113.66", IPHONE);
        assert_eq!(stranger.sign_in("anne@famille.example", PASSWORD).await, "home");
        let link = link(&told(&district).await[0]);
        // A scanner of mail opens it, and nothing happens (row R03).
        district.family("203.0.113.6").open(&link).await;
        assert_eq!(stranger.open("/account").await.shows(), "account");
        let mut mailbox = district.family("203.0.113.5");
        assert_eq!(mailbox.open(&link).await.address, "/not-me", "the token leaves the address (row R04)");
        let mut twice = mailbox.clone();
        mailbox.send(&[]).await;
        assert!(mailbox.text("recover").is_some());
        assert_eq!((stranger.open("/account").await.shows(), anne.open("/account").await.shows()), ("sign-in".into(), "sign-in".into()));
        assert_ne!(stranger.sign_in("anne@famille.example", PASSWORD).await, "home", "the password opens nothing");
        assert_ne!(anne.sign_in("anne@famille.example", PASSWORD).await, "home", "nor where it is known");
        assert_eq!(district.count("events WHERE kind = 'account.locked'").await, 1);
        twice.send(&[]).await;
        assert_eq!(district.count("events WHERE kind = 'account.locked'").await, 1, "once");
        // A new password opens it again.
        district.clock.advance(std::time::Duration::from_secs(1));
        mailbox.open("/recover").await.send(&[("username", "anne@famille.example")]).await.send(&[("way", "mailed-link")]).await;
        mailbox.type_code(&district).await.send(&[("answer_1", "Tournesol")]).await;
        mailbox.choose("huit canards bleus au marché").await;
        assert_eq!(district.family("203.0.113.5").sign_in("anne@famille.example", "huit canards bleus au marché").await, "home");
    }
}

#[tokio::test]
async fn w07_the_button_works_for_a_week() {
    for district in District::each_with_families().await {
        enrolled(&district, "203.0.113.1", ANNE).await;
        assert_eq!(on(&district, "203.0.113.66", IPHONE).sign_in("anne@famille.example", PASSWORD).await, "home");
        let link = link(&told(&district).await[0]);
        district.clock.advance(std::time::Duration::from_hours(7 * 24));
        assert_eq!(district.family("203.0.113.5").open(&link).await.text("continue"), None);
    }
}

/// A class shares its devices: the kind of device is what is new, and at school nothing is.
#[tokio::test]
async fn w07_a_pupil_is_not_written_to_about_the_devices_of_the_school() {
    for district in District::each().await {
        let settings = crate::config::policy::PolicySettings { school_networks: vec!["203.0.113.0/24".to_owned()], ..Default::default() };
        let district = district.node_with(|tools, _| tools.policy = crate::policy::Policy::new(settings).unwrap()).await;
        on(&district, "198.51.100.1", CHROMEBOOK).to_the_end("student-claim", LEA).await;
        for (network, device, letters) in
            [("198.51.100.9", CHROMEBOOK, 0), ("203.0.113.7", IPHONE, 0), ("198.51.100.9", IPHONE, 1), ("198.51.100.9", IPHONE, 1)]
        {
            assert_eq!(on(&district, network, device).sign_in("0123457", PASSWORD).await, "home");
            assert_eq!(told(&district).await.len(), letters, "{network} {device}");
        }
    }
}

#[tokio::test]
async fn s09_a_device_is_recognised_and_signed_out_alone() {
    for district in District::each().await {
        let mut here = on(&district, "203.0.113.1", CHROMEBOOK);
        here.to_the_end("student-claim", LEA).await;
        let (mut phone, mut third) = (on(&district, "203.0.113.66", IPHONE), district.family("203.0.113.67"));
        assert_eq!(phone.sign_in("0123457", PASSWORD).await, "home");
        assert_eq!(third.sign_in("0123457", PASSWORD).await, "home");
        here.open("/account/sessions").await;
        let page = here.page.as_ref().unwrap().body.clone();
        assert!(page.contains("Chrome, Chromebook") && page.contains("Safari, iPhone") && page.contains("203.0.113.66"), "{page}");
        let beside = page.split("Safari, iPhone").nth(1).unwrap();
        let id = beside.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        // Somebody else's is not theirs to end.
        let mut zoe = district.family("203.0.113.8");
        zoe.to_the_end("student-claim", super::district::ZOE).await;
        zoe.open("/account/sessions").await.send(&[("end", &id)]).await;
        assert_eq!(phone.open("/account").await.shows(), "account");
        here.send(&[("end", &id)]).await;
        assert_eq!(here.shows(), "account-sessions");
        assert_eq!(phone.open("/account").await.shows(), "sign-in");
        assert_eq!((third.open("/account").await.shows(), here.open("/account").await.shows()), ("account".into(), "account".into()));
    }
}
