//! `preau mail`: letters that wait, and letters that were given up.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::keys::KeyStore;
use crate::model::{LetterId, Timestamp};
use crate::store::events::Event;
use crate::store::outbox::Standing;
use crate::store::{Store, StoreError, Tx};

/// Letters on their way out.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the letters that wait or were given up, the oldest first: whom to, since when, why.
    List {
        /// No more than so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
    },
    /// Try letters that were given up once more.
    Retry {
        /// The letter, by its id in the list.
        #[arg(required_unless_present = "all")]
        letter: Option<LetterId>,
        /// All of them.
        #[arg(long, conflicts_with = "letter")]
        all: bool,
    },
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// There is nothing to try.
    #[error("there is no letter {0} that was given up and can still be sent; `preau mail list` shows which there are")]
    Unknown(LetterId),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; what it answers is one JSON value, which `--json` prints as it is.
pub async fn run(command: Command, store: &Store, keys: &KeyStore, now: Timestamp) -> Result<Value, Failed> {
    match command {
        Command::List { limit } => {
            let standing = store.read().outbox().standing(limit).await?;
            Ok(standing.iter().map(|letter| describe(letter, keys)).collect())
        }
        Command::Retry { letter, .. } => {
            let revived = store.write(async |tx: &Tx| retry(tx, letter, now).await).await?;
            match letter {
                Some(id) if revived == 0 => Err(Failed::Unknown(id)),
                _ => Ok(json!({ "retried": revived })),
            }
        }
    }
}

async fn retry(tx: &Tx, letter: Option<LetterId>, now: Timestamp) -> Result<u64, StoreError> {
    let revived = tx.outbox().revive(letter, now).await?;
    if revived > 0 {
        let event = Event { detail: json!({ "letter": letter, "count": revived }), ..Event::of("letter.retried") };
        tx.record(&event, now).await?;
    }
    Ok(revived)
}

fn describe(letter: &Standing, keys: &KeyStore) -> Value {
    let instant = |at: Timestamp| jiff::Timestamp::from_second(at.0).map(|at| at.to_string()).unwrap_or_default();
    let waits = letter.dead_at.is_none();
    json!({
        "id": letter.id,
        "kind": letter.kind,
        "to": letter.open(keys).map(|letter| letter.to).ok(),
        "state": if waits { "waits" } else { "given-up" },
        "written_at": instant(letter.created_at),
        "tries": letter.tries,
        "next_at": waits.then(|| instant(letter.next_at)),
        "given_up_at": letter.dead_at.map(instant),
        "why": letter.last_error,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Language, Letter};
    use crate::random::Random;
    use crate::store::testing;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[tokio::test]
    async fn a_letter_that_was_given_up_is_listed_and_tried_again() {
        let (store, keys, random) = (Store::open(&testing::sqlite()).await.unwrap(), KeyStore::for_tests(), Random::seeded(1));
        let letter = Letter {
            kind: "password-changed".to_owned(),
            to: "lea@tilleuls.example".to_owned(),
            language: Language::French,
            data: Value::Null,
            useless_after: None,
        };
        let work = async |tx: &Tx| {
            tx.outbox().add(&letter, &keys, &random, NOW).await?;
            let taken = tx.outbox().take(Duration::from_secs(60), NOW).await?.expect("it is due");
            tx.outbox().bury(&taken, "rcpt-550", NOW).await?;
            Ok::<_, StoreError>(taken.id)
        };
        let id = store.write(work).await.unwrap();
        let listed = run(Command::List { limit: 10 }, &store, &keys, NOW).await.unwrap();
        assert_eq!(
            (&listed[0]["to"], &listed[0]["state"], &listed[0]["why"]),
            (&json!("lea@tilleuls.example"), &json!("given-up"), &json!("rcpt-550"))
        );
        let retry = || Command::Retry { letter: Some(id), all: false };
        assert_eq!(run(retry(), &store, &keys, NOW).await.unwrap(), json!({ "retried": 1 }));
        let listed = run(Command::List { limit: 10 }, &store, &keys, NOW).await.unwrap();
        assert_eq!((&listed[0]["state"], &listed[0]["tries"]), (&json!("waits"), &json!(0)));
        assert!(matches!(run(retry(), &store, &keys, NOW).await, Err(Failed::Unknown(_))), "it waits already");
        assert_eq!(run(Command::Retry { letter: None, all: true }, &store, &keys, NOW).await.unwrap(), json!({ "retried": 0 }));
    }
}
