//! What the school does to an account: reset it, lock it, shut it, and take that back. Each is one write with its event,
//! and ends whatever must not outlive it (rows S06, S07, R14); none touches who the person is, their ties or their
//! consents (A29, R22).

use serde_json::json;

use crate::keys::KeyStore;
use crate::limits::{self, Rule};
use crate::model::{Hash, Timestamp};
use crate::store::accounts::{Account, AccountState};
use crate::store::badges::Taking;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::tools::Tools;
use crate::web::notice::Desk;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Back to unclaimed: what opened it is gone, and its owner claims it again. Former passwords stay forbidden.
    Reset,
    /// Its password opens nothing, as after a hundred wrong tries; its owner gets back in with a new one. For a password
    /// that others know.
    Lock,
    /// Its password and its answers are judged again, however many tries there were. Nothing else changes.
    Unlock,
    /// Shut: nothing opens it.
    Disable,
    /// Open again, with what opened it before.
    Enable,
}

/// Why it cannot be done. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing to take back, to lock or to shut.
    #[error("the account is unclaimed: it has neither password nor sessions, and its owner can claim it")]
    Unclaimed,
    /// Whoever shut it had a reason.
    #[error("the account is disabled; enable it first")]
    Disabled,
    /// It is open.
    #[error("the account is not disabled")]
    NotDisabled,
}

/// What it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Sign-ins, with what apps were given by them.
    pub sessions: u64,
    /// Known devices.
    pub devices: u64,
}

/// Whose account, at whose wish, why, and when.
pub struct Order<'a> {
    /// The account, as it was read.
    pub account: &'a Account,
    /// In the words of whoever ordered it, for the log.
    pub reason: Option<&'a str>,
    /// The instant.
    pub now: Timestamp,
}

/// Does it.
pub async fn change(tx: &Tx, keys: &KeyStore, change: Change, order: &Order<'_>) -> Result<Result<Ended, Refusal>, StoreError> {
    let (id, now) = (order.account.id, order.now);
    let subject = limits::subject_of_account(keys, id);
    let state = tx.accounts().find(id).await?.map_or(AccountState::Unclaimed, |account| account.state);
    match (change, state) {
        (Change::Enable, AccountState::Claimed | AccountState::Invited | AccountState::Unclaimed) => return Ok(Err(Refusal::NotDisabled)),
        (Change::Reset | Change::Lock | Change::Disable, AccountState::Unclaimed)
        | (Change::Lock | Change::Disable, AccountState::Invited) => return Ok(Err(Refusal::Unclaimed)),
        (Change::Reset | Change::Lock | Change::Disable, AccountState::Disabled) => return Ok(Err(Refusal::Disabled)),
        _ => {}
    }
    let (kind, ended) = match change {
        Change::Reset => {
            open(tx, keys, order, &subject).await?;
            open_claim(tx, keys, order).await?;
            tx.accounts().reset(id).await?;
            // Whoever claims it next is not who holds the card.
            tx.badges().revoke(order.account.person, Taking { by: None, why: "account reset" }, now).await?;
            ("account.reset", end(tx, order).await?)
        }
        Change::Lock => {
            limits::close(tx, Rule::AccountPassword, &subject, now).await?;
            ("account.locked", end(tx, order).await?)
        }
        Change::Unlock => {
            open(tx, keys, order, &subject).await?;
            ("account.unlocked", Ended::default())
        }
        Change::Disable => {
            tx.accounts().set_state(id, AccountState::Claimed, AccountState::Disabled).await?;
            ("account.disabled", end(tx, order).await?)
        }
        Change::Enable => {
            tx.accounts().set_state(id, AccountState::Disabled, AccountState::Claimed).await?;
            ("account.enabled", Ended::default())
        }
    };
    let detail = json!({ "reason": order.reason, "sessions_ended": ended.sessions, "devices_forgotten": ended.devices });
    tx.record(&Event { person: Some(order.account.person), detail, ..Event::of(kind) }, now).await?;
    Ok(Ok(ended))
}

/// Writes to everybody who must know what was done (row R12), in the same write.
pub async fn tell(tools: &Tools, tx: &Tx, change: Change, order: &Order<'_>) -> Result<(), StoreError> {
    let what = match change {
        Change::Reset => "mail-account-changed-reset",
        Change::Lock => "mail-account-changed-locked",
        Change::Unlock => "mail-account-changed-unlocked",
        Change::Disable => "mail-account-changed-disabled",
        Change::Enable => "mail-account-changed-enabled",
    };
    tell_what(tools, tx, what, order).await
}

/// The same of a temporary password that was given.
pub async fn tell_given(tools: &Tools, tx: &Tx, order: &Order<'_>) -> Result<(), StoreError> {
    tell_what(tools, tx, "mail-account-changed-given", order).await
}

async fn tell_what(tools: &Tools, tx: &Tx, what: &str, order: &Order<'_>) -> Result<(), StoreError> {
    match tx.people().find(order.account.person).await? {
        Some(person) => Desk { tools, tx, now: order.now }.tell(&person, "account-changed-by-school", Some(what)).await,
        None => Ok(()),
    }
}

/// Tries on what is gone, or on what somebody vouches for, are forgotten. Counters come first, as in a sign-in, or the
/// two could wait for each other.
async fn open(tx: &Tx, keys: &KeyStore, order: &Order<'_>, subject: &Hash) -> Result<(), StoreError> {
    for rule in [Rule::AccountPassword, Rule::KnownDevice, Rule::SecondFactor, Rule::SecurityAnswers, Rule::Badge] {
        limits::reset(tx, rule, subject).await?;
    }
    let mailed = limits::subject_of_mailed_codes(keys, order.account.id);
    for rule in [Rule::MailboxByHour, Rule::MailboxByDay, Rule::MailCode] {
        limits::reset(tx, rule, &mailed).await?;
    }
    Ok(())
}

/// The claim is open again, whatever was tried on it while the account was somebody's; and who asked for it has an answer.
async fn open_claim(tx: &Tx, keys: &KeyStore, order: &Order<'_>) -> Result<(), StoreError> {
    let (person, now) = (order.account.person, order.now);
    let subject = limits::subject_of_record(keys, person);
    limits::reset(tx, Rule::RecordClaim, &subject).await?;
    tx.cases().close(Some(person), &subject, now).await?;
    Ok(())
}

async fn end(tx: &Tx, order: &Order<'_>) -> Result<Ended, StoreError> {
    tx.mail_proofs().kill(order.account.person, order.now).await?;
    let sessions = tx.sessions().end_all(order.account.id, None, order.now).await?;
    Ok(Ended { sessions, devices: tx.devices().forget_all(order.account.id).await? })
}
