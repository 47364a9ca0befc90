//! `[counter]`: what the office ticks before it opens a session at the counter of its school. Data and pure rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Language;

/// The counter of a school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CounterSettings {
    /// How the office knows who stands there, in the order in which it is asked.
    pub checklist: Vec<CheckSettings>,
}

/// One thing to tick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckSettings {
    /// A word for it, under which the log keeps that it was ticked.
    pub word: String,
    /// It says who somebody is: at least one such is ticked before a session opens.
    #[serde(default)]
    pub proof: bool,
    /// What the list says, in each language. Those that ship have words already.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub label: BTreeMap<Language, String>,
}

impl Default for CounterSettings {
    fn default() -> Self {
        let ships = |word: &str, proof| CheckSettings { word: word.to_owned(), proof, label: BTreeMap::new() };
        Self { checklist: vec![ships(PHOTO_ID, true), ships(KNOWN, true), ships(COMPARED, false)] }
    }
}

impl CounterSettings {
    /// What is wrong with them, in words.
    pub fn problem(&self, languages: &[Language]) -> Option<String> {
        for (place, check) in self.checklist.iter().enumerate() {
            let plain = check.word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            let twice = self.checklist[..place].iter().any(|other| other.word == check.word);
            let ships = [PHOTO_ID, KNOWN, COMPARED].contains(&check.word.as_str());
            let silent = languages.iter().find(|language| check.label.get(language).is_none_or(|label| label.trim().is_empty()));
            let what = match () {
                () if !plain || !(1..=LONGEST_WORD).contains(&check.word.len()) => {
                    "`word` is one of small letters, digits and hyphens, such as student-card".to_owned()
                }
                () if twice => "stands twice".to_owned(),
                () if check.word == COMPARED && check.proof => {
                    "what the records say of a pupil many people know: it is no proof of who stands there".to_owned()
                }
                () if check.label.values().any(|label| label.chars().count() > LONGEST_LABEL) => {
                    format!("`label` has {LONGEST_LABEL} characters at most")
                }
                () => match silent.filter(|_| !ships) {
                    Some(language) => format!("it has no words in `{0}`: add label.{0}", language.tag()),
                    None => continue,
                },
            };
            return Some(format!("{}: {what}", check.word));
        }
        let proves = self.checklist.iter().any(|check| check.proof);
        (!proves).then(|| "one at least must say who somebody is: give it proof = true".to_owned())
    }
}

/// A document with a picture of the person was seen.
pub const PHOTO_ID: &str = "photo-id";
/// Whoever sits at the counter knows the person.
pub const KNOWN: &str = "known-in-person";
/// What the person said is what the roster says. Never a proof: many people know it (row D1).
pub const COMPARED: &str = "roster-compared";
const LONGEST_WORD: usize = 40;
const LONGEST_LABEL: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn checklist(text: &str) -> Result<Option<String>, String> {
        let settings: CounterSettings = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        Ok(settings.problem(Language::ALL))
    }

    #[test]
    fn a_checklist_has_words_in_every_language_and_something_that_proves() {
        let own = "[[checklist]]\nword = \"student-card\"\nproof = true\n";
        let said = format!("{own}label.fr = \"J’ai vu la carte d’élève\"\nlabel.en = \"I saw the student card\"\n");
        for (text, right) in [
            (String::new(), true),
            ("checklist = []".to_owned(), false),
            ("checklist = [{ word = \"roster-compared\" }]".to_owned(), false),
            ("checklist = [{ word = \"photo-id\" }]".to_owned(), false),
            ("checklist = [{ word = \"photo-id\", proof = true }]".to_owned(), true),
            (said.clone(), true),
            (own.to_owned(), false),
            (format!("{own}label.fr = \"J’ai vu la carte d’élève\"\n"), false),
            (format!("{own}label.fr = \"J’ai vu la carte d’élève\"\nlabel.en = \" \"\n"), false),
            (format!("{said}{said}"), false),
            (said.replace("student-card", "Student card"), false),
            (said.replace("student-card", ""), false),
            (said.replace("J’ai", &"a".repeat(200)), false),
        ] {
            assert_eq!(checklist(&text).unwrap().is_none(), right, "{text}");
        }
    }

    /// Row D1: whatever the settings say.
    #[test]
    fn d1_what_the_roster_says_is_never_a_proof() {
        let all = "checklist = [{ word = \"photo-id\", proof = true }, { word = \"roster-compared\", proof = true }]";
        assert!(checklist(all).unwrap().unwrap().contains("no proof"));
    }
}
