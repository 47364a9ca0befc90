//! The roster by itself (A4): at each hour of `[roster.schedule]` one node looks at the folder or the zip, and imports it
//! if it is another one than before, with the thresholds and holds of `preau roster import`. What did not go through is
//! mailed once to those who look after it, and stands in the history.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use crate::app::App;
use crate::model::{Hash, Language, Letter, Timestamp};
use crate::roster::{ImportError, Inputs, Options, Outcome, import};
use crate::store::{StoreError, Tx};

/// What came of an hour of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// Imported: everybody sees the new roster.
    Applied,
    /// Imported, and it said nothing new.
    NothingNew,
    /// The files are those of the time before.
    SameFiles,
    /// Too much would change: somebody must look.
    Held,
    /// They cannot be used.
    Refused,
    /// Another import was at work; the hour comes again in a minute.
    Later,
}

/// Does what the schedule asks now. `None`: nothing is due, or another node does it.
pub async fn by_schedule(app: &App) -> Result<Option<Came>, StoreError> {
    let settings = &app.tools.config.roster.schedule;
    let (Ok(Some(schedule)), Some(path)) = (settings.schedule(), &settings.path) else { return Ok(None) };
    let now = app.now();
    let slot = schedule.last(now, &app.tools.config.district.zone());
    let before = app.store.read().imports().scheduled().await?;
    if before.slot >= slot {
        return Ok(None);
    }
    let seen = look(path).await;
    if seen.changed_at.is_some_and(|at| (0..SETTLED).contains(&now.since(at))) {
        // Somebody is writing it.
        return Ok(None);
    }
    if !app.store.write(async |tx: &Tx| tx.imports().take_slot(before.slot, slot).await).await? {
        return Ok(None);
    }
    if before.files.as_deref() == Some(seen.files.as_str()) {
        return Ok(Some(Came::SameFiles));
    }
    let options = Options { hold_above: settings.hold_above.into(), ..Options::default() };
    let inputs = Inputs { clock: &*app.tools.clock, random: &app.tools.random, progress: &|_, _| {} };
    let (came, why) = match import(&app.store, &inputs, path, &options).await {
        Ok(report) => match report.outcome {
            Outcome::Applied => (Came::Applied, None),
            Outcome::Held => (Came::Held, report.held_because),
            Outcome::NothingChanged | Outcome::DryRun => (Came::NothingNew, None),
        },
        Err(ImportError::Refused(why)) => (Came::Refused, Some(why)),
        Err(ImportError::Busy(_) | ImportError::TakenOver) => {
            app.store.write(async |tx: &Tx| tx.imports().take_slot(slot, before.slot).await).await?;
            return Ok(Some(Came::Later));
        }
        Err(ImportError::Store(error)) => {
            app.store.write(async |tx: &Tx| tx.imports().take_slot(slot, before.slot).await).await?;
            return Err(error);
        }
    };
    note(app, path, &seen, came, why.as_deref()).await?;
    tracing::info!(came = came.word(), "the roster's schedule was kept");
    Ok(Some(came))
}

impl Came {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NothingNew => "nothing-changed",
            Self::SameFiles => "same-files",
            Self::Held => "held",
            Self::Refused => "refused",
            Self::Later => "later",
        }
    }
}

/// What the files look like: whoever compares two knows whether they are the same.
struct Seen {
    files: String,
    changed_at: Option<Timestamp>,
}

async fn look(path: &Path) -> Seen {
    let path = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || looked(&path)).await;
    let missing = || Seen { files: "missing".to_owned(), changed_at: None };
    looked.ok().and_then(Result::ok).unwrap_or_else(missing)
}

fn looked(path: &Path) -> std::io::Result<Seen> {
    let mut files = vec![(String::new(), std::fs::metadata(path)?)];
    if path.is_dir() {
        files.clear();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            files.push((entry.file_name().to_string_lossy().into_owned(), entry.metadata()?));
        }
        files.sort_by(|one, other| one.0.cmp(&other.0));
    }
    let (mut text, mut changed_at) = (String::new(), None);
    for (name, file) in &files {
        let changed = file.modified()?.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        text.push_str(&format!("{name}\u{1f}{}\u{1f}{}\u{1e}", file.len(), changed.as_nanos()));
        changed_at = changed_at.max(i64::try_from(changed.as_secs()).ok().map(Timestamp));
    }
    let digest = Hash::of(text.as_bytes());
    Ok(Seen { files: digest.0.iter().map(|byte| format!("{byte:02x}")).collect(), changed_at })
}

async fn note(app: &App, path: &Path, seen: &Seen, came: Came, why: Option<&str>) -> Result<(), StoreError> {
    let (tools, now) = (&app.tools, app.now());
    let config = &tools.config;
    let language = config.languages.first().copied().unwrap_or(Language::ALL[0]);
    let source = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let moment = tools.pages.moment(language, now, now, &config.district.zone());
    let data = json!({ "source": source, "held": came == Came::Held, "why": why, "moment": moment });
    let tell: Vec<&str> = match config.roster.schedule.tell.as_slice() {
        [] => vec![config.district.help_desk()],
        some => some.iter().map(String::as_str).collect(),
    };
    let work = async |tx: &Tx| {
        tx.imports().note_scheduled(&seen.files, came.word(), now).await?;
        for to in tell.iter().filter(|_| matches!(came, Came::Held | Came::Refused)) {
            let data = data.clone();
            let letter = Letter { kind: "roster-import-trouble".to_owned(), to: (*to).to_owned(), language, data, useless_after: None };
            tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
        }
        Ok::<_, StoreError>(())
    };
    app.store.write(work).await
}

/// Files that nobody has touched for so many seconds are whole.
const SETTLED: i64 = 20;
