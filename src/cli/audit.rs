//! `preau audit`: the event log, and whether its chain bears it out.

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::keys::KeyStore;
use crate::model::{PersonId, Timestamp};
use crate::store::event_chain::{Finding, Head, Verified};
use crate::store::events::{Filter, Recorded};
use crate::store::{Store, StoreError};

/// The event log.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List events, the newest first.
    List(List),
    /// Check that no event was changed, removed or slipped in. Prints the chain's head, to be kept elsewhere.
    Verify {
        /// A head that an earlier `audit verify` printed: the log must still hold it.
        #[arg(long, value_name = "HEAD")]
        expect: Option<Head>,
    },
}

/// What `audit list` takes.
#[derive(Debug, Args)]
pub struct List {
    /// Only this kind, such as account.claimed, or this group of kinds, such as session.
    #[arg(long)]
    kind: Option<String>,
    /// Only what was done to this person or by them: an id, or the name they sign in with.
    #[arg(long)]
    person: Option<String>,
    /// Not before this day or instant (2026-09-01, 2026-09-01T08:00:00Z), or so long ago (2h, 7d).
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// No more than so many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The chain does not bear the log out.
    #[error("the event log does not verify: {}", told(.0))]
    Broken(Vec<Finding>),
    /// Nobody answers to it.
    #[error("nobody signs in as {0}, and it is no id")]
    Person(String),
    /// Neither a day nor an instant nor a length of time.
    #[error("{0} is no time; write 2026-09-01, 2026-09-01T08:00:00Z, 2h or 7d")]
    Since(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; what it answers is one JSON value, which `--json` prints as it is.
pub async fn run(command: Command, store: &Store, keys: &KeyStore, now: Timestamp) -> Result<Value, Failed> {
    match command {
        Command::List(list) => {
            let filter = Filter {
                kind: list.kind,
                person: match list.person {
                    Some(word) => Some(person(store, word).await?),
                    None => None,
                },
                since: list.since.map(|word| since(&word, now).ok_or(Failed::Since(word))).transpose()?,
            };
            Ok(store.read().events().list(&filter, list.limit).await?.iter().map(describe).collect())
        }
        Command::Verify { expect } => {
            let chain = store.event_chain(keys);
            // A chain that is not ours is not built on; what is wrong with it, the look says better.
            let sealed = chain.seal(now).await;
            let Verified { events, late, forgotten, head, findings } = chain.verify(expect).await?;
            if !findings.is_empty() {
                return Err(Failed::Broken(findings));
            }
            sealed?;
            Ok(json!({ "verified": events, "head": head.to_string(), "linked_late": late, "forgotten": forgotten }))
        }
    }
}

async fn person(store: &Store, word: String) -> Result<PersonId, Failed> {
    if let Ok(id) = word.parse() {
        return Ok(id);
    }
    let account = store.read().accounts().by_username(&word).await?;
    account.map(|account| account.person).ok_or(Failed::Person(word))
}

fn since(word: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(instant) = word.parse::<jiff::Timestamp>() {
        return Some(Timestamp(instant.as_second()));
    }
    if let Ok(day) = word.parse::<jiff::civil::Date>() {
        return Some(Timestamp(TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?.as_second()));
    }
    let unit = word.chars().next_back()?;
    let length = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count: u32 = word.strip_suffix(unit)?.parse().ok()?;
    Some(Timestamp(now.0 - i64::from(count) * length))
}

fn describe(event: &Recorded) -> Value {
    let at = jiff::Timestamp::from_second(event.at.0).map(|at| at.to_string());
    json!({
        "id": event.id,
        "at": at.unwrap_or_default(),
        "kind": event.kind,
        "actor": event.actor,
        "person": event.person,
        "school": event.school,
        "detail": event.detail,
    })
}

fn told(findings: &[Finding]) -> String {
    let mut told: Vec<String> = findings.iter().take(10).map(Finding::to_string).collect();
    if findings.len() > told.len() {
        told.push(format!("and {} more", findings.len() - told.len()));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::store::events::Event;
    use crate::store::{Tx, testing};

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn list(kind: Option<&str>, since: Option<&str>, limit: u32) -> Command {
        Command::List(List { kind: kind.map(str::to_owned), person: None, since: since.map(str::to_owned), limit })
    }

    async fn a_log() -> (Store, KeyStore) {
        let (store, keys) = (Store::open(&testing::sqlite()).await.unwrap(), KeyStore::for_tests());
        let work = async |tx: &Tx| {
            tx.record(&Event::of("session.started"), Timestamp(NOW.0 - 90_000)).await?;
            tx.record(&Event::of("client.registered"), NOW).await
        };
        store.write(work).await.unwrap();
        (store, keys)
    }

    #[tokio::test]
    async fn events_are_listed_as_asked() {
        let (store, keys) = a_log().await;
        let all = run(list(None, None, 10), &store, &keys, NOW).await.unwrap();
        assert_eq!(all[0]["kind"], "client.registered");
        assert_eq!(all[0]["at"], "2027-01-15T08:00:00Z");
        for (kind, since, limit, count) in [
            (None, None, 10, 2),
            (None, None, 1, 1),
            (Some("session"), None, 10, 1),
            (None, Some("1d"), 10, 1),
            (None, Some("2027-01-14"), 10, 2),
        ] {
            let found = run(list(kind, since, limit), &store, &keys, NOW).await.unwrap();
            assert_eq!(found.as_array().unwrap().len(), count, "{kind:?} {since:?} {limit}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_meant_is_told() {
        let (store, keys) = a_log().await;
        let told = run(list(None, Some("yesterday"), 10), &store, &keys, NOW).await.unwrap_err().to_string();
        assert_eq!(told, "yesterday is no time; write 2026-09-01, 2026-09-01T08:00:00Z, 2h or 7d");
        let nobody = Command::List(List { kind: None, person: Some("nobody".to_owned()), since: None, limit: 1 });
        assert_eq!(run(nobody, &store, &keys, NOW).await.unwrap_err().to_string(), "nobody signs in as nobody, and it is no id");
    }

    #[tokio::test]
    async fn c5_verify_links_what_is_new_and_tells_what_is_wrong() {
        let (store, keys) = a_log().await;
        let fine = run(Command::Verify { expect: None }, &store, &keys, NOW).await.unwrap();
        assert_eq!((&fine["verified"], &fine["linked_late"]), (&json!(2), &json!(1)));
        let head: Head = fine["head"].as_str().unwrap().parse().unwrap();
        run(Command::Verify { expect: Some(head) }, &store, &keys, NOW).await.unwrap();
        store.write(async |tx: &Tx| testing::execute(tx, "DELETE FROM events WHERE id = 1", []).await).await.unwrap();
        let told = run(Command::Verify { expect: Some(head) }, &store, &keys, NOW).await.unwrap_err().to_string();
        assert_eq!(told, "the event log does not verify: event 1 was removed");
    }
}
