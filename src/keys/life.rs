//! The life of signing keys (security.md 2.8), as pure functions of instants: a key is published long before it signs,
//! signs for a term, and stays to verify what it signed. The keys of an algorithm are numbered; each signs from its own
//! instant to that of the one after it, so the clock changes keys and nobody has to write.

use std::time::Duration;

use super::algorithm::Algorithm;
use crate::model::Timestamp;
use crate::store::signing_keys::StoredKey;

/// A key signs for so long.
pub const TERM: Duration = Duration::from_secs(90 * DAY);
/// It is published for at least so long before it signs: every relying party has read the keys anew by then.
pub const PUBLISHED_BEFORE: Duration = Duration::from_secs(3 * DAY);
/// It is published for so long after it signed: the longest life of a token and a day.
pub const PUBLISHED_AFTER: Duration = Duration::from_secs(DAY + 60 * 60);
/// We ourselves believe it for so long after it signed: an `id_token_hint` may be as old as the longest session.
pub const BELIEVED_AFTER: Duration = Duration::from_secs(14 * DAY);

const DAY: u64 = 24 * 60 * 60;

/// Where a key stands in its life, in the order of the JWKS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Signs.
    Current,
    /// Published, and signs from its instant.
    Next,
    /// Signed, until then.
    Retired {
        /// When the one after it began.
        since: Timestamp,
    },
}

impl Stage {
    /// May relying parties still need the key?
    pub fn is_published(self, now: Timestamp) -> bool {
        match self {
            Self::Next | Self::Current => true,
            Self::Retired { since } => now < since + PUBLISHED_AFTER,
        }
    }

    /// Is the key of no use to anybody?
    pub fn is_over(self, now: Timestamp) -> bool {
        matches!(self, Self::Retired { since } if now >= since + BELIEVED_AFTER)
    }
}

/// All keys, in the order of the store, each with its stage.
pub fn stages(keys: &[StoredKey], now: Timestamp) -> impl Iterator<Item = (&StoredKey, Stage)> {
    Algorithm::ALL.iter().flat_map(move |algorithm| stages_of(of(keys, *algorithm), now))
}

/// The keys of one algorithm, by number, of all keys in the order of the store.
pub fn of(keys: &[StoredKey], algorithm: Algorithm) -> &[StoredKey] {
    keys.chunk_by(|one, other| one.algorithm == other.algorithm).find(|keys| keys[0].algorithm == algorithm).unwrap_or_default()
}

/// The keys of one algorithm, each with its stage. If the clock stands before all of them (it was set back), the first
/// one signs.
pub fn stages_of(keys: &[StoredKey], now: Timestamp) -> impl Iterator<Item = (&StoredKey, Stage)> {
    let current = keys.iter().rposition(|key| key.signs_from <= now).unwrap_or(0);
    keys.iter().enumerate().map(move |(at, key)| {
        let stage = match at.cmp(&current) {
            std::cmp::Ordering::Less => Stage::Retired { since: keys[at + 1].signs_from },
            std::cmp::Ordering::Equal => Stage::Current,
            std::cmp::Ordering::Greater => Stage::Next,
        };
        (key, stage)
    })
}

/// A key that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Which one of its algorithm.
    pub number: i64,
    /// When it begins to sign.
    pub signs_from: Timestamp,
}

/// The keys that are lacking: each algorithm has one that signs, and one that is published and signs after it.
pub fn lacking(keys: &[StoredKey], now: Timestamp) -> Vec<Wanted> {
    Algorithm::ALL.iter().flat_map(|algorithm| lacking_of(*algorithm, of(keys, *algorithm), now)).collect()
}

fn lacking_of(algorithm: Algorithm, keys: &[StoredKey], now: Timestamp) -> Vec<Wanted> {
    let wanted = |number, signs_from| Wanted { algorithm, number, signs_from };
    match stages_of(keys, now).last() {
        None => vec![wanted(1, now), wanted(2, now + TERM)],
        Some((_, Stage::Next)) => vec![],
        Some((last, _)) => vec![wanted(last.number + 1, (last.signs_from + TERM).max(now + PUBLISHED_BEFORE))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_800_000_000;
    const DAYS: i64 = DAY as i64;

    fn keys(begin: &[i64]) -> Vec<StoredKey> {
        let key = |(at, day): (usize, &i64)| StoredKey {
            kid: format!("k{}", at + 1),
            algorithm: Algorithm::ES256,
            number: at as i64 + 1,
            made_at: Timestamp(T),
            signs_from: day_at(*day),
            sealed: vec![],
            public_jwk: serde_json::Value::Null,
        };
        begin.iter().enumerate().map(key).collect()
    }

    fn day_at(day: i64) -> Timestamp {
        Timestamp(T + day * DAYS)
    }

    fn stages_on(begin: &[i64], day: i64) -> Vec<Stage> {
        stages(&keys(begin), day_at(day)).map(|(_, stage)| stage).collect()
    }

    #[test]
    fn the_clock_changes_keys() {
        let second = Stage::Retired { since: day_at(90) };
        assert_eq!(stages_on(&[0, 90], 0), [Stage::Current, Stage::Next]);
        assert_eq!(stages_on(&[0, 90], 89), [Stage::Current, Stage::Next]);
        assert_eq!(stages_on(&[0, 90], 90), [second, Stage::Current]);
        assert_eq!(stages_on(&[0, 90, 180], 91), [second, Stage::Current, Stage::Next]);
        assert_eq!(stages_on(&[0, 90, 180], 200)[2], Stage::Current);
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nobody() {
        assert_eq!(stages_on(&[90, 180], 3), [Stage::Current, Stage::Next]);
        assert_eq!(stages_on(&[], 3), []);
    }

    #[test]
    fn an_algorithm_always_has_a_key_that_signs_and_one_after_it() {
        let on = |begin: &[i64], day| {
            let lacking = lacking_of(Algorithm::ES256, &keys(begin), day_at(day));
            lacking.iter().map(|wanted| (wanted.number, wanted.signs_from)).collect::<Vec<_>>()
        };
        assert_eq!(on(&[], 0), [(1, day_at(0)), (2, day_at(90))]);
        assert_eq!(on(&[0, 90], 89), []);
        assert_eq!(on(&[0, 90], 90), [(3, day_at(180))]);
        // The program was off for months: what is made now is still published for three days first.
        assert_eq!(on(&[0, 90], 179), [(3, day_at(182))]);
        assert_eq!(on(&[0, 90], 400), [(3, day_at(403))]);
    }

    #[test]
    fn a_retired_key_leaves_the_jwks_after_a_day_and_an_hour_and_us_after_a_fortnight() {
        let retired = Stage::Retired { since: Timestamp(T) };
        let hours = |hours: i64| Timestamp(T + hours * 3_600);
        assert!(retired.is_published(Timestamp(T + 25 * 3_600 - 1)) && !retired.is_published(hours(25)));
        assert!(!retired.is_over(Timestamp(T + 14 * DAYS - 1)) && retired.is_over(hours(14 * 24)));
        assert!(Stage::Next.is_published(hours(9_999)) && !Stage::Current.is_over(hours(9_999)));
    }
}
