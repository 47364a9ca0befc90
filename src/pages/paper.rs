//! Letters on paper: facts in, every word of a letter out of the catalogue. How they look is `templates/letters/`, and
//! who sets them is the crate `letters`.

use std::sync::Arc;

use jiff::civil::Date;

use super::Pages;
use crate::model::{Language, Message};

/// What a letter on paper is about.
#[derive(Clone)]
pub struct OnPaper {
    /// The family's language.
    pub language: Language,
    /// Who writes; one value for all letters of a school.
    pub sender: Arc<letters::Sender>,
    /// The labels in this language: [`Pages::labels_on_paper`], once for all letters.
    pub labels: Arc<letters::Words>,
    /// Who reads it.
    pub reader: Reader,
    /// The pupil's given name, as one says it in a sentence. For a letter to staff: theirs.
    pub given: String,
    /// The pupil as the class list has them, family name first.
    pub listed: String,
    /// The class that hands it out; empty: none.
    pub class: String,
    /// The postal address, name first; none: handed out.
    pub to: Vec<String>,
    /// By which the office finds the letter again.
    pub number: String,
    /// The day on which it is printed.
    pub printed: Date,
    /// The last day on which it is good.
    pub good_until: Date,
    /// What opens the account.
    pub secret: letters::Secret,
    /// Where that is typed, without `https://`.
    pub address: String,
    /// What the square says: an address with its secret in the fragment.
    pub qr: String,
}

/// The sheet that somebody takes home from the counter.
#[derive(Clone)]
pub struct SheetOnPaper {
    /// Theirs.
    pub language: Language,
    /// The district, and the school.
    pub sender: String,
    /// The first name.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// The ways back in, by the texts that say them.
    pub ways_back: Vec<&'static str>,
    /// Where they sign in, without `https://`.
    pub address: String,
}

/// Who reads a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// An adult responsible for the pupil.
    Guardian,
    /// The person whose account it is.
    Owner,
}

impl Pages {
    /// A letter's labels in a language.
    pub fn labels_on_paper(&self, language: Language) -> Arc<letters::Words> {
        let say = |id: &str| self.text(language, &Message::of(id));
        Arc::new(letters::Words {
            document: say("letters-document"),
            code: say("letters-code"),
            identifier: say("letters-identifier"),
            password: say("letters-password"),
            address: say("letters-address"),
            scan: say("letters-scan"),
            scan_alternative: say("letters-scan-alternative"),
            logo_alternative: say("letters-logo-alternative"),
            steps: say("letters-steps"),
            help: say("letters-help"),
            note: say("letters-note"),
            pupil: say("letters-pupil"),
            class: say("letters-class"),
            number: say("letters-number"),
        })
    }

    /// A sheet of cards in words, ready to be printed by [`letters::print_cards`]: each with a first name and what its square
    /// says.
    pub fn card_sheet(
        &self,
        language: Language,
        sender: letters::Sender,
        class: String,
        issuer: &str,
        cards: Vec<(String, String)>,
    ) -> letters::CardSheet {
        let say = |id: &str| self.text(language, &Message::of(id));
        let bare = issuer.split_once("://").map_or(issuer, |(_, address)| address);
        let card = |(name, qr): (String, String)| {
            let alternative = self.text(language, &Message::of("badges-paper-square").with("name", name.as_str()));
            letters::Card { name, alternative, qr }
        };
        let of = if class.is_empty() { sender.school.clone() } else { class.clone() };
        letters::CardSheet {
            language: language.tag().to_owned(),
            document: say("badges-paper-document"),
            title: self.text(language, &Message::of("badges-paper-title").with("class", of)),
            note: self.text(language, &Message::of("badges-paper-note").with("address", format!("{bare}/account/badges"))),
            small: say("badges-paper-card"),
            sender: Arc::new(sender),
            class,
            cards: cards.into_iter().map(card).collect(),
        }
    }

    /// The sheet of the counter in words, ready to be set.
    pub fn sheet_on_paper(&self, about: SheetOnPaper) -> letters::Sheet {
        let say = |id: &str| self.text(about.language, &Message::of(id));
        letters::Sheet {
            language: about.language.tag().to_owned(),
            paper: letters::Paper::A4,
            sender: about.sender,
            title: self.text(about.language, &Message::of("counter-sheet-title").with("name", about.name)),
            name_label: say("enrolled-username"),
            name: about.username,
            ways_label: say("enrolled-ways"),
            ways: about.ways_back.into_iter().map(say).collect(),
            note: say("counter-sheet-no-password"),
            address: about.address,
        }
    }

    /// A letter in words, ready to be printed by [`letters::print`].
    pub fn on_paper(&self, about: OnPaper) -> letters::Letter {
        let language = about.language;
        let say = |id: &str| self.text(language, &Message::of(id));
        let dated = |id: &str, day: Date| self.text(language, &Message::of(id).with("day", self.day(language, day)));
        let named = |id: &str| self.text(language, &Message::of(id).with("name", about.given.clone()));
        let with_code = matches!(about.secret, letters::Secret::Code(_));
        let bare = matches!(about.secret, letters::Secret::Nothing);
        let salutation = match about.reader {
            Reader::Guardian => "letters-guardian-salutation",
            Reader::Owner => "letters-owner-salutation",
        };
        let [title, purpose, note] = match (about.reader, with_code) {
            (Reader::Guardian, true) => ["letters-guardian-code-title", "letters-guardian-code-purpose", "letters-guardian-code-note"],
            (Reader::Guardian, false) => {
                ["letters-guardian-password-title", "letters-guardian-password-purpose", "letters-guardian-password-note"]
            }
            (Reader::Owner, true) => ["letters-owner-code-title", "letters-owner-code-purpose", "letters-owner-code-note"],
            (Reader::Owner, false) => ["letters-owner-password-title", "letters-owner-password-purpose", "letters-owner-password-note"],
        };
        let steps = match about.secret {
            letters::Secret::Code(_) => ["letters-step-address", "letters-code-step-type", "letters-code-step-end"],
            letters::Secret::Provisional { .. } => ["letters-step-address", "letters-password-step-type", "letters-password-step-end"],
            letters::Secret::Nothing => ["letters-step-address", "letters-claim-step-type", "letters-claim-step-end"],
        };
        letters::Letter {
            language: language.tag().to_owned(),
            date: dated("letters-date", about.printed),
            valid: dated(if bare { "letters-claim-until" } else { "letters-valid" }, about.good_until),
            title: say(title),
            salutation: named(salutation),
            purpose: named(purpose),
            note: named(note),
            steps: steps.map(say).to_vec(),
            help: say(if bare { "letters-claim-help" } else { "letters-help-office" }),
            sender: about.sender,
            words: about.labels,
            pupil: about.listed,
            class: about.class,
            to: about.to,
            number: about.number,
            secret: about.secret,
            address: about.address,
            qr: about.qr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c04_c27_every_letter_says_in_its_language_whom_it_is_for_and_until_when() {
        let pages = Pages::load().unwrap();
        let code = || letters::Secret::Code(["K7QM", "4XPT", "9RHD", "3WNC"].map(str::to_owned).to_vec());
        let password = || letters::Secret::Provisional { identifier: "lea.tremblay".to_owned(), password: "a-b-c-d".to_owned() };
        for (language, day) in [(Language::French, "23\u{a0}septembre 2026"), (Language::English, "23\u{a0}September 2026")] {
            for reader in [Reader::Guardian, Reader::Owner] {
                for secret in [code(), password(), letters::Secret::Nothing] {
                    let letter = pages.on_paper(about(&pages, language, reader, secret));
                    assert!(letter.valid.contains(day), "{}", letter.valid);
                    assert!(letter.note.contains("Léa"), "{}", letter.note);
                    for text in letter.steps.iter().chain([&letter.title, &letter.purpose, &letter.salutation, &letter.help]) {
                        assert!(!text.starts_with("letters-"), "{text}: not in the catalogue");
                    }
                    let paper = letters::Typesetter::new(letters::Template::shipped(), letters::Layout::default(), Vec::new());
                    let set = paper.unwrap().set(&[letter]).unwrap_or_else(|error| panic!("{error}"));
                    assert_eq!((set.pages, set.warnings), (1, Vec::new()));
                }
            }
        }
    }

    fn about(pages: &Pages, language: Language, reader: Reader, secret: letters::Secret) -> OnPaper {
        OnPaper {
            language,
            sender: Arc::new(letters::Sender { district: "Conseil scolaire des Tilleuls".to_owned(), ..letters::Sender::default() }),
            labels: pages.labels_on_paper(language),
            reader,
            given: "Léa".to_owned(),
            listed: "Tremblay Léa".to_owned(),
            class: "6e A".to_owned(),
            to: Vec::new(),
            number: "2026-000001".to_owned(),
            printed: jiff::civil::date(2026, 9, 2),
            good_until: jiff::civil::date(2026, 9, 23),
            secret,
            address: "compte.tilleuls.example/code".to_owned(),
            qr: "https://compte.tilleuls.example/code#k=abc".to_owned(),
        }
    }
}
