//! Second factors, on both databases: an app is set up and shows its codes, the sheet, what the district and apps demand, and
//! sessions that rise in the middle (rows R13, R19, S03, S06, S10, W06, P38).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::back_in::{NEW, answer, at_the_questions, grown_up};
use super::district::{District, ZOE};
use super::family::{Family, PASSWORD};
use super::passkeys;
use super::relying_party::{Callback, RelyingParty};
use super::world::World;
use crate::authenticator::SharedSecret;
use crate::config::assurance::Level;
use crate::limits::{self, Rule};
use crate::model::Timestamp;
use crate::model::assurance::TWO_FACTOR;
use crate::passkeys::software::Kind;
use crate::store::accounts::Account;

const TEACHER: &str = "paul@ecole.example";
const STEP: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_mins(1);

/// The app on somebody's telephone.
pub(super) struct Phone(SharedSecret);

impl Phone {
    /// Reads the page by hand, as there is no camera.
    fn reading(family: &Family) -> Self {
        assert_eq!(family.shows(), "authenticator");
        let text = family.text("secret").unwrap().replace(' ', "");
        Self(SharedSecret::from_bytes(totp_rs::Secret::try_from_base32(text).unwrap().as_bytes()).unwrap())
    }

    fn code(&self, district: &District) -> String {
        self.0.code(district.app.now())
    }

    /// A code that was not used, half a minute later.
    pub(super) fn next(&self, district: &District) -> String {
        district.clock.advance(STEP);
        self.code(district)
    }

    fn code_at(&self, district: &District, seconds: i64) -> String {
        self.0.code(Timestamp(district.app.now().0 + seconds))
    }
}

async fn with_a_teacher() -> Vec<District> {
    let districts = District::each_with_families().await;
    for district in &districts {
        grown_up(district, TEACHER).await;
    }
    districts
}

async fn signed_in(district: &District, network: &str) -> Family {
    let mut family = district.family(network);
    assert_eq!(family.sign_in(TEACHER, PASSWORD).await, "home");
    family
}

/// Sets an app up; the sheet of codes.
pub(super) async fn set_up(district: &District, family: &mut Family) -> (Phone, Vec<String>) {
    family.open("/account/authenticator").await.send(&[("password", PASSWORD)]).await;
    let phone = Phone::reading(family);
    family.send(&[("code", &phone.code(district)), ("name", "Mon téléphone")]).await;
    let sheet = sheet(family);
    family.send(&[]).await;
    assert_eq!(family.address, "/account/codes?done=authenticator");
    district.clock.advance(STEP);
    (phone, sheet)
}

fn sheet(family: &Family) -> Vec<String> {
    assert_eq!(family.shows(), "recovery-codes");
    let body = &family.page.as_ref().unwrap().body;
    let (_, list) = body.split_once("id=\"recovery-codes\"").unwrap();
    let list = list.split("</ol>").next().unwrap();
    list.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

async fn at_the_second_factor(district: &District, network: &str) -> Family {
    let mut family = district.family(network);
    assert_eq!(family.sign_in(TEACHER, PASSWORD).await, "second-factor");
    family
}

fn said(family: &Family) -> String {
    family.text("code-error").unwrap_or_default()
}

/// What the last letter about a second factor says.
async fn last_letter(district: &District) -> String {
    let letters = district.letters().await;
    let last = letters.iter().rfind(|letter| letter.kind == "second-factor-changed").expect("a letter waits");
    last.data["what"].as_str().unwrap().to_owned()
}

async fn teacher(district: &District) -> Account {
    district.app.store.read().accounts().by_username(TEACHER).await.unwrap().unwrap()
}

/// The same program, for apps.
pub(super) async fn world(district: &District, account: &Account) -> World {
    let person = district.app.store.read().people().find(account.person).await.unwrap().unwrap();
    World {
        app: Arc::clone(&district.app),
        router: district.router.clone(),
        clock: district.clock.clone(),
        account: account.id,
        school: person.roles[0].org,
    }
}

/// The ID token's claims that a finished request brings.
async fn claims(world: &World, app: &RelyingParty, back: &super::agent::Answer) -> serde_json::Value {
    use base64::Engine;
    let Callback::Code(code) = app.callback(world, back) else { panic!("{back:?}") };
    let tokens = app.exchange(world, &code).await.json();
    let part = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn an_app_is_set_up_by_one_of_its_codes_and_asked_for_from_then_on() {
    for district in with_a_teacher().await {
        let mut family = signed_in(&district, "203.0.113.1").await;
        assert!(family.open("/account").await.page.as_ref().unwrap().body.contains("href=\"/account/codes\""));
        family.open("/account/codes").await;
        assert_eq!(family.shows(), "account-codes");
        family.open("/account/authenticator").await.send(&[("password", PASSWORD)]).await;
        let phone = Phone::reading(&family);
        assert!(family.page.as_ref().unwrap().body.contains("href=\"otpauth://totp/"));
        for (typed, status) in [("", 422), ("12345", 422), ("000000", 422), (phone.code_at(&district, 90).as_str(), 422)] {
            assert_eq!((family.send(&[("code", typed)]).await.shows().as_str(), family.status()), ("authenticator", status), "{typed}");
        }
        family.send(&[("code", &phone.code_at(&district, 600))]).await;
        assert!(said(&family).contains("10"), "whoever has the secret hears by how much their clock is wrong: {}", said(&family));
        assert_eq!(district.count("totp").await, 0, "nothing counts before a code was right");
        family.send(&[("code", &phone.code(&district)), ("name", "Mon téléphone")]).await;
        assert_eq!(sheet(&family).iter().collect::<BTreeSet<_>>().len(), 10);
        assert_eq!(district.count("totp").await, 0, "nor before the sheet is kept");
        family.send(&[]).await;
        assert!(family.page.as_ref().unwrap().body.contains("Mon téléphone"));
        assert_eq!((district.count("totp").await, district.count("recovery_codes").await), (1, 10));
        assert_eq!(district.count("events WHERE kind IN ('second-factor.added', 'recovery-codes.made')").await, 2);
        let letters = district.letters().await;
        let told: Vec<&str> =
            letters.iter().filter(|letter| letter.kind == "second-factor-changed").map(|letter| letter.to.as_str()).collect();
        assert_eq!(told, [TEACHER], "one letter for all of it");
        let mut other = at_the_second_factor(&district, "203.0.113.2").await;
        other.send(&[("code", &phone.next(&district))]).await;
        assert_eq!(other.shows(), "home");
        assert_eq!(district.count("sessions WHERE amr = 'pwd otp mfa' AND acr = 'urn:preau:acr:two-factor'").await, 1);
    }
}

#[tokio::test]
async fn i15_no_secret_and_no_code_of_a_second_factor_stands_in_the_database_as_it_is() {
    for district in with_a_teacher().await {
        let mut family = signed_in(&district, "203.0.113.1").await;
        family.open("/account/authenticator").await.send(&[("password", PASSWORD)]).await;
        let (phone, text) = (Phone::reading(&family), family.text("secret").unwrap().replace(' ', ""));
        family.send(&[("code", &phone.code(&district))]).await;
        let codes = sheet(&family);
        let on_the_way = district.dump().await;
        family.send(&[]).await;
        let kept = on_the_way + &district.dump().await;
        assert!(kept.contains("second-factor.added"), "what is looked into holds something");
        for secret in codes.iter().chain([&text]) {
            assert!(!kept.contains(secret.as_str()));
        }
        let rows = district.app.store.read().second_factors().authenticators(teacher(&district).await.id).await.unwrap();
        assert!(!rows[0].secret.windows(20).any(|bytes| bytes == phone.0.bytes()));
    }
}

#[tokio::test]
async fn a_code_is_used_once() {
    for district in with_a_teacher().await {
        let (phone, _) = set_up(&district, &mut signed_in(&district, "203.0.113.1").await).await;
        let (mut one, mut other) =
            (at_the_second_factor(&district, "203.0.113.2").await, at_the_second_factor(&district, "203.0.113.3").await);
        let code = phone.next(&district);
        assert_eq!(one.send(&[("code", &code)]).await.shows(), "home");
        assert_eq!((other.send(&[("code", &code)]).await.shows().as_str(), other.status()), ("second-factor", 422));
        let used = said(&other);
        assert_eq!(other.send(&[("code", &phone.code_at(&district, -30))]).await.shows(), "second-factor", "nor one of an earlier step");
        // Yesterday's, and that of a clock which is wrong by ten minutes: the same words, which help the owner and tell nothing.
        let left = |words: &str| words.split(". Il reste").next().unwrap().to_owned();
        for off in [600, -600, -86_400] {
            other.send(&[("code", &phone.code_at(&district, off))]).await;
            assert!(left(&said(&other)).starts_with("Ce code n’est pas le bon"), "{}", said(&other));
        }
        assert!(used.contains("l’heure du téléphone"), "{used}");
        district.clock.advance(MINUTE * 16);
        assert_eq!(other.send(&[("code", &phone.code_at(&district, 29))]).await.shows(), "home", "half a minute each way is nothing");
    }
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_its_owner_hears_of_it() {
    for district in with_a_teacher().await {
        let (_, codes) = set_up(&district, &mut signed_in(&district, "203.0.113.1").await).await;
        let written = codes[3].to_lowercase().replace('-', " ");
        let mut family = at_the_second_factor(&district, "203.0.113.2").await;
        assert_eq!(family.send(&[("code", &written)]).await.shows(), "home");
        assert_eq!(district.count("sessions WHERE amr = 'pwd otp mfa'").await, 1);
        assert_eq!(last_letter(&district).await, "mail-second-factor-code-used");
        assert!(family.open("/account/codes").await.text("codes-left").unwrap().contains('9'));
        let mut again = at_the_second_factor(&district, "203.0.113.3").await;
        assert_eq!((again.send(&[("code", &codes[3])]).await.shows().as_str(), again.status()), ("second-factor", 422));
        assert_eq!(again.send(&[("code", &codes[4])]).await.shows(), "home");
    }
}

#[tokio::test]
async fn without_an_app_there_is_no_sheet() {
    for district in with_a_teacher().await {
        let mut family = signed_in(&district, "203.0.113.1").await;
        family.open("/account/recovery-codes").await.send(&[("password", PASSWORD)]).await;
        assert_eq!((family.address.as_str(), district.count("recovery_codes").await), ("/account/codes", 0));
    }
}

#[tokio::test]
async fn a_new_sheet_takes_the_place_of_the_old_one() {
    for district in with_a_teacher().await {
        let mut family = signed_in(&district, "203.0.113.1").await;
        let (phone, old) = set_up(&district, &mut family).await;
        family.open("/account/recovery-codes").await.send(&[("password", PASSWORD)]).await;
        assert_eq!(family.shows(), "second-factor");
        family.send(&[("code", &phone.code(&district))]).await;
        let new = sheet(&family);
        assert_eq!(family.send(&[]).await.address, "/account/codes?done=recovery-codes");
        assert_eq!(district.count("recovery_codes").await, 10);
        let mut other = at_the_second_factor(&district, "203.0.113.2").await;
        assert_eq!(other.send(&[("code", &old[0])]).await.shows(), "second-factor");
        assert_eq!(other.send(&[("code", &new[0])]).await.shows(), "home");
    }
}

#[tokio::test]
async fn a_slip_in_a_recovery_code_is_found_and_costs_no_try() {
    for district in with_a_teacher().await {
        let (_, codes) = set_up(&district, &mut signed_in(&district, "203.0.113.1").await).await;
        let mut family = at_the_second_factor(&district, "203.0.113.2").await;
        let mut slip: Vec<char> = codes[0].chars().collect();
        slip[5] = if slip[5] == 'B' { 'C' } else { 'B' };
        let slip: String = slip.into_iter().collect();
        for typed in ["", "12345", "BCDF", slip.as_str()].into_iter().cycle().take(20) {
            assert_eq!((family.send(&[("code", typed)]).await.shows().as_str(), family.status()), ("second-factor", 422));
        }
        assert!(said(&family).contains('2'), "the group is named: {}", said(&family));
        assert_eq!(family.send(&[("code", &codes[0])]).await.shows(), "home");
    }
}

/// Security.md 2.5: five in fifteen minutes, a hundred in all; the password is still judged, and strangers without it never
/// come so far.
#[tokio::test]
async fn r19_the_second_factor_has_a_counter_of_its_own() {
    for district in with_a_teacher().await {
        let (phone, _) = set_up(&district, &mut signed_in(&district, "203.0.113.1").await).await;
        let mut family = at_the_second_factor(&district, "203.0.113.2").await;
        let mut judged = 0;
        while judged < 100 {
            family.send(&[("code", "000000")]).await;
            match family.status() {
                422 => judged += 1,
                429 => {
                    assert_eq!(judged % 5, 0);
                    assert_eq!(family.page.as_ref().unwrap().header("retry-after"), "900");
                    family = at_the_second_factor(&district, "203.0.113.3").await;
                    family.send(&[("code", &phone.next(&district))]).await;
                    assert_eq!(family.status(), 429, "not even the right one is judged early");
                    district.clock.advance(MINUTE * 15);
                    family = at_the_second_factor(&district, "203.0.113.2").await;
                }
                status => panic!("{status} after {judged}"),
            }
        }
        district.clock.advance(Duration::from_hours(24));
        let mut family = at_the_second_factor(&district, "203.0.113.4").await;
        assert_eq!((family.send(&[("code", &phone.next(&district))]).await.shows().as_str(), family.status()), ("second-factor", 422));
        assert!(said(&family).contains("Écrivez à l’école"), "{}", said(&family));
        let account = teacher(&district).await;
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        let password = limits::look(&district.app.store.read(), Rule::AccountPassword, &subject, district.app.now()).await.unwrap();
        assert_eq!(password.in_all, 0, "passwords were all right");
        let order = crate::recovery::office::Order { account: &account, reason: None, now: district.app.now() };
        let unlock = async |tx: &crate::store::Tx| {
            crate::recovery::office::change(tx, &district.app.tools.keys, crate::recovery::office::Change::Unlock, &order).await
        };
        district.app.store.write(unlock).await.unwrap().unwrap();
        assert_eq!(family.send(&[("code", &phone.next(&district))]).await.shows(), "home");
    }
}

#[tokio::test]
async fn r13_a_new_password_is_a_new_password_and_the_second_factor_is_asked_still() {
    for district in super::back_in::claimed(ZOE).await {
        let mut pupil = district.family("203.0.113.1");
        assert_eq!(pupil.sign_in("0123456", PASSWORD).await, "home");
        let (phone, _) = set_up(&district, &mut pupil).await;
        let mut back = district.family("203.0.113.2");
        at_the_questions(&mut back, "0123456").await;
        answer(&district, &mut back).await;
        back.choose(NEW).await;
        assert_eq!(back.shows(), "password", "nobody is signed in by answers and a new password");
        assert_eq!(district.count("sessions WHERE ended_at IS NULL").await, 0);
        assert_eq!(back.send(&[("password", PASSWORD)]).await.status(), 422);
        assert_eq!(back.send(&[("password", NEW)]).await.shows(), "second-factor");
        assert_eq!(back.open("/account").await.shows(), "sign-in");
        let mut later = district.family("203.0.113.3");
        assert_eq!(later.sign_in("0123456", NEW).await, "second-factor");
        assert_eq!(later.send(&[("code", &phone.next(&district))]).await.shows(), "home");
        assert_eq!(district.count("sessions WHERE ended_at IS NULL AND amr = 'pwd otp mfa'").await, 1);
    }
}

#[tokio::test]
async fn s06_whoever_removes_a_factor_ends_every_other_session() {
    for district in with_a_teacher().await {
        let mut others = [signed_in(&district, "203.0.113.1").await, signed_in(&district, "203.0.113.2").await];
        let mut here = signed_in(&district, "203.0.113.3").await;
        let (phone, _) = set_up(&district, &mut here).await;
        here.open("/account/authenticators").await.send(&[("password", PASSWORD)]).await;
        assert_eq!(here.send(&[("code", &phone.code(&district))]).await.shows(), "authenticators");
        let app = here.page.as_ref().unwrap().field("app").unwrap();
        here.send(&[("app", &app), ("do", "remove")]).await;
        assert_eq!(here.address, "/account/codes?done=authenticators");
        for other in &mut others {
            assert_eq!(other.open("/account").await.shows(), "sign-in");
        }
        assert_eq!(here.open("/account").await.shows(), "account", "who removed it showed who they are a moment ago");
        assert_eq!((district.count("totp").await, district.count("recovery_codes").await), (0, 0));
        assert_eq!(district.count("events WHERE kind = 'second-factor.removed'").await, 1);
        assert_eq!(last_letter(&district).await, "mail-second-factor-removed");
        assert_eq!(district.family("203.0.113.4").sign_in(TEACHER, PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn an_app_gets_another_name_and_one_of_somebody_else_does_not() {
    for district in with_a_teacher().await {
        let mut here = signed_in(&district, "203.0.113.3").await;
        let (phone, _) = set_up(&district, &mut here).await;
        here.open("/account/authenticators").await.send(&[("password", PASSWORD)]).await.send(&[("code", &phone.code(&district))]).await;
        let app = here.page.as_ref().unwrap().field("app").unwrap();
        let foreign = "0192a000-0000-7000-8000-000000000000";
        for (fields, wrong) in [([("app", foreign), ("name", "x")], "app"), ([("app", app.as_str()), ("name", "")], "name")] {
            assert_eq!(here.send(&fields).await.wrong(), [wrong]);
        }
        here.send(&[("app", &app), ("name", "La tablette"), ("do", "rename")]).await;
        assert!(here.page.as_ref().unwrap().body.contains("La tablette"));
    }
}

#[tokio::test]
async fn w06_s10_no_factor_is_changed_by_a_session_alone_nor_by_a_proof_that_is_old() {
    for district in with_a_teacher().await {
        let mut here = signed_in(&district, "203.0.113.1").await;
        for flow in ["authenticator", "authenticators", "recovery-codes"] {
            assert_eq!(here.open(&format!("/account/{flow}")).await.shows(), "password");
            assert_eq!(here.send(&[("password", "another password")]).await.status(), 422);
            let (action, _) = here.sent.clone().unwrap();
            let token = here.page.as_ref().unwrap().field("csrf").unwrap();
            let stage = action.replace("/password", &format!("/{flow}"));
            let skipped = here.agent.post(&stage, &[("csrf", &token), ("code", "000000")]).await;
            assert!(skipped.status.is_client_error(), "{skipped:?}");
        }
        // Six minutes at the page that shows the picture: the password is asked once more, and nothing that was done is lost.
        here.open("/account/authenticator").await.send(&[("password", PASSWORD)]).await;
        let phone = Phone::reading(&here);
        district.clock.advance(MINUTE * 6);
        here.send(&[("code", &phone.code(&district))]).await.send(&[]).await;
        assert_eq!((here.shows().as_str(), district.count("totp").await), ("password", 0));
        here.send(&[("password", PASSWORD)]).await;
        assert_eq!((here.address.as_str(), district.count("totp").await), ("/account/codes?done=authenticator", 1));
    }
}

#[tokio::test]
async fn whoever_must_have_a_second_factor_is_led_to_it_and_may_put_it_off_for_a_while() {
    for district in with_a_teacher().await {
        let district = district.node_with(|tools, _| tools.config.assurance.staff = Level::TwoFactor).await;
        let mut family = district.family("203.0.113.1");
        assert_eq!(family.sign_in(TEACHER, PASSWORD).await, "authenticator");
        assert!(family.page.as_ref().unwrap().body.contains("id=\"later\""));
        assert_eq!(family.send(&[("later", "yes")]).await.shows(), "home");
        assert_eq!(district.count("sessions WHERE amr = 'pwd' AND acr = 'urn:preau:acr:identified'").await, 1);
        district.clock.advance(Duration::from_hours(24 * 14));
        let mut family = district.family("203.0.113.2");
        assert_eq!(family.sign_in(TEACHER, PASSWORD).await, "authenticator");
        assert!(!family.page.as_ref().unwrap().body.contains("id=\"later\""));
        assert_eq!((family.send(&[("later", "yes")]).await.shows().as_str(), family.status()), ("authenticator", 422));
        assert_eq!(family.open("/account").await.shows(), "sign-in");
        let mut family = district.family("203.0.113.2");
        family.sign_in(TEACHER, PASSWORD).await;
        let phone = Phone::reading(&family);
        family.send(&[("code", &phone.code(&district))]).await;
        assert_eq!(sheet(&family).len(), 10);
        assert_eq!(family.send(&[]).await.shows(), "home");
        assert_eq!(district.count("sessions WHERE acr = 'urn:preau:acr:two-factor'").await, 1);
        // Row W06: the last one of whoever must have one stays.
        family.open("/account/authenticators").await.send(&[("password", PASSWORD)]).await.send(&[("code", &phone.next(&district))]).await;
        let app = family.page.as_ref().unwrap().field("app").unwrap();
        assert_eq!(family.send(&[("app", &app), ("do", "remove")]).await.wrong(), ["app"]);
        assert_eq!(district.count("totp").await, 1);
    }
}

#[tokio::test]
async fn a_child_is_never_asked_for_what_a_child_cannot_have() {
    for district in super::back_in::claimed(ZOE).await {
        let everybody = |tools: &mut crate::tools::Tools| {
            (tools.config.assurance.staff, tools.config.assurance.guardian) = (Level::TwoFactor, Level::TwoFactor);
        };
        let district = district.node_with(|tools, _| everybody(tools)).await;
        let mut pupil = district.family("203.0.113.1");
        assert_eq!(pupil.sign_in("0123456", PASSWORD).await, "home");
        let world = world(&district, &district.account("0123456").await.unwrap()).await;
        let app = RelyingParty::first_party(&world).await;
        let wished = pupil.agent.get(&app.request(&[("acr_values", TWO_FACTOR)])).await;
        assert_eq!(claims(&world, &app, &wished).await["acr"], "urn:preau:acr:identified");
        let essential = format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{TWO_FACTOR}"}}}}}}"#);
        for prompt in ["", "none"] {
            let refused = app.refusal(&world, &mut pupil.agent, &[("claims", &essential), ("prompt", prompt)]).await;
            assert_eq!(refused, "unmet_authentication_requirements");
        }
        let strict = strict(&world).await;
        assert_eq!(strict.refusal(&world, &mut pupil.agent, &[("prompt", "none")]).await, "unmet_authentication_requirements");
    }
}

/// An app that nobody enters without a second factor.
async fn strict(world: &World) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.requests.required_acr = Some(TWO_FACTOR.to_owned());
    })
    .await
}

/// A browser in which the teacher signed in before the app was set up, so by the password alone; and the app.
async fn by_password_alone(district: &District) -> (Family, Phone) {
    let here = signed_in(district, "203.0.113.1").await;
    let (phone, _) = set_up(district, &mut signed_in(district, "203.0.113.2").await).await;
    (here, phone)
}

#[tokio::test]
async fn p38_s03_a_session_rises_by_the_code_alone_and_behind_another_cookie() {
    for district in with_a_teacher().await {
        let (mut here, phone) = by_password_alone(&district).await;
        let world = world(&district, &teacher(&district).await).await;
        let app = RelyingParty::first_party(&world).await;
        let before = claims(&world, &app, &here.agent.get(&app.request(&[])).await).await;
        assert_eq!((&before["acr"], &before["amr"]), (&"urn:preau:acr:identified".into(), &serde_json::json!(["pwd"])));
        district.clock.advance(MINUTE * 20);
        let mut stolen = here.agent.clone();
        let silent = app.refusal(&world, &mut here.agent, &[("acr_values", TWO_FACTOR), ("prompt", "none")]).await;
        assert_eq!(silent, "login_required");
        here.open(&app.request(&[("acr_values", TWO_FACTOR)])).await;
        assert_eq!(here.shows(), "second-factor", "neither name nor password is asked again");
        assert_eq!(here.send(&[("code", "000000")]).await.status(), 422);
        let risen = here.submit(&[("code", &phone.code(&district))]).await;
        assert!(risen.location().starts_with("/authorize/"), "{risen:?}");
        let after = claims(&world, &app, &here.agent.get(&risen.location()).await).await;
        assert_eq!((&after["acr"], &after["amr"]), (&TWO_FACTOR.into(), &serde_json::json!(["pwd", "otp", "mfa"])));
        assert_eq!(after["sid"], before["sid"], "it is the same session, so apps keep what they have of it");
        assert_eq!(after["auth_time"], before["auth_time"], "and the password is as old as it was");
        assert_eq!(district.count("logout_outbox").await, 0, "no app is told that it ended");
        assert!(stolen.get("/account").await.location().starts_with("/sign-in"), "the cookie from before opens nothing (row S03)");
        assert_eq!(here.open("/account").await.shows(), "account");
        app.code(&world, &mut here.agent, &[("acr_values", TWO_FACTOR), ("prompt", "none")]).await;
        assert_eq!(district.count("events WHERE kind = 'session.rose'").await, 1);
    }
}

#[tokio::test]
async fn r13_w06_a_passkey_is_a_second_factor_where_there_is_no_app() {
    for district in with_a_teacher().await {
        let mut here = signed_in(&district, "203.0.113.1").await;
        let passkey = passkeys::add(&mut here, Kind::Es256, "Portable").await;
        let another = passkeys::add(&mut here, Kind::Es256, "Téléphone").await;
        here.open("/sign-out").await.send(&[]).await;
        assert_eq!(here.sign_in(TEACHER, PASSWORD).await, "home", "the password does where nobody demands more");
        let world = world(&district, &teacher(&district).await).await;
        let app = RelyingParty::first_party(&world).await;
        here.open(&app.request(&[("acr_values", TWO_FACTOR)])).await;
        assert_eq!(here.shows(), "second-factor", "nobody is led to an app who has a passkey");
        assert!(!here.page.as_ref().unwrap().body.contains("id=\"code\""));
        let challenge = passkeys::attribute(&here, "data-challenge");
        assert_eq!(here.send(&[("passkey", "{}")]).await.status(), 422);
        let risen = here.submit(&[("passkey", &passkey.show(&challenge))]).await;
        let after = claims(&world, &app, &here.agent.get(&risen.location()).await).await;
        assert_eq!((&after["acr"], &after["amr"]), (&TWO_FACTOR.into(), &serde_json::json!(["pwd", "pop", "user", "mfa"])));
        // Where the district demands a second factor, the password alone opens nothing, a new one neither.
        let strict = district.node_with(|tools, _| tools.config.assurance.staff = Level::TwoFactor).await;
        let mut there = strict.family("203.0.113.2");
        assert_eq!(there.sign_in(TEACHER, PASSWORD).await, "second-factor");
        let challenge = passkeys::attribute(&there, "data-challenge");
        there.send(&[("passkey", &another.show(&challenge))]).await;
        assert_eq!(there.shows(), "home");
        // Row W06: of two one may go, and the last one stays.
        there.open("/account/passkeys").await;
        let challenge = passkeys::attribute(&there, "data-challenge");
        there.send(&[("passkey", &another.show(&challenge))]).await;
        let account = teacher(&strict).await.id;
        for (left, status) in [(1, 200), (1, 422)] {
            let which = strict.app.store.read().passkeys().of_account(account).await.unwrap()[0].id.to_string();
            assert_eq!(there.send(&[("do", "remove"), ("which", &which)]).await.status(), status);
            assert_eq!(strict.count("passkeys").await, left);
        }
    }
}

#[tokio::test]
async fn what_an_app_wishes_for_may_be_left_out_and_is_asked_once() {
    for district in with_a_teacher().await {
        let (mut here, _) = by_password_alone(&district).await;
        let world = world(&district, &teacher(&district).await).await;
        let app = RelyingParty::first_party(&world).await;
        here.open(&app.request(&[("acr_values", TWO_FACTOR)])).await;
        let body = &here.page.as_ref().unwrap().body;
        let (_, link) = body.rsplit_once("<a href=\"/authorize/").expect("there is a way on without it");
        let link = format!("/authorize/{}", link.split('"').next().unwrap());
        let back = here.agent.get(&link).await;
        assert_eq!(claims(&world, &app, &back).await["acr"], "urn:preau:acr:identified");
        let strict = strict(&world).await;
        here.open(&strict.request(&[])).await;
        assert!(!here.page.as_ref().unwrap().body.contains("id=\"not-now\""), "what is needed is needed");
    }
}

#[tokio::test]
async fn an_app_that_needs_two_factors_leads_whoever_has_one_to_setting_up_the_other() {
    for district in with_a_teacher().await {
        let world = world(&district, &teacher(&district).await).await;
        let app = strict(&world).await;
        let mut here = signed_in(&district, "203.0.113.1").await;
        // Row W06: with an old session the password comes first.
        district.clock.advance(MINUTE * 6);
        here.open(&app.request(&[])).await;
        assert_eq!(here.shows(), "password");
        assert_eq!(here.send(&[("password", PASSWORD)]).await.shows(), "authenticator");
        let phone = Phone::reading(&here);
        here.send(&[("code", &phone.code(&district))]).await;
        assert_eq!(sheet(&here).len(), 10);
        let risen = here.submit(&[]).await;
        let told = claims(&world, &app, &here.agent.get(&risen.location()).await).await;
        assert_eq!((&told["acr"], &told["auth_time"]), (&TWO_FACTOR.into(), &district.app.now().0.into()), "both proofs are fresh");
        assert_eq!(district.count("events WHERE kind = 'second-factor.added'").await, 1);
        // Somebody who has just signed in sets it up at once.
        district.sql("DELETE FROM totp").await;
        let mut fresh = district.family("203.0.113.2");
        fresh.open(&app.request(&[])).await.send(&[("username", TEACHER)]).await.send(&[("password", PASSWORD)]).await;
        assert_eq!(fresh.shows(), "authenticator");
    }
}

#[tokio::test]
async fn s07_a_session_that_ended_meanwhile_does_not_rise() {
    for district in with_a_teacher().await {
        let (mut here, phone) = by_password_alone(&district).await;
        let world = world(&district, &teacher(&district).await).await;
        let app = RelyingParty::first_party(&world).await;
        here.open(&app.request(&[("acr_values", TWO_FACTOR)])).await;
        assert_eq!(here.shows(), "second-factor");
        here.clone().open("/sign-out").await.send(&[]).await;
        here.send(&[("code", &phone.code(&district))]).await;
        assert_eq!(here.shows(), "expired");
        assert_eq!(district.count("sessions WHERE acr = 'urn:preau:acr:two-factor' AND ended_at IS NULL").await, 0);
    }
}

/// NIST SP 800-63B-4 on questions, row D3 on mail: who got back in by them has shown no first factor yet.
#[tokio::test]
async fn d3_a_session_of_a_recovery_rises_by_the_password_and_the_code() {
    for district in super::back_in::claimed(ZOE).await {
        let mut back = district.family("203.0.113.1");
        at_the_questions(&mut back, "0123456").await;
        answer(&district, &mut back).await;
        assert_eq!(back.choose(NEW).await.shows(), "home");
        let mut other = district.family("203.0.113.2");
        assert_eq!(other.sign_in("0123456", NEW).await, "home");
        other.open("/account/authenticator").await.send(&[("password", NEW)]).await;
        let phone = Phone::reading(&other);
        other.send(&[("code", &phone.code(&district))]).await.send(&[]).await;
        let world = world(&district, &district.account("0123456").await.unwrap()).await;
        let app = RelyingParty::first_party(&world).await;
        back.open(&app.request(&[("acr_values", TWO_FACTOR)])).await;
        assert_eq!(back.shows(), "password");
        assert_eq!(back.send(&[("password", NEW)]).await.shows(), "second-factor");
        let risen = back.submit(&[("code", &phone.next(&district))]).await;
        let told = claims(&world, &app, &back.agent.get(&risen.location()).await).await;
        assert_eq!((&told["acr"], &told["amr"]), (&TWO_FACTOR.into(), &serde_json::json!(["pwd", "otp", "mfa"])));
    }
}

#[tokio::test]
async fn a29_a_reset_by_the_school_takes_the_second_factor_too() {
    for district in with_a_teacher().await {
        set_up(&district, &mut signed_in(&district, "203.0.113.1").await).await;
        district.reset(&teacher(&district).await).await;
        assert_eq!((district.count("totp").await, district.count("recovery_codes").await), (0, 0));
    }
}

/// Whoever set one up in another browser while this one was at the password shows it here too.
#[tokio::test]
async fn r13_a_second_factor_that_came_meanwhile_is_asked_for() {
    for district in with_a_teacher().await {
        let mut slow = district.family("203.0.113.1");
        slow.open("/sign-in").await.send(&[("username", TEACHER)]).await;
        let district_of_staff = district.node_with(|tools, _| tools.config.assurance.staff = Level::TwoFactor).await;
        let mut putting_off = district_of_staff.family("203.0.113.5");
        assert_eq!(putting_off.sign_in(TEACHER, PASSWORD).await, "authenticator");
        set_up(&district, &mut signed_in(&district, "203.0.113.2").await).await;
        assert_eq!(slow.send(&[("password", PASSWORD)]).await.shows(), "second-factor");
        assert_eq!(putting_off.send(&[("later", "yes")]).await.shows(), "second-factor", "it is there by now, and nobody puts it off");
    }
}

/// The rule of the authorization endpoint holds at the device's door too, and the request waits for who rises.
#[tokio::test]
async fn p38_a_device_whose_app_needs_two_factors_is_let_in_by_nobody_with_less() {
    for district in with_a_teacher().await {
        let (mut here, phone) = by_password_alone(&district).await;
        let world = world(&district, &teacher(&district).await).await;
        let app = RelyingParty::registered(&world, |settings| {
            settings.grants.insert(crate::store::clients::GrantType::DeviceCode);
            settings.auth_method = crate::store::clients::AuthMethod::None;
            settings.requests.required_acr = Some(TWO_FACTOR.to_owned());
        })
        .await;
        let codes = app.ask(&world, "/device-authorization", &[("scope", "openid")]).await.json();
        here.open("/device").await.send(&[("user_code", codes["user_code"].as_str().unwrap())]).await;
        assert_eq!(here.shows(), "second-factor");
        here.send(&[("code", &phone.code(&district))]).await;
        assert_eq!(here.shows(), "device-confirm", "the request is tied to this very session, which rose");
        here.send(&[("answer", "allow")]).await;
        district.clock.advance(MINUTE);
        let code = codes["device_code"].as_str().unwrap();
        let grant = crate::store::clients::GrantType::DeviceCode.word();
        let tokens = app.token(&world, &[("grant_type", grant), ("device_code", code)]).await.json();
        assert!(tokens["id_token"].is_string(), "{tokens}");
    }
}
