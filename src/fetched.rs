//! Documents of other servers, kept for a while: a client's keys, its logo. Bounded in number, in age, and in how often an
//! address is asked; while a server is silent, what it said last goes on for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as Turn;
use url::Url;

use crate::model::Timestamp;
use crate::outbound::{Answer, Outbound};

/// Documents by their addresses.
pub struct Fetched<T> {
    outbound: Outbound,
    read: fn(&Answer) -> Option<T>,
    known: Mutex<HashMap<String, Arc<Turn<Kept<T>>>>>,
}

/// One of them.
struct Kept<T> {
    document: Option<Arc<T>>,
    /// When it came.
    since: Timestamp,
    /// When its address was last asked, whatever came of it.
    asked: Timestamp,
}

impl<T> Fetched<T> {
    /// None yet; `read` makes a document of an answer, or refuses it.
    pub fn new(outbound: Outbound, read: fn(&Answer) -> Option<T>) -> Self {
        Self { outbound, read, known: Mutex::default() }
    }

    /// What stands at an address, as it was at most an hour ago; `None` if it cannot be had.
    pub async fn get(&self, address: &str, now: Timestamp) -> Option<Arc<T>> {
        self.asked_anew(address, now, |kept| now.since(kept.since) > FRESH).await
    }

    /// The same, as it is now: for whoever did not find what must be there. An address is asked once in five seconds at most.
    pub async fn again(&self, address: &str, now: Timestamp) -> Option<Arc<T>> {
        self.asked_anew(address, now, |_| true).await
    }

    async fn asked_anew(&self, address: &str, now: Timestamp, is_old: impl Fn(&Kept<T>) -> bool) -> Option<Arc<T>> {
        let slot = self.slot(address);
        let mut kept = slot.lock().await;
        if is_old(&kept) && now.since(kept.asked) >= PAUSE {
            kept.asked = now;
            if let Some(document) = self.fetch(address).await {
                (kept.document, kept.since) = (Some(Arc::new(document)), now);
            }
        }
        kept.document.clone().filter(|_| now.since(kept.since) <= LAST)
    }

    async fn fetch(&self, address: &str) -> Option<T> {
        let url = Url::parse(address).ok()?;
        match self.outbound.get(url).await {
            Ok(answer) if answer.status.is_success() => (self.read)(&answer),
            Ok(answer) => {
                tracing::warn!(address, status = answer.status.as_u16(), "a document of a client is not there");
                None
            }
            Err(error) => {
                tracing::warn!(address, %error, "a document of a client could not be fetched");
                None
            }
        }
    }

    fn slot(&self, address: &str) -> Arc<Turn<Kept<T>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(address) {
            known.clear();
        }
        let never = || Arc::new(Turn::new(Kept { document: None, since: Timestamp(i64::MIN / 2), asked: Timestamp(i64::MIN / 2) }));
        Arc::clone(known.entry(address.to_owned()).or_insert_with(never))
    }
}

/// Seconds.
const FRESH: i64 = 3_600;
const PAUSE: i64 = 5;
const LAST: i64 = 86_400;
const MOST: usize = 500;
