//! What stands around every page: who speaks, who reads, where the form goes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{FieldError, Language};

/// What stands around every page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The reader's language.
    pub language: Language,
    /// This page's path and query, for the language switch, which gets it again with `language=<tag>` added: the web
    /// layer turns that into the language cookie. After a POST, the address where the page can be fetched; `None`: home.
    pub here: Option<String>,
    /// Where the page's main form is sent.
    pub action: String,
    /// The token that every form carries (`csrf`).
    pub csrf: String,
    /// The district, as the settings name it.
    pub district: District,
    /// The app that the person came for, if any.
    pub asked_by: Option<AskedBy>,
    /// Who is signed in.
    pub signed_in: Option<String>,
    /// The school whose address the reader came by (E7).
    pub school: Option<String>,
    /// What was wrong with the form, in the fields' order.
    pub errors: Vec<FieldError>,
    /// What was typed, to be shown again. Never a password.
    pub typed: BTreeMap<String, String>,
    /// Step n of so many, in a flow.
    pub progress: Option<(usize, usize)>,
    /// A child reads it, and is spoken to in a child's words (A32).
    pub child: bool,
    /// Everything is bigger: somebody stands before it, at a counter.
    pub large: bool,
    /// When the page closes by itself, in words.
    pub closes: Option<String>,
    /// Where a person answers: the district's numbers, then those of the reader's schools (B15).
    pub telephones: Vec<Telephone>,
    /// When the last roster was imported, in words of the reader's language and the district's time zone.
    pub roster_of: Option<String>,
    /// When the next one comes, where the server imports by itself.
    pub roster_next: Option<String>,
}

/// Who is speaking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// Its name.
    pub name: String,
    /// Its colour, `#rrggbb`.
    pub brand: String,
    /// Its logo under `/assets/`, if it has one.
    pub logo: Option<String>,
}

/// A telephone number at a page's foot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Telephone {
    /// The school that answers; none: the district.
    pub school: Option<String>,
    /// As people write it.
    pub number: String,
    /// As a telephone dials it.
    dial: String,
}

/// A relying party, as a page names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBy {
    /// Its name.
    pub name: String,
    /// Its logo.
    pub logo: Option<String>,
    /// Its privacy policy.
    pub policy: Option<String>,
    /// Its terms.
    pub terms: Option<String>,
}

/// A page's address, taken apart for a form that gets it again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Here {
    path: String,
    query: Vec<(String, String)>,
}

impl Telephone {
    /// A number as it is written; `None` where there is nothing to dial.
    pub fn of(school: Option<String>, number: &str) -> Option<Self> {
        let plus = if number.trim_start().starts_with('+') { "+" } else { "" };
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        (digits.len() >= 3).then(|| Self { school, number: number.trim().to_owned(), dial: format!("{plus}{digits}") })
    }
}

impl Frame {
    /// A frame with nobody signed in, nothing typed and nothing wrong.
    pub fn new(language: Language, district: District) -> Self {
        Self {
            language,
            here: None,
            action: String::new(),
            csrf: String::new(),
            district,
            asked_by: None,
            signed_in: None,
            school: None,
            errors: Vec::new(),
            typed: BTreeMap::new(),
            child: false,
            large: false,
            closes: None,
            progress: None,
            telephones: Vec::new(),
            roster_of: None,
            roster_next: None,
        }
    }

    pub(super) fn here_parts(&self) -> Here {
        let here = self.here.as_deref().unwrap_or("/");
        let (path, query) = here.split_once('?').unwrap_or((here, ""));
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        Here { path: path.to_owned(), query: pairs.filter(|(name, _)| name != "language").collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b15_a_number_is_shown_as_it_is_written_and_dialled_by_its_digits() {
        let dialled = |number: &str| Telephone::of(None, number).map(|telephone| telephone.dial);
        assert_eq!(dialled("613-742-8960").as_deref(), Some("6137428960"));
        assert_eq!(dialled(" +33 3 26 00 00 00").as_deref(), Some("+33326000000"));
        assert_eq!(dialled("voir le site"), None);
    }
}
