//! `preau announce`: a message of the school to guardians, pupils or both (C21 to C24).

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::account::announcing::{self, Asked, Reach, Refused, To};
use crate::app::App;
use crate::console::Answer;
use crate::model::Language;
use crate::store::announcements::Words;

/// What `announce` takes.
#[derive(Debug, Args)]
pub struct Announce {
    /// The message: a TOML file with a `subject` and a `text` in each language, `[fr]` and `[en]`.
    #[arg(long, value_name = "FILE.toml", required_unless_present = "list")]
    pub message: Option<PathBuf>,
    /// Who gets it.
    #[arg(long, value_enum, required_unless_present = "list")]
    pub to: Option<Whom>,
    /// Only of this school, by its sourcedId; else of the whole district.
    #[arg(long, value_name = "ID", conflicts_with = "class")]
    pub school: Option<String>,
    /// Only of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// Only of these grades, as the roster writes them.
    #[arg(long, value_name = "GRADE", num_args = 1.., value_delimiter = ',')]
    pub grade: Vec<String>,
    /// Say whom it would reach, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Show the latest announcements instead: who got them, how many have read them.
    #[arg(long, conflicts_with_all = ["message", "to", "school", "class", "grade", "dry_run"])]
    pub list: bool,
}

/// Who gets it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Whom {
    /// The guardians of the pupils.
    Guardians,
    /// The pupils.
    Pupils,
    /// Both.
    Both,
}

/// Why nothing was announced.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The announcement.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The file.
    #[error("{}: {what}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

/// Does it; `progress` hears how many people were looked at.
pub async fn run(asked: Announce, app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Answer, Failed> {
    let (Some(path), Some(to)) = (&asked.message, asked.to) else { return list(app).await };
    let words = read(path)?;
    let to = match to {
        Whom::Guardians => To::Guardians,
        Whom::Pupils => To::Pupils,
        Whom::Both => To::Both,
    };
    let meant = Asked { to, school: asked.school, class: asked.class, grades: asked.grade };
    if asked.dry_run {
        announcing::check(&words, &app.tools.config.languages)?;
        let reach = announcing::preview(app, &meant, progress).await?;
        return Ok(told(&meant, &reach, None));
    }
    let (made, reach) = announcing::announce(app, &meant, words, None, progress).await?;
    Ok(told(&meant, &reach, Some(made.id.to_string())))
}

fn read(path: &PathBuf) -> Result<BTreeMap<Language, Words>, Failed> {
    let wrong = |what: String| Failed::File { path: path.clone(), what };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    toml::from_str(&text).map_err(|error| wrong(error.to_string().trim().to_owned()))
}

async fn list(app: &App) -> Result<Answer, Failed> {
    let latest = app.store.read().announcements().latest(50).await.map_err(Refused::from)?;
    let first = app.tools.config.languages.first().copied().unwrap_or(Language::ALL[0]);
    let told = latest.iter().map(|(made, reached, read)| {
        json!({ "announcement": made.id, "subject": made.said(first).map(|said| &said.subject), "to": made.asked["to"], "asked": made.asked,
                "made_at": made.made_at, "done_at": made.done_at, "reached": reached, "read": read })
    });
    Ok(Answer::of(told.collect(), &["made_at", "subject", "to", "reached", "read", "announcement"]))
}

fn told(asked: &Asked, reach: &Reach, made: Option<String>) -> Answer {
    let commands = commands(asked, reach);
    let mut json = json!(reach);
    json["dry_run"] = made.is_none().into();
    json["announcement"] = json!(made);
    json["for_the_others"] = json!(commands);
    let (reached, would) = if made.is_some() { ("reached", "") } else { ("would be reached", "would ") };
    let without = reach.guardians_without_account + reach.pupils_without_account;
    let mut lines = vec![format!("{} of {} {reached}; {without} have no account.", reach.reached, reach.people)];
    lines.push(format!("{} {would}get a copy by mail.", reach.by_mail));
    if reach.not_allowed > 0 {
        lines.push(format!("{} guardians may not be written to about these children, and are not.", reach.not_allowed));
    }
    lines.extend(commands.iter().map(|command| format!("  {command}")));
    Answer { json, text: lines.join("\n") }
}

/// How those who have no account get one.
fn commands(asked: &Asked, reach: &Reach) -> Vec<String> {
    let (place, of_class) = match (&asked.school, &asked.class) {
        (_, Some(class)) => (format!("--class {class}"), true),
        (Some(school), None) => (format!("--school {school}"), false),
        (None, None) => ("--all".to_owned(), false),
    };
    let mut commands = Vec::new();
    if reach.guardians_without_account > 0 {
        commands.push(format!("preau code issue {place} --letters letters.pdf"));
        if !of_class {
            commands.push(format!("preau invite {place}"));
        }
    }
    if reach.pupils_without_account > 0 && place != "--all" {
        commands.push(format!("preau provision {place} --students --letters letters.pdf"));
    }
    commands
}
