//! The person's own address, typed by themselves (E5, E6): for news, and for the day they forget. It is worth something
//! only once `email-proof` has proven it; until then it opens nothing. It comes behind something that was held, a letter, a
//! code or the password, so whoever types it here is known already (D1). A district may let families do without.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;
use crate::model::draft::Mailbox;
use crate::people::{is_address, masked};
use crate::store::people::People;

/// Asks for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Email {
    /// Families without one go on without.
    #[serde(default)]
    optional: bool,
}

#[async_trait]
impl Stage for Email {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.mailbox.is_none() && !draft.no_address
    }

    /// Until the mailbox is proven, another address can be typed (E14).
    fn take_back(&self, draft: &mut Draft) -> bool {
        if draft.email_shown.is_none() {
            draft.mailbox = None;
            draft.no_address = false;
        }
        self.is_open(draft)
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let on_file = on_file(&look.reader.people(), look.draft).await?;
        Ok(Screen::of(&pages::Email { on_file: on_file.map(|address| masked(&address)), optional: self.optional }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        // Row R16: whoever changes an address has just shown the password, or a passkey.
        if step.draft.session.is_some() && step.draft.owner_shown_at().is_none_or(|at| step.now.since(at) > FRESH) {
            step.draft.ask_owner_again();
            return Ok(Outcome::Next);
        }
        let typed = form.text("email");
        if form.ticked("none") && self.optional {
            step.draft.no_address = true;
            return Ok(Outcome::Next);
        }
        let address = match typed {
            "" => on_file(&step.tx.people(), step.draft).await?,
            typed => Some(typed.to_owned()),
        };
        match address {
            None => Ok(Outcome::again("email", "email-missing")),
            Some(address) if address.len() > LONGEST || !is_address(&address) => Ok(Outcome::again("email", "email-odd")),
            Some(address) => {
                step.draft.mailbox = Some(Mailbox { typed: Some(address), ..Mailbox::default() });
                Ok(Outcome::Next)
            }
        }
    }
}

/// The address that the page shows, masked; nothing typed means it. Whoever changes an address has none to agree to.
async fn on_file(people: &People<'_>, draft: &Draft) -> Result<Option<String>, FlowError> {
    let Some(proven) = &draft.person else { return Ok(None) };
    Ok(people.find(proven.value).await?.and_then(|person| person.email))
}

const LONGEST: usize = 254;
/// Seconds for which a password that was shown counts (row R16).
const FRESH: i64 = 5 * 60;
