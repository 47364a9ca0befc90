//! How somebody likes days to be written (D15): apart from the language, for English is written in two orders.

use serde::{Deserialize, Serialize};

/// An order of day, month and year, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateFormat {
    /// 31/03/2012.
    DayFirst,
    /// 03/31/2012.
    MonthFirst,
    /// 2012-03-31.
    YearFirst,
}

impl DateFormat {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::DayFirst, Self::MonthFirst, Self::YearFirst];

    /// Its word, in forms and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
            Self::YearFirst => "year-first",
        }
    }

    /// The format of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.word() == word)
    }

    /// A day in it.
    pub fn write(self, year: i16, month: i8, day: i8) -> String {
        match self {
            Self::DayFirst => format!("{day:02}/{month:02}/{year:04}"),
            Self::MonthFirst => format!("{month:02}/{day:02}/{year:04}"),
            Self::YearFirst => format!("{year:04}-{month:02}-{day:02}"),
        }
    }
}
