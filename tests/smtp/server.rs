//! `server.py`, running, and what it has taken.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The server. Dropped, it is gone.
pub struct Server {
    /// Where it listens.
    pub port: u16,
    folder: TempDir,
    child: Child,
}

impl Server {
    /// Starts it, on this port or on any. `None` where there is no Python for it and none is insisted on.
    pub async fn start(port: Option<u16>) -> Option<Self> {
        let Some(python) = setting("PREAU_TEST_PYTHON") else {
            assert!(setting("PREAU_TEST_EVERYTHING").is_none(), "PREAU_TEST_PYTHON is not set");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/server.py");
        let mut command = Command::new(python);
        command.arg(script).arg(folder.path()).args(port.map(|port| port.to_string()));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let port = said.trim().parse().unwrap_or_else(|_| panic!("the mail server said {said:?} instead of its port"));
        Some(Self { port, folder, child })
    }

    /// The letters it has taken, in order: the recipient's name, and all of the letter.
    pub fn letters(&self) -> Vec<(String, Vec<u8>)> {
        // What was taken a moment before we were answered is there at once, for it is written before the answer; what
        // was not answered may still be written.
        std::thread::sleep(Duration::from_millis(200));
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".eml"))
            .collect();
        names.sort();
        let read = |name: String| {
            let bytes = std::fs::read(self.folder.path().join(&name)).unwrap();
            let manner = name.trim_end_matches(".eml").split_once('-').unwrap().1.to_owned();
            (manner, bytes)
        };
        names.into_iter().map(read).collect()
    }

    /// The recipients' names alone.
    pub fn names(&self) -> Vec<String> {
        self.letters().into_iter().map(|(name, _)| name).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port on which nobody listens yet.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[expect(clippy::disallowed_methods, reason = "which Python there is is the machine's to say")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
