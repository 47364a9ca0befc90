//! `[mail]`: how letters leave, and whose they are.

use serde::{Deserialize, Serialize};

/// Mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// `file:./folder` (one .eml a letter), or `smtp://` or `smtps://`, with user and password where the server asks.
    pub url: String,
    /// The sender, as letters show it.
    pub from: String,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self { url: "file:./data/mail".to_owned(), from: "Préau <ne-pas-repondre@ecole.example>".to_owned() }
    }
}
