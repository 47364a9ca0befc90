//! Secrets that open one thing: none opens another, and nobody reads one off the database (rows E18, R02, S05), on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::address::to_the_new_address;
use super::district::{District, HOUSEHOLDS, LEA};
use super::family::{Family, PASSWORD};
use super::invitations::invite;
use super::new_device::{CHROMEBOOK, IPHONE, on};
use super::relying_party::RelyingParty;
use super::second_factor::world;
use crate::random::Secret;
use crate::store::testing::every_value;
use crate::web::cookies;

/// Where a secret of a letter is shown; three are links, two are typed or come by a link's fragment.
const PLACES: [&str; 5] = ["/mail", "/undo", "/not-me", "/enroll/guardian-code", "/enroll/guardian-invitation"];

/// A district in which Léa is signed in and waits for a letter, and Marie was invited by mail and on paper.
struct Lived {
    district: District,
    lea: Family,
    /// Her recovery, which waits.
    waiting: Family,
    /// What opens at each of [`PLACES`].
    secrets: Vec<String>,
}

impl Lived {
    async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for district in District::each_empty().await {
            district.import(HOUSEHOLDS).await;
            let mut lea = on(&district, "203.0.113.1", CHROMEBOOK);
            lea.to_the_end("student-claim", LEA).await;
            to_the_new_address(&district, &mut lea, "nouvelle@famille.example").await;
            assert_eq!(on(&district, "198.51.100.9", IPHONE).sign_in("0123457", PASSWORD).await, "home");
            district.clock.advance(Duration::from_secs(1));
            let mut waiting = district.family("203.0.113.2");
            waiting.open("/recover").await.send(&[("username", "0123457")]).await.send(&[("way", "mailed-link")]).await;
            assert_eq!(waiting.shows(), "check-mail");
            invite(&district, "--guardian g1").await;
            let issued = district.code("issue --guardian g1").await.unwrap();
            let letters = district.letters().await;
            let said = |kind: &str, what: &str| {
                let letter = letters.iter().rfind(|letter| letter.kind == kind).unwrap_or_else(|| panic!("no {kind}"));
                letter.data[what].as_str().unwrap().to_owned()
            };
            let fragment = |link: &str| link.split_once("#c=").unwrap().1.to_owned();
            let secrets = vec![
                said("recover-proof", "token"),
                said("address-changed", "token"),
                said("new-device", "token"),
                fragment(issued["issued"][0]["link"].as_str().unwrap()),
                fragment(&said("invitation", "link")),
            ];
            all.push(Self { district, lea, waiting, secrets });
        }
        all
    }
}

/// Shows a secret at a place: whether something opens.
async fn opens(family: &mut Family, place: &str, secret: &str) -> bool {
    if place.starts_with("/enroll/") {
        family.open(place).await.send(&[("code", secret), ("family_name", "Gagnon")]).await;
        return family.shows() != "code";
    }
    family.open(&format!("{place}/{secret}")).await;
    assert_eq!(family.address, place);
    family.page.as_ref().unwrap().body.contains(&format!("<form method=\"post\" action=\"{place}\""))
}

/// Row E18: five purposes, and each secret of one shown for every other.
#[tokio::test]
async fn e18_a_secret_of_one_letter_opens_nothing_that_another_opens() {
    for Lived { district, secrets, .. } in Lived::each().await {
        for (of, secret) in secrets.iter().enumerate() {
            for (at, place) in PLACES.iter().enumerate().filter(|(at, _)| *at != of) {
                let mut stranger = district.family(&format!("198.51.100.{}", 10 * of + at));
                assert!(!opens(&mut stranger, place, secret).await, "what is for {} opens {place}", PLACES[of]);
            }
        }
        for (place, secret) in PLACES.iter().zip(&secrets) {
            assert!(opens(&mut district.family("203.0.113.3"), place, secret).await, "{place}: shown elsewhere, it is not used up");
        }
    }
}

/// As what it may be shown to a server: text as it stands and its words, anything else in the two spellings there are.
fn spelled(value: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(value) else {
        return vec![BASE64_URL_SAFE_NO_PAD.encode(value), value.iter().map(|byte| format!("{byte:02x}")).collect()];
    };
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter));
    let fits = |word: &&str| word.len() <= LONGEST && word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
    words.chain([text]).filter(fits).map(str::to_owned).collect()
}

/// No browser keeps a longer cookie.
const LONGEST: usize = 4_096;

/// Row S05, and row R02 for the links of letters: whoever took the database along has no cookie, no link and no token.
#[tokio::test]
async fn s05_r02_nothing_that_stands_in_the_database_opens_anything() {
    for Lived { district, mut lea, waiting, secrets } in Lived::each().await {
        let account = district.account("0123457").await.unwrap();
        let world = world(&district, &account).await;
        let app = RelyingParty::registered(&world, |settings| {
            settings.first_party = true;
            settings.tokens.opaque = true;
        })
        .await;
        let tokens = app.tokens(&world, &mut lea.agent, "openid").await;
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let code = app.code(&world, &mut lea.agent, &[]).await;
        let values = every_value(&district.app.store).await;
        let sid = Secret::new(lea.agent.cookie(cookies::SESSION).unwrap());
        assert!(values.contains(&sid.hash().to_vec()), "the table of the sessions was looked into");

        let guesses: BTreeSet<String> = values.iter().flat_map(|value| spelled(value)).collect();
        assert!(guesses.len() > 300, "{}", guesses.len());
        let given = [sid.expose(), refresh, code.as_str(), tokens["access_token"].as_str().unwrap()];
        for secret in given.into_iter().chain(secrets.iter().map(String::as_str)) {
            assert!(!guesses.contains(secret), "it stands there as it is");
        }
        let journey = waiting.address.clone();
        let held = waiting.agent.cookies().into_iter().find(|name| name.starts_with(cookies::JOURNEY)).unwrap().to_owned();
        let id = journey.rsplit('/').next().unwrap().to_owned();
        for guess in &guesses {
            let mut thief = Family::at(district.family("198.51.100.66").agent);
            thief.agent.keep(cookies::SESSION, guess);
            assert_eq!(thief.open("/account").await.shows(), "sign-in", "{guess}");
            // 128 bits have 22 letters: whatever is shorter is no secret of these kinds.
            if guess.len() < 22 {
                continue;
            }
            thief.agent.keep(&held, &format!("{id}.{guess}"));
            assert_eq!(thief.agent.get(&journey).await.status, 409, "{guess}");
            for (cookie, place) in [(cookies::MAIL, PLACES[0]), (cookies::UNDO, PLACES[1]), (cookies::NOT_ME, PLACES[2])] {
                thief.agent.keep(cookie, guess);
                thief.open(place).await;
                let form = format!("<form method=\"post\" action=\"{place}\"");
                assert!(!thief.page.as_ref().unwrap().body.contains(&form), "{guess} at {place}");
            }
            for answer in [app.refresh(&world, guess).await, app.exchange(&world, guess).await] {
                assert_eq!(answer.error(), "invalid_grant", "{guess}");
            }
        }
        // What was really given still opens.
        assert_eq!(lea.open("/account").await.shows(), "account");
        assert!(opens(&mut district.family("203.0.113.3"), PLACES[0], &secrets[0]).await);
        assert!(app.refresh(&world, refresh).await.json()["access_token"].is_string());
    }
}
