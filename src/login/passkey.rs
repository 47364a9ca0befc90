//! Signing in with a passkey. The button, and the name field's own list, stand on pages that ask for something else; the
//! answer comes as one more field of their form, so everything after it goes the usual way. Whatever is wrong with it is told
//! in one sentence: the log has the reason (rows W01-W05).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::flow::{FlowError, Form, Look, Origin, Outcome, Step};
use crate::limits::{self, Rule};
use crate::model::draft::Proven;
use crate::model::{AccountId, FieldError};
use crate::passkeys::{self, Asked, Passkeys, Purpose, Seen, Ticket, Wrong};
use crate::store::accounts::AccountState;
use crate::store::events::Event;
use crate::store::passkeys::Passkey;
use crate::tools::Tools;
use crate::web::{PageError, Visitor};

/// What a page needs to ask for a passkey.
#[derive(Clone, Debug, Serialize)]
pub struct AskPasskey {
    /// The relying party's id.
    pub rp_id: String,
    /// What is to be signed.
    pub challenge: String,
    /// Where there is another, once this one is old.
    pub more: &'static str,
}

/// What was found out of an answer before the write.
pub(super) enum Answer {
    /// It is true.
    Right {
        /// Of which passkey.
        passkey: Passkey,
        /// What it says of itself.
        seen: Seen,
        /// The challenge that it spends.
        ticket: Ticket,
    },
    /// It is not.
    Wrong,
}

impl AskPasskey {
    /// What a page asks, where passkeys are good.
    pub(super) fn of(look: &Look<'_>) -> Option<Self> {
        let passkeys = Passkeys::of(&look.tools.config)?;
        let challenge = passkeys::challenge(&look.tools.keys, &look.tools.random, &asked(look.visitor)?, look.now);
        Some(Self { rp_id: passkeys.rp_id().to_owned(), challenge, more: MORE })
    }

    /// What a page of the gallery asks.
    pub(super) fn sample() -> Self {
        Self { rp_id: "localhost".to_owned(), challenge: "Y2hhbGxlbmdl".to_owned(), more: MORE }
    }
}

/// `GET /sign-in/passkey`: another challenge, for a page that has been open for a while. It writes nothing.
pub async fn challenge(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Tools { keys, random, config, .. } = &app.tools;
    let (Some(_), Some(asked)) = (Passkeys::of(config), asked(&visitor.origin)) else { return Err(PageError::NotFound) };
    Ok(Json(json!({ "challenge": passkeys::challenge(keys, random, &asked, visitor.now) })).into_response())
}

/// Judges what came in the form's field, as far as that needs no write. `None`: the form has no passkey in it. The signature
/// takes a fraction of a millisecond, so nothing is limited: there is nothing to guess.
pub(super) async fn look_at(look: &Look<'_>, form: &Form) -> Result<Option<Answer>, FlowError> {
    let answer = form.text(FIELD);
    let Some(passkeys) = Passkeys::of(&look.tools.config).filter(|_| !answer.is_empty()) else { return Ok(None) };
    match verified(look, &passkeys, answer).await? {
        Ok(right) => Ok(Some(right)),
        Err(why) => {
            tracing::info!(%why, "a passkey was refused");
            Ok(Some(Answer::Wrong))
        }
    }
}

async fn verified(look: &Look<'_>, passkeys: &Passkeys, answer: &str) -> Result<Result<Answer, Refused>, FlowError> {
    let shown = match passkeys.shown(answer) {
        Ok(shown) => shown,
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    let ticket = asked(look.visitor).and_then(|asked| passkeys::known(&look.tools.keys, &asked, &shown.challenge, look.now));
    let Some(ticket) = ticket else { return Ok(Err(Refused::Challenge)) };
    let Some(passkey) = look.reader.passkeys().by_credential(&shown.credential).await? else { return Ok(Err(Refused::Unknown)) };
    let seen = match passkeys.verify(&shown, &passkey.public_key, passkey.backup_eligible) {
        Ok(seen) => seen,
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    let account = look.reader.accounts().find(passkey.account).await?;
    if account.map(|account| account.person.0) != shown.person {
        return Ok(Err(Refused::Owner));
    }
    Ok(Ok(Answer::Right { passkey, seen, ticket }))
}

/// Spends the challenge, keeps the count, and writes into the draft whose passkey it is. `only`: it must be this account's,
/// which is named already; `Some(None)` where the name is nobody's.
pub(super) async fn judge(step: &mut Step<'_>, answer: Answer, only: Option<Option<AccountId>>) -> Result<Outcome, FlowError> {
    let wrong = || Outcome::Again(vec![FieldError::of(FIELD, "passkey-wrong")]);
    let Answer::Right { passkey, seen, ticket } = answer else { return Ok(wrong()) };
    let (passkeys, now) = (step.tx.passkeys(), step.now);
    if !passkeys.spend(&ticket.id, ticket.until).await? || only.is_some_and(|only| only != Some(passkey.account)) {
        return Ok(wrong());
    }
    // Row S07: the account's own gate, whatever the passkey says. The school or its owner may have locked it.
    let account = step.tx.accounts().find(passkey.account).await?.filter(|account| account.state == AccountState::Claimed);
    let Some(account) = account else { return Ok(wrong()) };
    let subject = limits::subject_of_account(&step.tools.keys, account.id);
    if limits::is_closed(step.tx, Rule::AccountPassword, &subject).await? {
        return Ok(wrong());
    }
    if !passkeys.used(passkey.id, seen.sign_count, seen.backed_up, now).await? {
        suspect(step, &passkey, seen).await?;
        return Ok(wrong());
    }
    step.draft.username = Some(account.username);
    step.draft.account = Some(account.id);
    step.draft.passkey_shown = Some(Proven { value: passkey.id, at: now });
    Ok(Outcome::Next)
}

/// Row W04: a true signature whose count did not go on is a copy's, or the copy was before it. Which of them is the owner's
/// nobody can tell, so it opens nothing any more; the owner reads why at `/account/passkeys`.
async fn suspect(step: &Step<'_>, passkey: &Passkey, seen: Seen) -> Result<(), FlowError> {
    if step.tx.passkeys().suspect(passkey.id, step.now).await? {
        let detail = json!({ "passkey": passkey.id, "count": seen.sign_count, "before": passkey.sign_count });
        step.tx.record(&Event { actor: Some(passkey.account), detail, ..Event::of("passkey.suspect") }, step.now).await?;
    }
    Ok(())
}

/// In which browser, and as whom, a passkey is asked for here.
fn asked(visitor: &Origin) -> Option<Asked> {
    let whose = visitor.signed_in.map(|account| account.0);
    Some(Asked { purpose: Purpose::Show, browser: visitor.browser?, whose })
}

/// Why a passkey is refused. For the log.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error("its challenge is old, or was given to another browser")]
    Challenge,
    #[error("nobody here has it")]
    Unknown,
    #[error("it says to be somebody else's")]
    Owner,
}

/// The form's field.
const FIELD: &str = "passkey";
const MORE: &str = "/sign-in/passkey";
