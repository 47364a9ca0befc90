//! Who cannot get in? The name is understood as at sign-in, and carried over from there (A9, A20). How often a recovery
//! may begin is counted for every name, also one that nobody has; whoever begins too many goes the same way and hears of
//! it where it matters, so that this page never answers differently (rows R01, R06).

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::Recover;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::{AccountId, Audience, Draft, Hash, Timestamp};
use crate::people::find_account;

/// Asks for the name to sign in with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {}

#[async_trait]
impl Stage for Who {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.username.is_none()
    }

    /// While a letter is waited for, another name can be typed.
    fn take_back(&self, draft: &mut Draft) -> bool {
        if draft.mailbox.is_some() && draft.email_shown.is_none() {
            draft.username = None;
            draft.account = None;
            draft.way = None;
            draft.mailbox = None;
        }
        self.is_open(draft)
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let example = look.tools.policy.username_example(Audience::Student);
        // An app's request begins a new sign-in by itself, with everything that it asked.
        let sign_in = if look.draft.client.is_some() { look.return_to.as_str().to_owned() } else { look.link("/sign-in") };
        Ok(Screen::of(&Recover { example: Some(example).filter(|example| !example.is_empty()), enroll: look.link("/enroll"), sign_in }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let typed = form.text("username");
        if typed.is_empty() || typed.len() > LONGEST {
            return Ok(Prepared::Nothing);
        }
        Ok(Prepared::made(find_account(&look.reader, typed).await?))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let typed = form.text("username");
        let Some(account) = prepared.take::<Option<AccountId>>() else {
            return Ok(match typed.is_empty() {
                true => Outcome::again("username", "sign-in-username-missing"),
                false => Outcome::again("username", "sign-in-username-long"),
            });
        };
        let subject = limits::subject_of(&step.tools.keys, account, typed);
        step.draft.waits_until = begun_too_often(step, &subject).await?;
        step.draft.username = Some(typed.to_owned());
        step.draft.account = account;
        Ok(Outcome::Next)
    }
}

/// Until when no answer is judged; nothing for the first few recoveries of an hour and of a day.
async fn begun_too_often(step: &Step<'_>, subject: &Hash) -> Result<Option<Timestamp>, FlowError> {
    for rule in [Rule::ResetByHour, Rule::ResetByDay] {
        if let Taken::Wait(until) = limits::take(step.tx, rule, subject, step.now).await? {
            return Ok(Some(until));
        }
    }
    Ok(None)
}

const LONGEST: usize = 254;
