//! What an import says afterwards: counts, a sample of each kind of change, and every deviation row by row, up to a
//! limit that no file can exceed (A07).

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::model::ImportId;
use crate::store::StoreError;

/// Deviations told one by one; more are counted.
pub const MOST_NOTES: usize = 1000;
/// Examples told of each kind of change.
const MOST_SAMPLES: usize = 5;

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The run, for `roster undo`.
    pub import: ImportId,
    /// How it ended.
    pub outcome: Outcome,
    /// Counts by file.
    pub files: BTreeMap<&'static str, Counts>,
    /// A few of each kind of change of people: kind, then names.
    pub samples: BTreeMap<&'static str, Vec<String>>,
    /// People in the roster before, and of them those who would go.
    pub people: u64,
    /// Of them, those who would go.
    pub people_retired: u64,
    /// Pupils in the roster before.
    pub pupils: u64,
    /// Of them, those who would go.
    pub pupils_retired: u64,
    /// Why nothing was applied, if it was held.
    pub held_because: Option<String>,
    /// Rows that were not applied, because somebody must look at them first.
    pub reviews: Vec<String>,
    /// Rows with a password in clear text. None was stored.
    pub passwords_seen: u64,
    /// Deviations, in the order of the files.
    pub notes: Vec<Note>,
    /// Further deviations that were only counted.
    pub more_notes: u64,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everybody sees the new roster.
    Applied,
    /// The file says what the roster says.
    NothingChanged,
    /// Too much would change: nothing did.
    Held,
    /// Only looked.
    DryRun,
}

/// What happened to the records of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows read.
    pub rows: u64,
    /// Not known before.
    pub added: u64,
    /// Known, with other values.
    pub changed: u64,
    /// In the roster no more.
    pub retired: u64,
    /// Had left and are back.
    pub returned: u64,
}

/// One deviation from the standard, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The file.
    pub file: String,
    /// The line of the file; 1 is the header, 0 the file as a whole.
    pub row: u64,
    /// The column.
    pub column: String,
    /// What stood there.
    pub seen: String,
    /// What was done.
    pub done: String,
}

/// An import that could not be done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files cannot be used; the text says which, where, and what to do.
    #[error("{0}")]
    Refused(String),
    /// Another import is at work.
    #[error("another import is at work, or was stopped in the middle; try again in {0} seconds")]
    Busy(i64),
    /// Another import took over while this one slept.
    #[error("another import took over while this one was silent; nothing of this one was applied")]
    TakenOver,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Report {
    /// Nothing yet.
    pub(super) fn new(import: ImportId) -> Self {
        Self {
            import,
            outcome: Outcome::NothingChanged,
            files: BTreeMap::new(),
            samples: BTreeMap::new(),
            people: 0,
            people_retired: 0,
            pupils: 0,
            pupils_retired: 0,
            held_because: None,
            reviews: Vec::new(),
            passwords_seen: 0,
            notes: Vec::new(),
            more_notes: 0,
        }
    }

    /// Adds a deviation, or counts it.
    pub(super) fn note(&mut self, note: Note) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        } else {
            self.more_notes += 1;
        }
    }

    /// Adds an example of a kind of change.
    pub(super) fn sample(&mut self, kind: &'static str, who: impl FnOnce() -> String) {
        let samples = self.samples.entry(kind).or_default();
        if samples.len() < MOST_SAMPLES {
            samples.push(who());
        }
    }

    /// Something would change.
    pub fn changes(&self) -> bool {
        self.files.values().any(|counts| counts.added + counts.changed + counts.retired + counts.returned > 0)
    }
}

impl Note {
    /// A note whose `seen` is safe to print: short, and without control characters.
    pub(super) fn new(file: &str, row: u64, column: &str, seen: &str, done: impl Into<String>) -> Self {
        let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let short = seen.chars().take(60).map(printable).collect();
        Self { file: file.to_owned(), row, column: column.chars().take(60).map(printable).collect(), seen: short, done: done.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, row, column, seen, done } = self;
        write!(f, "{file}")?;
        if *row > 0 {
            write!(f, ", row {row}")?;
        }
        if !column.is_empty() {
            write!(f, ", {column}")?;
        }
        if !seen.is_empty() {
            write!(f, ": “{seen}”")?;
        }
        write!(f, ": {done}")
    }
}
