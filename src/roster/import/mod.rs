//! An import from beginning to end: a lease, the passes over the files, the checks, and the one step by which everybody
//! sees the new roster. Until that step, nothing of it is seen; killed before it, nothing of it stays.

mod matching;
mod passes;
mod rows;
mod stream;
mod undo;
mod users;
mod values;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use self::passes::{Pass, passes};
use self::stream::{Standing, first_standing};
pub use self::undo::undo;
use super::read::{LAYOUTS, Limits, PASSED_OVER, Package};
use super::report::{ImportError, Note, Outcome, Report};
use crate::clock::Clock;
use crate::model::ImportId;
use crate::random::Random;
use crate::store::events::Event;
use crate::store::roster::TABLES;
use crate::store::roster_imports::Begun;
use crate::store::roster_match::Headcount;
use crate::store::{Store, StoreError, Tx};

/// What an import needs beside the store.
pub struct Inputs<'a> {
    /// Asked for the lease and the hour of the import.
    pub clock: &'a dyn Clock,
    /// Makes ids.
    pub random: &'a Random,
    /// Told the file and the rows read of it so far.
    pub progress: &'a (dyn Fn(&str, u64) + Send + Sync),
}

/// How a file is to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By its content: rows with a status are a delta.
    #[default]
    Auto,
    /// Whoever is not in it has left.
    Bulk,
    /// It tells changes only.
    Delta,
}

/// What the operator asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How files are to be understood.
    pub mode: Mode,
    /// Look, and change nothing.
    pub dry_run: bool,
    /// Hold an import that retires more than this percentage (A08).
    pub hold_above: f64,
    /// Apply what would be held.
    pub approve: bool,
    /// User rows, by `sourcedId`, that may become another person: somebody looked at them (A09).
    pub accept: Vec<String>,
    /// What an archive may be.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self { mode: Mode::Auto, dry_run: false, hold_above: 3.0, approve: false, accept: Vec::new(), limits: Limits::default() }
    }
}

/// More identity changes than this percentage hold an import (A08).
const MOST_IDENTITY_CHANGES: f64 = 1.0;

/// Imports the set of files at `path`. Whatever it answers, either the whole set was applied or nothing was.
pub async fn import(store: &Store, inputs: &Inputs<'_>, path: &Path, options: &Options) -> Result<Report, ImportError> {
    let mut notes = Vec::new();
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let (package, plan) = match look_into(path, options, &mut notes) {
        Ok(found) => found,
        Err(error) => {
            refuse(store, inputs, &name, &error).await?;
            return Err(error);
        }
    };
    let (id, generation) = begin(store, inputs, "import", &name).await?;
    let mut run = Run { store, inputs, options, package, id, generation, report: Report::new(id), why: None, renewed: inputs.clock.now() };
    notes.into_iter().for_each(|note| run.report.note(note));
    let done = run.all(&plan).await;
    let done = match done {
        Ok(None) => run.publish().await,
        Ok(Some(outcome)) => run.withdraw(outcome).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(run.report),
        Err(error @ (ImportError::TakenOver | ImportError::Store(_))) => Err(error),
        Err(error) => {
            run.why = Some(error.to_string());
            run.forget("refused").await?;
            Err(error)
        }
    }
}

/// The files, and in which order they are read.
fn look_into(path: &Path, options: &Options, notes: &mut Vec<Note>) -> Result<(Arc<Package>, Vec<Pass>), ImportError> {
    let known: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name).chain(PASSED_OVER.iter().copied()).collect();
    let package = Arc::new(Package::open(path, &known, options.limits, notes)?);
    let plan = passes(&package, notes)?;
    Ok((package, plan))
}

/// A set of files that cannot be begun with stands in the history too.
async fn refuse(store: &Store, inputs: &Inputs<'_>, name: &str, error: &ImportError) -> Result<(), ImportError> {
    let now = inputs.clock.now();
    let id = ImportId::new(now, inputs.random);
    let summary = json!({ "why": error.to_string() });
    store.write(async |tx: &Tx| tx.imports().refuse(id, name, &summary, now).await).await?;
    Ok(())
}

/// One import at work.
pub(super) struct Run<'a> {
    store: &'a Store,
    inputs: &'a Inputs<'a>,
    options: &'a Options,
    package: Arc<Package>,
    id: ImportId,
    generation: i64,
    report: Report,
    /// Why it was refused.
    why: Option<String>,
    renewed: crate::model::Timestamp,
}

impl Run<'_> {
    /// Writes the next generation; says how the import ends, if not by being published.
    async fn all(&mut self, plan: &[Pass]) -> Result<Option<Outcome>, ImportError> {
        for pass in plan {
            let delta = match self.options.mode {
                Mode::Bulk => false,
                Mode::Delta => true,
                Mode::Auto => first_standing(&self.package, pass.file)?.is_some_and(|standing| standing != Standing::Unsaid),
            };
            self.pass(pass, delta).await?;
        }
        self.tell_dangling().await?;
        if !self.report.changes() {
            return Ok(Some(Outcome::NothingChanged));
        }
        let count = self.store.read().facts().headcount(self.generation).await?;
        self.report.people = count.people;
        self.report.people_retired = count.people_retired;
        self.report.pupils = count.pupils;
        self.report.pupils_retired = count.pupils_retired;
        self.report.held_because = why_held(&count, self.report.reviews.len(), self.options);
        let held = self.report.held_because.is_some() && !self.options.approve;
        Ok(match (self.options.dry_run, held) {
            (true, _) => Some(Outcome::DryRun),
            (false, true) => Some(Outcome::Held),
            (false, false) => None,
        })
    }

    async fn tell_dangling(&mut self) -> Result<(), ImportError> {
        for (file, column, place, other) in DANGLING {
            let found = self.store.read().facts().dangling(*place, other, self.generation).await?;
            for (source, missing) in found {
                let done = format!("the record {source} names somebody or something that is not in the roster: it has no effect");
                self.report.note(Note::new(file, 0, column, &missing, done));
            }
        }
        Ok(())
    }

    /// The last step.
    async fn publish(&mut self) -> Result<(), ImportError> {
        self.report.outcome = Outcome::Applied;
        let (id, generation, now, summary) = (self.id, self.generation, self.inputs.clock.now(), self.summary());
        let work = async |tx: &Tx| {
            let done = tx.imports().publish(id, generation, &summary, now).await?;
            if done {
                let event = Event { detail: json!({ "import": id, "counts": summary }), ..Event::of("roster.imported") };
                tx.record(&event, now).await?;
            }
            Ok::<_, StoreError>(done)
        };
        if self.store.write(work).await? { Ok(()) } else { Err(ImportError::TakenOver) }
    }

    /// Forgets the next generation, and ends with `outcome`.
    async fn withdraw(&mut self, outcome: Outcome) -> Result<(), ImportError> {
        self.report.outcome = outcome;
        let state = match outcome {
            Outcome::Applied => "applied",
            Outcome::NothingChanged => "nothing-changed",
            Outcome::Held => "held",
            Outcome::DryRun => "dry-run",
        };
        self.forget(state).await
    }

    async fn forget(&mut self, state: &str) -> Result<(), ImportError> {
        forget(self.store, self.inputs, self.id, self.generation).await?;
        let (id, now, summary) = (self.id, self.inputs.clock.now(), self.summary());
        self.store.write(async |tx: &Tx| tx.imports().end(id, state, &summary, now).await).await?;
        Ok(())
    }

    fn summary(&self) -> serde_json::Value {
        let notes = self.report.notes.len() as u64 + self.report.more_notes;
        let mut summary = json!({ "files": self.report.files, "reviews": self.report.reviews.len(), "notes": notes });
        if let Some(why) = self.why.as_ref().or(self.report.held_because.as_ref()) {
            summary["why"] = why.as_str().into();
        }
        summary
    }
}

/// Takes the lease, and sweeps away what a killed run left.
async fn begin(store: &Store, inputs: &Inputs<'_>, kind: &str, name: &str) -> Result<(ImportId, i64), ImportError> {
    let now = inputs.clock.now();
    let id = ImportId::new(now, inputs.random);
    match store.write(async |tx: &Tx| tx.imports().begin(id, kind, name, now).await).await? {
        Begun::Busy(until) => Err(ImportError::Busy(until.since(now).max(1))),
        Begun::Ready(generation) => {
            forget(store, inputs, id, generation).await?;
            Ok((id, generation))
        }
    }
}

/// Forgets a generation that nobody saw, by short steps.
async fn forget(store: &Store, inputs: &Inputs<'_>, id: ImportId, generation: i64) -> Result<(), ImportError> {
    for table in TABLES {
        let mut more = true;
        while more {
            let now = inputs.clock.now();
            let step = async |tx: &Tx| {
                let ours = tx.imports().renew(id, now).await?;
                let more = ours && tx.facts().forget(table, generation).await?;
                Ok::<_, StoreError>((ours, more))
            };
            let ours;
            (ours, more) = store.write(step).await?;
            if !ours {
                return Err(ImportError::TakenOver);
            }
        }
    }
    Ok(())
}

fn why_held(count: &Headcount, reviews: usize, options: &Options) -> Option<String> {
    let percent = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    let people = percent(count.people_retired, count.people);
    let pupils = percent(count.pupils_retired, count.pupils);
    let changes = percent(reviews as u64, count.people);
    if people > options.hold_above {
        Some(format!("{people:.1} % of the people in the roster would leave it; more than {} % is held", options.hold_above))
    } else if pupils > options.hold_above {
        Some(format!("{pupils:.1} % of the pupils in the roster would leave it; more than {} % is held", options.hold_above))
    } else if changes > MOST_IDENTITY_CHANGES {
        Some(format!("{changes:.1} % of the people would become somebody else; more than {MOST_IDENTITY_CHANGES} % is held"))
    } else {
        None
    }
}

/// File, column, (table, column) and the table that must have it.
type Dangling = (&'static str, &'static str, (&'static str, &'static str), &'static str);

const DANGLING: &[Dangling] = &[
    ("orgs.csv", "parentSourcedId", ("roster_orgs", "parent_source"), "roster_orgs"),
    ("classes.csv", "schoolSourcedId", ("roster_classes", "school_source"), "roster_orgs"),
    ("classes.csv", "courseSourcedId", ("roster_classes", "course_source"), "roster_courses"),
    ("roles.csv", "userSourcedId", ("roster_roles", "user_source"), "roster_users"),
    ("roles.csv", "orgSourcedId", ("roster_roles", "org_source"), "roster_orgs"),
    ("enrollments.csv", "userSourcedId", ("roster_enrollments", "user_source"), "roster_users"),
    ("enrollments.csv", "classSourcedId", ("roster_enrollments", "class_source"), "roster_classes"),
];
