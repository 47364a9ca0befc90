//! A code that is mailed to whoever must show more than the password and has nothing better, or chose it where the district lets them.
//! It is weak and called so: a password thief who reads the mailbox has both, so it is no second factor, `amr` says `mca` and `acr`
//! stays what it was (row D3; docs/assurance.md). Eight digits, ten minutes, five tries a code and ten a day, good in one browser
//! (row R20). Its letters and tries are counted apart: only whoever knows the password can use them up (row R19).

use std::time::Duration;

use super::pages::MailedCode;
use crate::flow::{FlowError, Form, Look, Outcome, Step};
use crate::limits::{self, Rule};
use crate::model::AccountId;
use crate::model::draft::Proven;
use crate::web::mail_proof::{self, Answer, Asked};

/// Sends a code, or says when the next one may leave.
pub(super) async fn send(step: &mut Step<'_>, account: AccountId) -> Result<(), FlowError> {
    let person = mail_proof::reachable(step, Some(account)).await?;
    let subject = limits::subject_of_mailed_codes(&step.tools.keys, account);
    let asked = Asked { person: person.as_ref(), kind: "sign-in-code", life: Duration::ZERO, hears: None, subject, beside: true };
    mail_proof::send(step, &asked).await
}

/// What the page says of it.
pub(super) async fn look(look: &Look<'_>) -> Result<MailedCode, FlowError> {
    let mailbox = look.draft.mailbox.clone().unwrap_or_default();
    let proof = match look.journey {
        Some(journey) => look.reader.mail_proofs().of_journey(journey).await?,
        None => None,
    };
    let zone = look.tools.config.district.zone();
    let moment = |at| look.tools.pages.moment(look.language, at, look.now, &zone);
    Ok(MailedCode {
        sent: mailbox.sent_at.map(moment),
        wait: mailbox.waits_until.filter(|until| *until > look.now).map(moment),
        live: proof.is_some_and(|proof| proof.takes_a_code(look.now)),
    })
}

/// Another password was chosen since this one was shown: it opens nothing any more (row R14).
async fn password_is_another(step: &Step<'_>, account: AccountId) -> Result<bool, FlowError> {
    let on_file = step.tx.accounts().password(account).await?;
    let shown = step.draft.password_shown.as_ref().map(|shown| shown.at);
    Ok(on_file.zip(shown).is_some_and(|(password, shown)| password.set_at > shown))
}

/// Judges what was typed. Who typed the right one pays for no letter: three devices in an evening are no attack.
pub(super) async fn judge(step: &mut Step<'_>, form: &Form, account: AccountId) -> Result<Outcome, FlowError> {
    let subject = limits::subject_of_mailed_codes(&step.tools.keys, account);
    match mail_proof::judge(step, form, &subject).await? {
        Answer::Proven if password_is_another(step, account).await? => {
            step.draft.ask_owner_again();
            Ok(Outcome::Next)
        }
        Answer::Proven => {
            for rule in [Rule::MailboxByHour, Rule::MailboxByDay] {
                limits::give_back(step.tx, rule, &subject).await?;
            }
            (step.draft.mailed_shown, step.draft.mailbox) = (Some(Proven { value: (), at: step.now }), None);
            Ok(Outcome::Next)
        }
        // Entered once more, which sends another letter.
        Answer::Again => Ok(Outcome::Next),
        Answer::Not(outcome) => Ok(outcome),
    }
}
