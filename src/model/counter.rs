//! What is said at the counter of a school: how the office knew the person, and what the person says of the address on file.

use serde::{Deserialize, Serialize};

/// What the office saw before it opened a session at the counter. No number of any document is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// A document with a picture of the person.
    PhotoId,
    /// Whoever sits at the counter knows the person.
    KnownInPerson,
    /// What the person said of themselves is what the roster says.
    RosterCompared,
}

/// What somebody said of the address that the school has of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressSaid {
    /// It is theirs.
    Right,
    /// It is not, or not any more: the office changes it where the roster comes from.
    Wrong,
    /// There is none to ask about.
    None,
}

impl Seen {
    /// Each, in the order of the list that is ticked.
    pub const ALL: &'static [Self] = &[Self::PhotoId, Self::KnownInPerson, Self::RosterCompared];

    /// Its word, in the form and in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::PhotoId => "photo-id",
            Self::KnownInPerson => "known-in-person",
            Self::RosterCompared => "roster-compared",
        }
    }

    /// It says who somebody is. What the roster says of a pupil many people know (row D1).
    pub fn is_proof(self) -> bool {
        self != Self::RosterCompared
    }
}

impl AddressSaid {
    /// Its word, in the form, the store and the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::None => "none",
        }
    }

    /// What a word says.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Right, Self::Wrong, Self::None].into_iter().find(|said| said.word() == word)
    }
}
