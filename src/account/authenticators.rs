//! Another name for an authenticator app, or its end. The last one of somebody who must have a second factor stays (row W06).

use async_trait::async_trait;
use serde::Deserialize;

use super::authenticator::LONGEST_NAME;
use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;
use crate::model::draft::Managed;
use crate::web::second_factor;

/// Asks which, and what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Authenticators {}

#[async_trait]
impl Stage for Authenticators {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.managed.is_none()
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let apps = match look.draft.account {
            Some(account) => look.reader.second_factors().authenticators(account).await?,
            None => Vec::new(),
        };
        let zone = look.tools.config.district.zone();
        let moment = |at| look.tools.pages.moment(look.language, at, look.now, &zone);
        Ok(Screen::of(&pages::Authenticators { apps: apps.iter().map(|app| pages::App::of(app, &moment)).collect() }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let owner = match step.draft.account {
            Some(account) => step.tx.accounts().find(account).await?,
            None => None,
        };
        let Some(owner) = owner else { return Err(FlowError::Broken("an authenticator of nobody".to_owned())) };
        let apps = step.tx.second_factors().authenticators(owner.id).await?;
        let Some(app) = apps.iter().find(|app| app.id.to_string() == form.text("app")).map(|app| app.id) else {
            return Ok(Outcome::again("app", "authenticators-which"));
        };
        let name = form.text("name");
        let managed = match form.text("do") {
            "remove" if second_factor::is_last(step, &owner).await? => {
                return Ok(Outcome::again("app", "authenticators-last"));
            }
            "remove" => Managed::Remove { app },
            _ if name.is_empty() => return Ok(Outcome::again("name", "authenticators-name-missing")),
            _ if name.chars().count() > LONGEST_NAME => return Ok(Outcome::again("name", "authenticator-name-long")),
            _ => Managed::Rename { app, name: name.to_owned() },
        };
        step.draft.managed = Some(managed);
        Ok(Outcome::Next)
    }
}
