//! `cargo xtask fuzz`: libFuzzer against what strangers send (docs/fuzzing.md). The targets stand in `fuzz/`, a workspace of its own; they
//! are built by the stable compiler, in a target folder of their own, with what is ours instrumented.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Failure};

/// The targets, by the rows of the threat table.
const TARGETS: &[&str] = &["redirect-uri", "forms", "signatures", "headers"];
const USUAL_MINUTES: u64 = 1;

/// Fuzzes the targets of these names, or all, each for so many minutes.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let at = arguments.iter().position(|argument| argument == "--minutes");
    let minutes = match at {
        None => USUAL_MINUTES,
        Some(at) => arguments
            .get(at + 1)
            .and_then(|minutes| minutes.parse().ok())
            .ok_or_else(|| Failure::new("`--minutes` is followed by a number"))?,
    };
    let is_name = |index: usize| at.is_none_or(|at| index != at && index != at + 1);
    let names: Vec<&str> = arguments.iter().enumerate().filter(|(index, _)| is_name(*index)).map(|(_, name)| name.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !TARGETS.contains(*name)) {
        return Err(Failure::new(format!("there is no target `{name}`: {}", TARGETS.join(", "))));
    }
    each(if names.is_empty() { TARGETS } else { &names }, minutes)
}

/// An hour for each: the release's.
pub fn long() -> Result<(), Failure> {
    each(TARGETS, 60)
}

fn each(names: &[&str], minutes: u64) -> Result<(), Failure> {
    let target = build()?;
    let failed: Vec<String> = names.iter().filter_map(|name| throw(&target, name, minutes).err().map(|why| why.to_string())).collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(failed.join("\n"))) }
}

fn folder() -> PathBuf {
    shell::root().join("fuzz")
}

fn build() -> Result<PathBuf, Failure> {
    let target = shell::target().join("fuzz");
    // Its lock file follows the program's dependencies, which change without it: not `--locked`.
    let mut cargo = shell::cargo(&["build", "--bins"]);
    cargo.current_dir(folder()).env("CARGO_TARGET_DIR", &target).env("RUSTC_WRAPPER", folder().join("rustc.sh"));
    shell::run(&mut cargo)?;
    Ok(target)
}

/// One target, from its seeds and from what earlier runs found; what it falls over is kept.
fn throw(target: &std::path::Path, name: &str, minutes: u64) -> Result<(), Failure> {
    let corpus = target.join("corpus").join(name);
    let findings = target.join("findings").join(name);
    for folder in [&corpus, &findings] {
        std::fs::create_dir_all(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    }
    let mut fuzzer = shell::local(Command::new(target.join("debug").join(name)));
    fuzzer.arg(&corpus).arg(folder().join("corpus-seeds").join(name));
    fuzzer.arg(format!("-max_total_time={}", minutes * 60)).arg(format!("-artifact_prefix={}/", findings.display()));
    fuzzer.args(["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    let dictionary = folder().join("dictionaries").join(format!("{name}.txt"));
    if dictionary.is_file() {
        fuzzer.arg(format!("-dict={}", dictionary.display()));
    }
    shell::run(&mut fuzzer)
}
