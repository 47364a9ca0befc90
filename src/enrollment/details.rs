//! What the school holds of whoever joins, to be looked at. Corrections are requests to the school and never written to the
//! roster, which is the school's own (D11).

use async_trait::async_trait;
use serde::Deserialize;

use super::confirm::still_open;
use super::{pages, roster_match};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;

/// Shows the details.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Details {}

#[async_trait]
impl Stage for Details {
    fn is_open(&self, draft: &Draft) -> bool {
        !draft.details_seen
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let id = look.draft.person.as_ref().map_or(roster_match::NOBODY, |proven| proven.value);
        let person = look.reader.people().find(id).await?;
        Ok(Screen::of(&match person {
            Some(person) => pages::Details {
                name: person.display_name(),
                email: person.email.clone(),
                phone: person.phone.clone().or(person.sms.clone()),
                language: person.language.map(|language| language.name().to_owned()),
                report: REPORT.to_owned(),
            },
            None => pages::Details { report: REPORT.to_owned(), ..pages::Details::default() },
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        if still_open(step).await? {
            step.draft.details_seen = true;
        }
        Ok(Outcome::Next)
    }
}

const REPORT: &str = "/help?about=details";
