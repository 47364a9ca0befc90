//! What the page of cards shows to those who look after them.

use serde::Serialize;

use crate::pages::Page;

/// The cards of the pupils whom somebody looks after.
#[derive(Clone, Debug, Serialize)]
pub struct Badges {
    /// What was just done.
    pub done: Option<CardDone>,
    /// The pupils of the class that was chosen.
    pub pupils: Vec<CardOf>,
    /// The other classes.
    pub groups: Vec<CardGroup>,
    /// The class that was chosen.
    pub chosen: Option<String>,
}

/// What was done to a card.
#[derive(Clone, Debug, Serialize)]
pub struct CardDone {
    /// The text that says it.
    pub text: &'static str,
    /// Whose card.
    pub name: String,
}

/// A pupil and their card.
#[derive(Clone, Debug, Serialize)]
pub struct CardOf {
    /// The pupil's id, which the form sends.
    pub id: String,
    /// The pupil.
    pub name: String,
    /// How the card stands: the text that says it.
    pub state: &'static str,
    /// Since when, in words.
    pub since: String,
    /// It was not taken back.
    pub works: bool,
    /// Too many tries.
    pub asleep: bool,
    /// The pupil chose what to show beside it.
    pub secret: bool,
}

/// A class, or a whole school.
#[derive(Clone, Debug, Serialize)]
pub struct CardGroup {
    /// Where its pupils are shown.
    pub address: String,
    /// What it is called.
    pub title: String,
    /// The name of its school.
    pub school: String,
    /// A whole school.
    pub whole: bool,
}

impl CardOf {
    /// A pupil without a card.
    pub fn none(id: String, name: String) -> Self {
        Self { id, name, state: "badges-state-none", since: String::new(), works: false, asleep: false, secret: false }
    }
}

impl Page for Badges {
    const TEMPLATE: &'static str = "pages/account-badges.html";

    fn samples() -> Vec<Self> {
        let group = |title: &str, whole| CardGroup {
            address: "/account/badges?class=1".to_owned(),
            title: title.to_owned(),
            school: "École des Tilleuls".to_owned(),
            whole,
        };
        let card = |id: &str, name: &str, state, works, asleep, secret| CardOf {
            state,
            works,
            asleep,
            secret,
            since: "hier à 9\u{a0}h\u{a0}05".to_owned(),
            ..CardOf::none(id.to_owned(), name.to_owned())
        };
        let pupils = vec![
            card("1", "Éloïse N’Diaye-Roy", "badges-state-works", true, false, true),
            card("2", "Noé Tremblay", "badges-state-asleep", true, true, true),
            card("3", "Marie-Hélène O’Neil", "badges-state-new", true, false, false),
            card("4", "Zoé Roy", "badges-state-over", false, false, true),
            card("5", "Léa Roy", "badges-state-not-open", true, false, false),
            CardOf::none("6".to_owned(), "Ana Silva".to_owned()),
        ];
        let all = || vec![group("CP A", false), group("CE1 B", false), group("École des Tilleuls", true)];
        let done = CardDone { text: "badges-done-lost", name: "Éloïse".to_owned() };
        vec![
            Self { done: Some(done), pupils, groups: all(), chosen: Some("CP B".to_owned()) },
            Self { done: None, pupils: Vec::new(), groups: all(), chosen: None },
            Self { done: None, pupils: Vec::new(), groups: Vec::new(), chosen: Some("CM2".to_owned()) },
        ]
    }
}
