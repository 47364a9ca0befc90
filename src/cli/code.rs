//! `preau code`: activation codes. A code is shown once, when it is made: in the file that was asked for, or in the answer
//! where there are few. From then on staff know it by its id and its last group.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::joined::{self, By, Wanted as WantedState};
use super::paper::{OnPaperInto, Sheets};
use super::table::{Table, Unwritable, beside};
use crate::app::App;
use crate::console::Answer;
use crate::enrollment::issuing::{self, ForLetter, Letters, Order, Progress, Refused, Summary, Wanted};
use crate::model::{BatchId, CodeId, PersonId, Timestamp};
use crate::store::codes::{CodeState, Filter, Issued, Kind};
use crate::store::events::Event;
use crate::store::families::Guardian;
use crate::store::{Reader, Store, StoreError, Tx};

/// Activation codes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make codes: one for each known guardian without an account, which reaches all their children; with --count so many
    /// without a name for each pupil. A guardian's older code dies when the new one is good.
    Issue(Issue),
    /// List codes: for whom, until when, what became of them, who used which. The codes themselves are not kept.
    List(List),
    /// Take unused codes back. This cannot be undone.
    Revoke(Revoke),
    /// Make new codes in the place of lost letters; the old ones die.
    Reprint(Reprint),
}

/// What `code issue` takes.
#[derive(Debug, Args)]
pub struct Issue {
    /// For whom.
    #[command(flatten)]
    pub whom: Whom,
    /// So many codes without a name for each pupil, instead of one for each known guardian.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=20))]
    pub count: Option<u16>,
    /// How long they are good, and where they are written.
    #[command(flatten)]
    pub how: How,
    /// Count, and make none.
    #[arg(long)]
    pub dry_run: bool,
}

/// For whose children.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// These pupils, by their sourcedId in the roster.
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub student: Vec<String>,
    /// These guardians themselves, by their sourcedId: one code each.
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "count")]
    pub guardian: Vec<String>,
    /// The pupils of this school, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub school: Option<String>,
    /// The pupils of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// Every pupil of the district.
    #[arg(long)]
    pub all: bool,
}

/// How codes are made and written down.
#[derive(Debug, Default, Args)]
pub struct How {
    /// For so many days.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=365))]
    pub expires: Option<u16>,
    /// Write them here, one a line, with what a letter needs; only you may read the file.
    #[arg(long, value_name = "OUT.csv")]
    pub csv: Option<PathBuf>,
    /// Set the letters that bear them, in the order in which they are handed out; only you may read the file.
    #[arg(long, value_name = "OUT.pdf")]
    pub letters: Option<PathBuf>,
    /// How they stand on paper.
    #[command(flatten)]
    pub sheets: Sheets,
}

/// What `code list` takes.
#[derive(Debug, Default, Args)]
pub struct List {
    /// Only those that still open something.
    #[arg(long, conflicts_with = "used")]
    pub unused: bool,
    /// Only those that were used.
    #[arg(long)]
    pub used: bool,
    /// Only for pupils of this school, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub school: Option<String>,
    /// Only for pupils of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// Only of this batch.
    #[arg(long, value_name = "ID")]
    pub batch: Option<BatchId>,
    /// Not the codes, but who has opened an account, however they came: by person with the children inside, or by pupil with
    /// the guardians inside.
    #[arg(long, value_enum, conflicts_with_all = ["unused", "used", "batch"])]
    pub by: Option<By>,
    /// With --by: only those who stand so.
    #[arg(long, value_enum, requires = "by")]
    pub state: Option<WantedState>,
    /// With --by: write a line for each link here; only you may read the file.
    #[arg(long, value_name = "OUT.csv", requires = "by")]
    pub csv: Option<PathBuf>,
}

/// What `code revoke` takes.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Which ones.
    #[command(flatten)]
    pub which: Which,
    /// Why, for the list.
    #[arg(long, default_value = "taken back")]
    pub reason: String,
}

/// Which codes.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// These codes, by their ids.
    pub codes: Vec<CodeId>,
    /// The unused ones of this batch.
    #[arg(long, value_name = "ID")]
    pub batch: Option<BatchId>,
    /// The unused ones for pupils of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// The unused ones for pupils of this school, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub school: Option<String>,
    /// All that are unused.
    #[arg(long)]
    pub all_unused: bool,
}

/// What `code reprint` takes.
#[derive(Debug, Args)]
pub struct Reprint {
    /// The codes in whose place new ones are made, by their ids.
    #[arg(required = true)]
    pub codes: Vec<CodeId>,
    /// How long they are good, and where they are written.
    #[command(flatten)]
    pub how: How,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The codes.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Too many to show.
    #[error("{0} codes are too many to show: name a file with --csv or --letters")]
    NeedsFile(u64),
    /// The file.
    #[error("{} cannot be written: {cause}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Used, taken back, or unknown.
    #[error("there is no unused code {0}: nothing to take back")]
    NotUnused(CodeId),
    /// A table.
    #[error(transparent)]
    Table(#[from] Unwritable),
    /// The report.
    #[error(transparent)]
    Joined(#[from] joined::Failed),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it.
pub async fn run(command: Command, app: &App, progress: Progress<'_>) -> Result<Answer, Failed> {
    match command {
        Command::Issue(asked) => {
            let order = Order { wanted: asked.whom.wanted(), count: asked.count, life: asked.how.life(), made_by: None };
            if asked.dry_run {
                let summary = issuing::preview(&app.store, &order).await?;
                return Ok(told(&summary, &[], &asked.how, true));
            }
            issue(app, &order, &asked.how, progress).await
        }
        Command::Reprint(asked) => {
            let order = Order { wanted: Wanted::Again(asked.codes), count: None, life: asked.how.life(), made_by: None };
            issue(app, &order, &asked.how, progress).await
        }
        Command::List(asked) => {
            if let Some(by) = asked.by {
                let (school, class, csv) = (asked.school.as_deref(), asked.class.as_deref(), asked.csv.as_deref());
                let asked = joined::Asked { school, class, state: asked.state, csv };
                return Ok(joined::run(by, &asked, app, progress).await?);
            }
            let told = list(&app.store.read(), &asked, app.now()).await?;
            Ok(Answer::of(told, &["id", "last_group", "number", "state", "pupil", "guardian", "expires_at", "used_at", "used_by"]))
        }
        Command::Revoke(asked) => Ok(revoke(&app.store, &asked, app.now()).await?.into()),
    }
}

impl Whom {
    fn wanted(self) -> Wanted {
        match self {
            Self { school: Some(school), .. } => Wanted::School(school),
            Self { class: Some(class), .. } => Wanted::Class(class),
            Self { all: true, .. } => Wanted::Everybody,
            Self { guardian, .. } if !guardian.is_empty() => Wanted::Guardians(guardian),
            Self { student, .. } => Wanted::Students(student),
        }
    }
}

impl How {
    fn life(&self) -> Duration {
        self.expires.map_or(issuing::LIFE, |days| Duration::from_hours(24 * u64::from(days)))
    }
}

async fn issue(app: &App, order: &Order, how: &How, progress: Progress<'_>) -> Result<Answer, Failed> {
    if how.csv.is_none() && how.letters.is_none() {
        let counted = issuing::preview(&app.store, order).await?;
        if counted.codes > MOST_SHOWN {
            return Err(Failed::NeedsFile(counted.codes));
        }
        let mut shown = OnScreen(Vec::new());
        let summary = issuing::issue(&app.tools, &app.store, order, progress, &mut shown).await?;
        return Ok(told(&summary, &shown.0, how, false));
    }
    let mut files = Files::begin(how, app).await?;
    match issuing::issue(&app.tools, &app.store, order, progress, &mut files).await {
        Ok(summary) => files.keep().map(|()| told(&summary, &[], how, false)),
        Err(refused) => {
            files.discard();
            Err(refused.into())
        }
    }
}

/// What is asked for in files: each stands beside its place until every code in it is good.
#[derive(Default)]
struct Files {
    into: Vec<Box<dyn Letters>>,
    paths: Vec<PathBuf>,
}

impl Files {
    async fn begin(how: &How, app: &App) -> Result<Self, Failed> {
        let mut files = Self::default();
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |cause| Failed::File { path, cause }
        };
        if let Some(path) = &how.csv {
            let table = Table::begin(path, &COLUMNS)?;
            files.into.push(Box::new(Rows { table, zone: app.tools.config.district.zone() }));
            files.paths.push(path.clone());
        }
        if let Some(path) = &how.letters {
            files.into.push(Box::new(OnPaperInto::begin(&beside(path), how.sheets, app).await.map_err(failed(path))?));
            files.paths.push(path.clone());
        }
        Ok(files)
    }

    fn keep(self) -> Result<(), Failed> {
        drop(self.into);
        self.paths
            .iter()
            .try_for_each(|path| std::fs::rename(beside(path), path).map_err(|cause| Failed::File { path: path.clone(), cause }))
    }

    /// What stands in them opens nothing.
    fn discard(mut self) {
        // Letters that are still being set are waited for, so that none is left behind.
        for file in &mut self.into {
            let _ = file.finish();
        }
        for path in &self.paths {
            let _ = std::fs::remove_file(beside(path));
        }
    }
}

impl Letters for Files {
    fn add(&mut self, letter: ForLetter) -> std::io::Result<()> {
        self.into.iter_mut().try_for_each(|file| file.add(letter.clone()))
    }

    fn finish(&mut self) -> std::io::Result<()> {
        self.into.iter_mut().try_for_each(|file| file.finish())
    }
}

/// Few codes, for the answer.
struct OnScreen(Vec<Value>);

impl Letters for OnScreen {
    fn add(&mut self, letter: ForLetter) -> std::io::Result<()> {
        self.0.push(json!({
            "id": letter.id,
            "number": letter.number,
            "code": letter.code.expose(),
            "link": letter.link.expose(),
            "guardian": letter.guardian.as_ref().map(|guardian| format!("{} {}", guardian.given_name, guardian.family_name)),
            "guardian_id": letter.guardian.as_ref().map(|guardian| &guardian.source),
            "children": names(&letter),
            "student_id": letter.pupil.source,
            "school": letter.pupil.school_name,
            "class": letter.pupil.class,
            "language": letter.language,
            "expires_at": letter.expires_at,
        }));
        Ok(())
    }

    fn finish(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Any number of codes, as a table.
struct Rows {
    table: Table,
    zone: jiff::tz::TimeZone,
}

impl Letters for Rows {
    fn add(&mut self, letter: ForLetter) -> std::io::Result<()> {
        let until = self.zone.to_datetime(jiff::Timestamp::from_second(letter.expires_at.0).unwrap_or_default()).date();
        let guardian = |part: fn(&Guardian) -> &str| letter.guardian.as_ref().map_or("", part).to_owned();
        let record = [
            letter.number.to_string(),
            letter.code.expose().to_owned(),
            letter.link.expose().to_owned(),
            letter.address.clone(),
            until.to_string(),
            letter.pupil.school_name.clone(),
            letter.pupil.class.clone().unwrap_or_default(),
            letter.pupil.source.clone(),
            letter.pupil.given_name.clone(),
            letter.pupil.family_name.clone(),
            guardian(|guardian| &guardian.source),
            guardian(|guardian| &guardian.given_name),
            guardian(|guardian| &guardian.family_name),
            names(&letter).join(", "),
            letter.language.tag().to_owned(),
            letter.id.to_string(),
            letter.batch.to_string(),
        ];
        Ok(self.table.add(record)?)
    }

    fn finish(&mut self) -> std::io::Result<()> {
        Ok(self.table.finish()?)
    }
}

fn names(letter: &ForLetter) -> Vec<String> {
    letter.children.iter().map(|child| format!("{} {}", child.given_name, child.family_name)).collect()
}

fn told(summary: &Summary, codes: &[Value], how: &How, dry_run: bool) -> Answer {
    let shown = |file: &Option<PathBuf>| file.as_ref().map(|file| file.display().to_string());
    let mut json = json!(summary);
    json["dry_run"] = dry_run.into();
    json["csv"] = json!(shown(&how.csv));
    json["letters"] = json!(shown(&how.letters));
    if !codes.is_empty() {
        json["issued"] = codes.into();
    }
    let made = if dry_run { "Would make" } else { "Made" };
    let mut lines = vec![format!(
        "{made} {} codes for {} pupils: {} in a guardian's name, {} without a name.",
        summary.codes,
        summary.pupils.max(summary.codes.min(1)),
        summary.named,
        summary.codes - summary.named
    )];
    let more = [
        (summary.have_account, "guardians have an account already and get none"),
        (summary.without_guardian, "pupils have no guardian who may see their records; --count makes codes without a name"),
        (summary.replaced, "older codes are dead now"),
    ];
    lines.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}.")));
    lines.extend(summary.batch.map(|batch| format!("Batch {batch}.")));
    let files = [&how.csv, &how.letters].into_iter().filter_map(shown);
    lines.extend(files.filter(|_| !dry_run).map(|file| format!("Written to {file}: whoever reads it can use the codes.")));
    for code in codes {
        let children: Vec<&str> = code["children"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let to = code["guardian"].as_str().map(|guardian| format!("{guardian}, for ")).unwrap_or_default();
        lines.push(format!("{}  {to}{}", code["code"].as_str().unwrap_or_default(), children.join(", ")));
    }
    Answer { json, text: lines.join("\n") }
}

async fn list(reader: &Reader<'_>, asked: &List, now: Timestamp) -> Result<Value, Failed> {
    let state = match (asked.unused, asked.used) {
        (true, _) => Some(CodeState::Unused),
        (_, true) => Some(CodeState::Used),
        _ => None,
    };
    let (school, class) = (asked.school.clone(), asked.class.clone());
    let filter = Filter { kind: Some(Kind::Activation), state, batch: asked.batch, school, class };
    let mut told = Vec::new();
    let mut after: Option<Issued> = None;
    loop {
        let page = reader.codes().list(&filter, after.as_ref(), PAGE, now).await?;
        for code in &page {
            told.push(describe(reader, code, now).await?);
        }
        let Some(last) = page.into_iter().next_back() else { return Ok(told.into()) };
        after = Some(last);
    }
}

/// Everything but the code.
async fn describe(reader: &Reader<'_>, code: &Issued, now: Timestamp) -> Result<Value, Failed> {
    let account = match code.used {
        Some((_, Some(account))) => reader.accounts().find(account).await?,
        _ => None,
    };
    Ok(json!({
        "id": code.id,
        "batch": code.batch,
        "number": code.number,
        "last_group": code.last_group,
        "state": code.state(now).word(),
        "pupil": name(reader, code.child).await?,
        "guardian": name(reader, code.guardian).await?,
        "issued_at": code.issued_at,
        "expires_at": code.expires_at,
        "used_at": code.used.map(|(at, _)| at),
        "used_by": account.map(|account| account.username),
        "revoked_at": code.revoked.as_ref().map(|(at, _)| *at),
        "revoked_why": code.revoked.as_ref().map(|(_, why)| why),
    }))
}

async fn name(reader: &Reader<'_>, person: Option<PersonId>) -> Result<Option<String>, StoreError> {
    let Some(person) = person else { return Ok(None) };
    Ok(reader.people().find(person).await?.map(|person| person.display_name()))
}

async fn revoke(store: &Store, asked: &Revoke, now: Timestamp) -> Result<Value, Failed> {
    let why = asked.reason.as_str();
    let mut revoked = 0;
    if asked.which.codes.is_empty() {
        let Which { batch, school, class, .. } = &asked.which;
        let filter = Filter { kind: Some(Kind::Activation), state: None, batch: *batch, school: school.clone(), class: class.clone() };
        // A short step at a time, so that nobody else waits.
        loop {
            match store.write(async |tx: &Tx| tx.codes().revoke_some(&filter, why, now).await).await? {
                0 => break,
                some => revoked += some,
            }
        }
    }
    // Of codes that are named one by one, all are taken back or none.
    let each = async |tx: &Tx| {
        for code in &asked.which.codes {
            if !tx.codes().revoke(*code, why, now).await? {
                return Err(Failed::NotUnused(*code));
            }
        }
        let count = revoked + asked.which.codes.len() as u64;
        let detail = json!({ "codes": count, "why": why, "batch": asked.which.batch, "one_by_one": asked.which.codes });
        if count > 0 {
            tx.record(&Event { detail, ..Event::of("code.revoked") }, now).await?;
        }
        Ok(count)
    };
    Ok(json!({ "revoked": store.write(each).await? }))
}

const COLUMNS: [&str; 17] = [
    "number",
    "code",
    "link",
    "address",
    "expires",
    "school",
    "class",
    "student_id",
    "student_given_name",
    "student_family_name",
    "guardian_id",
    "guardian_given_name",
    "guardian_family_name",
    "children",
    "language",
    "code_id",
    "batch_id",
];
/// More codes than these are not shown: they go into a file.
const MOST_SHOWN: u64 = 200;
const PAGE: u32 = 500;
