//! `cargo xtask test`: everything that must hold before a change is merged.

use std::time::Instant;

use crate::machine;
use crate::shell::Failure;
use crate::steps::{self, STEPS, Settings, Step};

/// Runs the steps that were asked for, all of them where none was; every mistake is found before the run ends.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let settings = Settings { long: arguments.iter().any(|argument| argument == "--long") };
    let wanted: Vec<&str> = arguments.iter().map(String::as_str).filter(|name| *name != "--long").collect();
    if let Some(name) = wanted.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return Err(Failure::new(format!("there is no step `{name}`; `cargo xtask help` lists them")));
    }
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| wanted.is_empty() || wanted.contains(&step.name)).collect();
    let started = Instant::now();
    machine::prepare()?;
    let failed: Vec<String> = chosen.iter().filter_map(|step| timed(step, &settings)).collect();
    println!("\n{} steps in {}.", chosen.len(), minutes(started));
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("Failed:\n{}", failed.join("\n")))) }
}

/// `cargo xtask screenshots`: the browser tests once more, this time leaving pictures of the pages.
pub fn screenshots() -> Result<(), Failure> {
    machine::prepare()?;
    steps::playwright(&["--project=pictures"], true)
}

fn timed(step: &Step, settings: &Settings) -> Option<String> {
    println!("\n== {}: {}", step.name, step.what);
    let started = Instant::now();
    let done = (step.work)(settings);
    let word = if done.is_ok() { "done" } else { "FAILED" };
    println!("== {}: {word} in {}", step.name, minutes(started));
    done.err().map(|failure| format!("  {}: {failure}", step.name))
}

fn minutes(since: Instant) -> String {
    let seconds = since.elapsed().as_secs();
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}
