//! `/help`: writing to the school, for everybody, also without an account: for help, for a child who is missing, for an
//! address or a detail that changed (B6, B24 to B31, D11). The letter goes to the school that was chosen, where the roster
//! knows its address, else to the district, and to the help desk if it is technical (D16); whoever reads it finds the same
//! request, by its number, in the staff's queue with the record that it probably means. Nothing is written to the roster, and the page says the same whoever asks. A network can send only so many (R06).

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::cases::{Typed, free_number, seal};
use super::{FrameExtras, PageError, Sent, Visitor, district, flow, page, see_other};
use crate::app::App;
use crate::flow::Form;
use crate::limits::{self, Taken};
use crate::model::{CaseId, FieldError, JourneyId, Letter, PersonId, Timestamp};
use crate::pages::Page;
use crate::people::{email_key, is_address, name_key};
use crate::store::cases::{Case, Cause};
use crate::store::people::Org;
use crate::store::{StoreError, Tx};

/// The form.
#[derive(Debug, Serialize)]
pub struct Help {
    /// The schools to choose from.
    pub schools: Vec<SchoolChoice>,
    /// The number of the case that the page before spoke of.
    pub case: Option<String>,
    /// What it is about, if the page before knows: `address`, `child`, `details`.
    pub about: Option<&'static str>,
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
pub struct HelpSent {
    /// The journey that waits meanwhile.
    pub back: Option<String>,
}

/// What the link to the page carries along.
#[derive(Debug, Deserialize)]
pub struct About {
    case: Option<String>,
    about: Option<String>,
}

/// `GET /help`.
pub async fn show(State(app): State<Arc<App>>, Query(asked): Query<About>) -> Result<Response, PageError> {
    let schools = app.store.read().people().schools().await?;
    let case = asked.case.map(|case| line(&case, LONGEST_CASE)).filter(|case| is_case(case));
    let about = asked.about.as_deref().and_then(about);
    Ok(page(&Help::of(&schools, case, about), FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /help`.
pub async fn send(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let schools = app.store.read().people().schools().await?;
    let request = match Request::read(&sent.form) {
        Ok(request) => request,
        Err(errors) => return Ok(once_more(&schools, &sent.form, errors)),
    };
    let asker = match (&visitor.signed_in, flow::proven_here(&app, &visitor).await?) {
        (Some(signed_in), _) => Some(signed_in.person),
        (None, Some((_, person))) => Some(person),
        (None, None) => None,
    };
    let person = match asker {
        Some(person) => Some(person),
        None => request.probably(&app).await?,
    };
    let mut letter = request.letter(&app, &schools, asker.is_some());
    let (tools, network) = (&app.tools, &visitor.origin.network);
    let rule = limits::mail_rule(&tools.policy, network);
    let subject = limits::subject(&tools.keys, &["help", network]);
    let id = CaseId(JourneyId::new(visitor.now, &tools.random).0);
    let typed = seal(&tools.keys, &tools.random, id, &request.typed(&schools, asker.is_some()));
    let taken = app
        .store
        .write(async |tx: &Tx| {
            let taken = limits::take(tx, rule, &subject, visitor.now).await?;
            if let Taken::Go { .. } = taken {
                let number = free_number(&tx.cases(), &tools.random).await?;
                letter.data["number"] = number.as_str().into();
                tx.outbox().add(&letter, &tools.keys, &tools.random, visitor.now).await?;
                let case = Case {
                    id,
                    number,
                    flow: QUEUE.to_owned(),
                    journey: JourneyId(id.0),
                    cause: request.cause(),
                    person,
                    subject: limits::subject(&tools.keys, &["request", &id.to_string()]),
                    typed: typed.clone(),
                    tries: 1,
                    opened_at: visitor.now,
                    last_at: visitor.now,
                };
                tx.cases().save(&case).await?;
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
pub async fn sent(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let back = flow::proven_here(&app, &visitor).await?.map(|(address, _)| address);
    Ok(page(&HelpSent { back }, FrameExtras::default()))
}

/// The page with what is wrong, and everything that was typed.
fn once_more(schools: &[Org], form: &Form, errors: Vec<FieldError>) -> Response {
    let case = Some(line(form.text("case"), LONGEST_CASE)).filter(|case| is_case(case));
    let extras = FrameExtras { action: ADDRESS.to_owned(), errors, typed: form.0.clone(), ..FrameExtras::default() };
    let mut response = page(&Help::of(schools, case, about(form.text("about"))), extras);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// What a person wrote, checked.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The name, as typed.
    pub name: String,
    /// Where to answer, if there is an address.
    pub email: Option<String>,
    /// The telephone by day.
    pub phone: Option<String>,
    /// The child it is about.
    pub child: Option<String>,
    /// The child's grade.
    pub grade: Option<String>,
    /// The school's id, as typed; the store knows whether it is one.
    pub school: Option<String>,
    /// What they say.
    pub message: String,
    /// The case of the page before.
    pub case: Option<String>,
    /// What it is about.
    pub about: Option<&'static str>,
    /// It is about a page, a password, a mail: for the help desk.
    pub technical: bool,
}

impl Help {
    fn of(schools: &[Org], case: Option<String>, about: Option<&'static str>) -> Self {
        let choice = |school: &Org| SchoolChoice { value: school.id.to_string(), label: school.name.clone() };
        Self { schools: schools.iter().map(choice).collect(), case, about }
    }
}

impl Request {
    fn cause(&self) -> Cause {
        match self.about {
            Some("address") => Cause::AddressChanged,
            Some("child") => Cause::ChildMissing,
            Some("details") => Cause::DetailsWrong,
            _ if self.technical => Cause::Technical,
            _ => Cause::Help,
        }
    }

    fn school<'a>(&self, schools: &'a [Org]) -> Option<&'a Org> {
        schools.iter().find(|school| self.school.as_ref().is_some_and(|chosen| *chosen == school.id.to_string()))
    }

    fn letter(&self, app: &App, schools: &[Org], proven: bool) -> Letter {
        let school = self.school(schools);
        let to = match school.and_then(|school| school.email.clone()) {
            _ if self.technical => district::help_desk(app),
            Some(of_school) => of_school,
            None => district::help_address(app),
        };
        let data = serde_json::json!({
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "child": self.child,
            "grade": self.grade,
            "school": school.map(|school| &school.name),
            "message": self.message,
            "case": self.case,
            "about": if self.technical { Some("technical") } else { self.about },
            "proven": proven,
        });
        let language = district::languages(app).first().copied().unwrap_or(crate::model::Language::French);
        Letter { kind: "help-request".to_owned(), to, language, data, useless_after: None }
    }

    /// What stands in the queue.
    fn typed(&self, schools: &[Org], proven: bool) -> Typed {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Typed {
            given_name: self.name.clone(),
            email: text(&self.email),
            phone: text(&self.phone),
            child: text(&self.child),
            grade: text(&self.grade),
            school: self.school(schools).map(|school| school.name.clone()).unwrap_or_default(),
            message: self.message.clone(),
            proven,
            ..Typed::default()
        }
    }

    /// Whom the request probably means, for the staff's queue alone: the one with this address, or the one pupil of this
    /// name. Nothing proves it.
    async fn probably(&self, app: &App) -> Result<Option<PersonId>, StoreError> {
        let reader = app.store.read();
        let people = reader.people();
        let by_address = people.by_email(&email_key(self.email.as_deref().unwrap_or_default())).await?;
        let child = name_key(self.child.as_deref().unwrap_or_default());
        let by_name = people.called(&child, &child).await?;
        Ok(match (by_address.as_slice(), by_name.as_slice()) {
            ([one], _) => Some(one.id),
            (_, [one]) => Some(*one),
            _ => None,
        })
    }

    /// Reads the form; what is wrong is said field by field.
    pub fn read(form: &Form) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let (name, email, message) = (line(form.text("name"), 120), line(form.text("email"), 254), form.text("message"));
        let about = about(form.text("about"));
        let child = line(form.text("child_name"), 120);
        if name.is_empty() {
            wrong.push(FieldError::of("name", "help-name-missing"));
        }
        if !email.is_empty() && !is_address(&email) {
            wrong.push(FieldError::of("email", "help-email-odd"));
        } else if email.is_empty() && about == Some("address") {
            wrong.push(FieldError::of("email", "help-email-missing"));
        }
        if child.is_empty() && about == Some("child") {
            wrong.push(FieldError::of("child_name", "help-child-missing"));
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
            phone: some(line(form.text("phone"), 40)),
            child: some(child),
            grade: some(line(form.text("child_grade"), 40)),
            school: some(line(form.text("school"), 40)),
            message,
            case: some(line(form.text("case"), LONGEST_CASE)).filter(|case| is_case(case)),
            about,
            technical: about.is_none() && form.text("kind") == TECHNICAL,
        })
    }
}

/// What a link of ours says that a request is about.
fn about(word: &str) -> Option<&'static str> {
    ABOUT.iter().copied().find(|known| *known == word)
}

/// One line, without what a reader cannot see: it ends up in a letter's subject.
fn line(text: &str, longest: usize) -> String {
    text.chars().filter(|character| !is_hidden(*character)).take(longest).collect()
}

/// Control characters, and those that turn the direction of what follows.
fn is_hidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A case's number comes from our own link; what a stranger writes in its place is not shown as one.
fn is_case(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A technical request, on the form.
const TECHNICAL: &str = "technical";
const ABOUT: &[&str] = &["address", "child", "details"];
/// Where a flow's name stands in the case of a claim.
const QUEUE: &str = "help";
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
        let about = |about| Self { schools: schools(), case: None, about };
        let mut samples = vec![Self { case: Some("24-1107".to_owned()), ..about(None) }];
        samples.extend([None].into_iter().chain(ABOUT.iter().map(|word| Some(*word))).map(about));
        samples
    }
}

impl Page for HelpSent {
    const TEMPLATE: &'static str = "pages/help-sent.html";

    fn samples() -> Vec<Self> {
        vec![Self { back: None }, Self { back: Some("/flow/0192".to_owned()) }]
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
        assert_eq!(read, Request { name: "Noé".to_owned(), message: "Aidez-moi".to_owned(), ..Request::default() });
    }

    #[test]
    fn d16_what_is_technical_is_said_on_the_form_and_a_request_of_a_page_is_about_data() {
        let of = |kind, about| Request::read(&form(&[("name", "N"), ("message", "M"), ("kind", kind), ("about", about)])).unwrap();
        assert_eq!((of("technical", "").cause(), of("data", "").cause(), of("", "").cause()), (Cause::Technical, Cause::Help, Cause::Help));
        assert_eq!(of("technical", "details").cause(), Cause::DetailsWrong);
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        let wrong = Request::read(&form(&[("email", "noe@")])).unwrap_err();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["name", "email", "message"]);
        for (about, field) in [("address", "email"), ("child", "child_name"), ("details", "")] {
            let wrong = Request::read(&form(&[("about", about), ("name", "N"), ("message", "M")])).err().unwrap_or_default();
            assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<String>(), field, "{about}");
        }
        let long = "a".repeat(2001);
        assert_eq!(Request::read(&form(&[("name", "N"), ("message", &long)])).unwrap_err().len(), 1);
    }
}
