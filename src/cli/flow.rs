//! `preau flow`: which flows are loaded, and whether a flow file is right.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failed, Place, shown};
use crate::console::Answer;
use crate::flow::{Flow, definition};
use crate::routes::FEATURES;

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
}

/// Does it.
pub fn run(command: &Command, place: &Place) -> Result<Answer, Failed> {
    match command {
        Command::List => {
            let flows = definition::load(FEATURES, place.config()?.flows.dir.as_deref())?;
            Ok(Answer::of(flows.iter().map(describe).collect(), &["flow", "feature", "audience", "stages", "exceptions"]))
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
    }
}

fn describe(flow: &Flow) -> Value {
    json!({
        "flow": flow.name,
        "feature": flow.feature.name,
        "audience": flow.audience.map(crate::model::Audience::word),
        "stages": flow.stages.iter().map(|bound| bound.name).collect::<Vec<_>>(),
        "listed": flow.listed,
        "exceptions": flow.exceptions,
    })
}
