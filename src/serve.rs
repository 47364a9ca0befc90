//! From settings to a program that serves: the whole is put together here, its connections are accepted here, and what
//! it does by itself (mail, keys, the event log, forgetting) runs here until it is asked to stop.

mod connections;
pub mod imports;
mod lanes;
mod ready;
mod tls;
mod upkeep;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use self::lanes::Lanes;
use self::ready::Answers;
use self::tls::{BadTls, Tls};
use crate::app::App;
use crate::authorities::{Authorities, BadAuthorities};
use crate::charters::{CharterError, Charters};
use crate::clock::Clock;
use crate::config::Config;
use crate::fetched::Fetched;
use crate::flow::definition::FlowFileError;
use crate::flow::loaded::Flows;
use crate::keys::{KeyError, KeyStore, Purpose};
use crate::mail::{MailError, Mailer};
use crate::oidc::client_keys;
use crate::outbound::{Outbound, Reach};
use crate::pages::{Brand, Pages, RenderError};
use crate::password::{BadCost, Hasher, Pepper};
use crate::policy::Policy;
use crate::random::Random;
use crate::routes::{self, CALLBACK, FEATURES};
use crate::sources::Sources;
use crate::store::{Store, StoreError};
use crate::tools::Tools;
use crate::web::logo;

/// The program cannot start. Nothing was changed but what an empty database needs.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The cost of a password.
    #[error(transparent)]
    Passwords(#[from] BadCost),
    /// What the district allows.
    #[error("{0}")]
    Policy(String),
    /// The flows.
    #[error(transparent)]
    Flows(#[from] FlowFileError),
    /// The charters.
    #[error(transparent)]
    Charters(#[from] CharterError),
    /// The authorities of client certificates.
    #[error(transparent)]
    Authorities(#[from] BadAuthorities),
    /// The server's own certificate.
    #[error(transparent)]
    Tls(#[from] BadTls),
    /// Mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A template of ours.
    #[error(transparent)]
    Pages(#[from] RenderError),
    /// The threads that answer.
    #[error("the threads that answer cannot start: {0}")]
    Lanes(std::io::Error),
    /// A folder.
    #[error("{0}: {1}")]
    Folder(String, std::io::Error),
}

/// What is wrong with settings that can be read: what their types cannot hold. Asks nothing of the outside.
pub fn check(config: &Config) -> Vec<String> {
    let problems = [
        match Policy::new(config.policy.clone()) {
            Ok(policy) => policy.wrong_passwords(&config.assurance),
            Err(wrong) => Some(wrong),
        },
        Hasher::new(&config.passwords, Pepper::new(&[0; 32]), Random::seeded(0)).err().map(|error| error.to_string()),
        Mailer::open(&config.mail).err().map(|error| error.to_string()),
        Brand::parse(&config.district.colour).err().map(|error| error.to_string()),
        Flows::load(FEATURES, config).err().map(|error| error.to_string()),
        Charters::load(config.charters.dir.as_deref()).err().map(|error| error.to_string()),
        config.tls.problem(),
        Tls::open(&config.tls).err().map(|error| error.to_string()),
        Authorities::open(config.tls.client_ca_file.as_deref()).err().map(|error| error.to_string()),
    ];
    problems.into_iter().flatten().collect()
}

/// The database of the settings, as it is; the folder of an embedded one is made.
pub async fn connect_store(config: &Config) -> Result<Store, StartError> {
    make_folder(&config.database.url)?;
    Ok(Store::connect(&config.database.url).await?)
}

/// The database of the settings, its schema brought up.
pub async fn open_store(config: &Config) -> Result<Store, StartError> {
    make_folder(&config.database.url)?;
    Ok(Store::open(&config.database.url).await?)
}

/// Puts the whole program together.
pub async fn assemble(config: Config, clock: Arc<dyn Clock>) -> Result<App, StartError> {
    let policy = Policy::new(config.policy.clone()).map_err(StartError::Policy)?;
    if let Some(wrong) = policy.wrong_passwords(&config.assurance) {
        return Err(StartError::Policy(wrong));
    }
    let flows = Flows::load(FEATURES, &config)?;
    let charters = Charters::load(config.charters.dir.as_deref())?;
    let pages = Pages::load()?;
    let outbound = Outbound::and_inside(Reach::of_issuer(&config.issuer()), &config.outbound.inside);
    let key_sets = Fetched::new(outbound.clone(), client_keys::read);
    let logos = Fetched::new(outbound.clone(), logo::redraw);
    let sources = Sources::new(config.sources.clone(), outbound.clone(), format!("{}{CALLBACK}", config.issuer));
    let mailer = Mailer::open(&config.mail)?;
    let authorities = Authorities::open(config.tls.client_ca_file.as_deref())?;
    let store = open_store(&config).await?;
    let random = Random::system();
    let keys = KeyStore::open(&config.keys, &store, clock.now(), &random).await?;
    let pepper = Pepper::new(&keys.mac(Purpose::Pepper, &[b"passwords"]).0);
    let hasher = Hasher::new(&config.passwords, pepper, Random::system())?;
    Ok(App {
        tools: Tools {
            clock,
            random,
            keys,
            hasher,
            mailer,
            policy,
            pages,
            charters,
            outbound,
            authorities,
            key_sets,
            logos,
            sources,
            config,
        },
        store,
        flows,
    })
}

/// Serves until `stop` comes, then lets the requests that are under way end.
pub async fn run(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    let tls = Tls::open(&app.tools.config.tls)?;
    let (stopping, stopped) = watch::channel(false);
    if let Some(tls) = &tls {
        tokio::spawn(Arc::clone(tls).tend(stopped.clone()));
    }
    let upkeep = tokio::spawn(upkeep::run(Arc::clone(&app), stopped));
    let keys = Arc::clone(&app);
    let published = move || keys.tools.keys.published();
    let answers = Answers::of_issuer(&app.tools.config.issuer, routes::router(Arc::clone(&app)), &app.tools.clock, published);
    // Connections to the database live on them too: they end last.
    let lanes = Lanes::open().map_err(StartError::Lanes)?;
    connections::serve(listener, &lanes, answers, tls, stop).await;
    stopping.send_replace(true);
    let _ = tokio::time::timeout(LAST_WORK, upkeep).await;
    Ok(())
}

/// Until the operating system asks the program to end.
pub async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupted.await;
        return;
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}

/// An embedded database is made in a folder that nobody else may look into.
fn make_folder(url: &str) -> Result<(), StartError> {
    let Some(path) = url.strip_prefix("sqlite:").map(|path| path.split('?').next().unwrap_or(path)) else { return Ok(()) };
    let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else { return Ok(()) };
    private_folder(folder).map_err(|error| StartError::Folder(folder.display().to_string(), error))
}

/// Makes a folder, and those above it, that only their owner may look into.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Mail and the event log finish what they hold before the end.
const LAST_WORK: Duration = Duration::from_secs(3);
