//! `preau badge`: cards with a square for the youngest (docs/admin/badges.md). What a square says is shown once, on paper; from
//! then on staff know a card by its id and its owner.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::table::{Table, Unwritable, beside};
use crate::app::App;
use crate::console::Answer;
use crate::login::badge::issuing::{self, ForPaper, Refused, Summary, Wanted};
use crate::model::{Language, PersonId, Timestamp};
use crate::store::badges::{Badge, Taking};
use crate::store::families::Pupil;
use crate::store::{Reader, StoreError, Tx};
use crate::web::badge;

/// Cards with a square for the youngest.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print cards, one sheet a class. A card that a pupil had opens nothing from then on.
    Issue(Issue),
    /// List cards: whose, since when, what became of them. What their squares say is not kept.
    List(Whom),
    /// Take cards back, and end whatever was begun by them. This cannot be undone; another can be printed.
    Revoke(Revoke),
    /// Let pupils choose anew what they show beside the card, and forget wrong tries.
    NewSecret(Whom),
}

/// What `badge issue` takes.
#[derive(Debug, Args)]
pub struct Issue {
    /// For whom.
    #[command(flatten)]
    pub whom: Whom,
    /// Set the sheets here; only you may read the file. Print it, then delete it.
    #[arg(long, value_name = "OUT.pdf", required_unless_present_any = ["csv", "dry_run"])]
    pub out: Option<PathBuf>,
    /// Write them here, one a line, for a printer of plastic cards; only you may read the file.
    #[arg(long, value_name = "OUT.csv")]
    pub csv: Option<PathBuf>,
    /// The sheets.
    #[arg(long, value_enum, default_value = "a4")]
    pub paper: Paper,
    /// Ten cards a sheet, as large as those for a purse; else a class stands on one.
    #[arg(long)]
    pub large: bool,
    /// Count, and print none.
    #[arg(long)]
    pub dry_run: bool,
}

/// The sheets.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
#[expect(missing_docs, reason = "they are papers")]
pub enum Paper {
    #[default]
    A4,
    UsLetter,
}

/// Whose cards.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// These pupils, by their sourcedId in the roster.
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub student: Vec<String>,
    /// The pupils of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// The pupils of this school, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub school: Option<String>,
}

/// What `badge revoke` takes.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Whose.
    #[command(flatten)]
    pub whom: Whom,
    /// Why, for the list.
    #[arg(long, default_value = "lost")]
    pub reason: String,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The cards.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The sheets.
    #[error("the cards could not be set, so none of them opens anything: {0}")]
    Paper(#[from] letters::Error),
    /// The file.
    #[error("{} cannot be written, so no card opens anything: {cause}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The table.
    #[error(transparent)]
    Table(#[from] Unwritable),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it.
pub async fn run(command: Command, app: &App) -> Result<Answer, Failed> {
    match command {
        Command::Issue(asked) => issue(app, asked).await,
        Command::List(whom) => {
            let told = list(app, &app.store.read(), whom.wanted()).await?;
            Ok(Answer::of(told, &["pupil", "class", "state", "secret", "issued_at", "used_at", "revoked_at", "revoked_why"]))
        }
        Command::Revoke(asked) => revoke(app, asked).await,
        Command::NewSecret(whom) => new_secret(app, whom).await,
    }
}

impl Whom {
    fn wanted(&self) -> Wanted {
        match self {
            Self { class: Some(class), .. } => Wanted::Class(class.clone()),
            Self { school: Some(school), .. } => Wanted::School(school.clone()),
            Self { student, .. } => Wanted::Students(student.clone()),
        }
    }
}

async fn issue(app: &App, asked: Issue) -> Result<Answer, Failed> {
    let (wanted, now) = (asked.whom.wanted(), app.now());
    let (pupils, summary) = issuing::plan(&app.store.read(), &app.tools, &wanted).await?;
    if asked.dry_run {
        return Ok(told(&summary, &[], true));
    }
    let cards = issuing::make(&app.tools, pupils, now);
    let files: Vec<PathBuf> = asked.out.iter().chain(&asked.csv).cloned().collect();
    if let Err(failed) = write(app, &cards, &asked) {
        discard(&files);
        return Err(failed);
    }
    let replaced = match issuing::publish(&app.store, &cards, now).await {
        Ok(replaced) => replaced,
        Err(error) => {
            discard(&files);
            return Err(error.into());
        }
    };
    for path in &files {
        std::fs::rename(beside(path), path).map_err(|cause| Failed::File { path: path.clone(), cause })?;
    }
    Ok(told(&Summary { replaced, ..summary }, &files, false))
}

/// Both files, each beside its place until the cards in it are good.
fn write(app: &App, cards: &[ForPaper], asked: &Issue) -> Result<(), Failed> {
    if let Some(path) = &asked.out {
        let paper = match asked.paper {
            Paper::A4 => letters::Paper::A4,
            Paper::UsLetter => letters::Paper::UsLetter,
        };
        let size = if asked.large { letters::CardSize::Large } else { letters::CardSize::Class };
        letters::print_cards(&sheets(app, cards), paper, size, &beside(path))?;
    }
    if let Some(path) = &asked.csv {
        let mut table = Table::begin(path, &COLUMNS)?;
        for ForPaper { pupil, link, badge } in cards {
            let class = pupil.class.clone().unwrap_or_default();
            table.add([
                pupil.source.clone(),
                pupil.given_name.clone(),
                pupil.family_name.clone(),
                class,
                pupil.school_name.clone(),
                link.expose().to_owned(),
                badge.id.to_string(),
            ])?;
        }
        table.finish()?;
    }
    Ok(())
}

/// What stands in them opens nothing.
fn discard(files: &[PathBuf]) {
    for path in files {
        let _ = std::fs::remove_file(beside(path));
    }
}

/// One sheet a class, in the order of the pupils.
fn sheets(app: &App, cards: &[ForPaper]) -> Vec<letters::CardSheet> {
    let config = &app.tools.config;
    let language = config.languages.first().copied().unwrap_or(Language::ALL[0]);
    let mut groups: Vec<Vec<&ForPaper>> = Vec::new();
    for card in cards {
        let of = |card: &ForPaper| (card.pupil.school, card.pupil.class.clone());
        match groups.iter_mut().find(|group| of(group[0]) == of(card)) {
            Some(group) => group.push(card),
            None => groups.push(vec![card]),
        }
    }
    let sheet = |group: &Vec<&ForPaper>| {
        let first = &group[0].pupil;
        let sender =
            letters::Sender { district: config.district.name.clone(), school: first.school_name.clone(), ..letters::Sender::default() };
        let pupils: Vec<&Pupil> = group.iter().map(|card| &card.pupil).collect();
        let cards = names(&pupils).into_iter().zip(group).map(|(name, card)| (name, card.link.expose().to_owned())).collect();
        app.tools.pages.card_sheet(language, sender, first.class.clone().unwrap_or_default(), &config.issuer, cards)
    };
    groups.iter().map(sheet).collect()
}

/// First names; where two children of a class share one, the first letter of the family name tells them apart.
fn names(pupils: &[&Pupil]) -> Vec<String> {
    let name = |pupil: &&Pupil| {
        let shared = pupils.iter().filter(|other| other.given_name == pupil.given_name).count() > 1;
        match pupil.family_name.chars().next().filter(|_| shared) {
            Some(initial) => format!("{} {initial}.", pupil.given_name),
            None => pupil.given_name.clone(),
        }
    };
    pupils.iter().map(name).collect()
}

async fn list(app: &App, reader: &Reader<'_>, wanted: Wanted) -> Result<Value, Failed> {
    let pupils = issuing::pupils(reader, &wanted).await?;
    let people: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
    let cards = reader.badges().newest(&people).await?;
    let now = app.now();
    let mut told = Vec::new();
    for pupil in pupils {
        let Some(badge) = cards.iter().find(|badge| badge.person == pupil.id) else { continue };
        told.push(describe(app, reader, &pupil, badge, now).await?);
    }
    Ok(told.into())
}

/// Everything but what the square says.
async fn describe(app: &App, reader: &Reader<'_>, pupil: &Pupil, badge: &Badge, now: Timestamp) -> Result<Value, Failed> {
    let secret = match reader.accounts().of_person(pupil.id).await? {
        Some(account) => reader.badges().secret(account.id).await?,
        None => None,
    };
    Ok(json!({
        "id": badge.id,
        "student": pupil.source,
        "pupil": format!("{} {}", pupil.given_name, pupil.family_name),
        "class": pupil.class,
        "state": badge::standing(reader, &app.tools, badge, now).await?,
        "secret": secret.map(|secret| secret.kind.word()),
        "issued_at": badge.issued_at,
        "used_at": badge.used_at,
        "revoked_at": badge.revoked.as_ref().map(|(at, _)| *at),
        "revoked_why": badge.revoked.as_ref().map(|(_, why)| why),
    }))
}

async fn revoke(app: &App, asked: Revoke) -> Result<Answer, Failed> {
    let pupils = issuing::pupils(&app.store.read(), &asked.whom.wanted()).await?;
    let (why, now) = (asked.reason.as_str(), app.now());
    let all = async |tx: &Tx| {
        let (mut revoked, mut ended) = (0, 0);
        for pupil in &pupils {
            if let Some((_, sessions)) = badge::revoke(tx, pupil.id, Taking { by: None, why }, now).await? {
                revoked += 1;
                ended += sessions;
            }
        }
        Ok::<_, StoreError>((revoked, ended))
    };
    let (revoked, ended): (u64, usize) = app.store.write(all).await?;
    let text = format!("Took {revoked} cards back; {ended} sign-ins that they began are over.");
    Ok(Answer { json: json!({ "revoked": revoked, "sessions_ended": ended }), text })
}

async fn new_secret(app: &App, whom: Whom) -> Result<Answer, Failed> {
    let pupils = issuing::pupils(&app.store.read(), &whom.wanted()).await?;
    let (keys, now) = (&app.tools.keys, app.now());
    let all = async |tx: &Tx| {
        let mut forgotten = 0;
        for pupil in &pupils {
            if let Some(account) = tx.accounts().of_person(pupil.id).await? {
                forgotten += u64::from(badge::forget_secret(tx, keys, &account, None, now).await?);
            }
        }
        Ok::<_, StoreError>(forgotten)
    };
    let forgotten: u64 = app.store.write(all).await?;
    let text = format!("{forgotten} pupils choose anew with the next use of their card.");
    Ok(Answer { json: json!({ "forgotten": forgotten }), text })
}

fn told(summary: &Summary, files: &[PathBuf], dry_run: bool) -> Answer {
    let shown: Vec<String> = files.iter().map(|path: &PathBuf| Path::display(path).to_string()).collect();
    let mut json = json!(summary);
    json["dry_run"] = dry_run.into();
    json["files"] = json!(shown);
    let made = if dry_run { "Would print" } else { "Made" };
    let mut lines = vec![format!("{made} {} cards.", summary.badges)];
    let more = [
        (summary.replaced, if dry_run { "earlier cards would open nothing any more" } else { "earlier cards open nothing any more" }),
        (summary.without_account, "pupils have no open account yet: their card works once they have one"),
        (summary.not_meant, "pupils are of another school or grade than the settings name"),
    ];
    lines.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}.")));
    lines.extend(shown.iter().map(|file| format!("Written to {file}: print it, then delete it.")));
    Answer { json, text: lines.join("\n") }
}

const COLUMNS: [&str; 7] = ["student_id", "given_name", "family_name", "class", "school", "link", "badge_id"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OrgId;

    #[test]
    fn two_children_of_one_name_are_told_apart_by_a_letter() {
        let pupil = |given: &str, family: &str| Pupil {
            id: PersonId(uuid::Uuid::nil()),
            source: String::new(),
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            language: None,
            school: OrgId(uuid::Uuid::nil()),
            school_name: String::new(),
            class: None,
        };
        let class = [pupil("Léa", "Roy"), pupil("Noé", "Élie"), pupil("Léa", "Élie")];
        assert_eq!(names(&class.iter().collect::<Vec<_>>()), ["Léa R.", "Noé", "Léa É."]);
    }
}
