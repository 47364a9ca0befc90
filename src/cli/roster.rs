//! `preau roster`: imports, their history, taking one back, and synthetic districts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::config::Config;
use crate::console::Answer;
use crate::model::{ImportId, Timestamp};
use crate::random::Random;
use crate::roster::{
    District, GenerateError, ImportError, Inputs, Limits, Mode, Options, Outcome, Report, Version, generate, import, undo,
};
use crate::store::{Store, StoreError};

/// The roster, and when the server imports it by itself.
#[derive(Debug, Subcommand)]
pub enum Rosters {
    /// The roster.
    #[command(flatten)]
    Now(Command),
    /// Show when the server imports by itself, and what came of the last time.
    Schedule,
}

/// The roster.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Import a OneRoster 1.1 or 1.2 set, a zip or a folder. All of it is applied, or nothing.
    Import(Import),
    /// List the imports, newest first.
    History,
    /// Take the last import back.
    Undo {
        /// Its id, as `roster history` shows it.
        import: ImportId,
        /// Show what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a synthetic district: a zip if OUT ends in .zip, else a folder.
    Generate(Generate),
}

/// What `roster import` takes.
#[derive(Debug, Args)]
pub struct Import {
    /// The zip or the folder.
    path: PathBuf,
    /// How files are understood: by their content, as the whole roster, or as changes only.
    #[arg(long, value_enum, default_value = "auto")]
    mode: How,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Hold the import if more than this percentage of the people would leave.
    #[arg(long, value_name = "PERCENT", default_value_t = 3.0)]
    hold_above: f64,
    /// Apply it although it would be held: you have looked at the dry run.
    #[arg(long)]
    approve: bool,
    /// Accept that this user row becomes another person, by its sourcedId (repeat for several).
    #[arg(long = "accept-change", value_name = "ID")]
    accept: Vec<String>,
    /// How many bytes an archive may unpack to.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().unpacked)]
    max_unpacked: u64,
    /// How many times its size an archive may unpack to.
    #[arg(long, value_name = "TIMES", default_value_t = Limits::default().ratio)]
    max_ratio: u64,
    /// How many entries an archive may have.
    #[arg(long, value_name = "ENTRIES", default_value_t = Limits::default().entries)]
    max_entries: u64,
}

/// What `roster generate` takes.
#[derive(Debug, Args)]
pub struct Generate {
    /// The zip or the folder to write.
    out: PathBuf,
    /// How many pupils; guardians and staff come with them.
    #[arg(long, value_name = "N")]
    students: u32,
    /// The same district for the same seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The edition of the standard.
    #[arg(long, value_enum, default_value = "1.2")]
    oneroster: Edition,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum How {
    Auto,
    Bulk,
    Delta,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Edition {
    #[value(name = "1.1")]
    V1_1,
    #[value(name = "1.2")]
    V1_2,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Nothing was applied: too much would change.
    #[error("nothing was applied: {0}. Look at it with --dry-run; if it is right, run again with --approve")]
    Held(String),
    /// The synthetic district.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hears how far the work is: what is being read, and how many rows of it.
pub type Progress<'a> = &'a (dyn Fn(&str, u64) + Send + Sync);

/// Does it; what it answers is one JSON value, which `--json` prints as it is. `Generate` needs no store: see [`make`].
pub async fn run(command: Command, store: &Store, clock: &dyn Clock, random: &Random, progress: Progress<'_>) -> Result<Answer, Failed> {
    let inputs = Inputs { clock, random, progress };
    match command {
        Command::Import(asked) => {
            let report = import(store, &inputs, &asked.path, &asked.options()).await?;
            match (report.outcome, &report.held_because) {
                (Outcome::Held, Some(why)) => Err(Failed::Held(why.clone())),
                _ => Ok(Answer {
                    text: told(&report, MOST_TOLD),
                    json: serde_json::to_value(&report).expect("a report has only plain values"),
                }),
            }
        }
        Command::History => {
            let imports = store.read().imports().history(100).await?;
            let told = imports.iter().map(|one| {
                json!({ "import": one.id, "kind": one.kind, "state": one.state, "source": one.source, "undoes": one.undoes,
                    "undone_by": one.undone_by, "started_at": one.started_at, "finished_at": one.finished_at, "summary": one.summary })
            });
            Ok(Answer::of(told.collect(), &["import", "kind", "state", "source", "finished_at"]))
        }
        Command::Undo { import, dry_run } => {
            let counts = undo(store, &inputs, import, dry_run).await?;
            let facts: Vec<Value> =
                counts.iter().map(|(table, back, gone)| json!({ "facts": table, "written": back, "ended": gone })).collect();
            Ok(json!({ "undone": import, "dry_run": dry_run, "facts": facts }).into())
        }
        Command::Generate(asked) => Ok(make(&asked, progress)?.into()),
    }
}

/// When the server imports by itself.
pub async fn schedule(config: &Config, store: &Store, now: Timestamp) -> Result<Answer, Failed> {
    let settings = &config.roster.schedule;
    let Ok(Some(schedule)) = settings.schedule() else {
        let text = "Nothing is imported by itself: see roster.schedule in the settings.".to_owned();
        return Ok(Answer { json: json!({ "scheduled": false }), text });
    };
    let stands = store.read().imports().scheduled().await?;
    let happened = |at: Timestamp| Some(at).filter(|at| at.0 > 0);
    let told = json!({
        "scheduled": true,
        "path": settings.path,
        "at": settings.at,
        "every": settings.every,
        "next_at": schedule.next(now, &config.district.zone()),
        "looked_at": happened(stands.slot),
        "result": Some(stands.result).filter(|result| !result.is_empty()),
        "result_at": happened(stands.result_at),
    });
    Ok(Answer::of(told, &["path", "at", "every", "next_at", "looked_at", "result", "result_at"]))
}

/// Writes a synthetic district.
pub fn make(asked: &Generate, progress: Progress<'_>) -> Result<Value, Failed> {
    let version = match asked.oneroster {
        Edition::V1_1 => Version::V1_1,
        Edition::V1_2 => Version::V1_2,
    };
    let district = District { students: asked.students, seed: asked.seed, version };
    let made = generate(&asked.out, &district, &|pupils| progress("pupils", pupils.into()))?;
    Ok(serde_json::to_value(&made).expect("what was made has only plain values"))
}

impl Import {
    fn options(&self) -> Options {
        let mode = match self.mode {
            How::Auto => Mode::Auto,
            How::Bulk => Mode::Bulk,
            How::Delta => Mode::Delta,
        };
        Options {
            mode,
            dry_run: self.dry_run,
            hold_above: self.hold_above,
            approve: self.approve,
            accept: self.accept.clone(),
            limits: Limits { unpacked: self.max_unpacked, ratio: self.max_ratio, entries: self.max_entries },
        }
    }
}

/// A report as people read it; at most `most` deviations are told.
pub fn told(report: &Report, most: usize) -> String {
    let mut lines = vec![match report.outcome {
        Outcome::Applied => format!("Applied: import {}.", report.import),
        Outcome::NothingChanged => "Nothing changed.".to_owned(),
        Outcome::Held => "Held: nothing was applied.".to_owned(),
        Outcome::DryRun => "Dry run: nothing was applied.".to_owned(),
    }];
    for (file, counts) in &report.files {
        lines.push(format!(
            "{file:<24} {:>9} rows {:>8} added {:>8} changed {:>8} retired {:>8} returned",
            counts.rows, counts.added, counts.changed, counts.retired, counts.returned
        ));
    }
    for (kind, names) in &report.samples {
        lines.push(format!("{kind}: {}", names.join(", ")));
    }
    lines.extend(report.held_because.iter().map(|why| format!("Would be held: {why}.")));
    lines.extend(report.reviews.iter().map(|review| format!("To review: {review}.")));
    if report.passwords_seen > 0 {
        lines.push(format!("Warning: {} rows had a password in clear text. None was stored; stop exporting them.", report.passwords_seen));
    }
    lines.extend(report.notes.iter().take(most).map(ToString::to_string));
    let more = report.more_notes + report.notes.len().saturating_sub(most) as u64;
    if more > 0 {
        lines.push(format!("… and {more} more deviations"));
    }
    lines.join("\n")
}

/// Deviations told one by one on a terminal; `--json` has them all.
const MOST_TOLD: usize = 40;
