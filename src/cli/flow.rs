//! `preau flow`: which flows are loaded, and whether a flow file is right.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failed, Place, shown};
use crate::console::{Answer, Progress};
use crate::enrollment::readiness::{Readiness, readiness};
use crate::flow::{Flow, definition};
use crate::policy::Policy;
use crate::routes::FEATURES;
use crate::serve;

/// Flows.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the flows that are loaded.
    List,
    /// Check a flow file, or all that the settings load: every mistake with its line and the nearest right word.
    Check {
        /// The file.
        file: Option<PathBuf>,
    },
    /// Say how many people of the roster could join by a flow today, and why the others could not. Changes nothing.
    Try {
        /// The flow, by its name.
        flow: String,
    },
}

/// Does it.
pub async fn run(command: &Command, place: &Place) -> Result<Answer, Failed> {
    match command {
        Command::List => {
            let flows = definition::load(FEATURES, place.config()?.flows.dir.as_deref())?;
            Ok(Answer::of(flows.iter().map(describe).collect(), &["flow", "feature", "audience", "assurance", "stages", "exceptions"]))
        }
        Command::Check { file: None } => {
            let flows = definition::load(FEATURES, place.config()?.flows.dir.as_deref())?;
            let names: Vec<&str> = flows.iter().map(|flow| flow.name.as_str()).collect();
            Ok(Answer { json: json!({ "right": names }), text: format!("Right: {}.", names.join(", ")) })
        }
        Command::Check { file: Some(file) } => {
            let text = std::fs::read_to_string(file).map_err(|error| Failed::Said(format!("{}: {error}", shown(file))))?;
            let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let flow = definition::parse(&name, &shown(file), &text, FEATURES)?;
            Ok(Answer { json: describe(&flow), text: format!("{} is right.", shown(file)) })
        }
        Command::Try { flow } => try_flow(flow, place).await,
    }
}

async fn try_flow(name: &str, place: &Place) -> Result<Answer, Failed> {
    let config = place.config()?;
    let flows = definition::load(FEATURES, config.flows.dir.as_deref())?;
    let joining: Vec<&Flow> = flows.iter().filter(|flow| flow.feature.name == "enrollment").collect();
    let Some(flow) = joining.iter().find(|flow| flow.name == name) else {
        let names: Vec<&str> = joining.iter().map(|flow| flow.name.as_str()).collect();
        return Err(Failed::Said(format!("there is no flow {name} by which people join; there are: {}", names.join(", "))));
    };
    let policy = Policy::new(config.policy.clone()).map_err(Failed::Said)?;
    let store = serve::open_store(&config).await?;
    let progress = Progress::new();
    let found = readiness(&store.read(), &policy, flow, &|seen| progress.tell("people", seen)).await?;
    let json = serde_json::to_value(&found).expect("its keys are strings");
    Ok(Answer { text: said(name, &found), json })
}

fn said(name: &str, found: &Readiness) -> String {
    let Readiness { people, claimed, ready, not_ready, why } = found;
    let mut text = format!("{people} people are meant by {name}: {ready} could join today, {not_ready} could not, {claimed} have joined.");
    for reason in why {
        text.push_str(&format!("\n  {:>7}  {} (such as {})", reason.people, reason.explanation, reason.such_as.join(", ")));
    }
    text
}

fn describe(flow: &Flow) -> Value {
    json!({
        "flow": flow.name,
        "feature": flow.feature.name,
        "audience": flow.audience.map(crate::model::Audience::word),
        "assurance": flow.assurance,
        "stages": flow.stages.iter().map(|bound| bound.name).collect::<Vec<_>>(),
        "listed": flow.listed,
        "exceptions": flow.exceptions,
    })
}
