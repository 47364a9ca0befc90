//! The steps of `cargo xtask test`, in the order in which a person would want to hear of a mistake.

use std::path::PathBuf;
use std::process::Command;

use crate::fuzz;
use crate::machine;
use crate::postgres::Cluster;
use crate::shell::{self, Failure};
use crate::supply;

/// One step: what it is called, what it shows, how it is done.
pub struct Step {
    /// By which it can be asked for alone.
    pub name: &'static str,
    /// In a few words.
    pub what: &'static str,
    /// The work.
    pub work: fn(&Settings) -> Result<(), Failure>,
}

/// What the person asked for.
pub struct Settings {
    /// Hours instead of minutes: more rounds of everything that depends on chance.
    pub long: bool,
}

/// Every step, cheapest first where nothing else decides.
pub const STEPS: &[Step] = &[
    Step { name: "format", what: "rustfmt has nothing to change", work: format },
    Step { name: "lint", what: "clippy has nothing to say", work: lint },
    Step { name: "test", what: "units, store on SQLite and PostgreSQL, protocol, mail, kill -9", work: test },
    Step { name: "docs", what: "the documentation builds, private items too", work: docs },
    Step { name: "licences", what: "licences, bans and sources of every dependency", work: |_| supply::licences() },
    Step { name: "unused", what: "no dependency without a use", work: |_| supply::unused() },
    Step { name: "settings", what: "the shipped settings and flows are right", work: settings },
    Step { name: "fuzz", what: "an hour for each target, with --long alone", work: fuzz },
    Step { name: "browser", what: "journeys in Chromium, axe, a foreign relying party", work: browser },
];

fn format(_: &Settings) -> Result<(), Failure> {
    shell::run(&mut shell::cargo(&["fmt", "--all", "--check"]))?;
    shell::run(&mut shell::cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))
}

fn lint(_: &Settings) -> Result<(), Failure> {
    shell::run(&mut shell::cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn test(settings: &Settings) -> Result<(), Failure> {
    let cluster = Cluster::start()?;
    let mut cargo = shell::local(shell::cargo(&["test", "--locked", "--workspace", "--no-fail-fast"]));
    cargo.env("PREAU_TEST_POSTGRES", cluster.url()).env("PREAU_TEST_EVERYTHING", "1");
    if let Some(python) = machine::python() {
        cargo.env("PREAU_TEST_PYTHON", python);
    }
    if settings.long {
        cargo.env("PREAU_TEST_LONG", "1").env("PROPTEST_CASES", "20000");
    }
    shell::run(&mut cargo)
}

fn docs(_: &Settings) -> Result<(), Failure> {
    let mut cargo = shell::cargo(&["doc", "--quiet", "--locked", "--workspace", "--no-deps", "--document-private-items"]);
    shell::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

fn fuzz(settings: &Settings) -> Result<(), Failure> {
    if settings.long { fuzz::long() } else { Ok(()) }
}

fn settings(_: &Settings) -> Result<(), Failure> {
    let preau = built()?;
    shell::run(Command::new(&preau).args(["config", "check"]).current_dir(shell::root()))?;
    shell::run(Command::new(&preau).args(["flow", "check"]).current_dir(shell::root()))
}

fn browser(settings: &Settings) -> Result<(), Failure> {
    playwright(if settings.long { &["--repeat-each=5"] } else { &[] }, false)
}

/// The browser tests; `pictures` also writes docs/pages/.
pub fn playwright(arguments: &[&str], pictures: bool) -> Result<(), Failure> {
    machine::npm_packages()?;
    let python = machine::python_packages()?;
    // The gallery: every page in every state and language, written where the browser finds it.
    let gallery = ["test", "--quiet", "--locked", "--package", "preau", "--lib", "tests::pages::gallery", "--", "--ignored"];
    shell::run(&mut shell::cargo(&gallery))?;
    let preau = built()?;
    let chromium = machine::chromium().ok_or_else(|| Failure::new("Chromium is not installed"))?;
    let mut node = shell::local(Command::new(machine::node()?));
    node.args(["node_modules/@playwright/test/cli.js", "test"]).args(arguments);
    node.current_dir(shell::root().join("tests/browser"));
    node.env("PREAU_PYTHON", python);
    node.env("PREAU_PROGRAM", preau).env("PREAU_CHROMIUM", chromium).env("PREAU_TEST_OUTPUT", shell::target().join("browser"));
    if pictures {
        node.env("PREAU_PICTURES", shell::root().join("docs/pages"));
    }
    shell::run(&mut node)
}

/// The figures of docs/performance.md: all of them, or those of these names. Built for release.
pub fn bench(names: &[String]) -> Result<(), Failure> {
    let own = ["hashing", "letters"];
    let others: Vec<&String> = names.iter().filter(|name| !own.contains(&name.as_str())).collect();
    let bench = |package: &str, program: &str, words: &[&String]| {
        let mut cargo = shell::local(shell::cargo(&["bench", "--locked", "--package", package, "--bench", program, "--"]));
        let beside = if program == "load" { Some(Beside::found(words)?) } else { None };
        beside.iter().for_each(|beside| beside.tell(&mut cargo));
        shell::run(cargo.args(words))
    };
    for (name, package) in own.into_iter().zip(["preau", "letters"]) {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            bench(package, name, &[])?;
        }
    }
    if names.is_empty() || !others.is_empty() {
        bench("preau", "load", &others)?;
    }
    Ok(())
}

/// What the figures of the protocol need beside the program: a PostgreSQL that works for nobody else, and the peer. Who has no
/// PostgreSQL or no npm gets the rest of the figures.
struct Beside {
    cluster: Option<Cluster>,
    peer: Option<(PathBuf, PathBuf)>,
}

impl Beside {
    fn found(words: &[&String]) -> Result<Self, Failure> {
        if !words.is_empty() && words.iter().all(|word| *word != "tokens") {
            return Ok(Self { cluster: None, peer: None });
        }
        let cluster = if machine::postgres_folder().is_some() { Some(Cluster::start()?) } else { None };
        let peer = if shell::find("npm", &[]).is_some() { Some(machine::peer()?) } else { None };
        Ok(Self { cluster, peer })
    }

    fn tell(&self, bench: &mut Command) {
        if let Some(cluster) = &self.cluster {
            bench.env("PREAU_TEST_POSTGRES", cluster.url());
        }
        if let Some((node, script)) = &self.peer {
            bench.env("PREAU_BENCH_NODE", node).env("PREAU_BENCH_PEER", script);
        }
    }
}

/// The program as the tests built it; the same packages and features, so that nothing is built twice.
fn built() -> Result<PathBuf, Failure> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--locked", "--workspace"]))?;
    Ok(shell::target().join("debug/preau"))
}
