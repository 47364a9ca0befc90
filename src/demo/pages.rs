//! What the sample app and the mailbox show. They are other programs on other addresses: the frame's `district` holds
//! the app's own name and colour, and nothing in it is shared with the provider but letters and style sheet.

use serde::Serialize;

use crate::model::Message;
use crate::pages::Page;

/// The sample app, signed out and in.
#[derive(Clone, Debug, Serialize)]
pub struct SampleApp {
    /// The name of the person who is signed in.
    pub person: Option<String>,
    /// What the app got, in its order.
    pub claims: Vec<Claim>,
    /// What did not work, in words.
    pub problem: Option<Message>,
    /// The provider's own word for it.
    pub word: Option<String>,
    /// Where signing in begins.
    pub sign_in: String,
    /// Where the provider is asked again.
    pub refresh: String,
    /// Where signing out begins.
    pub sign_out: String,
}

/// One claim.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

/// Every letter that was sent.
#[derive(Clone, Debug, Serialize)]
pub struct Mailbox {
    /// The newest first.
    pub letters: Vec<Envelope>,
}

/// One letter in the list.
#[derive(Clone, Debug, Serialize)]
pub struct Envelope {
    /// Its page.
    pub address: String,
    /// Its subject.
    pub subject: String,
    /// Whom to.
    pub to: String,
    /// When, in words.
    pub when: String,
}

/// One letter.
#[derive(Clone, Debug, Serialize)]
pub struct LetterPage {
    /// Its subject.
    pub subject: String,
    /// The sender.
    pub from: String,
    /// Whom to.
    pub to: String,
    /// When, in words.
    pub when: String,
    /// Its text, with its links taken apart.
    pub parts: Vec<Part>,
    /// Where its HTML part is, if it has one.
    pub html: Option<String>,
}

/// A stretch of a letter's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The words.
    pub text: String,
    /// They are an address to follow.
    pub link: bool,
}

impl Part {
    /// Takes a text apart into words and the web addresses in it.
    pub fn split(text: &str) -> Vec<Self> {
        let mut parts = Vec::new();
        for piece in text.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            if word.starts_with("https://") || word.starts_with("http://") {
                parts.push(Self { text: word.to_owned(), link: true });
                push(&mut parts, &piece[word.len()..]);
            } else {
                push(&mut parts, piece);
            }
        }
        parts
    }
}

fn push(parts: &mut Vec<Part>, words: &str) {
    match parts.last_mut() {
        Some(last) if !last.link => last.text.push_str(words),
        _ => parts.push(Part { text: words.to_owned(), link: false }),
    }
}

impl Page for SampleApp {
    const TEMPLATE: &'static str = "demo/app.html";

    fn samples() -> Vec<Self> {
        let page = |person: Option<&str>, claims: &[(&str, &str)], problem: Option<(&str, Option<&str>)>| Self {
            person: person.map(str::to_owned),
            claims: claims.iter().map(|(name, value)| Claim { name: (*name).to_owned(), value: (*value).to_owned() }).collect(),
            problem: problem.map(|(text, _)| Message::of(text)),
            word: problem.and_then(|(_, word)| word.map(str::to_owned)),
            sign_in: "/sign-in".to_owned(),
            refresh: "/refresh".to_owned(),
            sign_out: "/sign-out".to_owned(),
        };
        let claims =
            [("sub", "h7Jd2kPz0Qm4"), ("given_name", "Éloïse"), ("family_name", "N’Diaye-Roy"), ("acr", "urn:preau:acr:identified")];
        vec![
            page(None, &[], None),
            page(Some("Éloïse N’Diaye-Roy"), &claims, None),
            page(None, &[], Some(("demo-app-denied", Some("access_denied")))),
            page(None, &[], Some(("demo-app-stale", None))),
        ]
    }
}

impl Page for Mailbox {
    const TEMPLATE: &'static str = "demo/mailbox.html";

    fn samples() -> Vec<Self> {
        let letter = Envelope {
            address: "/1".to_owned(),
            subject: "Nouveau mot de passe".to_owned(),
            to: "parent@famille.example".to_owned(),
            when: "aujourd’hui à 6\u{a0}h 05".to_owned(),
        };
        vec![Self { letters: vec![letter.clone(), letter] }, Self { letters: Vec::new() }]
    }
}

impl Page for LetterPage {
    const TEMPLATE: &'static str = "demo/letter.html";

    fn samples() -> Vec<Self> {
        let letter = Self {
            subject: "Nouveau mot de passe".to_owned(),
            from: "ne-pas-repondre@ecole.example".to_owned(),
            to: "parent@famille.example".to_owned(),
            when: "aujourd’hui à 6\u{a0}h 05".to_owned(),
            parts: Part::split("Le mot de passe a été changé.\n\nCe n’était pas vous ?\nhttp://localhost:8080/recover\n"),
            html: None,
        };
        vec![Self { html: Some("/letter/1/html".to_owned()), ..letter.clone() }, letter]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_keeps_its_lines_and_its_addresses_become_links() {
        let part = |text: &str, link| Part { text: text.to_owned(), link };
        let text = "Allez à\nhttps://a.example/x?y=1\n\npuis ici.";
        assert_eq!(Part::split(text), [part("Allez à\n", false), part("https://a.example/x?y=1", true), part("\n\npuis ici.", false)]);
        assert_eq!(Part::split("javascript:x"), [part("javascript:x", false)]);
    }
}
