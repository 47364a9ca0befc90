//! `/help`: writing to the school, for everybody, also without an account. The letter goes to the school that was
//! chosen, where the roster knows its address, else to the district; a network can send only so many (R06).

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{FrameExtras, PageError, Sent, Visitor, district, page, see_other};
use crate::app::App;
use crate::flow::Form;
use crate::limits::{self, Taken};
use crate::model::{FieldError, Letter, Timestamp};
use crate::pages::Page;
use crate::store::people::Org;
use crate::store::{StoreError, Tx};

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

/// What the link to the page carries along.
#[derive(Debug, Deserialize)]
pub struct About {
    case: Option<String>,
}

/// `GET /help`.
pub async fn show(State(app): State<Arc<App>>, Query(about): Query<About>) -> Result<Response, PageError> {
    let schools = app.store.read().people().schools().await?;
    let case = about.case.map(|case| line(&case, LONGEST_CASE)).filter(|case| is_case(case));
    Ok(page(&Help::of(&schools, case), FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /help`.
pub async fn send(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let schools = app.store.read().people().schools().await?;
    let request = match Request::read(&sent.form) {
        Ok(request) => request,
        Err(errors) => return Ok(once_more(&schools, &sent.form, errors)),
    };
    let letter = request.letter(&app, &schools);
    let (tools, network) = (&app.tools, &visitor.origin.network);
    let rule = limits::mail_rule(&tools.policy, network);
    let subject = limits::subject(&tools.keys, &["help", network]);
    let taken = app
        .store
        .write(async |tx: &Tx| {
            let taken = limits::take(tx, rule, &subject, visitor.now).await?;
            if let Taken::Go { .. } = taken {
                tx.outbox().add(&letter, &tools.keys, &tools.random, visitor.now).await?;
            }
            Ok::<_, StoreError>(taken)
        })
        .await?;
    match taken {
        Taken::Go { .. } => Ok(see_other(SENT)),
        Taken::Wait(until) => Err(PageError::TooMany { until }),
        Taken::Closed => Err(PageError::TooMany { until: Timestamp(visitor.now.0 + A_DAY) }),
    }
}

/// `GET /help/sent`.
pub async fn sent() -> Response {
    page(&HelpSent {}, FrameExtras::default())
}

/// The page with what is wrong, and everything that was typed.
fn once_more(schools: &[Org], form: &Form, errors: Vec<FieldError>) -> Response {
    let case = Some(line(form.text("case"), LONGEST_CASE)).filter(|case| is_case(case));
    let extras = FrameExtras { action: ADDRESS.to_owned(), errors, typed: form.0.clone(), ..FrameExtras::default() };
    let mut response = page(&Help::of(schools, case), extras);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

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

impl Help {
    fn of(schools: &[Org], case: Option<String>) -> Self {
        let choice = |school: &Org| SchoolChoice { value: school.id.to_string(), label: school.name.clone() };
        Self { schools: schools.iter().map(choice).collect(), case }
    }
}

impl Request {
    fn letter(&self, app: &App, schools: &[Org]) -> Letter {
        let school = schools.iter().find(|school| self.school.as_ref().is_some_and(|chosen| *chosen == school.id.to_string()));
        let to = school.and_then(|school| school.email.clone()).unwrap_or_else(|| district::help_address(app));
        let data = serde_json::json!({
            "name": self.name,
            "email": self.email,
            "school": school.map(|school| &school.name),
            "message": self.message,
            "case": self.case,
        });
        let language = district::languages(app).first().copied().unwrap_or(crate::model::Language::French);
        Letter { kind: "help-request".to_owned(), to, language, data, useless_after: None }
    }

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
        Ok(Self {
            name,
            email: some(email),
            school: some(line(form.text("school"), 40)),
            message,
            case: some(line(form.text("case"), LONGEST_CASE)).filter(|case| is_case(case)),
        })
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

/// Written as addresses are: somebody at some place.
pub fn looks_like_an_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = !text.contains(|character: char| character.is_whitespace() || "<>,;\"()".contains(character));
    plain && !name.is_empty() && !host.contains('@') && host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty())
}

/// A case's number comes from our own link; what a stranger writes in its place is not shown as one.
fn is_case(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

const ADDRESS: &str = "/help";
const SENT: &str = "/help/sent";
const LONGEST: usize = 2000;
const LONGEST_CASE: usize = 20;
const A_DAY: i64 = 86_400;

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
