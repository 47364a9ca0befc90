//! How often somebody may try (security.md 2.5): counters in the store, on our clock, shared by all nodes. A try is
//! taken by one statement *before* its answer is judged, so that a hundred at once are a hundred; it is forgotten only
//! by the full success of that very factor (R21). Subjects are HMACs of canonical names, also of people who do not
//! exist. Where a write takes several counters, it takes them in the order in which they stand in [`Rule`].

use std::net::IpAddr;

use crate::keys::{KeyStore, Purpose};
use crate::model::{AccountId, Hash, PersonId, Timestamp};
use crate::people::sign_in_key;
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
    /// Claims on a record of the roster (E04).
    RecordClaim,
    /// Answers to security questions (R07).
    SecurityAnswers,
    /// Recoveries begun for an account, by the hour (R06).
    ResetByHour,
    /// Recoveries begun for an account, by the day (R06).
    ResetByDay,
    /// Requests of one network that make us send a mail (R06).
    NetworkMail,
    /// The same of a school's own network.
    SchoolMail,
    /// Wrong secrets of a client from one network (P42).
    ClientSecret,
    /// Tries of one activation code (E08).
    Code,
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

/// The subject of claims on a person's record in the roster.
pub fn subject_of_record(keys: &KeyStore, person: PersonId) -> Hash {
    subject(keys, &["claim", "person", &person.to_string()])
}

/// The same for a number, in its canonical form, that no pupil has or several have.
pub fn subject_of_number(keys: &KeyStore, number_key: &str) -> Hash {
    subject(keys, &["claim", "number", number_key])
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
        Rule::AccountPassword | Rule::KnownDevice => tx.throttles().reset(rule.bounds().word, subject).await.map(|_| ()),
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
    tx.throttles().failed(&network_key(keys, network), subject, now).await
}

/// What the network's failures of late ask for. A school's own network gets twenty times the room and is never shut.
pub async fn network(reader: &Reader<'_>, keys: &KeyStore, policy: &Policy, network: &str, now: Timestamp) -> Result<Network, StoreError> {
    let (lately, before) = (Timestamp(now.0 - CHALLENGE_WINDOW), Timestamp(now.0 - CLOSED_WINDOW));
    let (short, long) = reader.throttles().failures(&network_key(keys, network), lately, before).await?;
    Ok(judge(short, long, policy.is_school_network(network), now))
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
    (Rule::RecordClaim, Bounds { word: "record-claim", waits: &[(5, DAY_32)], most: Some(20), forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::SecurityAnswers, Bounds { word: "security-answers", waits: &[(5, DAY_32)], most: Some(15), forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::ResetByHour, Bounds { word: "reset-hour", waits: &[(3, HOUR_32)], most: None, forget: Forget::AfterQuiet(HOUR_32) }),
    (Rule::ResetByDay, Bounds { word: "reset-day", waits: &[(10, DAY_32)], most: None, forget: Forget::AfterQuiet(DAY_32) }),
    (Rule::NetworkMail, Bounds { word: "network-mail", waits: &[(20, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::SchoolMail, Bounds { word: "school-mail", waits: &[(400, HOUR_32)], most: None, forget: Forget::AfterWindow(HOUR_32) }),
    (Rule::ClientSecret, Bounds { word: "client-secret", waits: &[(20, 600)], most: None, forget: Forget::AfterWindow(600) }),
    (Rule::Code, Bounds { word: "code", waits: &[], most: Some(10), forget: Forget::Never }),
];
