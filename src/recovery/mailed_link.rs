//! A letter to the mailbox on file, with a link and a code: the usual way back (B19, B21). It is offered for every name
//! alike, and every name waits on the same page (rows R01, R06). Where the account has secret questions of a guardian and
//! the flow asks them after the mailbox, they are asked then and only then (rows R08, R09).

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;

use super::recall;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits;
use crate::model::draft::{Mailbox, Proven};
use crate::model::{Draft, Hash};
use crate::web::mail_proof::{self, Answer, Asked};

/// Waits for the proof.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailedLink {}

/// The stage's name, by which people choose it.
pub(super) const NAME: &str = "mailed-link";

#[async_trait]
impl Stage for MailedLink {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.email_shown.is_none() && draft.way.as_deref() == Some(NAME)
    }

    /// It takes the place of the questions among the steps.
    fn is_for_all(&self) -> bool {
        false
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        if step.draft.mailbox.is_none() {
            let typed = step.draft.username.clone().filter(|typed| typed.contains('@'));
            step.draft.mailbox = Some(Mailbox { typed, ..Mailbox::default() });
        }
        // A recovery that was begun too often sends nothing, and says when the next one counts.
        if let Some(until) = step.draft.waits_until.filter(|until| *until > step.now) {
            step.draft.mailbox = step.draft.mailbox.take().map(|mailbox| Mailbox { waits_until: Some(until), ..mailbox });
            return Ok(());
        }
        let person = mail_proof::reachable(step, step.draft.account).await?;
        let asked =
            Asked { person: person.as_ref(), kind: "recover-proof", life: LINK_LIFE, hears: None, subject: subject(step), beside: false };
        mail_proof::send(step, &asked).await
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        mail_proof::show(look).await
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let subject = subject(step);
        match mail_proof::judge(step, form, &subject).await? {
            Answer::Proven => {
                if let Some(address) = mail_proof::reachable(step, step.draft.account).await?.and_then(|person| person.email) {
                    step.draft.email_shown = Some(Proven { value: address, at: step.now });
                    step.draft.recall_due = recall::are_due(step).await?;
                    step.draft.replaces = match step.draft.account {
                        Some(account) => step.tx.accounts().password(account).await?.map(|password| password.hash),
                        None => None,
                    };
                }
                Ok(Outcome::Next)
            }
            // Entered once more, which sends another letter.
            Answer::Again => Ok(Outcome::Next),
            Answer::Not(outcome) => Ok(outcome),
        }
    }
}

/// Whose letters and codes are counted.
fn subject(step: &Step<'_>) -> Hash {
    limits::subject_of(&step.tools.keys, step.draft.account, step.draft.username.as_deref().unwrap_or_default())
}

/// What opens an account anew lives half an hour (security.md 2.3).
const LINK_LIFE: Duration = Duration::from_mins(30);
