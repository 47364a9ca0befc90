//! The chain of the event log. Events are written without it, each in the transaction of its cause, so that the
//! district's writers never wait for one another at the end of one chain. Whoever calls [`EventChain::seal`] links what
//! has been committed since: each link is an HMAC, under a key that is not in the database, of the link before it and
//! of the event.
//!
//! What it promises: of the events that are linked, none can be changed, removed, moved or slipped in between unseen,
//! nor the newest ones cut off, by somebody who can write to the database and has not the master key.
//! What it does not: events younger than the last sealing (seconds, while a server runs) are not linked yet; what is
//! slipped in as new is linked as new, with the instant of its linking; and whoever puts the *whole* log back to an
//! older state is found only by comparing with a [`Head`] that was written down elsewhere. Whoever has the master key
//! can make any chain.

mod ends;
mod link;
mod walk;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sea_orm::Value;
use serde::Serialize;

use self::ends::End;
use self::link::{Fact, fact, seal};
use super::{Store, StoreError, Tx, sql};
use crate::clock::Clock;
use crate::keys::KeyStore;
use crate::model::{Hash, Timestamp};

/// The chain of one district's event log.
pub struct EventChain<'a> {
    store: &'a Store,
    keys: &'a KeyStore,
}

/// The end of the chain at some instant: whoever writes it down elsewhere can tell later that the log still holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events were ever linked.
    pub place: i64,
    /// The last link.
    pub seal: Hash,
}

/// Something that the chain does not bear out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// This event, or its link, is not what was linked.
    Changed(i64),
    /// This event was linked and is gone.
    Removed(i64),
    /// This event stands among those that are linked, and is not.
    Inserted(i64),
    /// The links of these places, the first and the last of them, are gone.
    Unlinked(i64, i64),
    /// A link at this place, beyond the end of the chain.
    Beyond(i64),
    /// The row that says where the chain begins or ends is missing or not ours.
    Mark(Mark),
    /// The head that was written down elsewhere is not in the chain.
    NotTheSame,
}

/// One of the two ends of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Where it begins, since older events were forgotten.
    Anchor,
    /// Where it ends.
    Head,
}

/// What a look at the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events were looked at.
    pub events: u64,
    /// How many of them were linked over an hour after they say they happened: written while no server ran, or
    /// slipped in later with an instant of their own.
    pub late: u64,
    /// Where the chain begins: events before this place were forgotten when their time was over.
    pub forgotten: i64,
    /// Where it ends.
    pub head: Head,
    /// What is wrong, the first hundred of it.
    pub findings: Vec<Finding>,
}

/// What a pruning did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pruned {
    /// So many events were forgotten.
    Forgotten(u64),
    /// The chain is broken: nothing more is forgotten, for it may be needed to find out what happened.
    Broken(Finding),
}

/// The school year and some more (security.md 2.4).
pub const RETENTION: Duration = Duration::from_secs(400 * 86_400);

impl Store {
    /// The chain of the event log.
    pub fn event_chain<'a>(&'a self, keys: &'a KeyStore) -> EventChain<'a> {
        EventChain { store: self, keys }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.place, BASE64_URL_SAFE_NO_PAD.encode(self.seal.0))
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':');
        let head = parts.and_then(|(place, seal)| {
            let seal = Hash::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(seal).ok()?)?;
            Some(Self { place: place.parse().ok()?, seal })
        });
        head.ok_or("a head is a number, a colon and 43 letters and digits, as `audit verify` prints it")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(event) => write!(f, "event {event} was changed"),
            Self::Removed(event) => write!(f, "event {event} was removed"),
            Self::Inserted(event) => write!(f, "event {event} was slipped in"),
            Self::Unlinked(first, last) if first == last => write!(f, "link {first} is missing"),
            Self::Unlinked(first, last) => write!(f, "links {first} to {last} are missing"),
            Self::Beyond(place) => write!(f, "link {place} lies beyond the end of the chain"),
            Self::Mark(mark) => write!(f, "the chain's {} is missing or was changed", mark.word()),
            Self::NotTheSame => f.write_str("the log does not hold the head that was given: it was put back to an older state"),
        }
    }
}

impl EventChain<'_> {
    /// Links every few seconds and forgets what is over once an hour, until `stop` is ready. Once a day the head goes
    /// to the program's own log, which the database does not hold.
    pub async fn tend(&self, clock: &dyn Clock, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let (mut prune_at, mut tell_at) = (clock.now(), clock.now());
        loop {
            let stopped = tokio::select! {
                () = &mut stop => true,
                () = tokio::time::sleep(PAUSE) => false,
            };
            let now = clock.now();
            if let Err(error) = self.seal(now).await {
                tracing::error!("the event log could not be sealed: {error}");
            }
            if stopped {
                return;
            }
            if now >= prune_at {
                prune_at = now + AN_HOUR;
                match self.prune(now - RETENTION, now).await {
                    Ok(Pruned::Broken(finding)) => tracing::error!("the event log's chain is broken: {finding}"),
                    Ok(Pruned::Forgotten(_)) => {}
                    Err(error) => tracing::error!("old events could not be forgotten: {error}"),
                }
            }
            if now >= tell_at
                && let Ok(Some(head)) = self.end(Mark::Head).await
            {
                tell_at = now + A_DAY;
                tracing::info!(events.head = %head.head(), "the event log's chain");
            }
        }
    }

    /// Links every event that is committed and not linked yet; how many. Of several nodes that do it at once one
    /// wins each round, and the others leave it to that one.
    pub async fn seal(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut sealed = 0;
        loop {
            let head = self.end(Mark::Head).await?;
            let waiting = self.waiting(head.as_ref().map_or(0, |head| head.floor)).await?;
            if waiting.is_empty() || !self.link(head, &waiting, now).await? {
                return Ok(sealed);
            }
            sealed += waiting.len() as u64;
        }
    }

    /// Committed events above the floor that have no link, in the order of their numbers.
    async fn waiting(&self, floor: i64) -> Result<Vec<Fact>, StoreError> {
        let select = "SELECT e.id, e.kind, e.actor, e.person, e.school, e.detail, e.at FROM events AS e WHERE e.id > $1 \
                      AND NOT EXISTS (SELECT 1 FROM event_seals AS s WHERE s.event = e.id) ORDER BY e.id LIMIT $2";
        let rows = sql::rows(&self.store.read().db(), select, [floor.into(), BATCH.into()]).await?;
        rows.iter().map(fact).collect()
    }

    /// Appends links; false if another node was first.
    async fn link(&self, old: Option<End>, waiting: &[Fact], now: Timestamp) -> Result<bool, StoreError> {
        let mut head = old.as_ref().map_or(START, End::head);
        let mut values: Vec<Value> = Vec::with_capacity(waiting.len() * 4);
        for fact in waiting {
            head = Head { place: head.place + 1, seal: seal(self.keys, head, fact, now) };
            values.extend([head.place.into(), fact.id.into(), now.0.into(), head.seal.to_vec().into()]);
        }
        let new = End::after(old.as_ref(), head, waiting, now);
        let rows: Vec<String> = (0..waiting.len()).map(|row| numbered(row * 4 + 1, 4)).collect();
        let insert = format!("INSERT INTO event_seals (place, event, sealed_at, seal) VALUES {}", rows.join(", "));
        let work = async |tx: &Tx| {
            if !self.set(tx, Mark::Head, old.as_ref(), &new).await? {
                return Ok(false);
            }
            sql::execute(&tx.db(), &insert, values).await?;
            Ok::<_, StoreError>(true)
        };
        self.store.write(work).await
    }
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Head => "head",
        }
    }
}

/// `($5, $6, $7, $8)`.
fn numbered(first: usize, count: usize) -> String {
    let numbers: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    format!("({})", numbers.join(", "))
}

const START: Head = Head { place: 0, seal: Hash([0; 32]) };
/// So many events in one step: short enough that nobody waits for it.
const BATCH: i64 = 500;
/// How long events stay without a link, at most, while a server runs.
const PAUSE: Duration = Duration::from_secs(3);
const AN_HOUR: Duration = Duration::from_secs(3_600);
const A_DAY: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests;
