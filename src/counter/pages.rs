//! What the pages of the counter show: those of the office, and those of whoever stands there.

use serde::Serialize;

use crate::authenticator::Picture;
use crate::pages::Page;

/// The office's own page.
#[derive(Debug, Serialize)]
pub struct Counter {
    /// The schools at whose counter they sit.
    pub schools: Vec<String>,
    /// What they opened today, the newest first.
    pub opened: Vec<Opened>,
    /// Where another is opened.
    pub open: &'static str,
}

/// A session in the list.
#[derive(Clone, Debug, Serialize)]
pub struct Opened {
    /// Its page.
    pub address: String,
    /// For whom.
    pub name: String,
    /// How it stands, by the text that says it.
    pub says: &'static str,
    /// Since when, in words.
    pub at: String,
}

/// Somebody who may stand there.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// The person's id.
    pub value: String,
    /// The name.
    pub label: String,
    /// `student` or `guardian`.
    pub audience: &'static str,
}

/// A line of the list to tick.
#[derive(Clone, Debug, Serialize)]
pub struct Tick {
    /// What the form calls it.
    pub field: String,
    /// What it says.
    pub label: String,
    /// It says who somebody is: one such is ticked.
    pub proof: bool,
}

/// Whom is the office looking for?
#[derive(Debug, Serialize)]
pub struct CounterWho {}

/// The list to tick.
#[derive(Debug, Serialize)]
pub struct CounterChecks {
    /// Who may stand there.
    pub standing: Vec<Standing>,
    /// How the office knows.
    pub checklist: Vec<Tick>,
    /// The languages of the pages, by tag and name.
    pub languages: Vec<(String, String)>,
    /// The one in which the school writes to the person.
    pub language: String,
    /// Where another person is looked for.
    pub back: &'static str,
}

/// One session, for whoever opened it.
#[derive(Debug, Serialize)]
pub struct CounterSession {
    /// For whom.
    pub standing: Standing,
    /// `waiting`, `inside`, `done`, `stopped`, `over`.
    pub state: &'static str,
    /// The text that says it.
    pub says: &'static str,
    /// Until when, in words.
    pub until: String,
    /// The address to open at the counter.
    pub at: String,
    /// The code, while it waits.
    pub code: Option<String>,
    /// The same for a tablet's camera.
    pub picture: Option<Picture>,
    /// The person says that the address on file is not theirs.
    pub wrong_address: bool,
    /// Where the sheet is printed.
    pub sheet: String,
    /// The same as PDF.
    pub pdf: String,
}

/// The first page at the counter.
#[derive(Debug, Serialize)]
pub struct CounterCode {
    /// Somebody is signed in in this browser.
    pub busy: bool,
}

/// Is this address still yours?
#[derive(Debug, Serialize)]
pub struct CounterAddress {
    /// Masked.
    pub address: String,
}

/// The sheet.
#[derive(Debug, Serialize)]
pub struct CounterSheet {
    /// The name to greet with.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// The ways back in, by the texts that say them.
    pub ways_back: Vec<&'static str>,
    /// The office prints it: where it came from.
    pub back: Option<String>,
}

/// It is over.
#[derive(Debug, Serialize)]
pub struct CounterEnd {
    /// The new password stands.
    pub done: bool,
}

/// How a session stands, in words.
pub(super) fn says(state: &str) -> &'static str {
    match state {
        "waiting" => "counter-state-waiting",
        "inside" => "counter-state-inside",
        "done" => "counter-state-done",
        "stopped" => "counter-state-stopped",
        _ => "counter-state-over",
    }
}

impl Page for Counter {
    const TEMPLATE: &'static str = "pages/counter.html";

    fn samples() -> Vec<Self> {
        let opened = |name: &str, state| Opened {
            address: "/office/counter/0192".to_owned(),
            name: name.to_owned(),
            says: says(state),
            at: "aujourd’hui à 10\u{a0}h 32".to_owned(),
        };
        let page = |opened| Self { schools: vec!["École des Tilleuls".to_owned()], opened, open: "/office/open-counter" };
        let all = ["waiting", "inside", "done", "stopped", "over"];
        vec![page(all.map(|state| opened("Éloïse N’Diaye-Roy", state)).to_vec()), page(Vec::new())]
    }
}

impl Page for CounterWho {
    const TEMPLATE: &'static str = "pages/counter-who.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Page for CounterChecks {
    const TEMPLATE: &'static str = "pages/counter-checks.html";

    fn samples() -> Vec<Self> {
        let standing = |value: &str, label: &str, audience| Standing { value: value.to_owned(), label: label.to_owned(), audience };
        let page = |standing: Vec<Standing>| Self {
            standing,
            checklist: [
                ("seen-photo-id", "J’ai vu une pièce avec sa photo", true),
                ("seen-known-in-person", "Je connais cette personne", true),
                ("seen-roster-compared", "J’ai comparé ce qu’elle dit avec le dossier", false),
            ]
            .map(|(field, label, proof)| Tick { field: field.to_owned(), label: label.to_owned(), proof })
            .into(),
            languages: [("fr", "Français"), ("en", "English")].map(|(tag, name)| (tag.to_owned(), name.to_owned())).into(),
            language: "fr".to_owned(),
            back: "?correct=1",
        };
        let child = standing("0192a", "Éloïse N’Diaye-Roy", "student");
        vec![page(vec![child.clone(), standing("0192b", "Anne N’Diaye", "guardian")]), page(vec![child])]
    }
}

impl Page for CounterSession {
    const TEMPLATE: &'static str = "pages/counter-session.html";

    fn samples() -> Vec<Self> {
        let page = |state: &'static str, wrong_address| Self {
            standing: Standing { value: String::new(), label: "Éloïse N’Diaye-Roy".to_owned(), audience: "student" },
            state,
            says: says(state),
            until: "aujourd’hui à 10\u{a0}h 42".to_owned(),
            at: "https://compte.tilleuls.example/counter".to_owned(),
            code: (state == "waiting").then(|| "1234 5678".to_owned()),
            picture: (state == "waiting").then(|| Picture::of("https://compte.tilleuls.example/counter#c=abc")),
            wrong_address,
            sheet: "/office/counter/0192/sheet".to_owned(),
            pdf: "/office/counter/0192/sheet.pdf".to_owned(),
        };
        vec![
            page("waiting", false),
            page("inside", false),
            page("done", true),
            page("done", false),
            page("stopped", false),
            page("over", false),
        ]
    }
}

impl Page for CounterCode {
    const TEMPLATE: &'static str = "pages/counter-code.html";

    fn samples() -> Vec<Self> {
        vec![Self { busy: false }, Self { busy: true }]
    }
}

impl Page for CounterAddress {
    const TEMPLATE: &'static str = "pages/counter-address.html";

    fn samples() -> Vec<Self> {
        vec![Self { address: "a…@famille.example".to_owned() }]
    }
}

impl Page for CounterSheet {
    const TEMPLATE: &'static str = "pages/counter-sheet.html";

    fn samples() -> Vec<Self> {
        let page = |back: Option<&str>| Self {
            name: "Éloïse".to_owned(),
            username: "S0123456".to_owned(),
            ways_back: vec!["counter-way-questions", "counter-way-guardian", "enrolled-way-school"],
            back: back.map(str::to_owned),
        };
        vec![page(None), page(Some("/office/counter/0192"))]
    }
}

impl Page for CounterEnd {
    const TEMPLATE: &'static str = "pages/counter-end.html";

    fn samples() -> Vec<Self> {
        vec![Self { done: true }, Self { done: false }]
    }
}
