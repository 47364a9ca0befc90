//! Which way back? The ways are those of the flow, the same for every name (row R01). Asking the school is no stage: its
//! button leads to the page of help.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::{RecoveryWay, Way};
use super::{mailed_link, recall_questions};
use crate::flow::{Flow, FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;
use crate::web::approval;

/// Asks how the person wants to get back in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChooseWay {
    /// The ways that are offered, by their stages, the usual one first.
    #[serde(default = "all_ways")]
    ways: Vec<String>,
}

#[async_trait]
impl Stage for ChooseWay {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.way.is_none()
    }

    /// Each is a stage of the flow, behind this one.
    fn check(&self, flow: &Flow) -> Result<(), String> {
        let stands = |way: &str| flow.stages.iter().any(|bound| bound.name == way);
        match self.ways.iter().find(|way| known(way).is_none() || !stands(way)) {
            Some(way) => Err(format!("`ways` names `{way}`, which is no way back that stands in this flow")),
            None if self.ways.is_empty() => Err("`ways` is empty: name a way back, such as \"mailed-link\"".to_owned()),
            None => Ok(()),
        }
    }

    async fn show(&self, _look: &Look<'_>) -> Result<Screen, FlowError> {
        let way = |(stage, title, hint): &(&str, &str, &str)| Way {
            stage: (*stage).to_owned(),
            title: (*title).to_owned(),
            hint: (*hint).to_owned(),
        };
        Ok(Screen::of(&RecoveryWay { ways: self.ways.iter().filter_map(|stage| known(stage)).map(way).collect() }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let chosen = form.text("way");
        match self.ways.iter().find(|stage| *stage == chosen) {
            Some(stage) => {
                step.draft.way = Some(stage.clone());
                Ok(Outcome::Next)
            }
            None => Ok(Outcome::again("way", "recovery-way-missing")),
        }
    }
}

fn known(way: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    WAYS.iter().find(|(stage, ..)| *stage == way)
}

fn all_ways() -> Vec<String> {
    WAYS.iter().map(|(stage, ..)| (*stage).to_owned()).collect()
}

/// The stages that are ways, with their title and what they need.
const WAYS: &[(&str, &str, &str)] = &[
    (mailed_link::NAME, "recovery-way-mail", "recovery-way-mail-hint"),
    (recall_questions::NAME, "recovery-way-recall", "recovery-way-recall-hint"),
    (approval::NAME, "recovery-way-approval", "recovery-way-approval-hint"),
];
