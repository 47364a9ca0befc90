//! `preau provision`: an identifier and a provisional password for each guardian or pupil of a school, on letters (E2). A
//! password is shown once, when it is made: in the files that were asked for, or in the answer where there are few.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::paper::{Given, OnPaperInto, Sheets};
use super::table::{Table, Unwritable, beside, private};
use crate::app::App;
use crate::console::Answer;
use crate::enrollment::provisioning::{self, Provisional};
use crate::model::{Language, PersonId};
use crate::pages::paper::Reader;
use crate::store::StoreError;
use crate::store::families::{Families, Guardian, Pupil, Which};

/// What `provision` takes.
#[derive(Debug, Args)]
pub struct Provision {
    /// For whom.
    #[command(flatten)]
    pub whom: Whom,
    /// The pupils themselves, instead of their guardians.
    #[arg(long)]
    pub students: bool,
    /// Good for so many days; else what `policy.provisional.days` says.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=365))]
    pub expires: Option<u16>,
    /// Write them here, one a line; only you may read the file.
    #[arg(long, value_name = "OUT.csv")]
    pub csv: Option<PathBuf>,
    /// Set the letters that bear them, in the order in which they are handed out; only you may read the file.
    #[arg(long, value_name = "OUT.pdf")]
    pub letters: Option<PathBuf>,
    /// What the letters stand on.
    #[command(flatten)]
    pub sheets: Sheets,
    /// Count, and make none.
    #[arg(long)]
    pub dry_run: bool,
}

/// For whom.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// The pupils of this school, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub school: Option<String>,
    /// The pupils of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// These people, pupils or guardians, by their sourcedId.
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub person: Vec<String>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The roster has no such school or class.
    #[error("the roster has no {0} with the sourcedId {1}")]
    Unknown(&'static str, String),
    /// The roster has nobody of this id who can get one.
    #[error("the roster has no pupil and no guardian with the sourcedId {0}")]
    Nobody(String),
    /// Too many to show.
    #[error("{0} passwords are too many to show: name a file with --csv or --letters")]
    NeedsFile(u64),
    /// The file.
    #[error("{} cannot be written: {cause}; once it can, run the command again: each person gets a new password", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The work.
    #[error(transparent)]
    Provisioning(#[from] provisioning::Failed),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody who gets a letter, and the pupil through whom it is handed out.
struct Reached {
    person: PersonId,
    source: String,
    language: Option<Language>,
    reader: Reader,
    pupil: Pupil,
}

/// Does it; `progress` hears how many people were looked at.
pub async fn run(asked: Provision, app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Answer, Failed> {
    let reached = reached(&app.store.read().families(), &asked).await?;
    let people: Vec<PersonId> = reached.iter().map(|one| one.person).collect();
    let counted = provisioning::preview(&app.store, &people).await?;
    if asked.dry_run {
        let text = format!("Would make {} letters; {} people have an account already.", counted.people, counted.have_account);
        return Ok(Answer { json: json!({ "dry_run": true, "people": counted.people, "have_account": counted.have_account }), text });
    }
    if asked.csv.is_none() && asked.letters.is_none() && counted.people > MOST_SHOWN {
        return Err(Failed::NeedsFile(counted.people));
    }
    // A file that cannot be written is found out before the letters of before die.
    for path in [&asked.csv, &asked.letters].into_iter().flatten() {
        private(&beside(path)).map_err(|cause| Failed::File { path: path.clone(), cause })?;
    }
    let life = asked.expires.map_or(app.tools.policy.provisional_life(), |days| Duration::from_hours(24 * u64::from(days)));
    let done = provisioning::provision((&app.store, &app.tools), &people, life, progress).await?;
    let by_person: HashMap<PersonId, &Reached> = reached.iter().map(|reached| (reached.person, reached)).collect();
    let given: Vec<(&Provisional, &Reached)> = done.given.iter().filter_map(|one| Some((one, *by_person.get(&one.person)?))).collect();
    if let Some(path) = &asked.csv {
        table(path, app, &given).map_err(|Unwritable { path, cause }| Failed::File { path, cause })?;
    }
    if let Some(path) = &asked.letters {
        let failed = |cause| Failed::File { path: path.clone(), cause };
        let mut paper = OnPaperInto::begin(&beside(path), asked.sheets, app).await.map_err(failed)?;
        for (number, (one, reached)) in given.iter().enumerate() {
            paper.set(letter(app, number + 1, one, reached)).map_err(failed)?;
        }
        paper.end().and_then(|()| std::fs::rename(beside(path), path)).map_err(failed)?;
    }
    let shown = asked.csv.is_none() && asked.letters.is_none();
    Ok(told(&asked, &done, &given, shown))
}

async fn reached(families: &Families<'_>, asked: &Provision) -> Result<Vec<Reached>, Failed> {
    let (which, kind) = match &asked.whom {
        Whom { school: Some(school), .. } => (Which::School(school), Some(("school", school))),
        Whom { class: Some(class), .. } => (Which::Class(class), Some(("class", class))),
        Whom { person, .. } => return by_person(families, person).await,
    };
    if let (Some((kind, id)), false) = (kind, families.knows(which).await?) {
        return Err(Failed::Unknown(kind, id.clone()));
    }
    let pupils = families.pupils(which).await?;
    if asked.students {
        return Ok(pupils.into_iter().map(of_pupil).collect());
    }
    let ids: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
    let mut guardians = families.guardians(&ids).await?;
    let mut seen = HashSet::new();
    let mut reached = Vec::new();
    for pupil in pupils {
        for guardian in guardians.remove(&pupil.id).unwrap_or_default() {
            if seen.insert(guardian.id) {
                reached.push(of_guardian(guardian, pupil.clone()));
            }
        }
    }
    Ok(reached)
}

async fn by_person(families: &Families<'_>, ids: &[String]) -> Result<Vec<Reached>, Failed> {
    let mut reached = Vec::new();
    for id in ids {
        let one = std::slice::from_ref(id);
        if let Some(pupil) = families.pupils(Which::Records(one)).await?.into_iter().next() {
            reached.push(of_pupil(pupil));
            continue;
        }
        let person = families.people_of(one).await?.remove(id);
        let guardian = match person {
            Some(person) => families.find(&[person]).await?.into_iter().next(),
            None => None,
        };
        let guardian = guardian.ok_or_else(|| Failed::Nobody(id.clone()))?;
        let pupil = families.pupils(Which::People(&guardian.children)).await?.into_iter().next();
        reached.push(of_guardian(guardian, pupil.ok_or_else(|| Failed::Nobody(id.clone()))?));
    }
    Ok(reached)
}

fn of_pupil(pupil: Pupil) -> Reached {
    Reached { person: pupil.id, source: pupil.source.clone(), language: pupil.language, reader: Reader::Owner, pupil }
}

fn of_guardian(guardian: Guardian, pupil: Pupil) -> Reached {
    let language = guardian.language.or(pupil.language);
    Reached { person: guardian.id, source: guardian.source, language, reader: Reader::Guardian, pupil }
}

fn letter(app: &App, number: usize, one: &Provisional, reached: &Reached) -> Given {
    let issuer = &app.tools.config.issuer;
    let pupil = &reached.pupil;
    Given {
        language: reached.language.or(app.tools.config.languages.first().copied()).unwrap_or(Language::ALL[0]),
        school: pupil.school,
        school_name: pupil.school_name.clone(),
        reader: reached.reader,
        given: pupil.given_name.clone(),
        listed: format!("{} {}", pupil.family_name, pupil.given_name),
        class: pupil.class.clone().unwrap_or_default(),
        to: vec![one.name.clone()],
        number: format!("{number}-{}", one.username),
        good_until: one.expires_at,
        secret: letters::Secret::Provisional { identifier: one.username.clone(), password: one.password.expose().to_owned() },
        address: format!("{issuer}/sign-in"),
        // The name alone: a password in a square would be a password in a picture.
        link: format!("{issuer}/sign-in?username={}", url::form_urlencoded::byte_serialize(one.username.as_bytes()).collect::<String>()),
    }
}

fn table(path: &Path, app: &App, given: &[(&Provisional, &Reached)]) -> Result<(), Unwritable> {
    let mut table = Table::begin(path, &COLUMNS)?;
    let zone = app.tools.config.district.zone();
    for (one, reached) in given {
        let until = zone.to_datetime(jiff::Timestamp::from_second(one.expires_at.0).unwrap_or_default()).date();
        let pupil = &reached.pupil;
        let record = [
            one.username.clone(),
            one.password.expose().to_owned(),
            until.to_string(),
            reached.source.clone(),
            one.name.clone(),
            pupil.school_name.clone(),
            pupil.class.clone().unwrap_or_default(),
            pupil.source.clone(),
            format!("{} {}", pupil.given_name, pupil.family_name),
        ];
        table.add(record)?;
    }
    table.keep()
}

fn told(asked: &Provision, done: &provisioning::Provisioned, given: &[(&Provisional, &Reached)], shown: bool) -> Answer {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let mut json = json!({
        "people": given.len(),
        "have_account": done.have_account,
        "not_meant": done.not_meant,
        "csv": path(&asked.csv),
        "letters": path(&asked.letters),
    });
    let mut lines = vec![format!("Made {} provisional passwords.", given.len())];
    let more = [
        (done.have_account, "people have an account already and get none"),
        (done.not_meant, "people also work for the district, or left"),
    ];
    lines.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}.")));
    let files = [&asked.csv, &asked.letters].into_iter().filter_map(path);
    lines.extend(files.map(|file| format!("Written to {file}: keep it as you would keep the letters.")));
    if shown {
        let issued = given.iter().map(|(one, reached)| {
            json!({ "person_id": reached.source, "name": one.name, "username": one.username,
                    "provisional_password": one.password.expose(), "expires_at": one.expires_at })
        });
        json["issued"] = Value::Array(issued.collect());
        lines.extend(given.iter().map(|(one, _)| format!("{}  {}  {}", one.username, one.password.expose(), one.name)));
    }
    Answer { json, text: lines.join("\n") }
}

const COLUMNS: [&str; 9] =
    ["username", "provisional_password", "good_until", "person_id", "name", "school", "class", "student_id", "student"];
/// More than these are not read off a screen.
const MOST_SHOWN: u64 = 50;
