//! Who is there? Whatever the school's papers say names the same account: `s0123456`, `0123456`, `123456`, a letter O
//! for the zero, spaces, the address on file (A9). What nobody has goes the same way (A8). Whoever shows a passkey need not
//! say.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::SignIn;
use super::passkey::{self, AskPasskey};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::{AccountId, Audience, Draft};
use crate::people::find_account;
use crate::store::shared_devices::OnDevice;
use crate::web::badge;
use crate::web::shared_device::SharedWith;

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
        let people = on_this_device(look).await?.iter().map(SharedWith::of).collect();
        Ok(Screen::of(&SignIn {
            people,
            passkey: AskPasskey::of(look),
            card: badge::works_here(look.tools, &look.visitor.network, look.now).then_some(badge::ADDRESS),
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
        if let Some(answer) = passkey::look_at(look, form).await? {
            return Ok(Prepared::made(Who::Shown(answer)));
        }
        if let Some(picked) = form.0.get("person") {
            let people = on_this_device(look).await?;
            return Ok(Prepared::made(Who::Picked(people.into_iter().find(|somebody| somebody.id.to_string() == *picked))));
        }
        let typed = form.text("username");
        if typed.is_empty() || typed.len() > LONGEST {
            return Ok(Prepared::Nothing);
        }
        Ok(Prepared::made(Who::Named(find_account(&look.reader, typed).await?)))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        match prepared.take::<Who>() {
            Some(Who::Shown(answer)) => passkey::judge(step, answer, None).await,
            Some(Who::Named(account)) => {
                step.draft.username = Some(form.text("username").to_owned());
                step.draft.account = account;
                Ok(Outcome::Next)
            }
            Some(Who::Picked(Some(somebody))) => {
                step.tx.shared_devices().used(somebody.id, step.now).await?;
                step.draft.username = Some(somebody.username);
                step.draft.account = Some(somebody.account);
                step.draft.picked = Some(somebody.given_name);
                step.draft.shared_device = true;
                Ok(Outcome::Next)
            }
            Some(Who::Picked(None)) => Ok(Outcome::again("username", "sign-in-no-longer-here")),
            None if form.text("username").is_empty() => Ok(Outcome::again("username", "sign-in-username-missing")),
            None => Ok(Outcome::again("username", "sign-in-username-long")),
        }
    }
}

/// Who says to be there.
enum Who {
    /// By a name, which nobody may have.
    Named(Option<AccountId>),
    /// By a passkey.
    Shown(passkey::Answer),
    /// By a button of this device's first page, if it still offers them.
    Picked(Option<OnDevice>),
}

/// Whom the first page offers on this device (A18): nobody, unless they asked for it here.
async fn on_this_device(look: &Look<'_>) -> Result<Vec<OnDevice>, FlowError> {
    match &look.visitor.shared_device {
        Some(device) => Ok(look.reader.shared_devices().people(device).await?),
        None => Ok(Vec::new()),
    }
}

const LONGEST: usize = 254;
