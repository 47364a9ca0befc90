//! Every page × every sample × every language renders, strictly, twice the same; and every template has a page.
//!
//! `cargo test --lib gallery -- --ignored` writes them all to `target/gallery`, to be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::demo::pages as demo;
use crate::enrollment::pages as enrollment;
use crate::login::pages as login;
use crate::model::{FieldError, Language, Message};
use crate::pages::{AskedBy, District, Frame, Page, Pages, Telephone, plain};
use crate::recovery::pages as recovery;
use crate::web::flow;

/// Every page of the program. A new page is one line here.
macro_rules! pages {
    ($($page:ty),* $(,)?) => {
        /// Template by template, the data of every sample.
        pub(super) fn samples() -> BTreeMap<&'static str, Vec<Value>> {
            let mut all = BTreeMap::new();
            $(
                let data = <$page>::samples().iter().map(|sample| Value::from(Serde(sample))).collect::<Vec<_>>();
                assert!(all.insert(<$page>::TEMPLATE, data).is_none(), "two pages share {}", <$page>::TEMPLATE);
            )*
            all
        }
    };
}

pages![
    crate::counter::pages::Counter,
    crate::counter::pages::CounterAddress,
    crate::counter::pages::CounterChecks,
    crate::counter::pages::CounterCode,
    crate::counter::pages::CounterEnd,
    crate::counter::pages::CounterSession,
    crate::counter::pages::CounterSheet,
    crate::counter::pages::CounterWho,
    crate::oidc::authorize::pages::ChooseAccount,
    crate::oidc::authorize::pages::Consent,
    crate::oidc::device::pages::Device,
    crate::oidc::device::pages::DeviceConfirm,
    crate::oidc::device::pages::DeviceDone,
    demo::LetterPage,
    demo::Mailbox,
    demo::SampleApp,
    enrollment::AboutYou,
    enrollment::AddPasskey,
    enrollment::AlreadyClaimed,
    enrollment::Code,
    enrollment::CodeChild,
    enrollment::CodeOver,
    enrollment::Children,
    enrollment::ChildBirthDate,
    enrollment::Email,
    enrollment::Http,
    enrollment::Charter,
    enrollment::Preferences,
    enrollment::Confirm,
    enrollment::Details,
    enrollment::Enroll,
    enrollment::InvitationAgain,
    enrollment::InvitationSent,
    flow::Enrolled,
    enrollment::NewPassword,
    enrollment::NotMatched,
    enrollment::RosterMatch,
    enrollment::SecurityQuestions,
    crate::login::pages::IdentitySource,
    crate::login::pages::SourceLeave,
    crate::enrollment::waiting::WriteToMe,
    crate::enrollment::waiting::WriteToMeSent,
    crate::account::pages::Account,
    crate::account::pages::AddressUndo,
    crate::account::pages::NotMe,
    crate::account::pages::Approvals,
    crate::enrollment::pages::PupilInvites,
    crate::enrollment::pages::Waiting,
    crate::account::pages::Check,
    crate::account::pages::Children,
    crate::account::pages::AccountPasskeys,
    crate::account::pages::Sessions,
    crate::account::pages::Codes,
    crate::account::pages::Data,
    crate::account::pages::Authenticator,
    crate::account::pages::Authenticators,
    crate::account::pages::RecoveryCodes,
    crate::oidc::authorize::pages::FormPost,
    crate::account::pages::Device,
    crate::account::inbox::Inbox,
    crate::account::inbox::InboxMessage,
    crate::account::pages::Apps,
    crate::account::badge_pages::Badges,
    crate::login::badge::pages::Badge,
    crate::login::badge::pages::BadgeSecret,
    login::Home,
    login::Password,
    login::SecondFactor,
    login::SignIn,
    login::Welcome,
    recovery::RecallQuestions,
    recovery::Recover,
    recovery::RecoveryWay,
    crate::web::mail_proof::CheckMail,
    crate::web::mail_proof::MailLink,
    crate::web::help::Help,
    crate::web::guide::Guide,
    crate::web::help::HelpSent,
    crate::web::status::Status,
    plain::Accessibility,
    plain::Broken,
    plain::Busy,
    plain::Challenge,
    plain::Expired,
    plain::NotAllowed,
    plain::NotFound,
    plain::Privacy,
    plain::Refused,
    plain::SignOut,
    plain::SignedOut,
    plain::TooMany,
];

/// What other programs look for on a page: contract.md 5. A page that is not built yet is not asked.
const IDS: &[(&str, &[&str])] = &[
    ("sign-in", &["username", "next"]),
    ("password", &["password", "show-password", "sign-in"]),
    ("second-factor", &["code", "continue"]),
    ("authenticator", &["secret", "app-link", "code", "continue"]),
    ("authenticators", &["app", "name", "rename", "remove"]),
    ("recovery-codes", &["recovery-codes", "continue"]),
    ("sign-in", &["username", "next", "use-passkey"]),
    ("password", &["password", "show-password", "sign-in", "use-passkey"]),
    ("account-passkeys", &["add-passkey"]),
    ("badge", &["secret-card", "continue", "sign-in"]),
    ("badge-secret", &["beside-card", "start-over", "secret-pin", "continue", "not-you"]),
    ("choose-account", &["other-account"]),
    ("consent", &["allow", "deny"]),
    ("device", &["user_code", "continue"]),
    ("device-confirm", &["allow", "deny"]),
    ("sign-out", &["sign-out"]),
    ("error", &["error-code", "error-detail"]),
    ("code", &["code", "family_name", "continue"]),
    ("invitation-again", &["email", "continue"]),
    ("code-child", &["continue"]),
    ("about-you", &["given_name", "family_name", "email", "continue"]),
    ("roster-match", &["given_name", "family_name", "student_number", "continue"]),
    ("new-password", &["new_password", "continue"]),
    ("security-questions", &["question_1", "answer_1", "continue"]),
    ("check-mail", &["code", "send-again", "change-address"]),
    ("children", &["child-missing", "continue"]),
    ("details", &["report-change", "continue"]),
    ("recover", &["username"]),
    ("recall-questions", &["answer_1"]),
    ("guide", &["sign-in"]),
    ("help", &["name", "email", "school", "message", "send"]),
    ("not-matched", &["case-number"]),
    ("write-to-me", &["email", "continue"]),
    ("child-birth-date", &["birth_date", "continue"]),
    ("email", &["email", "continue"]),
    ("identity-source", &["remember"]),
    ("charter", &["accept", "continue"]),
    ("preferences", &["preferred_language", "date_format", "notification_email", "continue"]),
    ("confirm", &["continue"]),
    ("counter", &["open-counter"]),
    ("counter-who", &["who", "continue"]),
    ("counter-checks", &["whom", "seen-photo-id", "seen-known-in-person", "seen-roster-compared", "spoken", "continue"]),
    ("counter-session", &["counter-code", "picture", "here", "stop"]),
    ("counter-code", &["code", "continue"]),
    ("counter-address", &["address", "right", "wrong"]),
    ("counter-sheet", &["username-given", "continue"]),
    ("enrolled", &["username-given", "continue"]),
];

#[test]
fn every_page_renders_strictly_in_every_language_twice_the_same() {
    let pages = Pages::load().unwrap();
    for (template, sample, frame) in every_state() {
        let once = pages.render_screen(template, sample.clone(), &frame).unwrap();
        assert_eq!(once, pages.render_screen(template, sample, &frame).unwrap());
        let name = name_of(template);
        let id = if template.starts_with("demo/") { "main".to_owned() } else { format!("page-{name}") };
        assert!(once.contains(&format!("<main id=\"{id}\"")), "{template}");
        assert_eq!(once.matches("<h1>").count(), 1, "{template}");
        assert!(!once.contains("<h1></h1>"), "{template}");
    }
}

#[test]
fn every_template_of_a_page_has_its_page() {
    let listed: BTreeSet<String> =
        samples().keys().filter(|template| template.starts_with("pages/")).map(|template| (*template).to_owned()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
    let stored: BTreeSet<String> =
        folder.read_dir().unwrap().map(|file| format!("pages/{}", file.unwrap().file_name().to_string_lossy())).collect();
    assert_eq!(stored, listed, "stored in templates/ against listed in src/tests/pages.rs");
}

#[test]
fn the_ids_that_other_programs_rely_on_are_there() {
    let pages = Pages::load().unwrap();
    let all = samples();
    for (name, ids) in IDS {
        let template = format!("pages/{name}.html");
        let Some(states) = all.get(template.as_str()) else { continue };
        let html: String =
            states.iter().map(|data| pages.render_screen(&template, data.clone(), &frame(Language::French)).unwrap()).collect();
        for id in *ids {
            assert!(html.contains(&format!(" id=\"{id}\"")), "{template} has no #{id}");
        }
    }
}

#[test]
fn no_id_stands_twice_and_every_reference_to_one_finds_it() {
    let pages = Pages::load().unwrap();
    for (template, sample, frame) in every_state() {
        let html = pages.render_screen(template, sample, &frame).unwrap();
        let ids = values(&html, "id");
        let set: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), set.len(), "{template}: {ids:?}");
        let named = ["for", "aria-describedby", "aria-labelledby", "aria-controls"].iter().flat_map(|attribute| values(&html, attribute));
        for target in named.flat_map(str::split_whitespace) {
            assert!(set.contains(target), "{template} points at #{target}");
        }
        for target in values(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
            assert!(set.contains(target), "{template} links to #{target}");
        }
    }
}

#[test]
fn every_control_has_a_label_and_every_mistake_stands_at_its_field() {
    let pages = Pages::load().unwrap();
    for (template, sample, frame) in every_state() {
        let html = pages.render_screen(template, sample, &frame).unwrap();
        let labelled: BTreeSet<&str> = values(&html, "for").into_iter().collect();
        for control in controls(&html) {
            let held = html.contains(&format!("<label class=\"choice\"><input id=\"{control}\""));
            assert!(labelled.contains(control) || held, "{template}: #{control} has no label");
        }
        for error in &frame.errors {
            assert!(html.contains(&format!("id=\"{}-error\"", error.field)), "{template}: nothing says what is wrong with {}", error.field);
        }
    }
}

#[test]
fn p29_what_people_and_apps_are_called_is_never_markup() {
    let pages = Pages::load().unwrap();
    let nasty = "\"><img src=x onerror=alert(1)>'&\u{202e}";
    let mut frame = frame(Language::English);
    frame.signed_in = Some(nasty.to_owned());
    frame.district.name = nasty.to_owned();
    frame.asked_by = Some(AskedBy { name: nasty.to_owned(), logo: None, policy: None, terms: None });
    for (template, states) in samples() {
        for data in states {
            let html = pages.render_screen(template, data, &frame).unwrap();
            assert!(!html.contains("<img src=x"), "{template}");
        }
    }
}

#[test]
fn a_page_brings_no_inline_style_no_inline_script_and_nothing_of_others() {
    let pages = Pages::load().unwrap();
    for (template, sample, frame) in every_state() {
        let html = pages.render_screen(template, sample, &frame).unwrap();
        for forbidden in [" style=", "<style", " onclick=", " onchange=", " onsubmit=", "javascript:", "<script>"] {
            assert!(!html.contains(forbidden), "{template} holds {forbidden}");
        }
        for address in values(&html, "src") {
            // The one page that frames apps; its policy says which (P24).
            if (template, address) == ("pages/signed-out.html", "about:blank") {
                continue;
            }
            let own = if template.starts_with("demo/") { "/" } else { "/assets/" };
            assert!(address.starts_with(own) && !address.starts_with("//"), "{template} loads {address}");
        }
    }
}

#[test]
#[ignore = "writes target/gallery, to be looked at"]
fn gallery() {
    let pages = Pages::load().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for shape in ["", "beside", "reading"] {
        let mut frame = frame(Language::French);
        frame.asked_by = Some(asked_by());
        frame.signed_in = Some("Éloïse N’Diaye-Roy".to_owned()).filter(|_| shape.is_empty());
        frame.progress = Some((2, 4)).filter(|_| shape == "reading");
        let fields = ["username", "password", "birth_date", "school", "message", "way", "shared"].iter().filter(|_| shape == "reading");
        frame.errors = fields.map(|field| FieldError::of(field, "caps-lock")).collect();
        let html = pages.render_source(include_str!("specimen.html"), context! { shape }, &frame).unwrap();
        write(&folder, &format!("_specimen-{shape}"), &html);
    }
    let mut seen = BTreeMap::<String, usize>::new();
    for (template, sample, frame) in every_state() {
        let html = pages.render_screen(template, sample, &frame).unwrap();
        let name = format!("{}.{}", name_of(template), frame.language.tag());
        let number = seen.entry(name.clone()).or_default();
        *number += 1;
        write(&folder, &format!("{name}.{number}"), &html);
    }
}

fn write(folder: &Path, name: &str, html: &str) {
    for address in values(html, "href").into_iter().chain(values(html, "src")) {
        if let Some(file) = address.strip_prefix("/assets/") {
            keep(folder, file);
        }
    }
    std::fs::write(folder.join(format!("{name}.html")), html.replace("\"/assets/", "\"assets/")).unwrap();
}

fn keep(folder: &Path, file: &str) {
    let body = match crate::pages::assets::find(file) {
        Some(asset) => asset.body.to_vec(),
        None => match crate::pages::Brand::find(file) {
            Some(asset) => asset.body.to_vec(),
            None => return,
        },
    };
    let text = String::from_utf8_lossy(&body).into_owned();
    for part in text.split("url(").skip(1) {
        let inner = part.split(')').next().unwrap();
        let target: PathBuf = folder.join("assets").join(inner);
        if let (Some(asset), false) = (crate::pages::assets::find(inner), target.exists()) {
            std::fs::write(target, &asset.body).unwrap();
        }
    }
    std::fs::write(folder.join("assets").join(file), body).unwrap();
}

/// Every sample in every language: alone; and, for a page with a form, with everything wrong, in the midst of a flow,
/// on the way to an app, signed in.
fn every_state() -> Vec<(&'static str, Value, Frame)> {
    let pages = Pages::load().unwrap();
    let mut states = Vec::new();
    for (template, data) in samples() {
        for sample in data {
            for &language in Language::ALL {
                let mut quiet = frame(language);
                if ["counter-address", "counter-code", "counter-sheet"].contains(&name_of(template)) {
                    quiet.large = true;
                    quiet.closes = quiet.roster_of.clone();
                }
                let html = pages.render_screen(template, sample.clone(), &quiet).unwrap();
                let mut busy = quiet.clone();
                busy.asked_by = Some(asked_by());
                busy.signed_in = Some("Éloïse N’Diaye-Roy".to_owned());
                busy.progress = Some((2, 4));
                let wrong = |field: &&str| FieldError { field: (*field).to_owned(), message: Message::of("caps-lock") };
                busy.errors = controls(&html).iter().map(wrong).collect();
                let has_form = !busy.errors.is_empty();
                states.push((template, sample.clone(), quiet));
                if has_form {
                    states.push((template, sample.clone(), busy));
                }
            }
        }
    }
    states
}

fn frame(language: Language) -> Frame {
    let district = District { name: "Conseil scolaire des Tilleuls".to_owned(), brand: "#14606b".to_owned(), logo: None };
    let mut frame = Frame::new(language, district);
    frame.telephones.extend(Telephone::of(None, "613-555-0142"));
    frame.here = Some("/sign-in?x=1".to_owned());
    frame.action = "/flow/0198/identify".to_owned();
    frame.csrf = "c".repeat(43);
    let hour = if language == Language::French { "aujourd’hui à 6\u{a0}h" } else { "today at 6:00" };
    frame.roster_of = Some(hour.to_owned());
    frame.roster_next = frame.roster_of.clone().map(|hour| hour.replace('6', "7"));
    frame
}

fn asked_by() -> AskedBy {
    AskedBy {
        name: "Cahier de textes".to_owned(),
        logo: crate::pages::assets::address("mark.svg"),
        policy: Some("https://cahier.example/donnees".to_owned()),
        terms: Some("https://cahier.example/conditions".to_owned()),
    }
}

fn name_of(template: &str) -> &str {
    template.rsplit('/').next().unwrap().trim_end_matches(".html")
}

/// The ids of what a person fills in: text, choice and number fields of the main form.
fn controls(html: &str) -> Vec<&str> {
    let main = html.split("<main").nth(1).unwrap_or_default();
    let tags = ["<input ", "<select ", "<textarea "];
    let opened = tags.iter().flat_map(|tag| main.match_indices(tag).map(|(at, _)| &main[at..at + main[at..].find('>').unwrap()]));
    opened.filter(|tag| !tag.contains("type=\"hidden\"")).filter_map(|tag| values(tag, "id").first().copied()).collect()
}

fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.match_indices(&opening).map(|(at, _)| html[at + opening.len()..].split('"').next().unwrap()).collect()
}
