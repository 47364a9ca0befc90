//! What the pages of cards show.

use serde::Serialize;

use crate::model::Picture;
use crate::pages::Page;

/// Waits for a card, or says what is wrong with one.
#[derive(Clone, Debug, Serialize)]
pub struct Badge {
    /// `read`: it waits; `elsewhere`: cards do not work here or now; `over`, `asleep`, `not-open`, `unknown`: what is wrong
    /// with the card that was shown.
    pub state: &'static str,
}

/// What is wrong with a card, as an address says it.
pub const STATES: &[&str] = &["over", "asleep", "not-open", "elsewhere", "unknown"];

/// What a child shows beside the card.
#[derive(Clone, Debug, Serialize)]
pub struct BadgeSecret {
    /// The first name, as on the card.
    pub name: String,
    /// `pictures` or `pin`.
    pub kind: &'static str,
    /// `choose`: for the first time; `again`: what was chosen, once more; `show`: what was chosen another day.
    pub ask: &'static str,
    /// So many pictures were tapped already.
    pub tapped: usize,
    /// Of so many.
    pub most: usize,
    /// To choose from.
    pub pictures: Vec<Choice>,
}

/// A picture to tap.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// What the button sends.
    pub value: &'static str,
    /// The text that names it.
    pub text: &'static str,
    /// The file of its drawing.
    pub drawing: &'static str,
}

impl Choice {
    /// All of them, in their order.
    pub fn all() -> Vec<Self> {
        Picture::ALL.iter().map(|picture| Self::of(*picture)).collect()
    }

    fn of(picture: Picture) -> Self {
        let (text, drawing) = match picture {
            Picture::Cat => ("animal-cat", "parts/animals/cat.svg"),
            Picture::Dog => ("animal-dog", "parts/animals/dog.svg"),
            Picture::Fish => ("animal-fish", "parts/animals/fish.svg"),
            Picture::Bird => ("animal-bird", "parts/animals/bird.svg"),
            Picture::Rabbit => ("animal-rabbit", "parts/animals/rabbit.svg"),
            Picture::Horse => ("animal-horse", "parts/animals/horse.svg"),
            Picture::Cow => ("animal-cow", "parts/animals/cow.svg"),
            Picture::Butterfly => ("animal-butterfly", "parts/animals/butterfly.svg"),
            Picture::Sun => ("picture-sun", "parts/pictures/sun.svg"),
            Picture::Moon => ("picture-moon", "parts/pictures/moon.svg"),
            Picture::Star => ("picture-star", "parts/pictures/star.svg"),
            Picture::Heart => ("picture-heart", "parts/pictures/heart.svg"),
            Picture::House => ("picture-house", "parts/pictures/house.svg"),
            Picture::Tree => ("picture-tree", "parts/pictures/tree.svg"),
            Picture::Boat => ("picture-boat", "parts/pictures/boat.svg"),
            Picture::Umbrella => ("picture-umbrella", "parts/pictures/umbrella.svg"),
        };
        Self { value: picture.word(), text, drawing }
    }
}

impl Page for Badge {
    const TEMPLATE: &'static str = "pages/badge.html";

    fn samples() -> Vec<Self> {
        std::iter::once(&"read").chain(STATES).map(|state| Self { state }).collect()
    }
}

impl Page for BadgeSecret {
    const TEMPLATE: &'static str = "pages/badge-secret.html";

    fn samples() -> Vec<Self> {
        let page = |kind, ask, tapped| Self { name: "Éloïse".to_owned(), kind, ask, tapped, most: 3, pictures: Choice::all() };
        vec![
            page("pictures", "show", 0),
            page("pictures", "choose", 1),
            page("pictures", "again", 2),
            page("pin", "show", 0),
            page("pin", "choose", 0),
            page("pin", "again", 0),
        ]
    }
}
