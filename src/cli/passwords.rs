//! `preau account import-passwords`: people keep the password that they had in another system. A file with one wrong line imports
//! nothing; a hash is never shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::shown;
use crate::app::App;
use crate::console::Answer;
use crate::enrollment::taking_over::{self, Line, Why};
use crate::store::StoreError;

/// What `import-passwords` takes.
#[derive(Debug, Args)]
pub struct ImportPasswords {
    /// A table (CSV) with the columns `hash` and `person_id`, `username` or both: docs/admin/passwords.md.
    pub file: PathBuf,
    /// Say what would come of it, and take nothing over.
    #[arg(long)]
    pub dry_run: bool,
    /// Pass over lines for people whom the roster does not know; else one of them is a mistake like any other.
    #[arg(long)]
    pub skip_unknown: bool,
    /// Whoever signs in for the first time chooses another password before anything else.
    #[arg(long)]
    pub must_change: bool,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The file.
    #[error("{0} cannot be read: {1}")]
    File(String, csv::Error),
    /// A column that is needed is not there.
    #[error("{0} has no column {1}: the first line names hash, and person_id or username")]
    Column(String, &'static str),
    /// Lines that cannot be taken over.
    #[error("{file}: nothing was taken over, because of {count} lines:\n{lines}")]
    Refused {
        /// The file.
        file: String,
        /// How many.
        count: usize,
        /// The first of them, one a line.
        lines: String,
    },
    /// The work.
    #[error(transparent)]
    TakingOver(#[from] taking_over::Failed),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; `progress` hears what is done and how far it is.
pub async fn run(asked: ImportPasswords, app: &App, progress: &(dyn Fn(&str, u64) + Sync)) -> Result<Answer, Failed> {
    let lines = read(&asked.file)?;
    let both = (&app.store, &app.tools);
    let judged = taking_over::judge(both, &lines, asked.skip_unknown, &|seen| progress("lines", seen)).await?;
    if !judged.refused.is_empty() {
        return Err(refused(&asked.file, &judged.refused));
    }
    let (unknown, mut kept, mut kinds) = (judged.unknown, judged.kept, judged.kinds());
    if !asked.dry_run {
        let done = taking_over::take_over(both, &judged, asked.must_change, &|taken| progress("passwords", taken)).await?;
        kept += done.kept;
        kinds = done.kinds;
    }
    Ok(told(&asked, &kinds, kept, unknown))
}

fn read(path: &Path) -> Result<Vec<Line>, Failed> {
    let failed = |error| Failed::File(shown(path), error);
    let mut table = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(failed)?;
    let head = table.headers().map_err(failed)?.clone();
    // Spreadsheets begin a file with a mark that nobody sees.
    let place = |name: &str| head.iter().position(|column| column.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    let (hash, person_id, username) = (place("hash"), place("person_id"), place("username"));
    if hash.is_none() || (person_id.is_none() && username.is_none()) {
        return Err(Failed::Column(shown(path), if hash.is_none() { "hash" } else { "person_id" }));
    }
    let mut lines = Vec::new();
    for record in table.records() {
        let record = record.map_err(failed)?;
        let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default().to_owned();
        let line = record.position().map_or(0, csv::Position::line);
        lines.push(Line { line, person_id: cell(person_id), username: cell(username), hash: cell(hash) });
    }
    Ok(lines)
}

fn refused(path: &Path, refused: &[(u64, Why)]) -> Failed {
    let mut lines: Vec<String> = refused.iter().take(MOST_SHOWN).map(|(line, why)| format!("line {line}: {why}")).collect();
    if refused.len() > MOST_SHOWN {
        lines.push(format!("and {} more", refused.len() - MOST_SHOWN));
    }
    Failed::Refused { file: shown(path), count: refused.len(), lines: lines.join("\n") }
}

fn told(asked: &ImportPasswords, kinds: &BTreeMap<&str, u64>, kept: u64, unknown: u64) -> Answer {
    let count: u64 = kinds.values().sum();
    let of_kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let of_kinds = if of_kinds.is_empty() { String::new() } else { format!(" ({})", of_kinds.join(", ")) };
    let mut text = vec![match asked.dry_run {
        true => format!("Would take over {count} passwords{of_kinds}."),
        false => format!("Took over {count} passwords{of_kinds}. Each is hashed anew at its first sign-in."),
    }];
    let more = [
        (kept, "people have an account already, or had it shut or reset by the school, and keep what they have"),
        (unknown, "lines are for nobody in the roster and were passed over"),
    ];
    text.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}.")));
    if count > 0 && !asked.dry_run {
        text.push(format!("Delete {}: whoever has it can try passwords on it.", shown(&asked.file)));
    }
    let json = json!({ "dry_run": asked.dry_run, "passwords": count, "kinds": kinds, "have_account": kept, "unknown": unknown });
    Answer { json, text: text.join("\n") }
}

/// More lines than these are one mistake many times over.
const MOST_SHOWN: usize = 20;
