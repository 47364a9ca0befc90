//! The sheet of recovery codes: ten, shown until their owner says that they are kept, and never again.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;
use crate::model::draft::NewRecovery;
use crate::web::second_factor;

/// Hands the codes out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecoveryCodes {
    /// Only to those who set an app up on this way, and have no codes.
    #[serde(default)]
    if_due: bool,
}

#[async_trait]
impl Stage for RecoveryCodes {
    fn is_open(&self, draft: &Draft) -> bool {
        let set_up = draft.authenticator.as_ref().is_some_and(|new| new.step.is_some());
        !draft.recovery.as_ref().is_some_and(|new| new.kept) && (!self.if_due || set_up)
    }

    fn is_for_all(&self) -> bool {
        !self.if_due
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let factors = step.tx.second_factors();
        let (has_app, left) = match step.draft.account {
            Some(account) => (factors.has_any(account).await?, factors.codes_left(account).await?.0),
            None => (false, 0),
        };
        // A sheet stands in for an app.
        let needless = if self.if_due { left > 0 } else { !has_app };
        let tools = step.tools;
        step.draft.recovery.get_or_insert_with(|| match needless {
            true => NewRecovery { sealed: None, kept: true },
            false => second_factor::new_recovery(&tools.keys, &tools.random, step.journey),
        });
        Ok(())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let (Some(journey), Some(new)) = (look.journey, &look.draft.recovery) else {
            return Err(FlowError::Broken("recovery codes are handed out behind another stage, which says whose they are".to_owned()));
        };
        let codes = second_factor::codes(&look.tools.keys, journey, new)?;
        Ok(Screen::of(&pages::RecoveryCodes { codes, username: look.draft.username.clone().unwrap_or_default() }))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        if let Some(new) = &mut step.draft.recovery {
            new.kept = true;
        }
        Ok(Outcome::Next)
    }
}
