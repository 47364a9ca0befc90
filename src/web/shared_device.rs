//! A device that a family shares, as pages show it (A18).

use std::time::Duration;

use serde::Serialize;

use crate::model::Animal;
use crate::store::shared_devices::OnDevice;

/// How long a device offers somebody who did not come back; its cookie lives as long.
pub const LIFE: Duration = Duration::from_hours(24 * 180);

/// Somebody of the family that shares the device (A18).
#[derive(Clone, Debug, Serialize)]
pub struct SharedWith {
    /// What the button sends.
    pub value: String,
    /// The first name.
    pub name: String,
    /// The picture, by its word.
    pub animal: &'static str,
}

/// An animal to choose.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// What the form sends; the picture's name too.
    pub value: &'static str,
    /// The text that names it.
    pub text: &'static str,
}

impl Choice {
    /// One of them.
    pub fn of(animal: Animal) -> Self {
        let text = match animal {
            Animal::Bird => "animal-bird",
            Animal::Butterfly => "animal-butterfly",
            Animal::Cat => "animal-cat",
            Animal::Cow => "animal-cow",
            Animal::Dog => "animal-dog",
            Animal::Fish => "animal-fish",
            Animal::Horse => "animal-horse",
            Animal::Rabbit => "animal-rabbit",
        };
        Self { value: animal.word(), text }
    }
}

impl SharedWith {
    /// The button of somebody.
    pub fn of(somebody: &OnDevice) -> Self {
        Self { value: somebody.id.to_string(), name: somebody.given_name.clone(), animal: somebody.animal.word() }
    }

    /// Three of a family.
    pub fn samples() -> Vec<Self> {
        let one = |value: &str, name: &str, animal: Animal| Self { value: value.to_owned(), name: name.to_owned(), animal: animal.word() };
        vec![one("1", "Éloïse", Animal::Cat), one("2", "Noé", Animal::Fish), one("3", "Marie-Hélène", Animal::Horse)]
    }
}
