//! What the pages of signing in show.

use serde::Serialize;

use super::passkey::AskPasskey;
use crate::pages::Page;
use crate::web::shared_device::SharedWith;

/// Who is there? The first of two steps.
#[derive(Clone, Debug, Serialize)]
pub struct SignIn {
    /// What is asked of whoever has a passkey.
    pub passkey: Option<AskPasskey>,
    /// A username as the district writes them, such as `S0123456`.
    pub example: Option<String>,
    /// Who the app thinks it is: it fills the field in.
    pub hint: Option<String>,
    /// Where a first visit begins, if people can join by themselves.
    pub enroll: Option<String>,
    /// Where those go who cannot get in.
    pub recover: String,
    /// Where those go who sign in at another provider, where there is one.
    pub other: Option<String>,
    /// Where a card is read, at a school and in the hours in which cards work.
    pub card: Option<&'static str>,
    /// Whom this device offers, where a family shares it.
    pub people: Vec<SharedWith>,
}

/// Where does somebody sign in? (E9)
#[derive(Clone, Debug, Serialize)]
pub struct IdentitySource {
    /// One a button.
    pub sources: Vec<SourceButton>,
    /// Nobody came back from another provider: the text that says so.
    pub wrong: Option<String>,
    /// Where a first visit begins.
    pub enroll: Option<String>,
    /// The school's help.
    pub help: String,
}

/// One button of it.
#[derive(Clone, Debug, Serialize)]
pub struct SourceButton {
    /// What it sends.
    pub name: String,
    /// What it says.
    pub label: String,
    /// It was chosen the last time, and was to be remembered.
    pub remembered: bool,
}

/// The page that leads on to another provider.
#[derive(Clone, Debug, Serialize)]
pub struct SourceLeave {
    /// The provider, as its button says it.
    pub label: String,
    /// Where it leads; nowhere, while the provider does not answer.
    pub address: Option<String>,
    /// This page again.
    pub here: String,
    /// Where another one is chosen.
    pub again: String,
}

/// The password; the second step. It looks the same for a name that does not exist.
#[derive(Clone, Debug, Serialize)]
pub struct Password {
    /// The username, as it was typed; the first name of somebody who chose it on a shared device.
    pub username: String,
    /// What is asked of whoever has a passkey.
    pub passkey: Option<AskPasskey>,
    /// It was chosen there: the device is known to be shared, and shows no username.
    pub picked: bool,
    /// Where to begin again as somebody else.
    pub back: String,
    /// Where those go who have forgotten it; it carries the username.
    pub recover: String,
}

/// The second factor.
#[derive(Clone, Debug, Serialize)]
pub struct SecondFactor {
    /// There are codes to type.
    pub codes: bool,
    /// What is asked of whoever has a passkey.
    pub passkey: Option<AskPasskey>,
    /// A code was mailed, and takes the place of all others.
    pub mail: Option<MailedCode>,
    /// A code may be mailed in the place of what is asked for.
    pub instead: bool,
    /// Where somebody goes on who was asked for it and need not show it.
    pub back: Option<String>,
    /// The school's help.
    pub help: String,
}

/// A code that was mailed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MailedCode {
    /// When the last letter left.
    pub sent: Option<String>,
    /// Too many left: when the next one may.
    pub wait: Option<String>,
    /// A code can be typed.
    pub live: bool,
}

/// The person's home: the apps of their school.
#[derive(Clone, Debug, Serialize)]
pub struct Home {
    /// The name to greet with.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// The apps.
    pub apps: Vec<App>,
    /// Messages of the school that were not read yet.
    pub messages: u64,
    /// They sit at the counter of a school.
    pub counter: bool,
}

/// The home page of somebody who is not signed in.
#[derive(Clone, Debug, Serialize)]
pub struct Welcome {
    /// Where a first visit begins, if people can join by themselves.
    pub enroll: Option<String>,
}

/// One app on the home page.
#[derive(Clone, Debug, Serialize)]
pub struct App {
    /// Its name.
    pub name: String,
    /// Its first letter, shown where it has no logo.
    pub letter: String,
    /// Its address.
    pub address: String,
    /// Its logo, on this server.
    pub logo: Option<String>,
}

impl Page for IdentitySource {
    const TEMPLATE: &'static str = "pages/identity-source.html";

    fn samples() -> Vec<Self> {
        let button = |name: &str, label: &str, remembered| SourceButton { name: name.to_owned(), label: label.to_owned(), remembered };
        let page = |remembered, wrong: Option<&str>| Self {
            sources: vec![button("academie", "Académie de Reims", remembered), button("here", "Conseil scolaire des Tilleuls", false)],
            wrong: wrong.map(str::to_owned),
            enroll: Some("/enroll".to_owned()),
            help: "/help".to_owned(),
        };
        let wrongs = ["identity-source-unknown", "identity-source-refused", "identity-source-silent"];
        [page(false, None), page(true, None)].into_iter().chain(wrongs.map(|wrong| page(false, Some(wrong)))).collect()
    }
}

impl Page for SourceLeave {
    const TEMPLATE: &'static str = "pages/source-leave.html";

    fn samples() -> Vec<Self> {
        let page = |address: Option<&str>| Self {
            label: "Académie de Reims".to_owned(),
            address: address.map(str::to_owned),
            here: "/flow/0192".to_owned(),
            again: "/flow/0192?correct=1".to_owned(),
        };
        vec![page(Some("#page-source-leave")), page(None)]
    }
}

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/sign-in.html";

    fn samples() -> Vec<Self> {
        let plain = || Self {
            passkey: Some(AskPasskey::sample()),
            example: Some("S0123456".to_owned()),
            hint: None,
            enroll: Some("/enroll".to_owned()),
            recover: "/recover".to_owned(),
            other: None,
            card: None,
            people: Vec::new(),
        };
        let hinted = Self {
            example: None,
            hint: Some("S0123456".to_owned()),
            enroll: None,
            other: Some("/sign-in".to_owned()),
            passkey: None,
            ..plain()
        };
        vec![plain(), hinted, Self { people: SharedWith::samples(), ..plain() }, Self { card: Some("/badge"), ..plain() }]
    }
}

impl Page for Password {
    const TEMPLATE: &'static str = "pages/password.html";

    fn samples() -> Vec<Self> {
        let page = |username: &str, picked: bool| Self {
            username: username.to_owned(),
            passkey: picked.then(AskPasskey::sample),
            picked,
            back: "/sign-in".to_owned(),
            recover: "/recover?username=S0123456".to_owned(),
        };
        vec![page("S0123456", false), page("Éloïse", true)]
    }
}

impl Page for SecondFactor {
    const TEMPLATE: &'static str = "pages/second-factor.html";

    fn samples() -> Vec<Self> {
        let page = |codes, passkey: bool, back: Option<&str>| Self {
            codes,
            passkey: passkey.then(AskPasskey::sample),
            mail: None,
            instead: false,
            back: back.map(str::to_owned),
            help: "/help".to_owned(),
        };
        let moment = |hour: u8| Some(format!("aujourd’hui à {hour}\u{a0}h"));
        let mailed = |mail: MailedCode| Self { mail: Some(mail), ..page(true, false, None) };
        vec![
            page(true, false, None),
            page(true, true, Some("/authorize/0192")),
            page(false, true, None),
            Self { instead: true, ..page(true, false, None) },
            mailed(MailedCode { sent: moment(6), wait: None, live: true }),
            mailed(MailedCode { sent: moment(6), wait: None, live: false }),
            mailed(MailedCode { sent: moment(6), wait: moment(7), live: false }),
        ]
    }
}

impl Page for Home {
    const TEMPLATE: &'static str = "pages/home.html";

    fn samples() -> Vec<Self> {
        let app = |name: &str| App {
            name: name.to_owned(),
            letter: name.chars().take(1).collect(),
            address: "https://cahier.example/".to_owned(),
            logo: None,
        };
        let home = |apps: Vec<App>, messages, counter| Self {
            name: "Éloïse".to_owned(),
            username: "S0123456".to_owned(),
            apps,
            messages,
            counter,
        };
        vec![
            home(["Cahier de textes", "Bibliothèque", "Mathématiques en jeu", "Portail des familles"].map(app).to_vec(), 2, true),
            home(Vec::new(), 0, false),
        ]
    }
}

impl Page for Welcome {
    const TEMPLATE: &'static str = "pages/welcome.html";

    fn samples() -> Vec<Self> {
        vec![Self { enroll: Some("/enroll".to_owned()) }, Self { enroll: None }]
    }
}
