//! A database of a measure's own on the server that `PREAU_TEST_POSTGRES` names, and what that server uses.

use std::sync::OnceLock;

use sea_orm::ConnectionTrait;

use crate::district::cpu_of;
use crate::drive::runtime;

/// A database; dropped, it is removed.
pub struct Database {
    server: String,
    name: String,
    /// The process that all others of the server come from.
    root: OnceLock<u32>,
}

impl Database {
    /// A fresh one, where there is a server.
    #[expect(clippy::disallowed_methods, reason = "the server for tests is no setting of the program")]
    pub fn fresh() -> Option<Self> {
        let server = std::env::var("PREAU_TEST_POSTGRES").ok()?;
        let database = Self { server, name: format!("preau_load_{}", std::process::id()), root: OnceLock::new() };
        database.ask(&format!("CREATE DATABASE {}", database.name));
        Some(database)
    }

    /// Its address.
    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).expect("an address");
        url.set_path(&self.name);
        url.into()
    }

    /// Seconds of CPU that the whole server has used: also what writes its log, and whoever else works with it.
    pub fn cpu(&self) -> f64 {
        let root = *self.root.get_or_init(|| {
            let works_here = |process: &u32| {
                let words = std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
                words.starts_with("postgres: ") && words.split(' ').any(|word| word == self.name)
            };
            processes().find(works_here).and_then(parent_of).expect("somebody is connected")
        });
        let others: f64 = processes().filter(|process| parent_of(*process) == Some(root)).filter_map(cpu_of).sum();
        cpu_of(root).expect("the server runs") + others
    }

    fn ask(&self, sql: &str) {
        runtime().block_on(async {
            let server = sea_orm::Database::connect(&self.server).await.expect("the server answers");
            server.execute_unprepared(sql).await.expect("it is ours");
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.ask(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn processes() -> impl Iterator<Item = u32> {
    let folders = std::fs::read_dir("/proc").expect("Linux");
    folders.flatten().filter_map(|folder| folder.file_name().to_str()?.parse().ok())
}

fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
