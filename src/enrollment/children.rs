//! The children whom the account will be for: all of this guardian at once, by the roster's ties and never by typing
//! (B31, B32). Whoever is missing is asked for at the school.

use async_trait::async_trait;
use serde::Deserialize;

use super::confirm::{school, still_open};
use super::{families, pages, roster_match};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;
use crate::web::visitor::given_name;

/// Shows the children.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Children {}

#[async_trait]
impl Stage for Children {
    fn is_open(&self, draft: &Draft) -> bool {
        !draft.children_seen
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let people = look.reader.people();
        let guardian = look.draft.person.as_ref().map_or(roster_match::NOBODY, |proven| proven.value);
        let mut shown = Vec::new();
        for child in families::children(&people, guardian).await? {
            let school = school(&people, &child).await?;
            shown.push(pages::Child { given_name: given_name(&child).to_owned(), school });
        }
        Ok(Screen::of(&pages::Children { children: shown, missing: "/help?about=child".to_owned() }))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        if still_open(step).await? {
            step.draft.children_seen = true;
        }
        Ok(Outcome::Next)
    }
}
