//! `preau config`: whether the settings are right, and what they are.

use clap::Subcommand;
use serde_json::json;

use super::{Failed, Place};
use crate::config::Config;
use crate::console::Answer;
use crate::policy::{Policy, WHAT_PEOPLE_CHOOSE};
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
            let policy = Policy::new(config.policy.clone()).map_err(Failed::Said)?;
            let passwords = policy.meanings();
            let mut text = vec!["The settings are right. A password must have:".to_owned()];
            text.extend(passwords.iter().map(|meaning| format!("{:<9} {}.", meaning.audience, meaning.says)));
            text.push(WHAT_PEOPLE_CHOOSE.to_owned());
            let json = json!({ "right": true, "issuer": config.issuer, "passwords": passwords });
            Ok(Answer { json, text: text.join("\n") })
        }
        Command::Print { annotated: true } => Ok(Answer { json: json!({ "toml": Config::annotated() }), text: Config::annotated() }),
        Command::Print { annotated: false } => {
            let printed = place.config()?.printed();
            let json = toml::from_str::<serde_json::Value>(&printed).expect("it was printed as TOML");
            Ok(Answer { json, text: printed })
        }
    }
}
