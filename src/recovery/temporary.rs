//! A password that the school gives, for those who fear links or have no mail (B21 to B23): drawn by chance, easy to read
//! out and to type, good for one sign-in, at which another is chosen (row E23). Nobody chooses or sees it twice (D4, R12).
//! By hand it lives as long as a letter takes; by mail a day, and only where the district's policy allows it (R11).

use std::time::Duration;

use serde_json::json;

use super::office::{Order, Refusal};
use crate::keys::KeyStore;
use crate::limits::{self, Rule};
use crate::model::draft::PasswordHash;
use crate::model::{Letter, Timestamp};
use crate::random::Random;
use crate::store::accounts::{AccountState, Password};
use crate::store::events::Event;
use crate::store::{StoreError, Tx};

/// How it reaches its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// On paper, at the counter, by telephone.
    ByHand,
    /// In a letter to the address on file.
    ByMail,
}

/// From when on it opens nothing.
pub fn end(way: Way, now: Timestamp) -> Timestamp {
    now + match way {
        Way::ByHand => BY_HAND,
        Way::ByMail => BY_MAIL,
    }
}

/// Gives it: the one before is gone with whatever it opened, and so is every letter that waited (rows R11, R14). The
/// letter leaves with this write or not at all.
pub async fn give(
    tx: &Tx,
    (keys, random): (&KeyStore, &Random),
    order: &Order<'_>,
    (hash, way): (&PasswordHash, Way),
    letter: Option<&Letter>,
) -> Result<Result<Timestamp, Refusal>, StoreError> {
    let (id, person, now) = (order.account.id, order.account.person, order.now);
    match tx.accounts().find(id).await?.map(|account| account.state) {
        Some(AccountState::Claimed) => {}
        Some(AccountState::Disabled) => return Ok(Err(Refusal::Disabled)),
        Some(AccountState::Unclaimed | AccountState::Invited) | None => return Ok(Err(Refusal::Unclaimed)),
    }
    // Counters come first, as in a sign-in, or the two could wait for each other.
    let subject = limits::subject_of_account(keys, id);
    for rule in [Rule::AccountPassword, Rule::KnownDevice] {
        limits::reset(tx, rule, &subject).await?;
    }
    let until = end(way, now);
    let password = Password { hash: hash.clone(), set_at: now, must_change: true, expires_at: Some(until) };
    tx.accounts().give_password(id, &password).await?;
    tx.mail_proofs().kill(person, now).await?;
    let ended = tx.sessions().end_all(id, None, now).await?;
    let devices = tx.devices().forget_all(id).await?;
    let by_mail = way == Way::ByMail;
    let detail = json!({ "reason": order.reason, "by_mail": by_mail, "sessions_ended": ended, "devices_forgotten": devices });
    tx.record(&Event { person: Some(person), detail, ..Event::of("password.given") }, now).await?;
    if let Some(letter) = letter {
        tx.outbox().add(letter, keys, random, now).await?;
    }
    Ok(Ok(until))
}

/// Decisions 13.
const BY_HAND: Duration = Duration::from_hours(7 * 24);
const BY_MAIL: Duration = Duration::from_hours(24);
