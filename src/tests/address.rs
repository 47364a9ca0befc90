//! Another address of one's own (B16), and the way back from it (row R16).

use super::district::{District, LEA};
use super::family::{Family, PASSWORD};

/// Léa, signed in; the school has an address of hers.
async fn lea(district: &District) -> Family {
    let mut here = district.family("203.0.113.1");
    if district.count("accounts").await == 0 {
        here.to_the_end("student-claim", LEA).await;
    } else {
        assert_eq!(here.sign_in("0123457", PASSWORD).await, "home");
    }
    here
}

/// An address of one's own: the password, the address, and the letter to it.
pub(super) async fn to_the_new_address(district: &District, here: &mut Family, address: &str) {
    district.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(here.open("/account/address").await.shows(), "password");
    here.send(&[("password", PASSWORD)]).await;
    assert_eq!(here.shows(), "email");
    here.send(&[("email", address)]).await;
    assert_eq!(here.shows(), "check-mail");
    here.type_code(district).await;
    assert_eq!(here.address, "/account?done=address");
}

#[tokio::test]
async fn b16_r16_another_address_is_proven_and_opens_the_account_from_then_on() {
    for district in District::each().await {
        let mut here = lea(&district).await;
        to_the_new_address(&district, &mut here, "nouvelle@famille.example").await;
        assert!(here.page.as_ref().unwrap().body.contains("nouvelle@famille.example"));
        // It signs in, and the letter of a recovery goes there (B16).
        assert_eq!(district.family("203.0.113.3").sign_in("Nouvelle@famille.example", PASSWORD).await, "home");
        district.clock.advance(std::time::Duration::from_secs(1));
        let mut lost = district.family("203.0.113.4");
        lost.open("/recover").await.send(&[("username", "nouvelle@famille.example")]).await;
        lost.send(&[("way", "mailed-link")]).await;
        assert_eq!(district.letters().await.last().unwrap().to, "nouvelle@famille.example");
    }
}

#[tokio::test]
async fn r16_the_address_from_before_hears_of_it_and_undoes_it_for_a_week() {
    for district in District::each().await {
        for (late, machine) in [(false, true), (false, false), (true, false)] {
            let mut here = lea(&district).await;
            to_the_new_address(&district, &mut here, "nouvelle@famille.example").await;
            let letters = district.letters().await;
            let told: Vec<_> = letters.iter().filter(|letter| letter.kind == "address-changed").collect();
            assert_eq!(told.last().unwrap().to, "lea.roy@courriel.example", "the old one and not the new one");
            let link = format!("/undo/{}", told.last().unwrap().data["token"].as_str().unwrap());
            let mut mailbox = district.family("203.0.113.5");
            if late {
                district.clock.advance(std::time::Duration::from_hours(7 * 24));
                assert_eq!(mailbox.open(&link).await.text("continue"), None, "its week is over");
                continue;
            }
            if machine {
                // A scanner of mail opens it, and nothing happens (row R03).
                for _ in 0..5 {
                    district.family("203.0.113.6").open(&link).await;
                }
                assert_eq!(here.open("/account").await.shows(), "account");
            }
            assert_eq!(mailbox.open(&link).await.address, "/undo", "the token leaves the address (row R04)");
            let mut twice = mailbox.clone();
            mailbox.send(&[]).await;
            assert!(mailbox.page.as_ref().unwrap().body.contains("id=\"recover\""));
            twice.send(&[]).await;
            assert!(!twice.page.as_ref().unwrap().body.contains("id=\"recover\""), "once");
            assert_eq!(here.open("/account").await.shows(), "sign-in", "whoever changed it is signed out");
            assert_ne!(district.family("203.0.113.7").sign_in("nouvelle@famille.example", PASSWORD).await, "home");
            assert_eq!(district.count("accounts WHERE email IS NOT NULL").await, 0);
        }
    }
}

#[tokio::test]
async fn r16_an_open_session_alone_changes_no_address() {
    for district in District::each().await {
        let mut here = lea(&district).await;
        here.open("/account/address").await.send(&[("password", PASSWORD)]).await;
        assert_eq!(here.shows(), "email");
        district.clock.advance(std::time::Duration::from_secs(5 * 60 + 1));
        here.send(&[("email", "evil@x.example")]).await;
        assert_eq!(here.shows(), "password", "the password is five minutes old");
        // And the page of the address cannot be sent without it.
        let mut forged = lea(&district).await;
        forged.open("/account/address").await;
        forged.send(&[("password", "not this one")]).await;
        assert_eq!(
            (forged.shows().as_str(), district.letters().await.iter().filter(|letter| letter.to == "evil@x.example").count()),
            ("password", 0)
        );
    }
}
