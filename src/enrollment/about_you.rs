//! Who are you? Asked of whoever holds a code that bears no name, and of a guardian without an address on file: the name
//! to sign in with is made of it (C3). An address that somebody has here already leads to signing in.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use super::turned_away::{Why, turn_away};
use crate::flow::need::Asks;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::draft::{self, Newcomer};
use crate::model::{Draft, FieldError, PersonId};
use crate::people::{email_key, is_address, name_key, names_match};
use crate::store::cases::Cause;
use crate::store::people::Person;

/// Asks for name and address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AboutYou {
    taken: Said,
}

/// What is said of an address that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Said {
    /// That it cannot, at its field, with the way to sign in.
    #[serde(rename = "say")]
    AtTheField,
    /// Nothing: the page with a number for the school.
    Neutral,
}

#[async_trait]
impl Stage for AboutYou {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.about_you != draft::AboutYou::Nothing && draft.newcomer.is_none() && draft.adds_to.is_none()
    }

    fn asks(&self) -> Asks {
        Asks { brings_address: true, ..Asks::default() }
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        Ok(Screen::of(&pages::AboutYou { name: look.draft.about_you == draft::AboutYou::Everything }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let named = step.draft.about_you == draft::AboutYou::Everything;
        let newcomer = match read(form, named) {
            Ok(newcomer) => newcomer,
            Err(wrong) => return Ok(Outcome::Again(wrong)),
        };
        // Each address that is tried says something of somebody: nobody tries without end.
        let code = step.draft.code.as_ref().map(|proven| proven.value.to_string()).unwrap_or_default();
        let subject = limits::subject(&step.tools.keys, &["claim", "code", &code]);
        if let Taken::Wait(until) = limits::take(step.tx, Rule::ClaimsBegun, &subject, step.now).await? {
            return Ok(Outcome::Wait(vec![FieldError::of(EMAIL, "about-you-wait")], until));
        }
        if let Some(person) = restricted(step, &newcomer).await? {
            turn_away(step, Why { cause: Cause::Restricted, person: Some(person), subject, typed: None }).await?;
            return Ok(Outcome::Next);
        }
        if !is_taken(step, &newcomer.email).await? {
            step.draft.newcomer = Some(newcomer);
            return Ok(Outcome::Next);
        }
        match self.taken {
            Said::AtTheField => Ok(Outcome::again(EMAIL, "about-you-taken")),
            Said::Neutral => {
                turn_away(step, Why { cause: Cause::UsernameTaken, person: None, subject, typed: None }).await?;
                Ok(Outcome::Next)
            }
        }
    }
}

/// The guardian of this name from whom the school keeps the child's records: no code without a name opens what a court
/// has shut (row E27). They are shown the page with a number for the school, which sees why.
async fn restricted(step: &Step<'_>, newcomer: &Newcomer) -> Result<Option<PersonId>, FlowError> {
    let (people, Some(proven)) = (step.tx.people(), &step.draft.code) else { return Ok(None) };
    let code = step.tx.codes().find(proven.value).await?.filter(|code| code.guardian.is_none());
    let Some(child) = code.and_then(|code| code.child) else { return Ok(None) };
    for tie in people.relationships(child).await?.iter().filter(|tie| tie.child == child && !tie.can_access_records) {
        let named = |guardian: &Person| names_match(&newcomer.given_name, &newcomer.family_name, guardian);
        if people.find(tie.guardian).await?.is_some_and(|guardian| named(&guardian)) {
            return Ok(Some(tie.guardian));
        }
    }
    Ok(None)
}

/// Somebody signs in with this address, or the school knows it as somebody's: they get a code in their own name.
async fn is_taken(step: &Step<'_>, email: &str) -> Result<bool, FlowError> {
    let own = step.draft.person.as_ref().map(|proven| proven.value);
    let account = step.tx.accounts().by_username(email).await?.filter(|account| Some(account.person) != own);
    let known = step.tx.people().by_email(&email_key(email)).await?;
    Ok(account.is_some() || known.iter().any(|person| Some(person.id) != own))
}

fn read(form: &Form, named: bool) -> Result<Newcomer, Vec<FieldError>> {
    let mut wrong = Vec::new();
    for (field, missing) in [(GIVEN, "given-name-missing"), (FAMILY, "family-name-missing")].into_iter().filter(|_| named) {
        match form.text(field) {
            typed if name_key(typed).is_empty() => wrong.push(FieldError::of(field, missing)),
            typed if typed.chars().count() > LONGEST_NAME => wrong.push(FieldError::of(field, "name-long").with("most", LONGEST_NAME)),
            _ => {}
        }
    }
    let email = form.text(EMAIL);
    if email.is_empty() {
        wrong.push(FieldError::of(EMAIL, "about-you-email-missing"));
    } else if !is_address(email) || email.len() > LONGEST_EMAIL {
        wrong.push(FieldError::of(EMAIL, "about-you-email-odd"));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let text = |field: &str| if named { form.text(field).to_owned() } else { String::new() };
    Ok(Newcomer { given_name: text(GIVEN), family_name: text(FAMILY), email: email.to_owned() })
}

const GIVEN: &str = "given_name";
const FAMILY: &str = "family_name";
const EMAIL: &str = "email";
const LONGEST_NAME: usize = 120;
const LONGEST_EMAIL: usize = 254;
