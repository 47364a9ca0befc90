//! The whole district at once: a guesser who tries one password on every account, each from another address, stays below
//! every counter of one account and of one network (rows E05, E33). Once a minute the server compares what went wrong of
//! late with the same hour a week ago. While an alarm lasts, whoever signs in from a device that the account does not know
//! waits first, and claims by what classmates may know are closed: letters and codes go on. A school's own network is not
//! asked for anything.

use std::time::Duration;

use super::{CHALLENGE_SECONDS, Network};
use crate::model::Timestamp;
use crate::policy::Policy;
use crate::store::{Reader, StoreError, Tx};

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Passwords, answers, codes.
    SignIn,
    /// Claims by what the school knows of somebody.
    Claim,
}

/// An alarm that began just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// What went wrong.
    pub what: Watched,
    /// On how many different subjects in the last ten minutes.
    pub failures: u64,
    /// How many were usual in as long.
    pub usual: u64,
}

impl Watched {
    /// All.
    pub const ALL: &'static [Self] = &[Self::SignIn, Self::Claim];

    /// Its word in the store and in events.
    pub fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Claim => "claim",
        }
    }
}

/// Compares the last ten minutes with the same hour a week ago, and raises the alarms that this calls for. What is much in a
/// village is nothing in a city: how many people the roster has counts too.
pub async fn watch(tx: &Tx, now: Timestamp) -> Result<Vec<Raised>, StoreError> {
    let (alarms, hour) = (tx.alarms(), now.0 / HOUR);
    let mut raised = Vec::new();
    for &what in Watched::ALL {
        let in_the_hour = alarms.failures(what.word(), Timestamp(now.0 - HOUR)).await?;
        let lately = alarms.failures(what.word(), Timestamp(now.0 - WINDOW)).await?;
        let usual = alarms.hour(what.word(), hour - A_WEEK).await?.unwrap_or_default() * WINDOW.unsigned_abs() / HOUR.unsigned_abs();
        if in_the_hour > 0 {
            alarms.keep_hour(what.word(), hour, in_the_hour).await?;
        }
        let too_many = is_too_many(lately, usual, 0) && is_too_many(lately, usual, tx.people().count().await?);
        if too_many && alarms.raise(what.word(), lately, now, now + LASTS).await? {
            raised.push(Raised { what, failures: lately, usual });
        }
    }
    alarms.forget(hour - 2 * A_WEEK).await?;
    Ok(raised)
}

/// What an alarm asks of somebody in a network that is quiet itself.
pub(super) async fn asks(
    reader: &Reader<'_>,
    policy: &Policy,
    network: &str,
    what: Watched,
    now: Timestamp,
) -> Result<Network, StoreError> {
    if policy.is_school_network(network) {
        return Ok(Network::Open);
    }
    Ok(match (what, reader.alarms().until(what.word(), now).await?) {
        (_, None) => Network::Open,
        (Watched::SignIn, Some(_)) => Network::Challenge { seconds: CHALLENGE_SECONDS },
        (Watched::Claim, Some(until)) => Network::LettersOnly { until },
    })
}

fn is_too_many(lately: u64, usual: u64, people: u64) -> bool {
    lately > (3 * usual).max(LEAST).max(people / 100)
}

const HOUR: i64 = 3_600;
const A_WEEK: i64 = 168;
/// What is "of late", in seconds.
const WINDOW: i64 = 600;
/// An alarm lasts so long after the last minute that called for it.
const LASTS: Duration = Duration::from_mins(10);
/// Fewer failures than this in ten minutes are no alarm in any district.
const LEAST: u64 = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyStore;
    use crate::limits;
    use crate::store::Store;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    /// So many failures, each on another subject and from another network.
    async fn fail(store: &Store, what: Watched, times: u64, now: Timestamp) {
        let keys = KeyStore::for_tests();
        let write = async |tx: &Tx| {
            for number in 0..times {
                let subject = limits::subject(&keys, &[&format!("{number}")]);
                let network = format!("203.0.{}.{}", number / 250, number % 250);
                match what {
                    Watched::SignIn => limits::failed(tx, &keys, &network, &subject, now).await?,
                    Watched::Claim => limits::failed_claim(tx, &keys, &network, &subject, now).await?,
                }
            }
            Ok::<_, StoreError>(())
        };
        store.write(write).await.unwrap();
    }

    async fn watched(store: &Store, now: Timestamp) -> Vec<Raised> {
        store.write(async |tx: &Tx| watch(tx, now).await).await.unwrap()
    }

    #[tokio::test]
    async fn e05_e33_what_is_three_times_as_much_as_a_week_ago_is_an_alarm_once() {
        for store in stores().await {
            fail(&store, Watched::Claim, 201, NOW).await;
            let alarm = Raised { what: Watched::Claim, failures: 201, usual: 0 };
            assert_eq!(watched(&store, NOW).await, [alarm]);
            assert_eq!(watched(&store, NOW + Duration::from_mins(1)).await, [], "it is up already");
            let keys = KeyStore::for_tests();
            let policy = Policy::default();
            let asked = async |now| limits::claim_network(&store.read(), &keys, &policy, "198.51.100.1", now).await.unwrap();
            assert_eq!(asked(NOW).await, Network::LettersOnly { until: NOW + Duration::from_mins(11) });
            assert_eq!(limits::network(&store.read(), &keys, &policy, "198.51.100.1", NOW).await.unwrap(), Network::Open);
            assert_eq!(asked(NOW + Duration::from_mins(11)).await, Network::Open);
            // A week later the hour of before is what is usual, and two hundred are no alarm in any district.
            let next_week = Timestamp(NOW.0 + A_WEEK * HOUR);
            fail(&store, Watched::Claim, 200, next_week).await;
            assert_eq!(watched(&store, next_week).await, []);
        }
    }

    #[test]
    fn e33_a_busy_first_day_is_measured_by_the_one_before() {
        for (lately, usual, people, expected) in [
            (200, 0, 0, false),
            (201, 0, 0, true),
            (900, 300, 0, false),
            (901, 300, 0, true),
            (900, 0, 100_000, false),
            (1_001, 0, 100_000, true),
        ] {
            assert_eq!(is_too_many(lately, usual, people), expected, "{lately} {usual} {people}");
        }
    }
}
