//! From outbox to letterbox. Handlers never send: they add a letter to the outbox in their own transaction, and one
//! loop, the [`Courier`], delivers after the commit, with retries, and forgets the text once it is delivered.
//!
//! What a server says in words is never kept or logged, for it repeats addresses; its code is.

mod courier;
mod folder;
mod message;
mod place;
mod smtp;

use std::sync::{Arc, Mutex};

pub use courier::{Courier, Report};
pub use message::Mail;
pub use smtp::Patience;

use lettre::message::Mailbox;

use self::folder::Folder;
use self::smtp::{Line, Smtp};
use crate::config::mail::MailSettings;

/// Where letters go, and whose they are.
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

/// The ways to send.
enum Way {
    /// To a mail server.
    Smtp(Box<Smtp>),
    /// Into a folder, one `.eml` a letter.
    Folder(Folder),
    /// Nowhere: tests look at what would have been sent.
    Memory(Arc<Mutex<Vec<Mail>>>),
}

/// What became of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    /// It was taken.
    Taken,
    /// It was refused for good.
    Refused(String),
    /// It was refused for now, or the line broke before it was taken.
    Later(String),
    /// It was sent whole and no answer came: it may have been taken.
    Unanswered,
    /// Nobody serves us at the moment, whatever the letter.
    NoServer(String),
}

/// A setting of `[mail]` is wrong; the text says which, and what to write.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("mail.{key}: {what}")]
pub struct MailError {
    key: &'static str,
    what: String,
}

impl Mailer {
    /// By the settings. Nothing is connected to: a mail server that is down does not keep the district from starting.
    pub fn open(settings: &MailSettings) -> Result<Self, MailError> {
        let from = message::sender(&settings.from)
            .ok_or_else(|| MailError::new("from", "must be a name and an address, as in \"Préau <ne-pas-repondre@ecole.example>\""))?;
        Ok(Self { from, way: place::way(&settings.url)? })
    }

    /// Sends nowhere and remembers everything, for tests.
    pub fn memory() -> Self {
        let from = message::sender("Préau <ne-pas-repondre@ecole.example>").expect("a sender as every other");
        Self { from, way: Way::Memory(Arc::default()) }
    }

    /// What was sent nowhere so far; empty for a mailer that sends.
    pub fn remembered(&self) -> Vec<Mail> {
        match &self.way {
            Way::Memory(letters) => letters.lock().expect("nothing panics while it holds the letters").clone(),
            _ => Vec::new(),
        }
    }

    /// The same, waiting for a mail server as long as this and no longer.
    pub fn with_patience(mut self, patience: Patience) -> Self {
        if let Way::Smtp(smtp) = &mut self.way {
            smtp.patience = patience;
        }
        self
    }

    /// Whether letters could be delivered now: the server answers and knows us, or the folder can be written. If not,
    /// why, in one line.
    pub async fn check(&self) -> Result<(), String> {
        match &self.way {
            Way::Smtp(smtp) => smtp.check().await,
            Way::Folder(folder) => folder.check().await.map_err(|error| format!("{}: {error}", folder.path().display())),
            Way::Memory(_) => Ok(()),
        }
    }

    /// Hands one letter over.
    async fn hand(&self, line: &mut Line, mail: &Mail) -> Handed {
        match &self.way {
            Way::Smtp(smtp) => smtp.hand(line, mail).await,
            Way::Folder(folder) => match folder.write(mail).await {
                Ok(()) => Handed::Taken,
                Err(error) => {
                    tracing::error!(folder = %folder.path().display(), "a letter could not be written: {error}");
                    Handed::NoServer("folder".to_owned())
                }
            },
            Way::Memory(letters) => {
                letters.lock().expect("nothing panics while it holds the letters").push(mail.clone());
                Handed::Taken
            }
        }
    }

    /// Ends what `hand` began.
    async fn hang_up(&self, line: Line) {
        if let Way::Smtp(smtp) = &self.way {
            smtp.hang_up(line).await;
        }
    }
}

impl MailError {
    fn new(key: &'static str, what: impl Into<String>) -> Self {
        Self { key, what: what.into() }
    }
}

#[cfg(test)]
mod tests;
