//! `preau database`: the schema.

use clap::Subcommand;
use serde_json::json;

use super::Failed;
use crate::config::{Config, masked};
use crate::console::Answer;
use crate::serve;

/// The database.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the schema up to this version's.
    Migrate,
    /// Say which database it is, and what is pending. Changes nothing.
    Status,
}

/// Does it.
pub async fn run(command: &Command, config: &Config) -> Result<Answer, Failed> {
    let store = serve::connect_store(config).await?;
    let pending = store.pending().await?;
    if matches!(command, Command::Migrate) {
        store.migrate().await?;
        let text = if pending.is_empty() { "Nothing was pending.".to_owned() } else { format!("Done: {}.", pending.join(", ")) };
        return Ok(Answer { json: json!({ "migrated": pending }), text });
    }
    let text = match pending.as_slice() {
        [] => "The schema is up to date.".to_owned(),
        names => format!("Pending: {}. Run `preau database migrate`, or start the server.", names.join(", ")),
    };
    Ok(Answer { json: json!({ "database": masked(&config.database.url), "pending": pending }), text })
}
