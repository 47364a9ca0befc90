//! The command line: what was asked, of which settings; the rest is the library's.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use preau::cli::{self, Place};
use preau::clock::SystemClock;
use preau::{console, demo, serve};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Préau, the identity provider of a school district.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Preau {
    /// The settings; `preau.toml` in this folder where none is named.
    #[arg(long, global = true, value_name = "FILE", env = "PREAU_CONFIG")]
    config: Option<PathBuf>,
    /// Answer in one line of JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a district of people who do not exist, and serve it with a sample app and a mailbox.
    Demo(demo::run::Command),
    #[command(flatten)]
    Other(cli::Command),
}

fn main() -> ExitCode {
    let asked = Preau::parse();
    let serving = matches!(asked.command, Command::Other(cli::Command::Serve));
    log(serving);
    let place = Place { file: asked.config, here: std::env::current_dir().unwrap_or_default(), environment: environment() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(asked.command, asked.json, &place)),
        Err(error) => Err(format!("the program cannot start its threads: {error}")),
    };
    match done {
        Ok(answer) => {
            if let Some(answer) = answer {
                console::answer(&answer, asked.json);
            }
            ExitCode::SUCCESS
        }
        Err(failed) => {
            console::complain(&format!("preau: {failed}"));
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked; what it answers at the end, if it has not said all it had to say.
async fn run(command: Command, json: bool, place: &Place) -> Result<Option<console::Answer>, String> {
    match command {
        Command::Demo(command) => {
            let demo = demo::run::run(&command, json, Arc::new(SystemClock), serve::asked_to_stop());
            demo.await.map(|()| None).map_err(|failed| failed.to_string())
        }
        Command::Other(command) => cli::run(command, place).await.map(Some).map_err(|failed| {
            if let Some(answer) = failed.answer() {
                console::answer(answer, json);
            }
            failed.to_string()
        }),
    }
}

/// A server tells what it does; a command only what goes wrong. `PREAU_LOG` says otherwise, in tracing's words.
#[expect(clippy::disallowed_methods, reason = "only main reads the environment")]
fn log(serving: bool) {
    let usual = if serving { "preau=info,warn" } else { "warn" };
    let filter = std::env::var("PREAU_LOG").ok().and_then(|text| EnvFilter::try_new(text).ok());
    let json = std::env::var("PREAU_LOG_FORMAT").is_ok_and(|format| format == "json");
    let lines = tracing_subscriber::fmt().with_env_filter(filter.unwrap_or_else(|| EnvFilter::new(usual))).with_writer(std::io::stderr);
    if json { lines.json().init() } else { lines.init() }
}

/// Settings by the environment. Names and values that are no text are nobody's settings.
fn environment() -> Vec<(String, String)> {
    let texts = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts.filter(|(name, _)| name.starts_with("PREAU__")).collect()
}
