//! A PostgreSQL of our own for the length of a test run: its data and socket in one private folder, no port.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::machine;
use crate::shell::{self, Failure};

/// A running cluster. Dropped, it is stopped and its folder removed.
pub struct Cluster {
    folder: PathBuf,
    server: Child,
}

/// Safe as in a school, for the program refuses a server that is not; only quieter and ready for many tests at once.
const SETTINGS: &[&str] = &["listen_addresses=", "max_connections=300", "shared_buffers=128MB", "log_min_messages=fatal"];

impl Cluster {
    /// Makes one and waits until it answers.
    pub fn start() -> Result<Self, Failure> {
        let programs = machine::postgres_folder().ok_or_else(|| Failure::new("PostgreSQL is not installed"))?;
        let owner = machine::is_root().then(unprivileged).transpose()?;
        let folder = private_folder(owner)?;
        let data = folder.join("data");
        let run_as = |program: &str| {
            let mut command = Command::new(programs.join(program));
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command.current_dir(&folder);
            command
        };
        let mut initdb = run_as("initdb");
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=postgres", "-D"]);
        if shell::answer(initdb.arg(&data)).is_none() {
            return Err(Failure::new(format!("initdb made no cluster in {}", data.display())));
        }
        let mut postgres = run_as("postgres");
        postgres.arg("-D").arg(&data).arg("-k").arg(&folder).stdin(Stdio::null());
        for setting in SETTINGS {
            postgres.args(["-c", setting]);
        }
        let server = postgres.spawn().map_err(|error| Failure::new(format!("PostgreSQL does not start: {error}")))?;
        let cluster = Self { folder, server };
        cluster.wait_until_ready(&programs)?;
        Ok(cluster)
    }

    /// The address of its first database; tests make others beside it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.display())
    }

    fn wait_until_ready(&self, programs: &Path) -> Result<(), Failure> {
        for _ in 0..300 {
            let mut ready = Command::new(programs.join("pg_isready"));
            if shell::answer(ready.arg("-q").arg("-h").arg(&self.folder)).is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(Failure::new("PostgreSQL did not answer within 30 seconds"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT is "immediate shutdown": its children end with it, and there is nothing to keep.
        let mut quit = Command::new("kill");
        let _ = quit.args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root: the user that Debian makes for it, else nobody.
fn unprivileged() -> Result<(u32, u32), Failure> {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(str::parse::<u32>);
        Some((fields.next()?.ok()?, fields.next()?.ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).ok_or_else(|| Failure::new("there is no user to run PostgreSQL as"))
}

/// Under `target/`, or under /tmp where its owner could not reach that or the socket's name would be too long.
fn private_folder(owner: Option<(u32, u32)>) -> Result<PathBuf, Failure> {
    let target = shell::target();
    let may_enter = |path: &&Path| std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o001 != 0);
    let reachable = owner.is_none() || target.ancestors().all(|path| may_enter(&path));
    let short = target.as_os_str().len() < 60;
    let base = if reachable && short { target } else { std::env::temp_dir() };
    let folder = base.join(format!("preau-postgres-{}", std::process::id()));
    let made = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)))
        .and_then(|()| owner.map_or(Ok(()), |(user, group)| chown(&folder, Some(user), Some(group))));
    made.map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    Ok(folder)
}
