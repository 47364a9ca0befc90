//! Which way back? The ways are those of the flow, the same for every name (row R01). Asking the school is no stage: its
//! button leads to the page of help.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::{RecoveryWay, Way};
use super::recall_questions;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;

/// Asks how the person wants to get back in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChooseWay {}

#[async_trait]
impl Stage for ChooseWay {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.way.is_none()
    }

    async fn show(&self, _look: &Look<'_>) -> Result<Screen, FlowError> {
        let way = |(stage, title, hint): &(&str, &str, &str)| Way {
            stage: (*stage).to_owned(),
            title: (*title).to_owned(),
            hint: (*hint).to_owned(),
        };
        Ok(Screen::of(&RecoveryWay { ways: WAYS.iter().map(way).collect() }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let chosen = form.text("way");
        match WAYS.iter().find(|(stage, ..)| *stage == chosen) {
            Some((stage, ..)) => {
                step.draft.way = Some((*stage).to_owned());
                Ok(Outcome::Next)
            }
            None => Ok(Outcome::again("way", "recovery-way-missing")),
        }
    }
}

/// The stages that are ways, with their title and what they need.
const WAYS: &[(&str, &str, &str)] = &[(recall_questions::NAME, "recovery-way-recall", "recovery-way-recall-hint")];
