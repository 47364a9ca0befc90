//! How often somebody may try (security.md 2.5): counters in the store, on our clock, shared by all nodes. A try is
//! taken by one statement *before* its answer is judged, so that a hundred at once are a hundred; it is forgotten only
//! by the full success of that very factor (R21). Subjects are HMACs of canonical names, also of people who do not
//! exist. Where a write takes several counters, it takes them in the order in which they stand in [`Rule`].

pub mod alarm;

use std::net::IpAddr;

use self::alarm::Watched;

use crate::keys::{KeyStore, Purpose};
use crate::model::{AccountId, Hash, PersonId, Timestamp};
use crate::people::{email_key, sign_in_key};
use crate::policy::Policy;
use crate::store::throttles::{Bounds, Forget};
use crate::store::{Reader, StoreError, Tx};

/// What is counted. A row of security.md 2.5 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Passwords of an account, from browsers that it does not know.
    AccountPassword,
    /// Passwords of an account from a device it knows: strangers cannot touch this counter (R19).
    KnownDevice,
    /// Codes of an account's second factor, never its password's (R19).
    SecondFactor,
    /// Claims on a record of the roster (E04).
    RecordClaim,
    /// Claims on a record that were right and went on: each may cost a hash, and nobody begins so many.
    ClaimsBegun,
    /// Answers to security questions (R07).
    SecurityAnswers,
    /// Recoveries begun for an account, by the hour (R06).
    ResetByHour,
    /// Recoveries begun for an account, by the day (R06).
    ResetByDay,
    /// Letters to one mailbox, by the hour: named by its address, whether anybody has it or not (R06).
    MailboxByHour,
    /// The same by the day.
    MailboxByDay,
    /// Wrong codes of letters to one mailbox, by the day, however many letters there are (R20).
    MailCode,
    /// Requests of one network that make us send a mail (R06).
    NetworkMail,
    /// The same of a school's own network.
    SchoolMail,
    /// Wrong secrets of a client from one network (P42).
    ClientSecret,
    /// Apps that register themselves from one network, where everybody may.
    Registration,
    /// Tries of one activation code (E08).
    Code,
    /// Tries of one security code, which came by mail: a pause, not the end of the code (D7).
    SecurityCode,
    /// Pictures or digits beside a card: never the password's counter, nor the other way round (R19).
    Badge,
    /// Codes of devices that an account types (RFC 8628 section 5.1).
    DeviceCode,
    /// Letters with a security code that are asked for again, by address (D17).
    InvitationAgain,
    /// Copies of their data that somebody takes: each is work, and a letter.
    DataCopies,
    /// Sessions that one person opens at the counter in a day.
    CounterOpened,
    /// The alarm about them: one a day.
    CounterAlarm,
    /// Wrong codes that are typed at the counters of one network.
    CounterCode,
}

/// What became of a try that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Judge it. So many more may follow at once.
    Go {
        /// Tries left before somebody must wait.
        left: u32,
    },
    /// Do not judge it; the next may be judged at this instant.
    Wait(Timestamp),
    /// Do not judge it, nor any other until staff resets the counter.
    Closed,
}

/// What a counter says, for whoever looks after accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counter {
    /// Tries that waits are counted from.
    pub tries: u32,
    /// Tries in all.
    pub in_all: u32,
    /// Nothing is judged before then.
    pub waits_until: Option<Timestamp>,
    /// Nothing is judged until staff resets it.
    pub closed: bool,
}

/// What a network's failures ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Nothing.
    Open,
    /// The waiting page first, of so many seconds.
    Challenge {
        /// How long the page waits.
        seconds: u32,
    },
    /// Nothing more from browsers that the account does not know, for so many seconds.
    Closed {
        /// When to come back.
        until: Timestamp,
    },
    /// In the whole district too many claims go wrong: by letters and codes alone, until then.
    LettersOnly {
        /// When to come back.
        until: Timestamp,
    },
}

/// The subject of a counter: an HMAC of canonical names, which gives nothing back.
pub fn subject(keys: &KeyStore, names: &[&str]) -> Hash {
    let parts: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    keys.mac(Purpose::Throttle, &parts)
}

/// The subject of what is counted for whoever a typed name means: the account, whatever it was named by (row E31), or
/// the name, if nobody has it.
pub fn subject_of(keys: &KeyStore, account: Option<AccountId>, typed: &str) -> Hash {
    match account {
        Some(account) => subject_of_account(keys, account),
        None => subject(keys, &["name", &sign_in_key(typed)]),
    }
}

/// The subject of an account's counters.
pub fn subject_of_account(keys: &KeyStore, account: AccountId) -> Hash {
    subject(keys, &["account", &account.to_string()])
}

/// The subject of codes that are mailed to an account's owner at the door.
pub fn subject_of_mailed_codes(keys: &KeyStore, account: AccountId) -> Hash {
    subject(keys, &["mailed code", &account.to_string()])
}

/// The subject of claims on a person's record in the roster.
pub fn subject_of_record(keys: &KeyStore, person: PersonId) -> Hash {
    subject(keys, &["claim", "person", &person.to_string()])
}

/// The same for a number, in its canonical form, that no pupil has or several have.
pub fn subject_of_number(keys: &KeyStore, number_key: &str) -> Hash {
    subject(keys, &["claim", "number", number_key])
}

/// The subject of letters to an address, and of claims that name it.
pub fn subject_of_mailbox(keys: &KeyStore, address: &str) -> Hash {
    subject(keys, &["mailbox", &email_key(address)])
}

/// Counts a try, before its answer is judged.
pub async fn take(tx: &Tx, rule: Rule, subject: &Hash, now: Timestamp) -> Result<Taken, StoreError> {
    let bounds = rule.bounds();
    let counted = tx.throttles().take(bounds, subject, now).await?;
    if counted.admitted {
        return Ok(Taken::Go { left: left(bounds, counted.hits, counted.total) });
    }
    let over = bounds.most.is_some_and(|most| counted.total >= most);
    Ok(if over { Taken::Closed } else { Taken::Wait(counted.open_at) })
}

/// Whether a try would be judged now; counts nothing. It saves the hashing of an answer that [`take`] will refuse.
pub async fn would_wait(reader: &Reader<'_>, rule: Rule, subject: &Hash, now: Timestamp) -> Result<bool, StoreError> {
    let bounds = rule.bounds();
    let counted = reader.throttles().look(bounds.word, subject).await?;
    Ok(counted.is_some_and(|counted| counted.open_at > now || bounds.most.is_some_and(|most| counted.total >= most)))
}

/// The factor succeeded in full: waits are over. For rules with an end that is counted *in a row*, that count too.
pub async fn clear(tx: &Tx, rule: Rule, subject: &Hash) -> Result<(), StoreError> {
    match rule {
        Rule::AccountPassword | Rule::KnownDevice | Rule::SecondFactor | Rule::Badge => {
            tx.throttles().reset(rule.bounds().word, subject).await.map(|_| ())
        }
        _ => tx.throttles().clear(rule.bounds().word, subject).await,
    }
}

/// Closes a counter, as its last allowed try does: nothing is judged until staff, or a new secret, resets it. A rule
/// without an end cannot be closed.
pub async fn close(tx: &Tx, rule: Rule, subject: &Hash, now: Timestamp) -> Result<(), StoreError> {
    let bounds = rule.bounds();
    match bounds.most {
        Some(most) => tx.throttles().close(bounds.word, most, subject, now).await,
        None => Ok(()),
    }
}

/// Whether it is closed, for a factor beside the one that it counts: what is locked is locked for all of them.
pub async fn is_closed(tx: &Tx, rule: Rule, subject: &Hash) -> Result<bool, StoreError> {
    let bounds = rule.bounds();
    let counted = tx.throttles().look(bounds.word, subject).await?;
    Ok(counted.is_some_and(|counted| bounds.most.is_some_and(|most| counted.total >= most)))
}

/// What a counter says now; changes nothing.
pub async fn look(reader: &Reader<'_>, rule: Rule, subject: &Hash, now: Timestamp) -> Result<Counter, StoreError> {
    let bounds = rule.bounds();
    let counted = reader.throttles().look(bounds.word, subject).await?;
    Ok(counted.map_or_else(Counter::default, |counted| Counter {
        tries: counted.hits,
        in_all: counted.total,
        waits_until: Some(counted.open_at).filter(|until| *until > now),
        closed: bounds.most.is_some_and(|most| counted.total >= most),
    }))
}

/// The try that was just taken was right, but it is not the end of the way: it costs nothing, and pays for none of those
/// that were wrong. Who knows one set of facts cannot buy guesses at another with it.
pub async fn give_back(tx: &Tx, rule: Rule, subject: &Hash) -> Result<(), StoreError> {
    tx.throttles().give_back(rule.bounds().word, subject).await
}

/// Staff opens what was closed; false if nothing was counted.
pub async fn reset(tx: &Tx, rule: Rule, subject: &Hash) -> Result<bool, StoreError> {
    tx.throttles().reset(rule.bounds().word, subject).await
}

/// Remembers that a try on `subject` went wrong in this network. Successes are never counted: a whole school stands
/// behind one address (D7).
pub async fn failed(tx: &Tx, keys: &KeyStore, network: &str, subject: &Hash, now: Timestamp) -> Result<(), StoreError> {
    tx.throttles().failed(&network_key(keys, network), subject, Watched::SignIn.word(), now).await
}

/// The same of a claim by what the school knows.
pub async fn failed_claim(tx: &Tx, keys: &KeyStore, network: &str, subject: &Hash, now: Timestamp) -> Result<(), StoreError> {
    tx.throttles().failed(&network_key(keys, network), subject, Watched::Claim.word(), now).await
}

/// What the network's failures of late ask for. A school's own network gets twenty times the room and is never shut.
pub async fn network(reader: &Reader<'_>, keys: &KeyStore, policy: &Policy, network: &str, now: Timestamp) -> Result<Network, StoreError> {
    let (lately, before) = (Timestamp(now.0 - CHALLENGE_WINDOW), Timestamp(now.0 - CLOSED_WINDOW));
    let (short, long) = reader.throttles().failures(&network_key(keys, network), lately, before).await?;
    match judge(short, long, policy.is_school_network(network), now) {
        Network::Open => alarm::asks(reader, policy, network, Watched::SignIn, now).await,
        asked => Ok(asked),
    }
}

/// The same before a claim by what the school knows: while too many go wrong in the whole district, none is judged.
pub async fn claim_network(
    reader: &Reader<'_>,
    keys: &KeyStore,
    policy: &Policy,
    network: &str,
    now: Timestamp,
) -> Result<Network, StoreError> {
    match alarm::asks(reader, policy, network, Watched::Claim, now).await? {
        Network::Open => self::network(reader, keys, policy, network, now).await,
        asked => Ok(asked),
    }
}

/// The rule for requests of this network that make us send a mail.
pub fn mail_rule(policy: &Policy, network: &str) -> Rule {
    if policy.is_school_network(network) { Rule::SchoolMail } else { Rule::NetworkMail }
}

/// What an address counts as: an IPv4 address itself, of an IPv6 address the /64 that a household has.
pub fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// A ticket for the waiting page: worth something only after `seconds`, in this network, and for two minutes.
pub fn ticket(keys: &KeyStore, network: &str, seconds: u32, now: Timestamp) -> String {
    let from = now.0 + i64::from(seconds);
    format!("{from}.{}", ticket_seal(keys, network, from))
}

/// The ticket was waited for, and is not over.
pub fn ticket_is_ripe(keys: &KeyStore, network: &str, ticket: &str, now: Timestamp) -> bool {
    let Some((from, seal)) = ticket.split_once('.') else { return false };
    let Ok(from) = from.parse::<i64>() else { return false };
    let ours = ticket_seal(keys, network, from);
    let genuine = bool::from(subtle::ConstantTimeEq::ct_eq(ours.as_bytes(), seal.as_bytes()));
    genuine && (from..from.saturating_add(TICKET_LIFE)).contains(&now.0)
}

/// Removes counters that no rule asks for any more.
pub async fn prune(tx: &Tx, now: Timestamp) -> Result<u64, StoreError> {
    let endless: Vec<&str> =
        RULES.iter().map(|(_, bounds)| bounds).filter(|bounds| bounds.most.is_none()).map(|bounds| bounds.word).collect();
    tx.throttles().prune(Timestamp(now.0 - CLOSED_WINDOW), Timestamp(now.0 - 30 * DAY), &endless).await
}

impl Rule {
    /// What it allows.
    pub fn bounds(self) -> &'static Bounds {
        let found = RULES.iter().find(|(rule, _)| *rule == self);
        &found.expect("every rule stands in the table, as a test shows").1
    }
}

/// Tries left before a wait or the end.
fn left(bounds: &Bounds, hits: u32, total: u32) -> u32 {
    let first_wait = bounds.waits.first().map_or(u32::MAX, |(after, _)| *after);
    let end = bounds.most.unwrap_or(u32::MAX);
    first_wait.saturating_sub(hits).min(end.saturating_sub(total))
}

fn judge(short: u32, long: u32, school: bool, now: Timestamp) -> Network {
    let room = if school { SCHOOL_ROOM } else { 1 };
    if !school && long >= CLOSED_AT {
        return Network::Closed { until: Timestamp(now.0 + CHALLENGE_WINDOW) };
    }
    match short / room {
        few if few < CHALLENGE_AT => Network::Open,
        many => Network::Challenge { seconds: (CHALLENGE_SECONDS * (many / CHALLENGE_AT)).min(LONGEST_CHALLENGE) },
    }
}

fn network_key(keys: &KeyStore, network: &str) -> Hash {
    subject(keys, &["network", network])
}

fn ticket_seal(keys: &KeyStore, network: &str, from: i64) -> String {
    let mac = keys.mac(Purpose::Ticket, &[b"challenge", network.as_bytes(), &from.to_be_bytes()]);
    base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, mac.0)
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const HOUR_32: u32 = 3_600;
const DAY_32: u32 = 86_400;

/// Different accounts on which a network failed in ten minutes before it must wait.
const CHALLENGE_AT: u32 = 20;
const CHALLENGE_WINDOW: i64 = 10 * MINUTE;
/// The same in an hour before unknown devices are turned away.
const CLOSED_AT: u32 = 100;
const CLOSED_WINDOW: i64 = HOUR;
/// A school's network holds a school.
const SCHOOL_ROOM: u32 = 20;
const CHALLENGE_SECONDS: u32 = 5;
const LONGEST_CHALLENGE: u32 = 30;
const TICKET_LIFE: i64 = 2 * MINUTE;

/// Security.md 2.5, as data.
const RULES: &[(Rule, Bounds)] = &[
    (
        Rule::AccountPassword,
        Bounds { word: "account-password", waits: &[(5, 30), (10, 300), (20, HOUR_32)], most: Some(100), forget: Forget::Never },
    ),
    (Rule::KnownDevice, Bounds { word: "known-device", waits: &[(10, HOUR_32)], most: None, forget: Forget::AfterQuiet(HOUR_32) }),
    (Rule::SecondFactor, Bounds { word: "second-factor", waits: &[(5, 900)], most: Some(100), forget: Forget::AfterQuiet(900) }),
    (Rule::RecordClaim, Bounds { word: "record-claim", waits: &[(5, DAY_32)], most: Some(20), forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::ClaimsBegun, Bounds { word: "claims-begun", waits: &[(40, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::SecurityAnswers, Bounds { word: "security-answers", waits: &[(5, DAY_32)], most: Some(15), forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::ResetByHour, Bounds { word: "reset-hour", waits: &[(3, HOUR_32)], most: None, forget: Forget::AfterQuiet(HOUR_32) }),
    (Rule::ResetByDay, Bounds { word: "reset-day", waits: &[(10, DAY_32)], most: None, forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::MailboxByHour, Bounds { word: "mailbox-hour", waits: &[(3, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::MailboxByDay, Bounds { word: "mailbox-day", waits: &[(10, DAY_32)], most: None, forget: Forget::AfterWindow(DAY_32) }),
    (Rule::MailCode, Bounds { word: "mail-code", waits: &[(10, DAY_32)], most: None, forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::NetworkMail, Bounds { word: "network-mail", waits: &[(20, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::SchoolMail, Bounds { word: "school-mail", waits: &[(400, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::ClientSecret, Bounds { word: "client-secret", waits: &[(20, 600)], most: None, forget: Forget::AfterWindow(600) }),
    (Rule::Registration, Bounds { word: "registration", waits: &[(3_000, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::SecurityCode, Bounds { word: "security-code", waits: &[(5, 900)], most: None, forget: Forget::AfterQuiet(900) }),
    (Rule::Badge, Bounds { word: "badge", waits: &[(5, HOUR_32)], most: Some(20), forget: Forget::AfterQuiet(HOUR_32) }),
    (Rule::DeviceCode, Bounds { word: "device-code", waits: &[(5, 900)], most: None, forget: Forget::AfterQuiet(900) }),
    (Rule::InvitationAgain, Bounds { word: "invitation-again", waits: &[(3, HOUR_32)], most: None, forget: Forget::AfterQuiet(HOUR_32) }),
    (Rule::DataCopies, Bounds { word: "data-copies", waits: &[(10, DAY_32)], most: None, forget: Forget::AfterWindow(DAY_32) }),
    (Rule::CounterOpened, Bounds { word: "counter-opened", waits: &[(40, DAY_32)], most: None, forget: Forget::AfterWindow(DAY_32) }),
    (Rule::CounterAlarm, Bounds { word: "counter-alarm", waits: &[(1, DAY_32)], most: None, forget: Forget::AfterWindow(DAY_32) }),
    (Rule::CounterCode, Bounds { word: "counter-code", waits: &[(20, 600)], most: None, forget: Forget::AfterWindow(600) }),
    (Rule::Code, Bounds { word: "code", waits: &[], most: Some(10), forget: Forget::Never }),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::config::policy::PolicySettings;
    use crate::store::testing::stores;
    use crate::store::{Backend, Store};

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn later(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 + seconds)
    }

    async fn try_at(store: &Store, rule: Rule, now: Timestamp) -> Taken {
        store.write(async |tx: &Tx| take(tx, rule, &Hash::of(b"somebody"), now).await).await.unwrap()
    }

    async fn counted(store: &Store, rule: Rule, now: Timestamp) -> Counter {
        look(&store.read(), rule, &Hash::of(b"somebody"), now).await.unwrap()
    }

    #[test]
    fn every_rule_stands_in_the_table_under_a_word_of_its_own() {
        let words: BTreeSet<&str> = RULES.iter().map(|(rule, _)| rule.bounds().word).collect();
        assert_eq!(words.len(), RULES.len());
    }

    #[tokio::test]
    async fn r07_of_thirty_two_tries_at_once_each_is_counted_and_five_are_judged() {
        for store in stores().await {
            let store = Arc::new(store);
            let trying = (0..32).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { try_at(&store, Rule::SecurityAnswers, NOW).await })
            });
            let mut judged = 0;
            for taken in trying.collect::<Vec<_>>() {
                judged += usize::from(matches!(taken.await.unwrap(), Taken::Go { .. }));
            }
            assert_eq!(judged, 5);
            assert_eq!(store.read().throttles().seen("security-answers", &Hash::of(b"somebody")).await.unwrap(), 32);
        }
    }

    #[tokio::test]
    async fn tries_that_are_over_are_forgotten_and_those_for_life_are_not() {
        for store in stores().await {
            for _ in 0..4 {
                try_at(&store, Rule::SecurityAnswers, NOW).await;
            }
            assert_eq!(try_at(&store, Rule::SecurityAnswers, later(DAY)).await, Taken::Go { left: 4 }, "a day later five are free again");
            assert_eq!(counted(&store, Rule::SecurityAnswers, later(DAY)).await, Counter { tries: 1, in_all: 5, ..Counter::default() });
            for day in 2..12 {
                assert!(matches!(try_at(&store, Rule::SecurityAnswers, later(day * DAY)).await, Taken::Go { .. }), "{day}");
            }
            assert_eq!(try_at(&store, Rule::SecurityAnswers, later(400 * DAY)).await, Taken::Closed);
            // Forgetting what is over forgets nothing of it.
            store.write(async |tx: &Tx| prune(tx, later(9_000 * DAY)).await).await.unwrap();
            assert!(counted(&store, Rule::SecurityAnswers, later(9_000 * DAY)).await.closed);
            try_at(&store, Rule::ResetByHour, NOW).await;
            store.write(async |tx: &Tx| prune(tx, later(29 * DAY)).await).await.unwrap();
            assert_eq!(counted(&store, Rule::ResetByHour, NOW).await.tries, 1);
            store.write(async |tx: &Tx| prune(tx, later(31 * DAY)).await).await.unwrap();
            assert_eq!(counted(&store, Rule::ResetByHour, NOW).await, Counter::default());
        }
    }

    #[tokio::test]
    async fn r21_a_success_forgets_waits_and_what_is_counted_in_a_row_and_no_more() {
        for store in stores().await {
            for rule in [Rule::AccountPassword, Rule::SecurityAnswers] {
                for _ in 0..4 {
                    try_at(&store, rule, NOW).await;
                }
                store.write(async |tx: &Tx| clear(tx, rule, &Hash::of(b"somebody")).await).await.unwrap();
            }
            assert_eq!(counted(&store, Rule::AccountPassword, NOW).await, Counter::default());
            // Three failed; the fourth was right.
            assert_eq!(counted(&store, Rule::SecurityAnswers, NOW).await, Counter { in_all: 3, ..Counter::default() });
        }
    }

    #[tokio::test]
    async fn what_is_closed_stays_closed_until_it_is_reset() {
        for store in stores().await {
            let somebody = Hash::of(b"somebody");
            for rule in [Rule::AccountPassword, Rule::ResetByHour] {
                store.write(async |tx: &Tx| close(tx, rule, &somebody, NOW).await).await.unwrap();
            }
            assert_eq!(try_at(&store, Rule::AccountPassword, later(9_000 * DAY)).await, Taken::Closed);
            assert!(would_wait(&store.read(), Rule::AccountPassword, &somebody, later(9_000 * DAY)).await.unwrap());
            assert!(matches!(try_at(&store, Rule::ResetByHour, NOW).await, Taken::Go { .. }), "a rule without an end has none");
            assert!(store.write(async |tx: &Tx| reset(tx, Rule::AccountPassword, &somebody).await).await.unwrap());
            assert_eq!(try_at(&store, Rule::AccountPassword, NOW).await, Taken::Go { left: 4 });
        }
    }

    /// The benchmark `light` has the figure; here is what it rests on: a counter that is being written holds up nobody
    /// else's. SQLite has one writer for everything, and holds it for one statement.
    #[tokio::test]
    async fn r23_a_counter_is_one_subjects_and_locks_no_other() {
        for store in stores().await.into_iter().filter(|store| store.backend() == Backend::Postgres) {
            let hold = async |tx: &Tx| {
                take(tx, Rule::AccountPassword, &Hash::of(b"guesser"), NOW).await?;
                failed(tx, &KeyStore::for_tests(), "198.51.100.1", &Hash::of(b"guesser"), NOW).await?;
                let other = store.write(async |tx: &Tx| {
                    failed(tx, &KeyStore::for_tests(), "198.51.100.1", &Hash::of(b"somebody"), NOW).await?;
                    take(tx, Rule::AccountPassword, &Hash::of(b"somebody"), NOW).await
                });
                let waited = tokio::time::timeout(std::time::Duration::from_secs(20), other).await;
                assert!(matches!(waited.expect("it waits for nobody")?, Taken::Go { left: 4 }));
                Ok::<_, StoreError>(())
            };
            store.write(hold).await.unwrap();
        }
    }

    #[test]
    fn d7_a_network_waits_after_twenty_accounts_and_a_school_after_twenty_times_as_many() {
        let challenge = |seconds| Network::Challenge { seconds };
        let closed = Network::Closed { until: later(CHALLENGE_WINDOW) };
        for (short, long, school, expected) in [
            (19, 19, false, Network::Open),
            (20, 20, false, challenge(5)),
            (40, 40, false, challenge(10)),
            (99, 99, false, challenge(20)),
            (20, 100, false, closed),
            (0, 100, false, closed),
            (399, 2_000, true, Network::Open),
            (400, 2_000, true, challenge(5)),
            (90_000, 90_000, true, challenge(30)),
        ] {
            assert_eq!(judge(short, long, school, NOW), expected, "{short} {long} {school}");
        }
    }

    #[tokio::test]
    async fn d7_what_counts_against_a_network_is_on_how_many_accounts_it_failed() {
        for store in stores().await {
            let (keys, policy) = (KeyStore::for_tests(), Policy::default());
            let fail = async |account: u32, now: Timestamp| {
                let subject = subject(&keys, &["account", &account.to_string()]);
                store.write(async |tx: &Tx| failed(tx, &keys, "203.0.113.5", &subject, now).await).await.unwrap();
            };
            let asked = async |from: &str, now| network(&store.read(), &keys, &policy, from, now).await.unwrap();
            for _ in 0..50 {
                fail(0, NOW).await;
            }
            assert_eq!(asked("203.0.113.5", NOW).await, Network::Open, "one pupil with fifty slips");
            for account in 1..20 {
                fail(account, later(1)).await;
            }
            assert_eq!(asked("203.0.113.5", later(1)).await, Network::Challenge { seconds: 5 });
            assert_eq!(asked("203.0.113.6", later(1)).await, Network::Open, "another network");
            assert_eq!(asked("203.0.113.5", later(1 + CHALLENGE_WINDOW)).await, Network::Open, "ten minutes later");
            let networks = vec!["203.0.113.0/24".to_owned()];
            let school = Policy::new(PolicySettings { school_networks: networks, ..PolicySettings::default() }).unwrap();
            assert_eq!(network(&store.read(), &keys, &school, "203.0.113.5", later(1)).await.unwrap(), Network::Open);
        }
    }

    #[test]
    fn a_ticket_is_worth_something_after_its_wait_in_its_network_and_for_two_minutes() {
        let keys = KeyStore::for_tests();
        let made = ticket(&keys, "203.0.113.5", 5, NOW);
        let ripe = |network: &str, ticket: &str, at| ticket_is_ripe(&keys, network, ticket, later(at));
        for (at, expected) in [(0, false), (4, false), (5, true), (124, true), (125, false)] {
            assert_eq!(ripe("203.0.113.5", &made, at), expected, "{at}");
        }
        assert!(!ripe("203.0.113.6", &made, 5));
        let (from, seal) = made.split_once('.').unwrap();
        let earlier = format!("{}.{seal}", from.parse::<i64>().unwrap() - 5);
        for forged in [earlier.as_str(), "", ".", from, seal, "x.y"] {
            assert!(!ripe("203.0.113.5", forged, 5), "{forged}");
        }
    }

    #[test]
    fn an_ipv6_household_is_one_network() {
        let of = |address: &str| network_of(address.parse().unwrap());
        assert_eq!(of("2001:db8:5:1:aaaa::1"), of("2001:db8:5:1:bbbb::2"));
        assert_ne!(of("2001:db8:5:1::1"), of("2001:db8:5:2::1"));
        assert_eq!((of("203.0.113.5"), of("::ffff:203.0.113.5")), ("203.0.113.5".to_owned(), "203.0.113.5".to_owned()));
    }
}
