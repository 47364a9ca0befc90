//! Who is at the sample app, in its memory: sign-ins that were begun in a browser, and what came of them. Bounded in
//! number and in age.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Plain, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;

use super::relying_party::{Pending, Tokens};
use crate::model::{Hash, Timestamp};
use crate::random::Secret;

/// Every visit, by the hash of its cookie.
#[derive(Default)]
pub struct Visits(Plain<HashMap<Hash, Kept>>);

/// One browser's visit. Whoever uses its tokens holds the lock, so that a refresh token is used once.
#[derive(Default)]
pub struct Visit {
    /// Sign-ins that were begun here, the oldest first.
    pub pending: Vec<Pending>,
    /// What the last one brought.
    pub tokens: Option<Tokens>,
}

struct Kept {
    visit: Arc<Mutex<Visit>>,
    until: Timestamp,
}

impl Visits {
    /// The visit of a cookie.
    pub fn find(&self, cookie: Option<&str>, now: Timestamp) -> Option<Arc<Mutex<Visit>>> {
        let visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = visits.get(&Hash::of(cookie?.as_bytes()))?;
        (kept.until > now).then(|| Arc::clone(&kept.visit))
    }

    /// Keeps a visit for so long, and forgets those that are over.
    pub fn keep(&self, cookie: &Secret, visit: Visit, now: Timestamp, life: Duration) {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        visits.retain(|_, kept| kept.until > now);
        while visits.len() >= MOST_VISITS {
            let oldest = visits.iter().min_by_key(|(_, kept)| kept.until).map(|(hash, _)| *hash);
            oldest.map(|hash| visits.remove(&hash));
        }
        visits.insert(cookie.hash(), Kept { visit: Arc::new(Mutex::new(visit)), until: now + life });
    }

    /// Ends a visit.
    pub fn end(&self, cookie: Option<&str>) -> Option<Arc<Mutex<Visit>>> {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(visits.remove(&Hash::of(cookie?.as_bytes()))?.visit)
    }
}

impl Visit {
    /// Remembers a sign-in that was begun; of too many the oldest is forgotten.
    pub fn begin(&mut self, pending: Pending) {
        if self.pending.len() >= MOST_PENDING {
            self.pending.remove(0);
        }
        self.pending.push(pending);
    }

    /// The sign-in that an answer belongs to; it is taken, so an answer counts once.
    pub fn take(&mut self, state: Option<&str>) -> Option<Pending> {
        let place = self.pending.iter().position(|pending| Some(pending.state()) == state)?;
        Some(self.pending.remove(place))
    }
}

const MOST_VISITS: usize = 2_000;
const MOST_PENDING: usize = 5;
