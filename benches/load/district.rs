//! A district in a folder of its own, and the real program, which imports for it and serves it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use preau::clock::SystemClock;
use preau::model::AccountId;
use preau::people::number_key;
use preau::random::Secret;
use preau::store::accounts::{Account, AccountState};
use preau::store::{StoreError, Tx};
use tempfile::TempDir;

use crate::http::Connection;
use crate::postgres::Database;

/// The password of everybody whose account a measure made.
pub const PASSWORD: &str = "quatre lapins sous la lune";
/// Where every app of a measure is answered.
pub const REDIRECT: &str = "http://127.0.0.1:9/callback";

/// A district.
pub struct District {
    folder: TempDir,
    config: PathBuf,
    address: SocketAddr,
    database: Option<Arc<Database>>,
}

/// A program that serves, ours or a peer; dropped, it ends.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The PostgreSQL that works for it.
    pub database: Option<Arc<Database>>,
    child: Child,
}

/// An app.
#[derive(Clone)]
pub struct App {
    /// Its name in the protocol.
    pub id: String,
    /// The header by which it proves itself.
    pub basic: String,
}

/// What a command cost that ended.
pub struct Cost {
    /// By the clock.
    pub wall: Duration,
    /// Of all its threads.
    pub cpu: Duration,
    /// Its memory at the highest, in MB.
    pub peak: f64,
    /// What it answered.
    pub answer: serde_json::Value,
}

impl District {
    /// A district without anybody; its database is made by the first command.
    pub fn empty() -> Self {
        Self::empty_in(None)
    }

    fn empty_in(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = free_address();
        let config = folder.path().join("preau.toml");
        let sqlite = || format!("sqlite:{}", folder.path().join("preau.db").display());
        let text = format!(
            "issuer = \"http://localhost:{}\"\nlisten = \"{address}\"\n\n[database]\nurl = \"{}\"\n\n[mail]\nurl = \"file:{}\"\n",
            address.port(),
            database.as_ref().map_or_else(sqlite, Database::url),
            folder.path().join("mail").display()
        );
        std::fs::write(&config, text).expect("a file");
        Self { folder, config, address, database: database.map(Arc::new) }
    }

    /// A district of so many pupils, its roster imported, on SQLite.
    pub fn of(students: u32) -> Self {
        Self::of_in(students, None)
    }

    /// The same, on PostgreSQL where there is a database.
    pub fn of_in(students: u32, database: Option<Database>) -> Self {
        let district = Self::empty_in(database);
        let roster = district.path("roster");
        district.run(&["roster", "generate", &roster, "--students", &students.to_string(), "--seed", "7"]);
        district.run(&["roster", "import", &roster]);
        district
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs a command of the program; its answer.
    pub fn run(&self, words: &[&str]) -> serde_json::Value {
        self.cost(words).answer
    }

    /// Runs a command of the program; what it cost.
    #[expect(clippy::zombie_processes, reason = "`wait` takes it, with what it cost")]
    pub fn cost(&self, words: &[&str]) -> Cost {
        let answer = self.path("answer.json");
        let mut command = self.command(words);
        command.arg("--json").stdout(std::fs::File::create(&answer).expect("a file")).stderr(Stdio::piped());
        let begun = now();
        let mut child = command.spawn().expect("the program starts");
        let mut said = String::new();
        std::io::Read::read_to_string(child.stderr.as_mut().expect("it is piped"), &mut said).expect("it is text");
        let (status, cpu, peak) = wait(&child);
        let wall = begun.elapsed();
        assert_eq!(status, 0, "preau {words:?}: {said}");
        let answer = std::fs::read(answer).expect("the file");
        let answer = serde_json::from_slice(&answer).expect("a command answers in JSON");
        Cost { wall, cpu, peak, answer }
    }

    /// Registers an app; nobody is asked for consent.
    pub fn register(&self, name: &str, words: &[&str]) -> App {
        let register = [&["client", "register", "--name", name, "--redirect-uri", REDIRECT, "--first-party"], words].concat();
        let told = self.run(&register);
        let word = |key: &str| told[key].as_str().expect("the answer names it");
        App::new(word("client_id"), word("client_secret"))
    }

    /// Writes a file that a command is to read; its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Gives so many pupils an account; the names they sign in with. Nothing may serve the district meanwhile.
    pub async fn accounts(&self, count: usize) -> Vec<String> {
        let config = preau::config::load(Some(&self.config), self.folder.path(), std::iter::empty()).expect("the settings are right");
        let app = preau::serve::assemble(config, Arc::new(SystemClock)).await.expect("the database opens");
        let hash = app.tools.hasher.hash(&Secret::new(PASSWORD)).await.expect("nobody else waits");
        let mut names = Vec::with_capacity(count);
        for number in self.numbers() {
            if names.len() == count {
                break;
            }
            let found = app.store.read().people().by_number(&number_key(&number)).await.expect("the database answers");
            let Some(person) = found.first().filter(|person| person.is_pupil()) else { continue };
            let now = app.now();
            let account = Account {
                id: AccountId::new(now, &app.tools.random),
                person: person.id,
                username: format!("s{number}"),
                state: AccountState::Claimed,
                language: None,
                claimed_by: "student-claim".to_owned(),
                assurance: "urn:preau:acr:identified".to_owned(),
                claimed_at: now,
            };
            let claim = async |tx: &Tx| {
                tx.accounts().claim(&account).await?;
                tx.accounts().set_password(account.id, &hash, now).await?;
                Ok::<_, StoreError>(())
            };
            app.store.write(claim).await.expect("the database writes");
            names.push(account.username);
        }
        assert_eq!(names.len(), count, "the district has pupils enough");
        names
    }

    /// Serves, once it can.
    pub fn serve(&self) -> Server {
        self.start().0
    }

    /// Serves; how long it took until `/readyz` said so.
    pub fn start(&self) -> (Server, Duration) {
        let log = std::fs::File::create(self.path("log")).expect("a file");
        let begun = now();
        let child = self.command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().expect("the program starts");
        let server = Server { address: self.address, database: self.database.clone(), child };
        server.wait_for("/readyz", || std::fs::read_to_string(self.path("log")).unwrap_or_default());
        (server, begun.elapsed())
    }

    /// The size of the database, in MB.
    pub fn size(&self) -> f64 {
        std::fs::metadata(self.path("preau.db")).map_or(0.0, |about| about.len() as f64 / 1e6)
    }

    fn numbers(&self) -> Vec<String> {
        let mut reader = csv::Reader::from_path(self.path("roster/users.csv")).expect("the roster");
        let headers = reader.headers().expect("it has a head").clone();
        let column = |name: &str| headers.iter().position(|header| header == name).expect("a column of the standard");
        let number = column("identifier");
        let rows = reader.records().map(|row| row.expect("it is CSV"));
        rows.filter(|row| !row[number].is_empty()).map(|row| row[number].to_owned()).collect()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("--config").arg(&self.config).args(words).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }
}

impl App {
    /// An app that proves itself by HTTP Basic.
    pub fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), basic: format!("authorization: Basic {}\r\n", BASE64_STANDARD.encode(format!("{id}:{secret}"))) }
    }
}

impl Server {
    /// A program that somebody else wrote, serving at this address.
    pub fn of_peer(child: Child, address: SocketAddr) -> Self {
        Self { address, database: None, child }
    }

    /// Waits until a path is answered with 200; `log` tells why it never is.
    pub fn wait_for(&self, path: &str, log: impl Fn() -> String) {
        let begun = now();
        while !self.answers(path) {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not start:\n{}", log());
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Seconds that its threads have used, in and out of the kernel.
    pub fn cpu(&self) -> f64 {
        cpu_of(self.child.id()).expect("it runs")
    }

    /// The same of the PostgreSQL that works for it.
    pub fn database_cpu(&self) -> f64 {
        self.database.as_ref().map_or(0.0, |database| database.cpu())
    }

    /// The memory that it holds now, in MB.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("proc(5)");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1024.0 / 1e6
    }

    fn answers(&self, path: &str) -> bool {
        use std::io::{Read, Write};
        let Ok(mut stream) = std::net::TcpStream::connect(self.address) else { return false };
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n", self.address.port());
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// A connection to it.
    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address where nobody listens.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port")
}

/// Seconds that a process and the children it waited for have used; `None` if there is no such process.
pub fn cpu_of(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; what follows does not.
    let (_, after) = stat.rsplit_once(") ").expect("proc(5)");
    let fields: Vec<u64> = after.split(' ').skip(11).take(4).map(|ticks| ticks.parse().expect("a number")).collect();
    Some(fields.iter().sum::<u64>() as f64 / TICKS)
}

/// The program that is measured.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_preau"))
}

/// Waits for a command; its status, CPU time and peak of memory.
#[expect(unsafe_code, reason = "the standard library does not tell what a child has used")]
fn wait(child: &Child) -> (i32, Duration, f64) {
    let mut status = 0;
    // SAFETY: both are plain numbers, so zeros are valid, and the call writes into them and nowhere else. The child is
    // ours, and nobody else waits for it.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::wait4(child.id().cast_signed(), &raw mut status, 0, &raw mut used);
        used
    };
    let time = |of: libc::timeval| Duration::new(of.tv_sec.unsigned_abs(), of.tv_usec.unsigned_abs() as u32 * 1_000);
    (status, time(used.ru_utime) + time(used.ru_stime), used.ru_maxrss as f64 * 1024.0 / 1e6)
}

/// The instant.
#[expect(clippy::disallowed_methods, reason = "a program that measures")]
pub fn now() -> Instant {
    Instant::now()
}

/// Of `/proc/PID/stat`, a second. Linux has had no other for user space.
const TICKS: f64 = 100.0;
