//! An authenticator app is set up: its secret as a picture, as text and as a link, and nothing counts until one of its codes was
//! right. Also on the way in, for whoever must have a second factor and has none.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::authenticator::{Picture, SharedSecret};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::{Proven, Second, SecondFactor};
use crate::model::{Draft, FieldError, JourneyId};
use crate::tools::Tools;
use crate::web::second_factor;

/// Sets an app up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Authenticator {
    /// Asked only of those who must have a second factor and have none.
    #[serde(default)]
    if_due: bool,
}

#[async_trait]
impl Stage for Authenticator {
    fn is_open(&self, draft: &Draft) -> bool {
        let done = draft.authenticator.as_ref().is_some_and(|new| new.step.is_some());
        !done && (!self.if_due || matches!(draft.second, Second::SetUp { .. }))
    }

    fn is_for_all(&self) -> bool {
        !self.if_due
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let tools = step.tools;
        step.draft.authenticator.get_or_insert_with(|| second_factor::new_authenticator(&tools.keys, &tools.random, step.journey));
        Ok(())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let tools = look.tools;
        let secret = secret(tools, look.journey, look.draft)?;
        let link = secret.link(&tools.config.district.name, look.draft.username.as_deref().unwrap_or_default());
        let until = match look.draft.second {
            Second::SetUp { until: Some(until) } if until > look.now => {
                Some(tools.pages.moment(look.language, until, look.now, &tools.config.district.zone()))
            }
            _ => None,
        };
        let optional = look.draft.rises.as_ref().is_some_and(|rises| !rises.must);
        Ok(Screen::of(&pages::Authenticator {
            picture: Picture::of(&link),
            secret: secret.groups(),
            link,
            asked: self.if_due,
            until,
            back: optional.then(|| look.return_to.as_str().to_owned()),
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        if let (true, Second::SetUp { until: Some(until) }) = (form.ticked("later"), step.draft.second)
            && until > step.now
        {
            step.draft.second = Second::Later;
            return Ok(Outcome::Next);
        }
        let name = form.text("name");
        if name.chars().count() > LONGEST_NAME {
            return Ok(Outcome::again("name", "authenticator-name-long"));
        }
        let code: String = form.text(FIELD).chars().filter(|symbol| !symbol.is_whitespace()).collect();
        if code.is_empty() {
            return Ok(Outcome::again(FIELD, "authenticator-code-missing"));
        }
        if let Some(account) = step.draft.account
            && step.tx.second_factors().authenticators(account).await?.len() >= MOST
        {
            return Ok(Outcome::again(FIELD, "authenticator-many"));
        }
        let secret = secret(step.tools, Some(step.journey), step.draft)?;
        let Some(first) = secret.step_of(&code, step.now) else {
            let wrong = match secret.minutes_off(&code, step.now) {
                Some(minutes) => FieldError::of(FIELD, "authenticator-clock").with("minutes", minutes),
                None => FieldError::of(FIELD, "authenticator-wrong"),
            };
            return Ok(Outcome::Again(vec![wrong]));
        };
        if let Some(new) = &mut step.draft.authenticator {
            name.clone_into(&mut new.name);
            new.step = Some(first);
        }
        // It is what somebody has, and they showed it.
        step.draft.second_shown.get_or_insert(Proven { value: SecondFactor::App, at: step.now });
        Ok(Outcome::Next)
    }
}

fn secret(tools: &Tools, journey: Option<JourneyId>, draft: &Draft) -> Result<SharedSecret, FlowError> {
    let (Some(journey), Some(new)) = (journey, &draft.authenticator) else {
        return Err(FlowError::Broken("an authenticator is set up behind another stage, which says whose it is".to_owned()));
    };
    second_factor::secret(&tools.keys, journey, new)
}

const FIELD: &str = "code";
/// Of a name that its owner gives an app.
pub(super) const LONGEST_NAME: usize = 40;
/// Apps of an account.
const MOST: usize = 5;
