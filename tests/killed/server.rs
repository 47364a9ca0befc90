//! A district in a folder of its own, and the program that serves it until it is killed.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::app::CALLBACK;
use crate::pupil::Pupil;

/// Where the district is kept.
pub enum Database {
    /// A file beside the rest.
    Sqlite,
    /// A database of its own on the server of this address.
    Postgres(String),
}

/// A school, its roster imported.
pub struct District {
    /// Everything of it.
    pub folder: TempDir,
    /// Who it is to apps and browsers, and where its first server listens.
    pub address: String,
    /// Its database.
    pub database: String,
    config: PathBuf,
}

/// The program, serving. Dropped, it is killed too.
pub struct Server {
    /// Where it listens.
    pub address: String,
    child: Child,
}

impl District {
    /// A district of some hundred pupils.
    pub async fn new(database: Database) -> Self {
        Self::of(400, database).await
    }

    /// A district of so many pupils.
    pub async fn of(students: u32, database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match database {
            Database::Sqlite => format!("sqlite:{}", folder.path().join("preau.db").display()),
            Database::Postgres(server) => fresh(&server).await,
        };
        let address = free_address();
        let config = folder.path().join("preau.toml");
        std::fs::write(&config, format!("issuer = \"{address}\"\n\n[database]\nurl = \"{url}\"\n")).unwrap();
        let district = Self { folder, address, database: url, config };
        let roster = district.roster();
        // Edition 1.1 says in users.csv itself who is a pupil.
        district.run(&["roster", "generate", &roster, "--students", &students.to_string(), "--seed", "7", "--oneroster", "1.1"]);
        district.run(&["roster", "import", &roster]);
        district
    }

    /// Starts the program and waits until it can serve: at most five seconds (F01).
    pub async fn serve(&self) -> Server {
        self.serve_at(&self.address).await
    }

    /// The same at another address than the issuer's, as one of several servers behind it.
    pub async fn serve_at(&self, address: &str) -> Server {
        let listens = address.replace("http://localhost", "127.0.0.1");
        let log = self.folder.path().join(format!("log-{listens}"));
        let mut command = self.command(&["serve"]);
        command.env("PREAU__LISTEN", &listens).stdout(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
        let server = Server { address: address.to_owned(), child: command.spawn().unwrap() };
        let answers = async {
            while tokio::net::TcpStream::connect(&listens).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let log = || std::fs::read_to_string(&log).unwrap_or_default();
        assert!(tokio::time::timeout(Duration::from_secs(20), answers).await.is_ok(), "it does not start:\n{}", log());
        server
    }

    /// Pupils whose name is not another's, so that no claim waits for the school's word.
    pub fn pupils(&self) -> Vec<Pupil> {
        let mut reader = csv::Reader::from_path(self.folder.path().join("roster/users.csv")).unwrap();
        let headers = reader.headers().unwrap().clone();
        let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let (role, given, family, number) = (column("role"), column("givenName"), column("familyName"), column("identifier"));
        let rows = reader.records().map(Result::unwrap).filter(|row| &row[role] == "student" && !row[number].is_empty());
        let pupils = rows.map(|row| Pupil { given: row[given].into(), family: row[family].into(), number: row[number].into() });
        pupils.collect()
    }

    /// How many accounts there are.
    pub fn accounts(&self) -> usize {
        let listed = self.json(&["account", "list", "--json"]);
        let rows = listed.as_array().or_else(|| listed["accounts"].as_array());
        rows.expect("a list of accounts").len()
    }

    /// An app for which nobody is asked: its name in the protocol, and its secret.
    pub fn register(&self) -> (String, String) {
        let registered = self.json(&[
            "client",
            "register",
            "--json",
            "--name",
            "Cahier",
            "--first-party",
            "--redirect-uri",
            CALLBACK,
            "--scope",
            "openid offline_access",
            "--grant",
            "authorization_code",
            "refresh_token",
            "client_credentials",
        ]);
        let told = |name: &str| registered[name].as_str().unwrap().to_owned();
        (told("client_id"), told("client_secret"))
    }

    /// What a command answers in JSON.
    pub fn json(&self, words: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&self.run(words)).expect("the command answers in JSON")
    }

    fn roster(&self) -> String {
        self.folder.path().join("roster").display().to_string()
    }

    /// What a command answers; it must be done.
    pub fn run(&self, words: &[&str]) -> Vec<u8> {
        let output = self.command(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_preau"));
        command.arg("--config").arg(&self.config).args(words).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }
}

impl Server {
    /// `kill -9`: no handler runs, nothing is said goodbye to.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Server {
    /// SIGTERM, as a service manager does it: what is under way is answered first. Whether it ended well.
    pub async fn stop(&mut self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        for _ in 0..500 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the environment says, if anything.
#[expect(clippy::disallowed_methods, reason = "which databases there are is the machine's to say")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Nobody else asks for this port between now and the start; a test of its own does not meet a fixed one.
pub fn free_address() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://localhost:{port}")
}

async fn fresh(server: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("preau_killed_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.to_string()
}
