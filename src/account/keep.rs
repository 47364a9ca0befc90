//! The end of a flow by which somebody changes their own account: whatever was chosen on the way is written, in one
//! write. It asks once more whether the person is still signed in: the browser may have passed to somebody else, or the
//! school may have shut the account (row S07).

use async_trait::async_trait;
use serde_json::json;

use super::{address, record};
use crate::flow::{Finish, Finished, Flow, FlowError, Step};
use crate::model::draft::{Managed, PasswordHash};
use crate::model::{Draft, LocalPath, SessionId, Timestamp};
use crate::store::accounts::Account;
use crate::web::{notice, second_factor};

/// The draft is written to the account that began the flow.
pub(super) struct Keep;

#[async_trait]
impl Finish for Keep {
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError> {
        let Some((account, session)) = whose(step).await? else { return Ok(Finished::Elsewhere(path("/sign-in"))) };
        if let Some(password) = step.draft.password.clone() {
            if step.draft.owner_shown_at().is_none() {
                return Err(FlowError::Broken(format!("the flow {} asks for a new password before the present one", flow.name)));
            }
            new_password(step, &account, session, &password).await?;
        }
        if let Some(proven) = step.draft.email_shown.clone() {
            if step.draft.owner_shown_at().is_none() {
                return Err(FlowError::Broken(format!("the flow {} asks for an address before the password", flow.name)));
            }
            address::change(step, &account, &proven.value).await?;
        }
        if let Some(answers) = step.draft.questions.clone() {
            step.tx.accounts().set_security_answers(account.id, &answers).await?;
            record(step, &account, "questions.changed", json!({})).await?;
            tell(step, &account, "mail-account-changed-questions").await?;
        }
        if let Some(chosen) = step.draft.preferences.clone() {
            let before = step.tx.accounts().preferences(account.id).await?.and_then(|chosen| chosen.notification_email);
            step.tx.accounts().set_preferences(account.id, &chosen).await?;
            record(step, &account, "preferences.changed", json!({})).await?;
            // What the school writes goes somewhere else from now on.
            if before != chosen.notification_email {
                tell(step, &account, "mail-account-changed-news").await?;
            }
        }
        if second_factors_change(step.draft) {
            if !is_fresh(step) {
                step.draft.ask_owner_again();
                return Ok(Finished::NotYet);
            }
            let (added, managed) = (second_factor::keep(step, &account).await?, manage(step, &account, session).await?);
            let done = if added || managed { format!("?done={}", flow.name) } else { String::new() };
            return Ok(Finished::Done(path(&format!("/account/codes{done}"))));
        }
        // The flow asked who it is, and nothing else: what it opens is the page that sent them.
        if changes_nothing(step.draft) {
            if !is_fresh(step) {
                step.draft.ask_owner_again();
                return Ok(Finished::NotYet);
            }
            step.tx.sessions().show(session, step.now).await?;
            return Ok(Finished::Back);
        }
        Ok(Finished::Done(path(&format!("/account?done={}", flow.name))))
    }
}

/// The account, and the session in which the flow began, if both are open still.
pub(super) async fn whose(step: &Step<'_>) -> Result<Option<(Account, SessionId)>, FlowError> {
    let Some(session) = step.draft.session else { return Ok(None) };
    let Some(live) = step.tx.sessions().live_by_id(session, step.now).await? else { return Ok(None) };
    let account = step.tx.accounts().find(live.account).await?;
    Ok(account.filter(|account| step.draft.account == Some(account.id)).map(|account| (account, session)))
}

/// Writes to everybody who must know what was changed: `what` is the text that says it.
pub(super) async fn tell(step: &Step<'_>, account: &Account, what: &str) -> Result<(), FlowError> {
    match step.tx.people().find(account.person).await? {
        Some(person) => notice::tell_what(step, &person, "account-changed", Some(what)).await,
        None => Ok(()),
    }
}

fn changes_nothing(draft: &Draft) -> bool {
    draft.password.is_none() && draft.email_shown.is_none() && draft.questions.is_none() && draft.preferences.is_none()
}

/// Something of the second factor was chosen on the way.
fn second_factors_change(draft: &Draft) -> bool {
    draft.authenticator.is_some() || draft.recovery.is_some() || draft.managed.is_some()
}

/// Rows W06, S10: whoever changes a factor showed who they are a moment ago, and not when they signed in.
fn is_fresh(step: &Step<'_>) -> bool {
    let fresh = |at: Timestamp| step.now.since(at) <= FRESH;
    step.draft.owner_shown_at().is_some_and(fresh) && step.draft.second_shown.as_ref().is_none_or(|shown| fresh(shown.at))
}

/// An app gets another name or is removed; false where there is none any more. Whoever else is signed in as this person is not
/// any more, once it is removed (row S06).
async fn manage(step: &Step<'_>, account: &Account, session: SessionId) -> Result<bool, FlowError> {
    let factors = step.tx.second_factors();
    match &step.draft.managed {
        Some(Managed::Rename { app, name }) if factors.rename(account.id, *app, name).await? => {
            record(step, account, "second-factor.renamed", json!({ "authenticator": app })).await?;
            second_factor::tell(step, account, "mail-second-factor-renamed").await?;
            Ok(true)
        }
        Some(Managed::Remove { app }) if factors.remove(account.id, *app).await? => {
            let ended = step.tx.sessions().end_all(account.id, Some(session), step.now).await?;
            let devices = step.tx.devices().forget_all(account.id).await?;
            let detail = json!({ "authenticator": app, "sessions_ended": ended, "devices_forgotten": devices });
            record(step, account, "second-factor.removed", detail).await?;
            second_factor::tell(step, account, "mail-second-factor-removed").await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Whoever else is signed in as this person is not any more, and the person hears of it (rows R14, R15).
async fn new_password(step: &mut Step<'_>, account: &Account, session: SessionId, password: &PasswordHash) -> Result<(), FlowError> {
    step.tx.accounts().set_password(account.id, password, step.now).await?;
    step.tx.mail_proofs().kill(account.person, step.now).await?;
    let ended = step.tx.sessions().end_all(account.id, Some(session), step.now).await?;
    let devices = step.tx.devices().forget_all(account.id).await?;
    record(step, account, "password.changed", json!({ "sessions_ended": ended, "devices_forgotten": devices })).await?;
    if let Some(person) = step.tx.people().find(account.person).await? {
        notice::tell(step, &person, "password-changed").await?;
    }
    Ok(())
}

/// Seconds (security.md 2.4).
const FRESH: i64 = 5 * 60;

fn path(text: &str) -> LocalPath {
    LocalPath::parse(text).expect("a flow's name stands in addresses")
}
