//! `preau demo`: a district made in a folder, and Préau, a sample app and a mailbox page at work on it in one process.
//! The app speaks to Préau over HTTP alone. Started again on the same folder, all is as it was.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::addresses::{self, Addresses, DEFAULT, Doors, Shut};
use super::app::{self as sample_app, Registration};
use super::district::{self, NotMade};
use super::folder::{DATABASE, Folder, MAIL, Unusable};
use super::people::Person;
use super::tell::{Client, Size, Told};
use super::{Site, mailbox};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{self, Config, ConfigError};
use crate::console::{self, Answer};
use crate::pages::{Pages, RenderError};
use crate::random::{Random, Secret};
use crate::serve::{self, StartError};
use crate::store::StoreError;
use crate::store::accounts::AccountState;

/// What `preau demo` takes.
#[derive(Debug, Args)]
pub struct Command {
    /// Where Préau listens, on this machine; the sample app and the mailbox take the next ports. Port 0: free ones
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The folder of the district
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    pub data: PathBuf,
    /// How many pupils; guardians and staff come with them [default: 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(i64::from(FEWEST)..=1_000_000))]
    pub students: Option<u32>,
    /// Begin anew: remove what an earlier demo made in the folder
    #[arg(long)]
    pub fresh: bool,
    /// The district of which guide; else every way to join is there
    #[arg(long, value_enum, ignore_case = true)]
    pub system: Option<System>,
}

/// The guides that districts use today (docs/systems.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
#[expect(missing_docs, reason = "the letters are those of docs/systems.md")]
pub enum System {
    A,
    B,
    C,
    D,
    E,
}

impl System {
    /// What the district of this guide sets beside what every demonstration does.
    fn settings(self) -> &'static str {
        match self {
            Self::A => "\n[flows]\nlisted = [\"student-claim\"]\n",
            Self::B => "\n[flows]\nlisted = [\"parent-portal\"]\n",
            Self::C => "\n[flows]\nlisted = [\"guardian-code\"]\n",
            Self::D => "\n[flows]\nlisted = [\"guardian-invitation\"]\n",
            Self::E => "\n[flows]\nlisted = [\"guardian-provisional\", \"student-provisional\"]\n\n[policy.provisional]\ndays = 90\n",
        }
    }
}

/// A demonstration that is ready to be served.
pub struct Demo {
    app: Arc<App>,
    doors: Doors,
    client: Client,
    told: Told,
    _folder: Folder,
}

/// What a later start must find again. It has no `Debug`: passwords stand in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    size: Size,
    sites: Sites,
    client: Client,
    people: Vec<Person>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sites {
    app: SocketAddr,
    mailbox: SocketAddr,
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] Unusable),
    /// The file of people.
    #[error("{} cannot be read: {why}; --fresh begins anew", .path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Everything in the folder knows its address.
    #[error("this demo lives at {kept}, not at {wanted}; start it without --listen, or begin anew there with --fresh")]
    Elsewhere {
        /// Where it lives.
        kept: SocketAddr,
        /// What --listen said.
        wanted: SocketAddr,
    },
    /// A port.
    #[error(transparent)]
    Shut(#[from] Shut),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The program.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The district.
    #[error(transparent)]
    NotMade(#[from] NotMade),
    /// The pages of the sites.
    #[error(transparent)]
    Pages(#[from] RenderError),
    /// The issuer.
    #[error("the issuer is not an address: {0}")]
    Issuer(#[from] url::ParseError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network or the terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Makes it or finds it again, says what there is when all is up, and serves until `shutdown`.
pub async fn run(command: &Command, json: bool, clock: Arc<dyn Clock>, shutdown: impl Future<Output = ()>) -> Result<(), Failed> {
    let demo = Demo::prepare(command, clock).await?;
    let answer = Answer { json: demo.told.json(), text: demo.told.words() };
    demo.serve(shutdown, || console::answer(&answer, json)).await
}

impl Demo {
    /// Everything but serving.
    pub async fn prepare(command: &Command, clock: Arc<dyn Clock>) -> Result<Self, Failed> {
        let folder = Folder::take(&command.data)?;
        let (app, doors, kept) = if folder.is_made() && !command.fresh {
            Self::again(command, clock, &folder).await?
        } else {
            match Self::first(command, clock, &folder).await {
                Ok(made) => made,
                Err(failed) => {
                    folder.give_up();
                    return Err(failed);
                }
            }
        };
        Self::ready(app, doors, kept, folder, command.data.clone()).await
    }

    /// Nothing of an older demonstration goes before the new one has its doors.
    async fn first(command: &Command, clock: Arc<dyn Clock>, folder: &Folder) -> Result<(App, Doors, Kept), Failed> {
        let doors = Doors::open(command.listen.unwrap_or(DEFAULT)).await?;
        folder.clear()?;
        let Addresses { preau, app: app_at, mailbox } = doors.addresses()?;
        folder.write(&folder.config(), &(settings(preau) + command.system.map_or("", System::settings)))?;
        let app = serve::assemble(read_config(folder)?, clock).await?;
        let made = district::make(
            &app,
            folder,
            command.students.unwrap_or(STUDENTS),
            &addresses::site(app_at.port()),
            command.system == Some(System::E),
        )
        .await?;
        let kept = Kept { size: made.size, sites: Sites { app: app_at, mailbox }, client: made.client, people: made.people };
        let text = toml::to_string(&kept).map_err(|error| Failed::Kept { path: folder.kept(), why: error.to_string() })?;
        folder.write(&folder.kept(), &format!("{SAID_ON_THE_PEOPLE}\n{text}"))?;
        Ok((app, doors, kept))
    }

    async fn again(command: &Command, clock: Arc<dyn Clock>, folder: &Folder) -> Result<(App, Doors, Kept), Failed> {
        let wrong = |why: String| Failed::Kept { path: folder.kept(), why };
        let text = std::fs::read_to_string(folder.kept()).map_err(|error| wrong(error.to_string()))?;
        let kept: Kept = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        let config = read_config(folder)?;
        let preau: SocketAddr = config.listen.parse().map_err(|_| wrong(format!("{} is not an address to listen at", config.listen)))?;
        if let Some(wanted) = command.listen.filter(|wanted| wanted.port() != 0 && *wanted != preau) {
            return Err(Failed::Elsewhere { kept: preau, wanted });
        }
        if let Some(wanted) = command.students.filter(|wanted| *wanted != kept.size.students) {
            tracing::warn!("the district has {} pupils already, and keeps them; --fresh makes one of {wanted}", kept.size.students);
        }
        let doors = Doors::reopen(Addresses { preau, app: kept.sites.app, mailbox: kept.sites.mailbox }).await?;
        let app = serve::assemble(config, clock).await?;
        Ok((app, doors, kept))
    }

    async fn ready(app: App, doors: Doors, kept: Kept, folder: Folder, named: PathBuf) -> Result<Self, Failed> {
        let Kept { size, sites, client, people } = kept;
        let mut claimed_since = Vec::new();
        for person in people.iter().filter(|person| !person.kind.has_account()) {
            if app
                .store
                .read()
                .accounts()
                .by_username(&person.username)
                .await?
                .is_some_and(|account| account.state != AccountState::Invited)
            {
                claimed_since.push(person.username.clone());
            }
        }
        let address = |site: SocketAddr| addresses::site(site.port()).to_string().trim_end_matches('/').to_owned();
        let told = Told {
            issuer: app.tools.config.issuer.clone(),
            app_url: address(sites.app),
            mail_url: address(sites.mailbox),
            mail_dir: folder.mail(),
            database_url: app.tools.config.database.url.clone(),
            config: folder.config(),
            client: client.clone(),
            size,
            people,
            claimed_since,
            folder: named,
        };
        Ok(Self { app: Arc::new(app), doors, client, told, _folder: folder })
    }

    /// What there is to say.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// Serves the three sites until `shutdown`; `up` is called when all of them answer.
    pub async fn serve(self, shutdown: impl Future<Output = ()>, up: impl FnOnce()) -> Result<(), Failed> {
        let Self { app, doors, client, told, _folder } = self;
        let clock = Arc::clone(&app.tools.clock);
        let pages = Arc::new(Pages::load()?);
        let registration = Registration {
            issuer: told.issuer,
            client_id: client.client_id,
            secret: Secret::new(client.client_secret),
            address: addresses::site(doors.app.local_addr()?.port()),
        };
        let sample = sample_app::router(Site::app(Arc::clone(&pages), Arc::clone(&clock)), registration, Random::system())?;
        let letters = mailbox::router(Site::mailbox(pages, clock), told.mail_dir);
        let (stop, stopped) = watch::channel(());
        let mut sites = JoinSet::new();
        sites.spawn(serve_site(doors.app, sample, over(stopped.clone())));
        sites.spawn(serve_site(doors.mailbox, letters, over(stopped.clone())));
        sites.spawn(async move { Ok(serve::run(app, doors.preau, over(stopped)).await?) });
        // The shutdown is asked first, so that whoever reads that all is up may end it at once.
        let ended = tokio::select! {
            biased;
            () = shutdown => None,
            ended = async { up(); sites.join_next().await } => ended,
        };
        drop(stop);
        // Whoever is still being answered has a moment; then the process ends all the same.
        let _ = tokio::time::timeout(LAST_MOMENT, async { while sites.join_next().await.is_some() {} }).await;
        ended.map_or(Ok(()), |ended| ended.expect("a site does not panic"))
    }
}

async fn serve_site(door: TcpListener, site: Router, over: impl Future<Output = ()> + Send + 'static) -> Result<(), Failed> {
    Ok(axum::serve(door, site).with_graceful_shutdown(over).await?)
}

/// Ends when the sender is dropped.
async fn over(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

/// The folder's configuration and nothing else: a variable that is meant for another preau must not move this one.
fn read_config(folder: &Folder) -> Result<Config, ConfigError> {
    config::load(Some(&folder.config()), Path::new("/"), [])
}

fn settings(preau: SocketAddr) -> String {
    let issuer = addresses::issuer(preau.port());
    format!(
        "# The configuration of this demo. `preau config print --annotated` shows every key.\n\
         issuer = \"{issuer}\"\n\
         listen = \"{preau}\"\n\
         data_dir = \".\"\n\
         languages = [\"fr\", \"en\"]\n\
         \n\
         [database]\n\
         url = \"sqlite:./{DATABASE}\"\n\
         \n\
         [mail]\n\
         url = \"file:./{MAIL}\"\n\
         from = \"Conseil scolaire des Deux-Rives <ne-pas-repondre@deux-rives.example>\"\n\
         \n\
         [keys]\n\
         master_key_file = \"./keys/master.key\"\n\
         \n\
         [district]\n\
         name = \"Conseil scolaire des Deux-Rives\"\n\
         help_address = \"aide@deux-rives.example\"\n\
         telephones = [\"613-555-0142\", \"1-800-555-0199\"]\n\
         time_zone = \"America/Toronto\"\n"
    )
}

const STUDENTS: u32 = 2_000;
/// Fewer pupils have not every kind of people among them.
const FEWEST: u32 = 60;
const LAST_MOMENT: Duration = Duration::from_secs(2);

const SAID_ON_THE_PEOPLE: &str = "\
# The people to try this demo with, and how its sample app is registered. Passwords stand here in clear, so that each
# start can print them: nobody here exists, and the demo answers this machine alone. A real district has no such file:
# there, passwords are kept as hashes and nobody can read them.
#
# A password that you change in the demo is not written here.
";

#[cfg(test)]
mod tests {
    use axum::http::header::LOCATION;
    use axum::http::{Request, StatusCode};
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::Value;
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;
    use url::Url;

    use super::*;
    use crate::clock::SystemClock;
    use crate::outbound::{Answer as Answered, Outbound, Reach};
    use crate::password::Verdict;

    fn command(data: &Path) -> Command {
        let listen = Some("127.0.0.1:0".parse().unwrap());
        Command { listen, data: data.to_owned(), students: Some(FEWEST), fresh: false, system: None }
    }

    async fn prepare(command: &Command) -> Result<Demo, Failed> {
        Demo::prepare(command, Arc::new(SystemClock)).await
    }

    /// A demonstration at work: what it said, how to end it, and how it ended.
    struct Running {
        told: Value,
        stop: oneshot::Sender<()>,
        ended: JoinHandle<Result<(), Failed>>,
    }

    async fn start(demo: Demo) -> Running {
        let told = demo.told.json();
        let ((stop, stopped), (up, is_up)) = (oneshot::channel(), oneshot::channel());
        let shutdown = async { drop(stopped.await) };
        let ended = tokio::spawn(demo.serve(shutdown, || up.send(()).unwrap()));
        is_up.await.unwrap();
        Running { told, stop, ended }
    }

    impl Running {
        async fn end(self) {
            self.stop.send(()).unwrap();
            tokio::time::timeout(Duration::from_secs(5), self.ended).await.expect("it ends in time").unwrap().unwrap();
        }
    }

    async fn ask(request: axum::http::request::Builder, body: &str) -> Answered {
        let issuer = Url::parse("http://localhost/").unwrap();
        let request = request.body(body.as_bytes().to_vec()).unwrap();
        Outbound::new(Reach::of_issuer(&issuer)).send(request.try_into().unwrap()).await.unwrap()
    }

    async fn get(address: &Value, path: &str) -> Answered {
        ask(Request::get(format!("{}{path}", address.as_str().unwrap())), "").await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_demo_answers_over_http_and_is_the_same_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let running = start(prepare(&command(dir.path())).await.unwrap()).await;
        let told = running.told.clone();

        let discovery = get(&told["issuer"], "/.well-known/openid-configuration").await;
        let discovery: Value = serde_json::from_slice(&discovery.body).unwrap();
        assert_eq!(discovery["issuer"], told["issuer"]);
        let app = get(&told["app_url"], "/").await;
        assert!(app.status.is_success() && String::from_utf8(app.body).unwrap().contains("id=\"app-sign-in\""));
        let begun = get(&told["app_url"], "/sign-in").await;
        let there = begun.headers[LOCATION].to_str().unwrap();
        assert!(there.starts_with(discovery["authorization_endpoint"].as_str().unwrap()), "{there}");
        let asked = ask(Request::get(there), "").await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "the provider knows the app and asks who it is");
        assert!(get(&told["mail_url"], "/").await.status.is_success());

        let id = |key: &str| told["client"][key].as_str().unwrap().to_owned();
        let basic = BASE64_STANDARD.encode(format!("{}:{}", id("client_id"), id("client_secret")));
        let token = Request::post(discovery["token_endpoint"].as_str().unwrap())
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(ask(token, "grant_type=client_credentials").await.status, StatusCode::OK);
        running.end().await;

        let again = start(prepare(&command(dir.path())).await.unwrap()).await;
        assert_eq!(again.told, told);
        assert!(get(&told["app_url"], "/").await.status.is_success(), "the addresses are those of before");
        again.end().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_is_printed_with_a_password_has_an_account_and_whoever_is_not_has_none() {
        let dir = tempfile::tempdir().unwrap();
        let demo = prepare(&command(dir.path())).await.unwrap();
        let (store, hasher) = (&demo.app.store, &demo.app.tools.hasher);
        for person in &demo.told.people {
            let account = store.read().accounts().by_username(&person.username).await.unwrap();
            assert_eq!(account.is_some(), person.password.is_some(), "{:?}", person.kind);
            let Some(account) = account else { continue };
            let hash = store.read().accounts().password(account.id).await.unwrap().unwrap().hash;
            let password = Secret::new(person.password.clone().unwrap());
            assert_eq!(hasher.verify(&password, Some(&hash)).await.unwrap(), Verdict::Right, "{:?}", person.kind);
        }
        let kept = std::fs::read_to_string(dir.path().join("demo.toml")).unwrap();
        assert!(kept.starts_with("# The people to try this demo with"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_district_of_a_guide_offers_that_guides_way_and_gives_its_people_what_it_asks() {
        for (system, listed) in [(System::B, vec!["parent-portal"]), (System::E, vec!["guardian-provisional", "student-provisional"])] {
            let dir = tempfile::tempdir().unwrap();
            let demo = prepare(&Command { system: Some(system), ..command(dir.path()) }).await.unwrap();
            let flows = demo.app.flows.all();
            let found: Vec<&str> = flows.iter().filter(|flow| flow.listed).map(|flow| flow.name.as_str()).collect();
            assert_eq!(found, listed);
            for person in demo.told.people.iter().filter(|person| !person.kind.has_account()) {
                let account = demo.app.store.read().accounts().by_username(&person.username).await.unwrap();
                assert_eq!(account.map(|account| account.state), (system == System::E).then_some(AccountState::Invited));
                assert_eq!(person.provisional_password.is_some(), system == System::E);
            }
            assert!(demo.told.claimed_since.is_empty(), "an invitation is no account");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn another_address_and_a_taken_port_are_refused_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let demo = prepare(&command(dir.path())).await.unwrap();
        let (before, mailbox) = (demo.told.json(), demo.doors.addresses().unwrap().mailbox);
        assert!(matches!(prepare(&command(dir.path())).await, Err(Failed::Folder(Unusable::Busy(_)))));
        drop(demo);

        let asked = Command { listen: Some("127.0.0.1:1".parse().unwrap()), ..command(dir.path()) };
        assert!(prepare(&asked).await.err().unwrap().to_string().contains("without --listen"));
        let taken = TcpListener::bind(mailbox).await.unwrap();
        let refused = prepare(&command(dir.path())).await.err().unwrap().to_string();
        assert!(refused.contains("mailbox") && refused.contains(&mailbox.port().to_string()), "{refused}");
        let fresh = |listen| Command { fresh: true, listen: Some(listen), ..command(dir.path()) };
        assert!(matches!(prepare(&fresh(mailbox)).await, Err(Failed::Shut(Shut::Taken(_)))));
        let elsewhere = dir.path().join("new");
        let new = Command { data: elsewhere.clone(), ..fresh(mailbox) };
        assert!(prepare(&new).await.is_err() && std::fs::read_dir(&elsewhere).unwrap().next().is_none(), "nothing is left of what failed");
        drop(taken);
        assert!(prepare(&command(dir.path())).await.unwrap().told.json() == before, "what was there is there still");

        let anew = prepare(&Command { fresh: true, ..command(dir.path()) }).await.unwrap().told.json();
        assert_ne!(anew["client"]["client_secret"], before["client"]["client_secret"]);
        let names = |told: &Value| told["people"].as_array().unwrap().iter().map(|one| one["username"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&anew), names(&before), "the district is the same one; its secrets are not");
    }
}
