//! What we depend on: licences, bans and sources (`deny.toml`), unused dependencies, known vulnerabilities.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Failure};

/// A tool from crates.io, in the version that the project has settled on.
struct Tool {
    name: &'static str,
    version: &'static str,
    options: &'static [&'static str],
}

// Without its default features cargo-deny brings no git of its own, which is half of its build.
const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", options: &["--no-default-features"] };
const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2", options: &[] };

/// Licences, bans and sources of every dependency; without the internet.
pub fn licences() -> Result<(), Failure> {
    let deny = DENY.installed()?;
    let mut command = Command::new(deny);
    command.args(["--offline", "--target", "x86_64-unknown-linux-gnu", "check", "--hide-inclusion-graph"]);
    shell::run(command.args(["licenses", "bans", "sources"]).current_dir(shell::root()))
}

/// Dependencies that no file names.
pub fn unused() -> Result<(), Failure> {
    let machete = MACHETE.installed()?;
    shell::run(Command::new(machete).arg(".").current_dir(shell::root()))
}

/// Known vulnerabilities; this one asks the internet, so it is no part of `cargo xtask test`.
pub fn advisories() -> Result<(), Failure> {
    let deny = DENY.installed()?;
    shell::run(Command::new(deny).args(["check", "advisories"]).current_dir(shell::root()))
}

impl Tool {
    /// Its program, built and kept in the cache folder when it is not there in this version.
    fn installed(&self) -> Result<PathBuf, Failure> {
        let home = shell::cache().join("tools");
        let program = home.join("bin").join(self.name);
        let version = shell::answer(Command::new(&program).arg("--version")).unwrap_or_default();
        if version.split_whitespace().any(|word| word == self.version) {
            return Ok(program);
        }
        let build = home.join("build");
        let mut install = shell::cargo(&["install", "--quiet", "--locked", "--force", "--debug", self.name]);
        install.args(["--version", self.version]).args(self.options).arg("--root").arg(&home);
        // Unoptimised: it runs for a second or two, and an optimised build would take minutes.
        install.env("CARGO_TARGET_DIR", &build).env("CARGO_PROFILE_DEV_DEBUG", "0");
        shell::run(&mut install)?;
        let _ = std::fs::remove_dir_all(build);
        Ok(program)
    }
}
