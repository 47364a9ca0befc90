//! What is said at the counter of a school: what the person says of the address on file.

use serde::{Deserialize, Serialize};

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
