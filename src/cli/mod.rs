//! The command line: one file a subcommand, each of which parses, calls and answers. `preau demo` stands in `demo/`.

pub mod account;
pub mod alg;
pub mod announce;
pub mod approval;
pub mod audit;
pub mod badge;
pub mod campaign;
pub mod claim;
pub mod client;
pub mod code;
pub mod config;
pub mod database;
pub mod doctor;
pub mod flow;
pub mod invite;
pub mod joined;
pub mod key;
pub mod mail;
pub mod paper;
pub mod passwords;
pub mod provision;
pub mod report;
pub mod roster;
mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;

use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError};
use crate::console::{Answer, Progress};
use crate::flow::definition::FlowFileError;
use crate::keys::KeyStore;
use crate::oidc::registration::Maker;
use crate::random::Random;
use crate::serve::{self, StartError};
use crate::store::{Store, StoreError};

/// What `preau` does beside the demonstration.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the district, by the settings.
    Serve,
    /// Check the settings, or print them.
    #[command(subcommand)]
    Config(config::Command),
    /// Look whether this machine could serve the district: one line a check. Ends with 1 if something is wrong.
    Doctor,
    /// The database: bring its schema up, or say what is pending.
    #[command(subcommand)]
    Database(database::Command),
    /// The roster: import it, look at history and schedule, take an import back, make a synthetic one.
    #[command(subcommand)]
    Roster(roster::Rosters),
    /// The apps that people sign in to (relying parties).
    #[command(subcommand)]
    Client(client::Command),
    /// Activation codes for letters: make, list, take back.
    #[command(subcommand)]
    Code(code::Command),
    /// Cards with a square for the youngest: print, list, take back.
    #[command(subcommand)]
    Badge(badge::Command),
    /// Mail guardians a security code and a link, by which they join.
    Invite(invite::Invite),
    /// Give guardians or pupils an identifier and a provisional password, on letters.
    Provision(provision::Provision),
    /// Those who wait for a yes of the school.
    #[command(subcommand)]
    Approval(approval::Command),
    /// Claims, for the school's office: those that did not go on, and who has not joined yet.
    #[command(subcommand)]
    Claim(claim::Claims),
    /// One clear ask of many people with a last day: reminders, and how ready everybody is.
    #[command(subcommand)]
    Campaign(campaign::Command),
    /// A message of the school to guardians, pupils or both: in their inbox, with a copy by mail.
    Announce(announce::Announce),
    /// People's accounts.
    #[command(subcommand)]
    Account(account::Accounts),
    /// The event log: list it, or check that nobody meddled with it.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Letters on their way out: what waits, what was given up.
    #[command(subcommand)]
    Mail(mail::Command),
    /// The keys that sign tokens.
    #[command(subcommand)]
    Key(key::Command),
    /// The flows by which people join, sign in and get back in.
    #[command(subcommand)]
    Flow(flow::Command),
}

/// Where the settings come from.
pub struct Place {
    /// The file, if one was named.
    pub file: Option<PathBuf>,
    /// The folder that the program was started in.
    pub here: PathBuf,
    /// The environment.
    pub environment: Vec<(String, String)>,
}

/// Why a command could not be done: one clear line, or one a mistake.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each is another module's error, which says it itself")]
pub enum Failed {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Flows(#[from] FlowFileError),
    #[error(transparent)]
    Roster(#[from] roster::Failed),
    #[error(transparent)]
    Client(#[from] client::Failed),
    #[error(transparent)]
    Badge(#[from] badge::Failed),
    #[error(transparent)]
    Code(#[from] code::Failed),
    #[error(transparent)]
    Invite(#[from] crate::enrollment::issuing::Refused),
    #[error(transparent)]
    Provision(#[from] provision::Failed),
    #[error(transparent)]
    Approval(#[from] approval::Failed),
    #[error(transparent)]
    Claim(#[from] claim::Failed),
    #[error(transparent)]
    Report(#[from] report::Failed),
    #[error(transparent)]
    Campaign(#[from] campaign::Failed),
    #[error(transparent)]
    Announce(#[from] announce::Failed),
    #[error(transparent)]
    Account(#[from] account::Failed),
    #[error(transparent)]
    Passwords(#[from] passwords::Failed),
    #[error(transparent)]
    Audit(#[from] audit::Failed),
    #[error(transparent)]
    Mail(#[from] mail::Failed),
    #[error(transparent)]
    Key(#[from] key::Failed),
    #[error("{0}")]
    Said(String),
    #[error("wrong: {}", .0.wrong.join(", "))]
    Unwell(doctor::Examined),
}

impl Failed {
    /// What is answered all the same.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Unwell(examined) => Some(&examined.answer),
            _ => None,
        }
    }
}

impl Place {
    /// The settings.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let beside = self.here.join("preau.toml");
        let file = self.file.as_deref().or_else(|| beside.exists().then_some(beside.as_path()));
        crate::config::load(file, &self.here, self.environment.iter().cloned())
    }
}

/// Does what was asked.
pub async fn run(command: Command, place: &Place) -> Result<Answer, Failed> {
    let (clock, random, progress) = (SystemClock, Random::system(), Progress::new());
    match command {
        Command::Serve => serve(place.config()?).await,
        Command::Config(command) => config::run(&command, place),
        Command::Doctor => {
            let examined = doctor::run(place, clock.now()).await;
            if examined.wrong.is_empty() { Ok(examined.answer) } else { Err(Failed::Unwell(examined)) }
        }
        Command::Flow(command) => flow::run(&command, place).await,
        Command::Database(command) => database::run(&command, &place.config()?).await,
        Command::Roster(roster::Rosters::Now(roster::Command::Generate(asked))) => {
            Ok(roster::make(&asked, &|what, count| progress.tell(what, count))?.into())
        }
        Command::Roster(roster::Rosters::Schedule) => {
            let config = place.config()?;
            Ok(roster::schedule(&config, &serve::open_store(&config).await?, clock.now()).await?)
        }
        Command::Roster(roster::Rosters::Now(command)) => {
            Ok(roster::run(command, &open(place).await?, &clock, &random, &|what, count| progress.tell(what, count)).await?)
        }
        Command::Client(command) => {
            let (config, now) = (place.config()?, clock.now());
            let store = serve::open_store(&config).await?;
            let keys = KeyStore::open(&config.keys, &store, now, &random).await.map_err(StartError::from)?;
            let told = client::run(command, &store, Maker { random: &random, keys: &keys }, now).await?;
            Ok(Answer::of(told, &["client_id", "client_secret", "client_name", "enabled", "redirect_uris"]))
        }
        Command::Code(command) => Ok(code::run(command, &assemble(place).await?, &|made| progress.tell("codes", made)).await?),
        Command::Badge(command) => Ok(badge::run(command, &assemble(place).await?).await?),
        Command::Provision(asked) => Ok(provision::run(asked, &assemble(place).await?, &|seen| progress.tell("people", seen)).await?),
        Command::Invite(asked) => Ok(invite::run(asked, &assemble(place).await?, &|written| progress.tell("letters", written)).await?),
        Command::Approval(command) => Ok(approval::run(command, &assemble(place).await?.store, clock.now()).await?),
        Command::Claim(claim::Claims::Report(asked)) => {
            Ok(report::run(asked, &assemble(place).await?, &|seen| progress.tell("people", seen)).await?)
        }
        Command::Campaign(command) => Ok(campaign::run(command, &assemble(place).await?, &|seen| progress.tell("people", seen)).await?),
        Command::Claim(claim::Claims::Queue(command)) => {
            let app = assemble(place).await?;
            let told = claim::run(command, &app.store, &app.tools, clock.now()).await?;
            Ok(claim::said(told))
        }
        Command::Announce(asked) => Ok(announce::run(asked, &assemble(place).await?, &|seen| progress.tell("people", seen)).await?),
        Command::Account(account::Accounts::ImportPasswords(asked)) => {
            Ok(passwords::run(asked, &assemble(place).await?, &|what, count| progress.tell(what, count)).await?)
        }
        Command::Account(account::Accounts::Now(command)) => {
            let app = assemble(place).await?;
            let told = account::run(command, &app.store, &app.tools, clock.now()).await?;
            // What is held about somebody is for a program to read, or for a PDF.
            if told.get("format").is_some() {
                return Ok(Answer { text: serde_json::to_string_pretty(&told).unwrap_or_default(), json: told });
            }
            Ok(Answer::of(told, &["username", "state", "claimed_by", "claimed_at"]))
        }
        Command::Audit(command) => {
            let app = assemble(place).await?;
            let told = audit::run(command, &app.store, &app.tools.keys, clock.now()).await?;
            Ok(Answer::of(told, &["at", "kind", "person", "actor", "school", "detail"]))
        }
        Command::Mail(command) => {
            let app = assemble(place).await?;
            let told = mail::run(command, &app.store, &app.tools.keys, clock.now()).await?;
            Ok(Answer::of(told, &["id", "kind", "to", "state", "tries", "why", "written_at"]))
        }
        Command::Key(command) => {
            // Not the whole program: in an emergency, nothing else that is wrong stands in the way.
            let (config, now) = (place.config()?, clock.now());
            let store = serve::open_store(&config).await?;
            let keys = KeyStore::open(&config.keys, &store, now, &random).await.map_err(StartError::from)?;
            let told = key::run(command, &keys, &store, &random, now).await?;
            Ok(Answer::of(told, &["kid", "algorithm", "state", "signs_from", "retired_at", "published"]))
        }
    }
}

/// The database of the settings, its folder made and its schema brought up.
async fn open(place: &Place) -> Result<Store, Failed> {
    Ok(serve::open_store(&place.config()?).await?)
}

/// The whole program, for commands that seal or open what is sealed.
async fn assemble(place: &Place) -> Result<App, Failed> {
    Ok(serve::assemble(place.config()?, Arc::new(SystemClock)).await?)
}

async fn serve(config: Config) -> Result<Answer, Failed> {
    let listen = config.listen.clone();
    let taken = |error: std::io::Error| Failed::Said(format!("{listen} cannot be listened on: {error}"));
    let listener = tokio::net::TcpListener::bind(&listen).await.map_err(taken)?;
    let app = Arc::new(serve::assemble(config, Arc::new(SystemClock)).await?);
    tracing::info!(issuer = app.tools.config.issuer, listen, "serving");
    serve::run(app, listener, serve::asked_to_stop()).await?;
    Ok(Answer { json: serde_json::Value::Null, text: "Stopped.".to_owned() })
}

/// A file that its owner alone may read and that was not there before: whole, or not there.
fn private_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half of it is of no use to anybody.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// A path as the person wrote it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
