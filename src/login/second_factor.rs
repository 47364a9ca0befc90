//! The second factor: a code of an authenticator app, or one from the sheet, in one field; or a passkey. It is asked of whoever has one; whoever
//! must have one and has none is led to set one up. Where a code by mail is enough, it is asked for here too (`mailed_code`). It has a counter of its own, never the password's (row R19, security.md 2.5).
//! A wrong code has one answer, whatever is wrong with it: a clock that is off is the owner's to set right, and a stranger would
//! learn from it which codes will be right.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::passkey::{self, AskPasskey};
use super::{mailed_code, pages};
use crate::codes::{Code, Slip};
use crate::config::assurance::Level;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::draft::{Proven, Second, SecondFactor as Factor};
use crate::model::{AccountId, Draft, FieldError};
use crate::passkeys::Passkeys;
use crate::store::accounts::{Account, AccountState};
use crate::web::{mail_proof, second_factor};

/// Asks for the second factor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondFactor {}

/// The stage's name in flow files.
pub(super) const NAME: &str = "second-factor";

/// What was typed.
enum Typed {
    /// Six digits: an app's.
    App(String),
    /// Sixteen symbols: one of the sheet.
    Sheet(Code),
}

#[async_trait]
impl Stage for SecondFactor {
    fn is_open(&self, draft: &Draft) -> bool {
        let shown = draft.second_shown.is_some() || draft.passkey_shown.is_some() || draft.mailed_shown.is_some();
        !shown && matches!(draft.second, Second::Unknown | Second::Asked | Second::Mailed)
    }

    fn is_for_all(&self) -> bool {
        false
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        // Whoever wishes for a code by mail, or for another one, stays with it.
        if step.draft.second != Second::Mailed {
            step.draft.second = asked(step).await?;
        }
        match step.draft.account {
            Some(account) if step.draft.second == Second::Mailed => mailed_code::send(step, account).await,
            _ => Ok(()),
        }
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let back = look.draft.rises.as_ref().filter(|rises| !rises.must).map(|_| look.return_to.as_str().to_owned());
        let (codes, passkeys) = match look.draft.account {
            Some(account) => (look.reader.second_factors().has_any(account).await?, look.reader.passkeys().has_any(account).await?),
            None => (true, false),
        };
        let passkey = if passkeys && look.draft.second != Second::Mailed { AskPasskey::of(look) } else { None };
        let mail = if look.draft.second == Second::Mailed { Some(mailed_code::look(look).await?) } else { None };
        let codes = codes || passkey.is_none();
        let instead = mail.is_none() && look.draft.mailed_instead;
        Ok(Screen::of(&pages::SecondFactor { codes, passkey, mail, instead, back, help: look.link("/help") }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        Ok(passkey::look_at(look, form).await?.map_or(Prepared::Nothing, Prepared::made))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        if let Some(answer) = prepared.take::<passkey::Answer>() {
            let owner = step.draft.account;
            return passkey::judge(step, answer, Some(owner)).await;
        }
        let Some(account) = step.draft.account else { return Err(FlowError::Broken("a second factor of nobody".to_owned())) };
        if step.draft.second == Second::Mailed {
            return mailed_code::judge(step, form, account).await;
        }
        if form.ticked(BY_MAIL) && step.draft.mailed_instead {
            step.draft.second = Second::Mailed;
            return Ok(Outcome::Next);
        }
        let typed = match read(form.text(FIELD)) {
            Ok(typed) => typed,
            Err(error) => return Ok(Outcome::Again(vec![error])),
        };
        let subject = limits::subject_of_account(&step.tools.keys, account);
        let left = match limits::take(step.tx, Rule::SecondFactor, &subject, step.now).await? {
            Taken::Go { left } => left,
            Taken::Wait(until) => return Ok(Outcome::Wait(vec![FieldError::of(FIELD, "second-factor-wait")], until)),
            Taken::Closed => return Ok(Outcome::again(FIELD, "second-factor-closed")),
        };
        let right = match &typed {
            Typed::App(code) => of_app(step, account, code).await?,
            Typed::Sheet(code) => of_sheet(step, account, code).await?,
        };
        if !right {
            limits::failed(step.tx, &step.tools.keys, &step.visitor.network, &subject, step.now).await?;
            return Ok(Outcome::Again(vec![FieldError::of(FIELD, "second-factor-wrong").with("left", i64::from(left))]));
        }
        limits::clear(step.tx, Rule::SecondFactor, &subject).await?;
        let value = if matches!(typed, Typed::App(_)) { Factor::App } else { Factor::RecoveryCode };
        step.draft.second_shown = Some(Proven { value, at: step.now });
        Ok(Outcome::Next)
    }
}

/// What is asked of whoever showed the first proof; writes down whether they may have a code mailed instead.
async fn asked(step: &mut Step<'_>) -> Result<Second, FlowError> {
    step.draft.mailed_instead = false;
    let draft = &*step.draft;
    // A passkey is two factors at once.
    if draft.passkey_shown.is_some() {
        return Ok(Second::Nothing);
    }
    let account = match draft.account {
        Some(id) => step.tx.accounts().find(id).await?.filter(|account| account.state == AccountState::Claimed),
        None => None,
    };
    let Some(account) = account else { return Ok(Second::Nothing) };
    if step.tx.second_factors().has_any(account.id).await? {
        step.draft.mailed_instead = second_factor::may_be_mailed_instead(step, &account).await? && can_be_mailed(step, &account).await?;
        return Ok(Second::Asked);
    }
    let has_passkey = Passkeys::of(&step.tools.config).is_some() && step.tx.passkeys().has_any(account.id).await?;
    if draft.rises.is_some() {
        return Ok(if has_passkey { Second::Asked } else { Second::SetUp { until: None } });
    }
    // Whoever changes their own account is asked for what they have; and what another provider asks for is its own business.
    if draft.session.is_some() || draft.source_shown.is_some() {
        return Ok(Second::Nothing);
    }
    match second_factor::asked_of(step, &account).await? {
        Level::Password => return Ok(Second::Nothing),
        _ if has_passkey => {
            step.draft.mailed_instead =
                second_factor::may_be_mailed_instead(step, &account).await? && can_be_mailed(step, &account).await?;
            return Ok(Second::Asked);
        }
        Level::MailedCode if can_be_mailed(step, &account).await? => return Ok(Second::Mailed),
        // Nobody can be written to who has no address: they set an app up, like those who must have one.
        Level::MailedCode | Level::TwoFactor => {}
    }
    let since = step.tx.second_factors().due_since(account.id, step.now).await?;
    let until = since + std::time::Duration::from_hours(24 * u64::from(step.tools.config.assurance.grace_days));
    Ok(Second::SetUp { until: (until > step.now).then_some(until) })
}

/// A letter would reach the owner of an account.
async fn can_be_mailed(step: &Step<'_>, account: &Account) -> Result<bool, FlowError> {
    Ok(mail_proof::reachable(step, Some(account.id)).await?.is_some())
}

/// An app's code has six digits, whatever stands between them; everything else is read as one of the sheet. A slip is found
/// without a try being counted.
fn read(typed: &str) -> Result<Typed, FieldError> {
    let bare: String = typed.chars().filter(|symbol| !symbol.is_whitespace() && *symbol != '-').collect();
    if bare.is_empty() {
        return Err(FieldError::of(FIELD, "second-factor-missing"));
    }
    if bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return if bare.len() == 6 { Ok(Typed::App(bare)) } else { Err(FieldError::of(FIELD, "second-factor-six")) };
    }
    match Code::parse(typed) {
        Ok(code) => Ok(Typed::Sheet(code)),
        Err(Slip::Missing | Slip::Length { .. }) => Err(FieldError::of(FIELD, "second-factor-length")),
        Err(Slip::Groups(groups)) => {
            let first = groups.first().copied().and_then(|group| i64::try_from(group).ok()).unwrap_or_default();
            Err(FieldError::of(FIELD, "second-factor-slip").with("group", first))
        }
    }
}

/// A code is of an app, now, and of no step that was used.
async fn of_app(step: &Step<'_>, account: AccountId, code: &str) -> Result<bool, FlowError> {
    for app in step.tx.second_factors().authenticators(account).await? {
        let secret = second_factor::secret_of(&step.tools.keys, &app)?;
        if let Some(used) = secret.step_of(code, step.now)
            && step.tx.second_factors().use_step(app.id, used, step.now).await?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A code is of the account's sheet, and was not used. Its owner hears that it is now.
async fn of_sheet(step: &Step<'_>, account: AccountId, code: &Code) -> Result<bool, FlowError> {
    let kept = second_factor::kept_of(&step.tools.keys, account, code);
    if !step.tx.second_factors().spend_code(account, &kept, step.now).await? {
        return Ok(false);
    }
    if let Some(account) = step.tx.accounts().find(account).await? {
        let (left, _) = step.tx.second_factors().codes_left(account.id).await?;
        second_factor::record(step, &account, "recovery-code.used", json!({ "left": left })).await?;
        second_factor::tell(step, &account, "mail-second-factor-code-used").await?;
    }
    Ok(true)
}

const FIELD: &str = "code";
/// The button of those who wish for a code by mail.
const BY_MAIL: &str = "by-mail";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn word(typed: &str) -> String {
        match read(typed) {
            Ok(Typed::App(code)) => code,
            Ok(Typed::Sheet(code)) => code.text().expose().to_owned(),
            Err(error) => error.message.id,
        }
    }

    #[test]
    fn one_field_takes_both_kinds_of_codes_and_finds_slips() {
        let code = Code::new(&Random::seeded(1)).text().expose().to_owned();
        let mut slip: Vec<char> = code.chars().collect();
        slip[0] = if slip[0] == 'B' { 'C' } else { 'B' };
        for (typed, read) in [
            ("123456", "123456"),
            (" 123 456 ", "123456"),
            ("123-456", "123456"),
            ("", "second-factor-missing"),
            (" - ", "second-factor-missing"),
            ("12345", "second-factor-six"),
            ("1234567", "second-factor-six"),
            ("BCDF", "second-factor-length"),
            (code.to_lowercase().replace('-', " ").as_str(), code.as_str()),
            (slip.iter().collect::<String>().as_str(), "second-factor-slip"),
        ] {
            assert_eq!(word(typed), read, "{typed}");
        }
    }
}
