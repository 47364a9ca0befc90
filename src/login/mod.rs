//! Signing in and what lies around it: identify, then password, then a second factor where there is one, as one journey; a session
//! that rises in the middle; the home page. Nothing here tells a name
//! that exists from one that does not: not the words, not the work, not the limits.

pub mod badge;
pub mod callback;
pub mod home;
mod identify;
mod identity_source;
mod mailed_code;
pub mod pages;
pub mod passkey;
mod password;
mod proof;
mod rise;
mod second_factor;
mod source_proof;

use async_trait::async_trait;

use crate::flow::{Feature, Finish, Finished, Flow, FlowError, StageEntry, Step};
use crate::model::draft::Second;
use crate::model::{AccountId, LocalPath};
use crate::store::accounts::{Account, AccountState};
use crate::store::events::Event;
use crate::web::second_factor as kept;
use crate::web::session::{self, Proof};

/// Signing in, for flow files.
pub static FEATURE: Feature = Feature { name: "login", stages: STAGES, finish: &SignIn };

const STAGES: &[StageEntry] = &[
    StageEntry::of::<identity_source::AskSource>("identity-source"),
    StageEntry::of::<source_proof::SourceProof>(source_proof::NAME),
    StageEntry::of::<identify::Identify>("identify"),
    StageEntry::of::<password::Password>("password"),
    StageEntry::of::<second_factor::SecondFactor>(second_factor::NAME),
    StageEntry::of::<badge::ReadCard>("badge"),
    StageEntry::of::<badge::secret::BesideCard>("badge-secret"),
];

/// The flow by which those join whom another provider vouches for (E9).
const FROM_SOURCE: &str = "from-source";

/// The draft becomes a session.
struct SignIn;

#[async_trait]
impl Finish for SignIn {
    /// Asks once more whether the account is open: it may have been shut since the name was typed (row S07).
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError> {
        if let Some(rises) = step.draft.rises.clone() {
            return rise::rise(step, &rises).await;
        }
        if step.draft.card.is_some() {
            return badge::come_in(step).await;
        }
        let from_source = step.draft.source_shown.is_some();
        if from_source && step.draft.account.is_none() {
            // The rules are agreed to where the account begins.
            (step.draft.agreed, step.draft.username) = (None, None);
            return Ok(Finished::Into(FROM_SOURCE.to_owned()));
        }
        let account = match step.draft.account.filter(|_| from_source || step.draft.owner_shown_at().is_some()) {
            Some(id) => step.tx.accounts().find(id).await?,
            None => None,
        };
        // Row E23: a provisional password leads to the flow of its letter, and opens nothing else.
        if let Some(invited) = account.as_ref().filter(|account| account.state == AccountState::Invited) {
            // What signing in did not ask, joining does.
            step.draft.agreed = None;
            return Ok(Finished::Into(invited.claimed_by.clone()));
        }
        let account = account.filter(|account| account.state == AccountState::Claimed);
        let person = match &account {
            Some(account) => step.tx.people().find(account.person).await?.filter(|person| person.active),
            None => None,
        };
        // Row R13: also if it was set up while they were signing in.
        if let Some(account) = &account
            && lacks_second(step, account).await?
        {
            if !flow.stages.iter().any(|bound| bound.name == second_factor::NAME) {
                return Err(FlowError::Broken(format!("the flow {} has no stage `second-factor`, which this account needs", flow.name)));
            }
            (step.draft.second, step.draft.mailed_shown) = (Second::Asked, None);
            return Ok(Finished::NotYet);
        }
        let account = match account {
            Some(account) if !still_shown(step, account.id).await? => None,
            // A passkey asks for no password, so one that was given stays what it is (row R13).
            Some(account) if !from_source && step.draft.passkey_shown.is_none() && !may_go_on(step, account.id).await? => None,
            account => account,
        };
        match (account, person) {
            (Some(account), Some(person)) => {
                session::keep_agreement(step, &account).await?;
                kept::keep(step, &account).await?;
                let shown = proof::of(step.draft);
                let amr: Vec<&str> = shown.amr.iter().map(String::as_str).collect();
                session::begin(step, &account, &person, &Proof { amr: &amr, acr: shown.acr, know_device: false, told: false }).await
            }
            _ => Ok(Finished::Elsewhere(LocalPath::parse("/sign-in").expect("it is a path"))),
        }
    }
}

/// The account has a second factor, and nobody showed it; a passkey is two at once. A mailed code does in its place only where the
/// district still lets them choose.
async fn lacks_second(step: &Step<'_>, account: &Account) -> Result<bool, FlowError> {
    if step.draft.second_shown.is_some() || step.draft.passkey_shown.is_some() {
        return Ok(false);
    }
    let chose = step.draft.mailed_shown.is_some() && kept::may_be_mailed_instead(step, account).await?;
    Ok(!chose && step.tx.second_factors().has_any(account.id).await?)
}

/// A passkey that was shown may have been taken away since.
async fn still_shown(step: &Step<'_>, account: AccountId) -> Result<bool, FlowError> {
    match &step.draft.passkey_shown {
        Some(shown) => Ok(step.tx.passkeys().open(shown.value, account).await?.is_some()),
        None => Ok(true),
    }
}

/// Row E23: nobody is signed in by a password that was given to them, but by the one that they chose in its place; also
/// if it was given while they were signing in.
async fn may_go_on(step: &Step<'_>, account: AccountId) -> Result<bool, FlowError> {
    let accounts = step.tx.accounts();
    let given = accounts.password(account).await?.is_some_and(|password| password.must_change);
    match (&step.draft.password, step.draft.must_change) {
        (Some(chosen), true) => {
            if !accounts.replace_password(account, step.draft.replaces.as_ref(), chosen, step.now).await? {
                return Ok(false);
            }
            step.tx.record(&Event { actor: Some(account), ..Event::of("password.changed") }, step.now).await?;
            Ok(true)
        }
        _ => Ok(!given),
    }
}
