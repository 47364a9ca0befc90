//! The session at the counter (E18): ten minutes in which a pupil or a guardian who stands there chooses a new password, in big letters
//! and in their language. Somebody of the office opens it, after having seen who stands there, and never learns the password (rows
//! D4, R12). Two flows: `open-counter` of the office, and `counter` of whoever stands there. Nobody is signed in by it, and what was
//! not finished left no trace.

mod address;
mod checks;
mod code;
pub mod desk;
mod done;
pub mod end;
mod open;
pub mod pages;
mod sheet;
mod who;

use crate::flow::{Feature, FlowError, StageEntry, Step};
use crate::model::AccountId;
use crate::model::draft::AtCounter;
use crate::store::accounts::{Account, AccountState};
use crate::store::people::Person;
use crate::store::{Reader, StoreError, Tx};

/// What somebody of the office does at the counter, for flow files.
pub static OFFICE: Feature = Feature { name: "office", stages: OF_OFFICE, finish: &open::OpenCounter };

/// What whoever stands there does, for flow files.
pub static FEATURE: Feature = Feature { name: "counter", stages: AT_COUNTER, finish: &done::NewPassword };

const OF_OFFICE: &[StageEntry] = &[StageEntry::of::<who::Who>("counter-who"), StageEntry::of::<checks::Checks>("counter-checks")];

const AT_COUNTER: &[StageEntry] = &[
    StageEntry::of::<code::TypeCode>("counter-code"),
    StageEntry::of::<address::ConfirmAddress>("counter-address"),
    StageEntry::of::<sheet::TakeSheet>("counter-sheet"),
];

/// The account of a session at the counter and its owner, while both are open.
async fn owner(tx: &Tx, account: Option<AccountId>) -> Result<Option<(Account, Person)>, StoreError> {
    let Some(id) = account else { return Ok(None) };
    let account = tx.accounts().find(id).await?.filter(|account| account.state == AccountState::Claimed);
    let Some(account) = account else { return Ok(None) };
    let person = tx.people().find(account.person).await?.filter(|person| person.active);
    Ok(person.map(|person| (account, person)))
}

/// The person of an account, for a page.
async fn person_of(reader: &Reader<'_>, account: Option<AccountId>) -> Result<Option<(Account, Person)>, StoreError> {
    let Some(id) = account else { return Ok(None) };
    let Some(account) = reader.accounts().find(id).await? else { return Ok(None) };
    let person = reader.people().find(account.person).await?;
    Ok(person.map(|person| (account, person)))
}

/// What the journey knows of its session. The stage of the code comes first in every flow of this feature.
fn at_counter<'s>(step: &'s mut Step<'_>) -> Result<&'s mut AtCounter, FlowError> {
    step.draft.counter.as_mut().ok_or_else(|| FlowError::Broken("a session at the counter begins with its code".to_owned()))
}
