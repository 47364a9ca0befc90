//! What the pages of signing in show.

use serde::Serialize;

use crate::pages::Page;

/// Who is there? The first of two steps.
#[derive(Clone, Debug, Serialize)]
pub struct SignIn {
    /// A username as the district writes them, such as `S0123456`.
    pub example: Option<String>,
    /// Who the app thinks it is: it fills the field in.
    pub hint: Option<String>,
    /// Where a first visit begins, if people can join by themselves.
    pub enroll: Option<String>,
    /// Where those go who cannot get in.
    pub recover: String,
}

/// The password; the second step. It looks the same for a name that does not exist.
#[derive(Clone, Debug, Serialize)]
pub struct Password {
    /// The username, as it was typed.
    pub username: String,
    /// Where to begin again as somebody else.
    pub back: String,
    /// Where those go who have forgotten it; it carries the username.
    pub recover: String,
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

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/sign-in.html";

    fn samples() -> Vec<Self> {
        let recover = || "/recover".to_owned();
        vec![
            Self { example: Some("S0123456".to_owned()), hint: None, enroll: Some("/enroll".to_owned()), recover: recover() },
            Self { example: None, hint: Some("S0123456".to_owned()), enroll: None, recover: recover() },
        ]
    }
}

impl Page for Password {
    const TEMPLATE: &'static str = "pages/password.html";

    fn samples() -> Vec<Self> {
        vec![Self { username: "S0123456".to_owned(), back: "/sign-in".to_owned(), recover: "/recover?username=S0123456".to_owned() }]
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
        let home = |apps: Vec<App>, messages| Self { name: "Éloïse".to_owned(), username: "S0123456".to_owned(), apps, messages };
        vec![
            home(["Cahier de textes", "Bibliothèque", "Mathématiques en jeu", "Portail des familles"].map(app).to_vec(), 2),
            home(Vec::new(), 0),
        ]
    }
}

impl Page for Welcome {
    const TEMPLATE: &'static str = "pages/welcome.html";

    fn samples() -> Vec<Self> {
        vec![Self { enroll: Some("/enroll".to_owned()) }, Self { enroll: None }]
    }
}
