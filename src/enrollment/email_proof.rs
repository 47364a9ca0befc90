//! The proof of the mailbox on file: nobody goes on who does not read it (rows D1, E06). The page is the same for those
//! whom nobody was matched with (E01, B12); what they get is a letter that says so, where the address is on file.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;

use super::confirm::still_open;
use super::roster_match;
use crate::flow::{Flow, FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits;
use crate::model::draft::Proven;
use crate::model::{Draft, Hash, PersonId};
use crate::store::cases::Cause;
use crate::store::people::Person;
use crate::web::mail_proof::{self, Answer, Asked};

/// Waits for the proof.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailProof {
    #[serde(default)]
    to: To,
}

/// Where the letter goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum To {
    /// To the address on file, and to no other (rows D1, E06).
    #[default]
    OnFile,
    /// To the one that was typed at the stage `email`, by somebody who is known by a letter already (E5).
    Typed,
}

/// The stage's name in flow files.
pub(super) const NAME: &str = "email-proof";

#[async_trait]
impl Stage for EmailProof {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.email_shown.is_none() && !draft.no_address
    }

    /// Row E06: a typed address proves nothing of who typed it. Something that was held must come first.
    fn check(&self, flow: &Flow) -> Result<(), String> {
        let before: Vec<&str> = flow.stages.iter().map(|bound| bound.name).take_while(|name| *name != NAME).collect();
        match self.to {
            To::OnFile => Ok(()),
            To::Typed if !before.contains(&"email") => Err("`to = \"typed\"` needs the stage `email` before it".to_owned()),
            To::Typed if !before.contains(&"password") => {
                Err("`to = \"typed\"` needs a stage before it at which something is held: `password`".to_owned())
            }
            To::Typed => Ok(()),
        }
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let mailbox = step.draft.mailbox.clone().unwrap_or_default();
        let person = self.reached(find(step, whose(step).await?).await?, step.draft);
        let hears = find(step, mailbox.hears).await?;
        let cause = match step.draft.not_matched {
            Some(case) => step.tx.cases().find(case).await?.map(|case| case.cause),
            None => None,
        };
        let told = if cause == Some(Cause::AlreadyClaimed) { "account-exists" } else { "claim-not-matched" };
        let subject = subject(step, person.as_ref());
        let asked = Asked {
            person: person.as_ref(),
            kind: "enroll-proof",
            life: LINK_LIFE,
            hears: hears.as_ref().map(|person| (person, told)),
            subject,
            beside: false,
        };
        mail_proof::send(step, &asked).await
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        mail_proof::show(look).await
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let person = self.reached(find(step, whose(step).await?).await?, step.draft);
        let subject = subject(step, person.as_ref());
        match mail_proof::judge(step, form, &subject).await? {
            Answer::Proven => {
                // Row E26: the school may have taken the person out, or changed the address, since the letter left.
                if still_open(step).await? {
                    let person = self.reached(find(step, whose(step).await?).await?, step.draft);
                    let address = person.and_then(|person| person.email);
                    step.draft.email_shown = address.map(|value| Proven { value, at: step.now });
                }
                Ok(Outcome::Next)
            }
            // Entered once more, which sends another letter.
            Answer::Again => Ok(Outcome::Next),
            Answer::Not(outcome) => Ok(outcome),
        }
    }
}

impl EmailProof {
    /// The person at the address that the letter goes to.
    fn reached(&self, person: Option<Person>, draft: &Draft) -> Option<Person> {
        let typed = draft.mailbox.as_ref().and_then(|mailbox| mailbox.typed.clone());
        match self.to {
            To::OnFile => person,
            To::Typed => person.map(|person| Person { email: typed, ..person }),
        }
    }
}

/// Whose letters and codes are counted: the mailbox, by its address.
fn subject(step: &Step<'_>, person: Option<&Person>) -> Hash {
    let typed = step.draft.mailbox.as_ref().and_then(|mailbox| mailbox.typed.as_deref());
    let address = typed.or(person.and_then(|person| person.email.as_deref())).unwrap_or_default();
    limits::subject_of_mailbox(&step.tools.keys, address)
}

/// The person who was matched, or who is signed in and changes an address.
async fn whose(step: &Step<'_>) -> Result<Option<PersonId>, FlowError> {
    match (&step.draft.person, step.draft.account) {
        (Some(proven), _) => Ok(Some(proven.value)),
        (None, Some(account)) => Ok(step.tx.accounts().find(account).await?.map(|account| account.person)),
        (None, None) => Ok(None),
    }
}

async fn find(step: &Step<'_>, id: Option<PersonId>) -> Result<Option<Person>, FlowError> {
    let found = step.tx.people().find(id.unwrap_or(roster_match::NOBODY)).await?;
    Ok(found.filter(|person| person.active))
}

/// A confirmation by mail may live a day (NIST SP 800-63B, B13).
const LINK_LIFE: Duration = Duration::from_hours(24);
