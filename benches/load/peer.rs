//! Who stands beside Préau: node oidc-provider, which `cargo xtask bench` installs, in memory (`peer.mjs`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::district::{App, Server, free_address};

/// Starts it, where it is installed.
pub fn start() -> Option<Server> {
    let (node, script) = (setting("PREAU_BENCH_NODE")?, setting("PREAU_BENCH_PEER")?);
    let address = free_address();
    let folder = script.parent().unwrap_or(Path::new("."));
    let mut command = Command::new(node);
    command.arg(&script).arg(address.port().to_string()).current_dir(folder).env("NODE_ENV", "production");
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("node starts");
    let server = Server::of_peer(child, address);
    server.wait_for("/jwks", || format!("node {}", script.display()));
    Some(server)
}

/// One of the apps that `peer.mjs` knows.
pub fn app(id: &str) -> App {
    App::new(id, "a-secret-of-as-many-characters-as-ours-has")
}

#[expect(clippy::disallowed_methods, reason = "where a peer is installed is no setting of the program")]
fn setting(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}
