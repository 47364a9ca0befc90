//! A session rises: somebody who is signed in showed what was missing, and nothing else was asked. It is the same session, so apps
//! keep what they have of it; another cookie opens it from now on (row S03).

use serde_json::json;

use super::proof;
use crate::flow::{Finished, FlowError, Step};
use crate::model::LocalPath;
use crate::model::draft::Rising;
use crate::store::accounts::AccountState;
use crate::store::sessions::Session;
use crate::web::second_factor;

/// The end of a step-up. Asks once more whether the session is open, and whose it is (rows S07, S10).
pub(super) async fn rise(step: &mut Step<'_>, rises: &Rising) -> Result<Finished, FlowError> {
    let session = step.tx.sessions().live_by_id(rises.session, step.now).await?;
    let Some(session) = session.filter(|session| step.draft.account == Some(session.account)) else { return Ok(elsewhere()) };
    let account = step.tx.accounts().find(session.account).await?.filter(|account| account.state == AccountState::Claimed);
    let Some(account) = account.filter(|_| step.draft.second_shown.is_some() || step.draft.passkey_shown.is_some()) else {
        return Ok(elsewhere());
    };
    second_factor::keep(step, &account).await?;
    let shown = proof::of(step.draft);
    // Both proofs are as old as the older one: an age that an app asks for is asked of the password, or the passkey, too.
    let auth_time = if step.draft.owner_shown_at().is_some() { step.now } else { session.auth_time };
    let acr = shown.acr.map_or_else(|| session.acr.clone(), str::to_owned);
    let risen = Session { auth_time, acr, amr: shown.amr, ..session };
    if !step.tx.sessions().rise(&risen, &step.session_secret.hash()).await? {
        return Ok(elsewhere());
    }
    second_factor::record(step, &account, "session.rose", json!({ "session": risen.id, "amr": risen.amr })).await?;
    Ok(Finished::SignedIn {
        session: risen.id,
        secret: step.session_secret.clone(),
        account: account.id,
        persistent_until: None,
        device: None,
        welcome: None,
    })
}

fn elsewhere() -> Finished {
    Finished::Elsewhere(LocalPath::parse("/sign-in").expect("it is a path"))
}
