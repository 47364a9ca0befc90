//! How long things live (security.md 2.4).

use std::time::Duration;

use crate::model::Timestamp;

/// An authorization code (row P07).
pub const CODE: Duration = Duration::from_secs(60);
/// A pushed request until a browser comes with it (row P26).
pub const PUSHED: Duration = Duration::from_secs(60);
/// What an assertion buys: as long as an access token.
pub const VOUCHED: Duration = Duration::from_secs(15 * 60);
/// A device's codes (RFC 8628 section 3.2): time to walk to another screen and sign in.
pub const DEVICE: Duration = Duration::from_secs(10 * 60);
/// An unanswered authorization request: as long as a sign-in form may lie open, and a little more.
pub const REQUEST: Duration = Duration::from_secs(60 * 60);
/// How long rows stay after their end, so that a replay is told from nonsense.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
const OFFLINE_IDLE: Duration = Duration::from_secs(14 * 24 * 60 * 60);
const OFFLINE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// When a family ends unless it is used, and when it ends anyway: with the session, or by itself (`offline_access`).
pub fn of_family(offline: bool, session_ends: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
    match offline {
        true => (now + OFFLINE_IDLE, now + OFFLINE),
        false => (session_ends, session_ends),
    }
}

/// When a family ends unless it is used once more.
pub fn after_refresh(offline: bool, ends: Timestamp, now: Timestamp) -> Timestamp {
    if offline { ends.min(now + OFFLINE_IDLE) } else { ends }
}
