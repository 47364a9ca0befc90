//! What people look after themselves once they are signed in (B16): who the school says they are, their children, what
//! apps saw of them, where they are signed in. What they change they change by flows, like everything else; those of
//! this feature begin at `/account/{flow}` and know from the start whose account it is.

pub mod address;
pub mod announcing;
pub mod approvals;
pub mod apps;
mod authenticator;
mod authenticators;
pub mod badge_pages;
pub mod badges;
pub mod check;
pub mod child_data;
pub mod children;
pub mod codes;
pub mod data;
pub mod erasing;
pub mod export;
pub mod inbox;
mod keep;
pub mod not_me;
pub mod overview;
pub mod pages;
mod passkeys;
mod recovery_codes;
pub mod sessions;
pub mod shared_device;

use crate::flow::{Feature, FlowError, StageEntry, Step};
use crate::store::accounts::Account;
use crate::store::events::Event;

/// Looking after an account, for flow files. Most of its flows are made of the stages of others.
pub static FEATURE: Feature = Feature { name: "account", stages: STAGES, finish: &keep::Keep };

const STAGES: &[StageEntry] = &[
    StageEntry::of::<authenticator::Authenticator>("authenticator"),
    StageEntry::of::<authenticators::Authenticators>("authenticators"),
    StageEntry::of::<passkeys::Keys>(passkeys::NAME),
    StageEntry::of::<recovery_codes::RecoveryCodes>("recovery-codes"),
];

/// Where somebody who is not signed in goes first, to come back to a page of this folder.
fn sign_in_first(here: &str) -> axum::response::Response {
    let back: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    crate::web::see_other(&format!("/sign-in?return_to={back}"))
}

/// Writes down what somebody changed of their own account.
async fn record(step: &Step<'_>, account: &Account, kind: &'static str, detail: serde_json::Value) -> Result<(), FlowError> {
    let event = Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of(kind) };
    Ok(step.tx.record(&event, step.now).await?)
}
