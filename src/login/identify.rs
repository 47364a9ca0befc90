//! Who is there? Whatever the school's papers say names the same account: `s0123456`, `0123456`, `123456`, a letter O
//! for the zero, spaces, the address on file (A9). What nobody has goes the same way (A8).

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::SignIn;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::{AccountId, Audience, Draft};
use crate::people::find_account;

/// Asks for the name to sign in with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identify {}

#[async_trait]
impl Stage for Identify {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.username.is_none()
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let example = look.tools.policy.username_example(Audience::Student);
        Ok(Screen::of(&SignIn {
            example: Some(example).filter(|example| !example.is_empty()),
            hint: look.draft.hint.clone(),
            enroll: Some(look.link("/enroll")),
            recover: look.link("/recover"),
            other: (!look.tools.sources.all().is_empty()).then(|| match look.journey {
                Some(journey) => format!("/flow/{journey}?correct=1"),
                None => look.link("/sign-in?source=choose"),
            }),
        }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let typed = form.text("username");
        if typed.is_empty() || typed.len() > LONGEST {
            return Ok(Prepared::Nothing);
        }
        Ok(Prepared::made(find_account(&look.reader, typed).await?))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        match prepared.take::<Option<AccountId>>() {
            Some(account) => {
                step.draft.username = Some(form.text("username").to_owned());
                step.draft.account = account;
                Ok(Outcome::Next)
            }
            None if form.text("username").is_empty() => Ok(Outcome::again("username", "sign-in-username-missing")),
            None => Ok(Outcome::again("username", "sign-in-username-long")),
        }
    }
}

const LONGEST: usize = 254;
