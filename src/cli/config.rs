//! `preau config`: whether the settings are right, and what they are.

use clap::Subcommand;
use serde_json::json;

use super::{Failed, Place};
use crate::config::Config;
use crate::console::Answer;
use crate::serve;

/// The settings.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the settings and say what is wrong, with file, line and key.
    Check,
    /// Print the settings as they hold, passwords masked.
    Print {
        /// Print every key with its default and one line on it instead.
        #[arg(long)]
        annotated: bool,
    },
}

/// Does it.
pub fn run(command: &Command, place: &Place) -> Result<Answer, Failed> {
    match command {
        Command::Check => {
            let config = place.config()?;
            let wrong = serve::check(&config);
            if !wrong.is_empty() {
                return Err(Failed::Said(wrong.join("\n")));
            }
            Ok(Answer { json: json!({ "right": true, "issuer": config.issuer }), text: "The settings are right.".to_owned() })
        }
        Command::Print { annotated: true } => Ok(Answer { json: json!({ "toml": Config::annotated() }), text: Config::annotated() }),
        Command::Print { annotated: false } => {
            let printed = place.config()?.printed();
            let json = toml::from_str::<serde_json::Value>(&printed).expect("it was printed as TOML");
            Ok(Answer { json, text: printed })
        }
    }
}
