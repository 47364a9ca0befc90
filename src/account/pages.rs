//! What the pages of an account show.

use serde::Serialize;

use super::export::{InWords, Said};
use crate::authenticator::Picture;
use crate::model::{Animal, Message, Scopes, Timestamp};
use crate::pages::{Page, Telephone};
use crate::store::second_factors;
use crate::web::seen;
use crate::web::shared_device::{Choice, SharedWith};

/// What the school account is, for the person whose it is.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// The schools.
    pub schools: Vec<String>,
    /// The address that was proven, else the one on file.
    pub email: Option<String>,
    /// The language of the pages, in itself.
    pub language: String,
    /// The school ties children to this person.
    pub children: bool,
    /// Children ask something: so many.
    pub approvals: usize,
    /// A pupil who may invite a parent.
    pub invite: bool,
    /// Looks after the cards of pupils.
    pub badges: bool,
    /// Security questions were answered.
    pub questions: bool,
    /// Passkeys may be added here.
    pub passkeys: bool,
    /// What was just changed: the text that says so.
    pub done: Option<String>,
}

/// The way back from a change of address.
#[derive(Clone, Debug, Serialize)]
pub struct AddressUndo {
    /// `confirm`: its button takes the change back; `done`; `late`: there is nothing to take back any more.
    pub state: &'static str,
}

/// Somebody else signed in: shut the account's door?
#[derive(Clone, Debug, Serialize)]
pub struct NotMe {
    /// `confirm`: its button shuts it; `done`; `late`: the letter was used or is too old.
    pub state: &'static str,
}

/// What a guardian's children ask, or a teacher's pupils.
#[derive(Clone, Debug, Serialize)]
pub struct Approvals {
    /// The oldest first.
    pub asking: Vec<Asking>,
}

/// One of it.
#[derive(Clone, Debug, Serialize)]
pub struct Asking {
    /// The child.
    pub name: String,
    /// Since when, in words.
    pub since: String,
    /// A pupil of the reader's; else a child of theirs.
    pub pupil: bool,
    /// To get back into an account; else to open one.
    pub back_in: bool,
    /// The digits to choose from.
    pub choices: Vec<String>,
    /// The number of the asking.
    pub number: String,
}

/// The children of a guardian.
#[derive(Clone, Debug, Serialize)]
pub struct Children {
    /// By name.
    pub children: Vec<Child>,
    /// Where a child is added by a code (C13).
    pub add: Option<String>,
}

/// One child.
#[derive(Clone, Debug, Serialize)]
pub struct Child {
    /// The name the child goes by.
    pub name: String,
    /// The schools.
    pub schools: Vec<String>,
    /// The class in which letters are handed out.
    pub class: Option<String>,
    /// Where the schools answer (B15).
    pub telephones: Vec<Telephone>,
    /// What is held about the child, where the guardian may take a copy of it.
    pub data: Option<String>,
}

/// Can each of the children get in?
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// By name.
    pub children: Vec<Checked>,
    /// Where a pupil's account begins, if pupils can join by themselves.
    pub join: Option<String>,
}

/// What stands of one child's access.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the answers to four questions")]
pub struct Checked {
    /// The name the child goes by.
    pub name: String,
    /// There is an account.
    pub account: bool,
    /// It was opened at least once.
    pub opened: bool,
    /// A forgotten password can be replaced.
    pub way_back: bool,
    /// The school shut it.
    pub shut: bool,
}

/// Whom the first page of this device offers (A18).
#[derive(Clone, Debug, Serialize)]
pub struct Device {
    /// They, in the order in which they came.
    pub people: Vec<SharedWith>,
    /// The picture of the one who looks, if they are among them.
    pub mine: Option<&'static str>,
    /// The pictures that nobody else has.
    pub animals: Vec<Choice>,
    /// Nobody else fits.
    pub full: bool,
}

/// Where the account is signed in.
#[derive(Clone, Debug, Serialize)]
pub struct Sessions {
    /// This browser first.
    pub places: Vec<Place>,
}

/// One sign-in.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// What its button sends that ends it.
    pub id: String,
    /// It is this browser's.
    pub here: bool,
    /// Browser and machine; empty if they are not known.
    pub device: String,
    /// It signed in from a network of the schools.
    pub at_school: bool,
    /// Else the address that it signed in from; empty if it is not known.
    pub network: String,
    /// When it began, in words.
    pub since: String,
    /// When it was last used, in words.
    pub seen: String,
}

/// Everything that is held about somebody.
#[derive(Clone, Debug, Serialize)]
pub struct Data {
    /// There is nothing to show who it is by: they sign in anew.
    pub again: bool,
    /// The child whose it is, for a guardian who reads it.
    pub child: Option<String>,
    /// What there is, kind by kind.
    pub sections: Vec<InWords>,
}

/// The second factor of an account.
#[derive(Clone, Debug, Serialize)]
pub struct Codes {
    /// The authenticator apps, the oldest first.
    pub apps: Vec<App>,
    /// Recovery codes that are left.
    pub left: i64,
    /// Recovery codes that there were.
    pub all: i64,
    /// There is a password, which is asked for before anything is changed.
    pub has_password: bool,
    /// What was just changed: the text that says so.
    pub done: Option<String>,
}

/// An authenticator app.
#[derive(Clone, Debug, Serialize)]
pub struct App {
    /// What the buttons send.
    pub id: String,
    /// What its owner calls it; empty: nothing.
    pub name: String,
    /// When it was set up, in words.
    pub since: String,
    /// When it was last used, in words.
    pub used: Option<String>,
}

/// An authenticator app is set up.
#[derive(Clone, Debug, Serialize)]
pub struct Authenticator {
    /// What the app's camera reads.
    pub picture: Picture,
    /// What is typed where there is no camera.
    pub secret: String,
    /// What an app on this device opens.
    pub link: String,
    /// The district or an app asks for it; else it is their own idea.
    pub asked: bool,
    /// It may wait until then, in words.
    pub until: Option<String>,
    /// Where somebody goes on who was asked for it and need not do it.
    pub back: Option<String>,
}

/// The apps of an account, to be named or removed.
#[derive(Clone, Debug, Serialize)]
pub struct Authenticators {
    /// The oldest first.
    pub apps: Vec<App>,
}

/// The sheet of recovery codes.
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryCodes {
    /// Ten.
    pub codes: Vec<String>,
    /// Whose they are.
    pub username: String,
}

impl App {
    /// An app, with its instants in words.
    pub fn of(app: &second_factors::Authenticator, moment: &impl Fn(Timestamp) -> String) -> Self {
        let (since, used) = (moment(app.confirmed_at), app.last_used_at.map(moment));
        Self { id: app.id.to_string(), name: app.name.clone(), since, used }
    }

    fn samples() -> Vec<Self> {
        let app = |id: &str, name: &str, used: Option<&str>| Self {
            id: id.to_owned(),
            name: name.to_owned(),
            since: "hier à 18\u{a0}h 05".to_owned(),
            used: used.map(str::to_owned),
        };
        vec![app("0192", "Téléphone d’Éloïse", Some("aujourd’hui à 7\u{a0}h 30")), app("0193", "", None)]
    }
}

/// The passkeys of an account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPasskeys {
    /// The oldest first.
    pub passkeys: Vec<OnePasskey>,
    /// What a new one is called, unless its owner says something else.
    pub device: String,
    /// What the browser is asked for a new one, in JSON; none where there are enough, or the district has switched them off.
    pub options: Option<String>,
    /// There are enough.
    pub full: bool,
    /// What was just changed: the text that says so.
    pub said: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct OnePasskey {
    /// What its forms send.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added, in words.
    pub made: String,
    /// When it was last used, in words.
    pub used: Option<String>,
    /// Somebody else seems to hold a copy, so it opens nothing any more.
    pub copied: bool,
}

/// Which apps saw what.
#[derive(Clone, Debug, Serialize)]
pub struct Apps {
    /// The latest first.
    pub apps: Vec<Receipt>,
}

/// What one app saw.
#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
    /// The app.
    pub name: String,
    /// What it saw, in plain words.
    pub saw: Vec<Message>,
    /// The last time, in words.
    pub when: String,
    /// What the button sends that takes it back; none where the district gave it.
    pub client: Option<String>,
}

impl Page for Account {
    const TEMPLATE: &'static str = "pages/account.html";

    fn samples() -> Vec<Self> {
        let account = |schools: &[&str], guardian: bool| Self {
            name: "Éloïse N’Diaye-Roy".to_owned(),
            username: "S0123456".to_owned(),
            schools: schools.iter().map(|school| (*school).to_owned()).collect(),
            email: guardian.then(|| "eloise.ndiaye@courriel.example".to_owned()),
            language: "Français".to_owned(),
            children: guardian,
            approvals: usize::from(guardian),
            invite: !guardian,
            badges: guardian,
            questions: !guardian,
            passkeys: guardian,
            done: guardian.then(|| "account-done-password".to_owned()),
        };
        vec![account(&["École des Tilleuls"], false), account(&[], true)]
    }
}

impl Page for AddressUndo {
    const TEMPLATE: &'static str = "pages/address-undo.html";

    fn samples() -> Vec<Self> {
        ["confirm", "done", "late"].map(|state| Self { state }).into()
    }
}

impl Page for NotMe {
    const TEMPLATE: &'static str = "pages/not-me.html";

    fn samples() -> Vec<Self> {
        ["confirm", "done", "late"].map(|state| Self { state }).into()
    }
}

impl Page for Approvals {
    const TEMPLATE: &'static str = "pages/account-approvals.html";

    fn samples() -> Vec<Self> {
        let asking = |name: &str, back_in, number: &str, pupil| Asking {
            name: name.to_owned(),
            pupil,
            since: "aujourd’hui à 6\u{a0}h 05".to_owned(),
            back_in,
            choices: ["18", "47", "63"].map(str::to_owned).into(),
            number: number.to_owned(),
        };
        vec![
            Self {
                asking: vec![asking("Léa N’Diaye-Roy", true, "2418-1107", false), asking("Noé N’Diaye-Roy", false, "1107-2418", false)],
            },
            Self { asking: vec![asking("Léa N’Diaye-Roy", true, "2418-1107", true)] },
            Self { asking: Vec::new() },
        ]
    }
}

impl Page for Children {
    const TEMPLATE: &'static str = "pages/account-children.html";

    fn samples() -> Vec<Self> {
        let child = |name: &str, class: Option<&str>| Child {
            name: name.to_owned(),
            schools: vec!["École des Tilleuls".to_owned()],
            class: class.map(str::to_owned),
            telephones: Telephone::of(None, "613-555-0199").into_iter().collect(),
            data: class.map(|_| "/account/children/0192/data".to_owned()),
        };
        let add = Some("/enroll/guardian-code".to_owned());
        vec![
            Self { children: vec![child("Léa N’Diaye-Roy", Some("5e B")), child("Noé N’Diaye-Roy", None)], add },
            Self { children: Vec::new(), add: None },
        ]
    }
}

impl Page for Check {
    const TEMPLATE: &'static str = "pages/account-check.html";

    fn samples() -> Vec<Self> {
        let child =
            |name: &str, [account, opened, way_back, shut]: [bool; 4]| Checked { name: name.to_owned(), account, opened, way_back, shut };
        let children = vec![
            child("Léa N’Diaye-Roy", [true, true, true, false]),
            child("Max N’Diaye-Roy", [true, false, false, false]),
            child("Noé N’Diaye-Roy", [false, false, false, false]),
            child("Zoé N’Diaye-Roy", [true, true, true, true]),
        ];
        vec![Self { children, join: Some("/enroll/student-claim".to_owned()) }, Self { children: Vec::new(), join: None }]
    }
}

impl Page for Sessions {
    const TEMPLATE: &'static str = "pages/account-sessions.html";

    fn samples() -> Vec<Self> {
        let place = |id: &str, here, device: &str, at_school| Place {
            id: id.to_owned(),
            here,
            device: device.to_owned(),
            at_school,
            network: if at_school { String::new() } else { "2001:db8:4a1:7::/64".to_owned() },
            since: "hier à 18 h 05".to_owned(),
            seen: "aujourd’hui à 7 h 30".to_owned(),
        };
        let (here, school, unknown) =
            (place("1", true, "Safari, iPhone", false), place("2", false, "Chrome, Chromebook", true), place("3", false, "", false));
        vec![Self { places: vec![here.clone(), school, unknown] }, Self { places: vec![here] }]
    }
}

impl Page for AccountPasskeys {
    const TEMPLATE: &'static str = "pages/account-passkeys.html";

    fn samples() -> Vec<Self> {
        let passkey = |id: &str, name: &str, used: Option<&str>, copied| OnePasskey {
            id: id.to_owned(),
            name: name.to_owned(),
            made: "hier à 18 h 05".to_owned(),
            used: used.map(str::to_owned),
            copied,
        };
        let options = r#"{"challenge":"Y2hhbGxlbmdl","user":{"id":"AQ"},"excludeCredentials":[]}"#;
        let page = |passkeys: Vec<OnePasskey>, options: Option<&str>, full, said: Option<&str>| Self {
            passkeys,
            device: "Safari, iPhone".to_owned(),
            options: options.map(str::to_owned),
            full,
            said: said.map(str::to_owned),
        };
        let two = vec![passkey("1", "Safari, iPhone", Some("aujourd’hui à 7 h 30"), false), passkey("2", "", None, true)];
        vec![
            page(Vec::new(), Some(options), false, None),
            page(two.clone(), Some(options), false, Some("passkeys-added")),
            page(two.clone(), None, true, Some("passkeys-renamed")),
            page(two, None, false, Some("passkeys-removed")),
        ]
    }
}

impl Page for Device {
    const TEMPLATE: &'static str = "pages/account-device.html";

    fn samples() -> Vec<Self> {
        let animals: Vec<Choice> = Animal::ALL.iter().copied().map(Choice::of).collect();
        let page = |people: Vec<SharedWith>, mine, full| Self { people, mine, animals: animals.clone(), full };
        vec![page(Vec::new(), None, false), page(SharedWith::samples(), Some("cat"), false), page(SharedWith::samples(), None, true)]
    }
}

impl Page for Data {
    const TEMPLATE: &'static str = "pages/account-data.html";

    fn samples() -> Vec<Self> {
        let said = |label: &str, value: &str| Said { label: label.to_owned(), value: value.to_owned() };
        let section = |title: &str, more, things: Vec<Vec<Said>>| InWords { title: title.to_owned(), things, more };
        let sections = vec![
            section("Mon compte", 0, vec![vec![said("Nom d’utilisateur", "S0123456"), said("État", "ouvert")]]),
            section(
                "Connexions",
                12,
                vec![
                    vec![said("Appareil", "Firefox, Windows"), said("Connecté", "le 12 juin 2026 à 7\u{a0}h 30")],
                    vec![said("Appareil", "Chrome, Android"), said("Connecté", "le 11 juin 2026 à 18\u{a0}h")],
                ],
            ),
        ];
        let page = |again, child: Option<&str>, sections| Self { again, child: child.map(str::to_owned), sections };
        vec![page(false, None, sections.clone()), page(false, Some("Léa"), sections), page(true, None, Vec::new())]
    }
}

impl Page for Codes {
    const TEMPLATE: &'static str = "pages/account-codes.html";

    fn samples() -> Vec<Self> {
        let page =
            |apps: Vec<App>, left, all, done: Option<&str>| Self { apps, left, all, has_password: true, done: done.map(str::to_owned) };
        vec![
            page(Vec::new(), 0, 0, None),
            page(App::samples(), 9, 10, Some("codes-done-added")),
            page(App::samples(), 2, 10, Some("codes-done-changed")),
            Self { has_password: false, ..page(Vec::new(), 0, 0, None) },
        ]
    }
}

impl Page for Authenticator {
    const TEMPLATE: &'static str = "pages/authenticator.html";

    fn samples() -> Vec<Self> {
        let link = "otpauth://totp/Conseil%20scolaire%20des%20Tilleuls:S0123456?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let page = |asked, until: Option<&str>, back: Option<&str>| Self {
            picture: Picture::of(link),
            secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
            link: link.to_owned(),
            asked,
            until: until.map(str::to_owned),
            back: back.map(str::to_owned),
        };
        vec![page(false, None, None), page(true, Some("vendredi 12 juin à 6\u{a0}h 05"), None), page(true, None, Some("/authorize/0192"))]
    }
}

impl Page for Authenticators {
    const TEMPLATE: &'static str = "pages/authenticators.html";

    fn samples() -> Vec<Self> {
        vec![Self { apps: App::samples() }, Self { apps: Vec::new() }]
    }
}

impl Page for RecoveryCodes {
    const TEMPLATE: &'static str = "pages/recovery-codes.html";

    fn samples() -> Vec<Self> {
        let codes = ["BCDF-GHJK-LMNP-QRST", "VWXZ-BCDF-GHJK-LMNP", "QRST-VWXZ-BCDF-GHJK"].map(str::to_owned).into();
        vec![Self { codes, username: "S0123456".to_owned() }]
    }
}

impl Page for Apps {
    const TEMPLATE: &'static str = "pages/account-apps.html";

    fn samples() -> Vec<Self> {
        let app = |name: &str, client: Option<&str>| Receipt {
            name: name.to_owned(),
            saw: seen::words(&Scopes::parse("openid profile email edu_grade")),
            when: "aujourd’hui à 7 h 30".to_owned(),
            client: client.map(str::to_owned),
        };
        vec![Self { apps: vec![app("Cahier de textes", None), app("Mathématiques en jeu", Some("maths"))] }, Self { apps: Vec::new() }]
    }
}
