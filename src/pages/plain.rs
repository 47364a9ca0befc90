//! Pages that belong to no feature: what is said when a request leads nowhere, and what the footer links to.

use serde::Serialize;

use super::Page;

/// A request of a program that was refused, told to the person whose browser carried it. It holds nothing that the
/// request said (security.md P30).
#[derive(Debug, Serialize)]
pub struct Refused {
    /// The protocol's error word, such as `invalid_request`.
    pub code: &'static str,
    /// The parameter, or a sentence for the app's maker; never the parameter's value.
    pub detail: String,
}

/// No page stands at this address.
#[derive(Debug, Serialize)]
pub struct NotFound {}

/// A form or a journey that is too old, or belongs to another browser; the way to begin again.
#[derive(Debug, Serialize)]
pub struct Expired {
    /// Where to begin again.
    pub again: String,
}

/// Too many tries.
#[derive(Debug, Serialize)]
pub struct TooMany {
    /// How long to wait, in words.
    pub wait: String,
}

/// More people than the machine can serve at this moment.
#[derive(Debug, Serialize)]
pub struct Busy {}

/// Something is broken on our side.
#[derive(Debug, Serialize)]
pub struct Broken {
    /// The number of the request, by which the district finds it in its log.
    pub request: String,
}

/// Signed in, but this page is for others.
#[derive(Debug, Serialize)]
pub struct NotAllowed {}

/// The page that waits, for a browser without JavaScript, before an answer is judged.
#[derive(Debug, Serialize)]
pub struct Challenge {
    /// The seconds to wait.
    pub seconds: u32,
    /// Where the page goes on by itself when they have passed.
    pub next: String,
}

/// What happens to a person's data here.
#[derive(Debug, Serialize)]
pub struct Privacy {
    /// Where to write to about it; empty where the district names none.
    pub contact: Option<String>,
}

/// How far the pages are for everybody, and whom to tell when they are not.
#[derive(Debug, Serialize)]
pub struct Accessibility {}

/// Sign out?
#[derive(Clone, Debug, Serialize)]
pub struct SignOut {
    /// The app that asks, if one does.
    pub app: Option<String>,
}

/// Signed out, and on the way the apps that the person's browser tells (OpenID Connect Front-Channel Logout 1.0).
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignedOut {
    /// Those that are told here.
    pub apps: Vec<LeftApp>,
    /// Where the browser goes then: a registered address of the app that asked.
    pub then: Option<String>,
}

/// An app that hears by a frame that the person signed out.
#[derive(Clone, Debug, Serialize)]
pub struct LeftApp {
    /// Its name.
    pub name: String,
    /// What the frame loads.
    pub address: String,
}

impl Page for Refused {
    const TEMPLATE: &'static str = "pages/error.html";

    fn samples() -> Vec<Self> {
        vec![Self { code: "invalid_request", detail: "redirect_uri".to_owned() }]
    }
}

impl Page for NotFound {
    const TEMPLATE: &'static str = "pages/not-found.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Page for Expired {
    const TEMPLATE: &'static str = "pages/expired.html";

    fn samples() -> Vec<Self> {
        vec![Self { again: "/sign-in".to_owned() }]
    }
}

impl Page for TooMany {
    const TEMPLATE: &'static str = "pages/too-many.html";

    fn samples() -> Vec<Self> {
        vec![Self { wait: "15\u{a0}minutes".to_owned() }]
    }
}

impl Page for Busy {
    const TEMPLATE: &'static str = "pages/busy.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Page for Broken {
    const TEMPLATE: &'static str = "pages/broken.html";

    fn samples() -> Vec<Self> {
        vec![Self { request: "01993f4e-7c1a".to_owned() }]
    }
}

impl Page for NotAllowed {
    const TEMPLATE: &'static str = "pages/not-allowed.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Page for Challenge {
    const TEMPLATE: &'static str = "pages/challenge.html";

    fn samples() -> Vec<Self> {
        vec![Self { seconds: 5, next: "/sign-in".to_owned() }]
    }
}

impl Page for Privacy {
    const TEMPLATE: &'static str = "pages/privacy.html";

    fn samples() -> Vec<Self> {
        vec![Self { contact: Some("donnees@tilleuls.example".to_owned()) }, Self { contact: None }]
    }
}

impl Page for Accessibility {
    const TEMPLATE: &'static str = "pages/accessibility.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Page for SignOut {
    const TEMPLATE: &'static str = "pages/sign-out.html";

    fn samples() -> Vec<Self> {
        vec![Self { app: None }, Self { app: Some("Cahier de textes".to_owned()) }]
    }
}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "pages/signed-out.html";

    fn samples() -> Vec<Self> {
        let app = |name: &str| LeftApp { name: name.to_owned(), address: "about:blank".to_owned() };
        let apps = vec![app("Cahier de maths"), app("Bibliothèque")];
        vec![Self::default(), Self { apps: apps.clone(), then: None }, Self { apps, then: Some("https://cahier.example/after".to_owned()) }]
    }
}
