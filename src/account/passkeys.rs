//! The stage `passkeys`: those of an account, with name and last use; one is added, renamed or taken away. It is the end of the
//! flow `passkeys`, whose stage before has just asked who it is, and asks again after five minutes (rows W06, S10). The person
//! leaves it when they like: there is nothing to finish.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::pages::{AccountPasskeys, OnePasskey};
use super::{keep, record};
use crate::flow::{Flow, FlowError, Form, Look, Origin, Outcome, Prepared, Screen, Stage, Step};
use crate::model::{Draft, PasskeyId, SessionId};
use crate::passkeys::{self, Asked, Made, Owner, Passkeys, Purpose, Ticket};
use crate::store::accounts::Account;
use crate::store::passkeys::{MOST_PASSKEYS, Passkey};
use crate::store::people::Person;
use crate::web::visitor::given_name;
use crate::web::{notice, second_factor};

/// Looks after passkeys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {}

/// What a browser made, if it is what was asked for.
type Answer = Option<(Made, Ticket)>;

#[async_trait]
impl Stage for Keys {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.session.is_some()
    }

    fn check(&self, flow: &Flow) -> Result<(), String> {
        let before: Vec<&str> = flow.stages.iter().map(|bound| bound.name).take_while(|name| *name != NAME).collect();
        if flow.feature.name == "account" && before.contains(&"password") {
            return Ok(());
        }
        Err("it is for a flow of the account whose stage before it asks for the password".to_owned())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let Some((account, person)) = whose(look).await? else { return Err(FlowError::Broken("the account is gone".to_owned())) };
        let kept = look.reader.passkeys().of_account(account.id).await?;
        let zone = look.tools.config.district.zone();
        let moment = |at| look.tools.pages.moment(look.language, at, look.now, &zone);
        let row = |passkey: &Passkey| OnePasskey {
            id: passkey.id.to_string(),
            name: passkey.name.clone(),
            made: moment(passkey.made_at),
            used: passkey.used_at.map(moment),
            copied: passkey.suspect_at.is_some(),
        };
        let full = i64::try_from(kept.len()).is_ok_and(|many| many >= MOST_PASSKEYS);
        let options = Passkeys::of(&look.tools.config).filter(|_| !full).zip(asked(look.visitor, &person)).map(|(passkeys, asked)| {
            let challenge = passkeys::challenge(&look.tools.keys, &look.tools.random, &asked, look.now);
            let has: Vec<Vec<u8>> = kept.iter().map(|passkey| passkey.credential.clone()).collect();
            let owner = Owner { person: person.id.0, username: &account.username, name: given_name(&person), has: &has };
            passkeys.to_make(&owner, &challenge).to_string()
        });
        Ok(Screen::of(&AccountPasskeys {
            passkeys: kept.iter().map(row).collect(),
            device: look.visitor.device.clone(),
            options,
            full,
            said: look.draft.passkeys_said.clone(),
        }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let (Some(passkeys), Some((_, person))) = (Passkeys::of(&look.tools.config), whose(look).await?) else {
            return Ok(Prepared::Nothing);
        };
        if form.text("do") != "add" {
            return Ok(Prepared::Nothing);
        }
        let made = passkeys.made(form.text("passkey")).inspect_err(|why| tracing::info!(%why, "a new passkey was refused"));
        let ours = |made: Made| {
            let ticket = passkeys::known(&look.tools.keys, &asked(look.visitor, &person)?, &made.challenge, look.now)?;
            Some((made, ticket))
        };
        Ok(Prepared::made::<Answer>(made.ok().and_then(ours)))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        step.draft.passkeys_said = None;
        let fresh = step.draft.owner_shown_at().is_some_and(|at| step.now.since(at) <= FRESH);
        let (Some((account, session)), true) = (keep::whose(step).await?, fresh) else {
            step.draft.ask_owner_again();
            return Ok(Outcome::Next);
        };
        let which = form.text("which").parse().ok();
        match (form.text("do"), which) {
            ("add", _) => add(step, form, prepared.take::<Answer>().flatten(), &account).await,
            ("rename", Some(which)) => rename(step, form, which, &account).await,
            ("remove", Some(which)) => remove(step, which, &account, session).await,
            _ => Ok(Outcome::Next),
        }
    }
}

async fn add(step: &mut Step<'_>, form: &Form, answer: Answer, account: &Account) -> Result<Outcome, FlowError> {
    let Some((made, ticket)) = answer else { return Ok(Outcome::again("add-passkey", "passkeys-not-added")) };
    let passkeys = step.tx.passkeys();
    if !passkeys.spend(&ticket.id, ticket.until).await? {
        return Ok(Outcome::again("add-passkey", "passkeys-not-added"));
    }
    let passkey = Passkey {
        id: PasskeyId::new(step.now, &step.tools.random),
        account: account.id,
        credential: made.credential,
        public_key: made.public_key,
        sign_count: made.sign_count,
        backup_eligible: made.backup_eligible,
        backed_up: made.backed_up,
        name: named(form.text("name"), &step.visitor.device),
        made_at: step.now,
        used_at: None,
        suspect_at: None,
    };
    if !passkeys.add(&passkey).await? {
        return Ok(Outcome::again("add-passkey", "passkeys-not-added"));
    }
    record(step, account, "passkey.added", json!({ "passkey": passkey.id, "backed_up": passkey.backed_up })).await?;
    tell(step, account, "passkey-added").await?;
    step.draft.passkeys_said = Some("passkeys-added".to_owned());
    Ok(Outcome::Next)
}

async fn rename(step: &mut Step<'_>, form: &Form, which: PasskeyId, account: &Account) -> Result<Outcome, FlowError> {
    let name = named(form.text(&format!("name-{which}")), "");
    if step.tx.passkeys().rename(account.id, which, &name).await? {
        record(step, account, "passkey.renamed", json!({ "passkey": which })).await?;
        keep::tell(step, account, "mail-account-changed-passkey").await?;
        step.draft.passkeys_said = Some("passkeys-renamed".to_owned());
    }
    Ok(Outcome::Next)
}

/// Row S06: whoever is signed in elsewhere, by this passkey for all we know, is not any more. The password is still there, so
/// nobody is locked out.
async fn remove(step: &mut Step<'_>, which: PasskeyId, account: &Account, session: SessionId) -> Result<Outcome, FlowError> {
    // One that was copied opens nothing, and may go.
    if step.tx.passkeys().open(which, account.id).await?.is_some() && second_factor::is_last(step, account).await? {
        return Ok(Outcome::again("remove-passkey", "passkeys-last"));
    }
    if step.tx.passkeys().remove(account.id, which).await? {
        let ended = step.tx.sessions().end_all(account.id, Some(session), step.now).await?;
        let devices = step.tx.devices().forget_all(account.id).await?;
        let detail = json!({ "passkey": which, "sessions_ended": ended, "devices_forgotten": devices });
        record(step, account, "passkey.removed", detail).await?;
        tell(step, account, "passkey-removed").await?;
        // It may be the one that opened this page; then something else is asked.
        if step.draft.passkey_shown.as_ref().is_some_and(|shown| shown.value == which) {
            step.draft.ask_owner_again();
        }
        step.draft.passkeys_said = Some("passkeys-removed".to_owned());
    }
    Ok(Outcome::Next)
}

async fn tell(step: &Step<'_>, account: &Account, letter: &str) -> Result<(), FlowError> {
    match step.tx.people().find(account.person).await? {
        Some(person) => notice::tell(step, &person, letter).await,
        None => Ok(()),
    }
}

/// The account that the flow is about, and its person.
async fn whose(look: &Look<'_>) -> Result<Option<(Account, Person)>, FlowError> {
    let Some(id) = look.draft.account else { return Ok(None) };
    let Some(account) = look.reader.accounts().find(id).await? else { return Ok(None) };
    let person = look.reader.people().find(account.person).await?;
    Ok(person.map(|person| (account, person)))
}

/// In which browser, and for whom, a passkey is made here.
fn asked(visitor: &Origin, person: &Person) -> Option<Asked> {
    let whose: Option<Uuid> = Some(person.id.0);
    Some(Asked { purpose: Purpose::Make, browser: visitor.browser?, whose })
}

/// A name of one line, as it was typed, or else of the machine.
fn named(typed: &str, device: &str) -> String {
    let plain: String = typed.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    if plain.trim().is_empty() { device.to_owned() } else { plain.trim().to_owned() }
}

/// The stage's word in flow files.
pub(super) const NAME: &str = "passkeys";
/// Row S10.
const FRESH: i64 = 5 * 60;
const LONGEST_NAME: usize = 60;
