//! `preau campaign`: one clear ask of many people with a last day, its reminders, and how ready everybody is.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::paper::{Given, OnPaperInto, Sheets};
use super::report::{Whose, groups, line};
use super::table::beside;
use crate::app::App;
use crate::console::Answer;
use crate::enrollment::campaigns::{self, Refused, Wanted};
use crate::enrollment::handouts::{self, Handed};
use crate::enrollment::report::Report;
use crate::model::{Audience, Language};
use crate::pages::paper::Reader;
use crate::store::StoreError;
use crate::store::campaigns::Campaign;

/// Campaigns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make one. The server sends its reminders, only to those who are not ready.
    Create(Create),
    /// Show one, with how ready everybody is now, by school.
    Show {
        /// Its name.
        name: String,
    },
    /// List them, the latest first.
    List,
    /// Set the letters of those who are not ready, in the order in which classes hand them out. They hold nothing that opens
    /// an account.
    Letters(Handout),
    /// Remind now those who are not ready; on one day nobody twice.
    Remind {
        /// Its name.
        name: String,
        /// Count, and send nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// End it: nobody is reminded any more.
    End {
        /// Its name.
        name: String,
    },
}

/// What `campaign create` takes.
#[derive(Debug, Args)]
pub struct Create {
    /// By which you know it, such as rentree-2026.
    pub name: String,
    /// The flow by which people join.
    #[arg(long, value_name = "FLOW")]
    pub flow: String,
    /// Who is to join. Of pupils, the guardians are reminded.
    #[arg(long, value_enum)]
    pub audience: Whose,
    /// Only at these schools, by their sourcedId; else everywhere.
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub school: Vec<String>,
    /// The last day, as 2026-08-10.
    #[arg(long, value_name = "DATE")]
    pub until: Date,
    /// So many days before it, whoever is not ready is reminded.
    #[arg(long, value_name = "DAYS", value_delimiter = ',', default_value = "14,7,1", value_parser = clap::value_parser!(u16).range(1..=180))]
    pub remind: Vec<u16>,
    /// Look who is ready, and make nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// What `campaign letters` takes.
#[derive(Debug, Args)]
pub struct Handout {
    /// Its name.
    pub name: String,
    /// Where they are written.
    #[arg(long, value_name = "OUT.pdf")]
    pub letters: PathBuf,
    /// How they stand on paper.
    #[command(flatten)]
    pub sheets: Sheets,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The campaign.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The letters.
    #[error(transparent)]
    Handouts(#[from] handouts::Failed),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; `progress` hears how many people were looked at.
pub async fn run(command: Command, app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Answer, Failed> {
    match command {
        Command::Create(asked) => {
            let wanted = Wanted {
                name: asked.name,
                flow: asked.flow,
                audience: asked.audience.into(),
                schools: asked.school,
                until: asked.until,
                days: asked.remind,
            };
            let (campaign, report) = campaigns::create(app, wanted, asked.dry_run, progress).await?;
            let mut answer = shown(app, &campaign, &report);
            answer.json["dry_run"] = asked.dry_run.into();
            let made = if asked.dry_run { "Would make" } else { "Made" };
            answer.text = format!("{made} the campaign {}.\n{}", campaign.name, answer.text);
            Ok(answer)
        }
        Command::Show { name } => {
            let found = app.store.read().campaigns().by_name(&name).await?;
            let campaign = found.ok_or(Refused::Unknown(name))?;
            let report = campaigns::stands(app, &campaign, progress).await?;
            Ok(shown(app, &campaign, &report))
        }
        Command::List => {
            let all = app.store.read().campaigns().all().await?;
            let told = all.iter().map(|campaign| told(app, campaign)).collect::<Vec<_>>();
            Ok(Answer::of(told.into(), &["name", "state", "flow", "audience", "schools", "until", "remind", "reminded"]))
        }
        Command::Letters(asked) => Ok(hand_out(asked, app, progress).await?),
        Command::Remind { name, dry_run } => {
            let done = campaigns::remind_now(app, &name, dry_run, progress).await?;
            let mut json = json!(done);
            json["dry_run"] = dry_run.into();
            let sent = if dry_run { "Would send" } else { "Sent" };
            let text = format!(
                "{} are not ready. {sent} {} letters; {} are reached by none: `preau claim report --who FILE.csv` names them.",
                done.not_ready, done.letters, done.not_reached
            );
            Ok(Answer { json, text })
        }
        Command::End { name } => {
            let campaign = campaigns::end(app, &name).await?;
            Ok(Answer { json: json!({ "ended": campaign.name }), text: format!("The campaign {} is ended.", campaign.name) })
        }
    }
}

async fn hand_out(asked: Handout, app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Answer, handouts::Failed> {
    let campaign = handouts::under_way(app, &asked.name).await?;
    let address = handouts::address(app, &campaign);
    let mut paper = OnPaperInto::begin(&beside(&asked.letters), asked.sheets, app).await?;
    let mut number = 0;
    let mut each = |handed: Handed<'_>| {
        number += 1;
        paper.set(letter(app, &campaign, &address, number, &handed))
    };
    let made = handouts::letters(app, &campaign, progress, &mut each).await?;
    paper.end().and_then(|()| std::fs::rename(beside(&asked.letters), &asked.letters))?;
    let file = asked.letters.display().to_string();
    Ok(Answer { json: json!({ "campaign": campaign.name, "letters": made, "file": file }), text: format!("{made} letters, in {file}.") })
}

fn letter(app: &App, campaign: &Campaign, address: &str, number: u64, handed: &Handed<'_>) -> Given {
    let Handed { who, pupil } = handed;
    let of_pupil = campaign.audience == Audience::Student;
    Given {
        language: who.reads().or(pupil.language).or(app.tools.config.languages.first().copied()).unwrap_or(Language::ALL[0]),
        school: pupil.school,
        school_name: pupil.school_name.clone(),
        reader: if of_pupil { Reader::Owner } else { Reader::Guardian },
        given: pupil.given_name.clone(),
        listed: format!("{} {}", pupil.family_name, pupil.given_name),
        class: pupil.class.clone().unwrap_or_default(),
        to: vec![who.name()],
        number: number.to_string(),
        good_until: campaign.until,
        secret: letters::Secret::Nothing,
        address: address.to_owned(),
        link: address.to_owned(),
    }
}

fn told(app: &App, campaign: &Campaign) -> Value {
    let now = app.now();
    let state = match () {
        () if campaign.ended_at.is_some() => "ended",
        () if campaign.is_running(now) => "running",
        () => "over",
    };
    json!({
        "name": campaign.name,
        "state": state,
        "flow": campaign.flow,
        "audience": campaign.audience.word(),
        "schools": campaign.schools,
        "until": campaigns::last_day_of(app, campaign).to_string(),
        "remind": campaign.days,
        "reminded": campaign.reminded,
        "made_at": campaign.made_at,
    })
}

fn shown(app: &App, campaign: &Campaign, report: &Report) -> Answer {
    let mut json = told(app, campaign);
    json["readiness"] = json!(report);
    let text = format!("{}\n{}", line(&report.all), groups(&report.schools));
    Answer { json, text }
}
