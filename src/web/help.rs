//! `/help`: writing to the school, for everybody, also without an account.

use serde::Serialize;

use crate::flow::Form;
use crate::model::FieldError;
use crate::pages::Page;

/// The form.
#[derive(Debug, Serialize)]
pub struct Help {
    /// The schools to choose from.
    pub schools: Vec<SchoolChoice>,
    /// The number of the case that the page before spoke of.
    pub case: Option<String>,
}

/// A school in the list.
#[derive(Debug, Serialize)]
pub struct SchoolChoice {
    /// Its id.
    pub value: String,
    /// Its name.
    pub label: String,
}

/// After it was sent.
#[derive(Debug, Serialize)]
pub struct HelpSent {}

/// What a person wrote, checked.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The name, as typed.
    pub name: String,
    /// Where to answer, if there is an address.
    pub email: Option<String>,
    /// The school's id, as typed; the store knows whether it is one.
    pub school: Option<String>,
    /// What they say.
    pub message: String,
    /// The case of the page before.
    pub case: Option<String>,
}

impl Request {
    /// Reads the form; what is wrong is said field by field.
    pub fn read(form: &Form) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let (name, email, message) = (line(form.text("name"), 120), line(form.text("email"), 254), form.text("message"));
        if name.is_empty() {
            wrong.push(FieldError::of("name", "help-name-missing"));
        }
        if !email.is_empty() && !looks_like_an_address(&email) {
            wrong.push(FieldError::of("email", "help-email-odd"));
        }
        let length = message.chars().count();
        if length == 0 {
            wrong.push(FieldError::of("message", "help-message-missing"));
        } else if length > LONGEST {
            wrong.push(FieldError::of("message", "help-message-long").with("length", length));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let message = message.chars().filter(|character| *character == '\n' || !is_hidden(*character)).collect();
        Ok(Self { name, email: some(email), school: some(line(form.text("school"), 40)), message, case: some(line(form.text("case"), 40)) })
    }
}

/// One line, without what a reader cannot see: it ends up in a letter's subject.
fn line(text: &str, longest: usize) -> String {
    text.chars().filter(|character| !is_hidden(*character)).take(longest).collect()
}

/// Control characters, and those that turn the direction of what follows.
fn is_hidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn looks_like_an_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = !text.contains(|character: char| character.is_whitespace() || "<>,;\"()".contains(character));
    plain && !name.is_empty() && !host.contains('@') && host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty())
}

const LONGEST: usize = 2000;

impl Page for Help {
    const TEMPLATE: &'static str = "pages/help.html";

    fn samples() -> Vec<Self> {
        let school = |value: &str, label: &str| SchoolChoice { value: value.to_owned(), label: label.to_owned() };
        let schools = || vec![school("1", "École des Tilleuls"), school("2", "École du Grand-Pré")];
        vec![Self { schools: schools(), case: None }, Self { schools: schools(), case: Some("24-1107".to_owned()) }]
    }
}

impl Page for HelpSent {
    const TEMPLATE: &'static str = "pages/help-sent.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(values: &[(&str, &str)]) -> Form {
        Form(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_name_and_a_few_words_are_enough() {
        let read =
            Request::read(&form(&[("name", " Noé\u{202e} "), ("message", "Aidez-moi\u{7}"), ("email", ""), ("school", "")])).unwrap();
        assert_eq!(read, Request { name: "Noé".to_owned(), email: None, school: None, message: "Aidez-moi".to_owned(), case: None });
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        let wrong = Request::read(&form(&[("email", "noe@")])).unwrap_err();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["name", "email", "message"]);
        let long = "a".repeat(2001);
        assert_eq!(Request::read(&form(&[("name", "N"), ("message", &long)])).unwrap_err().len(), 1);
    }

    #[test]
    fn an_address_needs_a_name_and_a_host() {
        for right in ["noe@ecole.example", "n.t+x@a.b.example", "noé@école.example"] {
            assert!(looks_like_an_address(right), "{right}");
        }
        for wrong in ["noe", "@a.b", "noe@", "noe@a", "noe@a..b", "a b@c.d", "a@b@c.d", "<a@b.c>", "a@b.c,d@e.f"] {
            assert!(!looks_like_an_address(wrong), "{wrong}");
        }
    }
}
