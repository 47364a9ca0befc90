//! The last look: whose account it will be, and the name to sign in with. Its answer makes the account.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use super::standing::{Standing, standing_with, username};
use super::turned_away::{Why, turn_away};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits;
use crate::model::Draft;
use crate::store::people::{People, Person};

/// Asks for a yes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {}

#[async_trait]
impl Stage for Confirm {
    fn is_open(&self, draft: &Draft) -> bool {
        !draft.confirmed && draft.adds_to.is_none()
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let people = look.reader.people();
        let person = match &look.draft.person {
            Some(proven) => people.find(proven.value).await?,
            None => None,
        };
        let Some(mut person) = person else { return Ok(Screen::of(&newcomer(look.draft))) };
        let typed = look.draft.newcomer.as_ref().map(|newcomer| newcomer.email.clone());
        person.email = person.email.or(typed);
        Ok(Screen::of(&pages::Confirm {
            name: person.display_name(),
            username: username(&look.tools.policy, &person).unwrap_or_default(),
            school: school(&people, &person).await?,
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        if still_open(step).await? {
            step.draft.confirmed = true;
        }
        Ok(Outcome::Next)
    }
}

/// Somebody whom the school does not know: what they typed themselves.
fn newcomer(draft: &Draft) -> pages::Confirm {
    let Some(newcomer) = &draft.newcomer else { return pages::Confirm::default() };
    let name = format!("{} {}", newcomer.given_name, newcomer.family_name);
    pages::Confirm { name, username: newcomer.email.clone(), school: None }
}

/// The person who was matched may still claim; else they are turned away, in this write (row E26).
pub(super) async fn still_open(step: &mut Step<'_>) -> Result<bool, FlowError> {
    let Some(id) = step.draft.person.as_ref().map(|proven| proven.value) else { return Ok(true) };
    let (people, accounts) = (step.tx.people(), step.tx.accounts());
    let email = step.draft.newcomer.as_ref().map(|newcomer| newcomer.email.as_str());
    match standing_with(&people, &accounts, &step.tools.policy, step.audience, id, email).await? {
        Standing::Open(_) => Ok(true),
        Standing::Shut(cause) => {
            let subject = limits::subject_of_record(&step.tools.keys, id);
            turn_away(step, Why { cause, person: Some(id), subject, typed: None }).await?;
            Ok(false)
        }
    }
}

/// The name of the person's main school.
pub(super) async fn school(people: &People<'_>, person: &Person) -> Result<Option<String>, FlowError> {
    let main = person.roles.iter().find(|at| at.primary).or(person.roles.first());
    Ok(match main {
        Some(at) => people.org(at.org).await?.map(|org| org.name),
        None => None,
    })
}
