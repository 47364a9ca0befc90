//! The end of joining: in one write the account, what opens it, its event, a letter to the address on file if there is
//! one (A49), and a session. Of two browsers that race, one gets the account (row E11).

use async_trait::async_trait;
use serde_json::json;

use super::add_passkey;
use super::by_code::{self, Spending};
use super::standing::{Claimant, Standing, standing_with};
use super::turned_away::{Why, turn_away};
use crate::flow::{Finish, Finished, Flow, FlowError, Step, Welcome};
use crate::limits::{self, Rule};
use crate::model::draft::{Outside, Proven};
use crate::model::{AccountId, CaseId, Draft, Letter, PersonId};
use crate::people::email_key;
use crate::store::accounts::{Account, AccountState, Claimed};
use crate::store::cases::Cause;
use crate::store::codes::Issued;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::session::{self, Proof};

/// The draft becomes an account.
pub(super) struct Join;

#[async_trait]
impl Finish for Join {
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError> {
        let code = match by_code::spend(step).await? {
            Spending::NoCode => return join(step, flow, None).await,
            Spending::Over => return Ok(Finished::NotYet),
            Spending::Done(code) => code,
        };
        if let Some(account) = step.draft.adds_to {
            return by_code::add(step, &code, account).await;
        }
        let finished = join(step, flow, Some(&code)).await?;
        if let Finished::NotYet = finished {
            step.tx.codes().give_back(code.id).await?;
        }
        Ok(finished)
    }
}

async fn join(step: &mut Step<'_>, flow: &Flow, code: Option<&Issued>) -> Result<Finished, FlowError> {
    let from_source = step.draft.source_shown.clone();
    if step.draft.password.is_none() && from_source.is_none() {
        return Err(FlowError::Broken(format!("the flow {} ends without a password", flow.name)));
    }
    let claimant = match claimant(step, flow, code).await? {
        Ok(claimant) => claimant,
        Err((id, cause)) => return too_late(step, id, cause).await,
    };
    let id = claimant.person.id;
    let account = match step.tx.accounts().claim(&wanted(step, flow, &claimant)).await? {
        Claimed::Now(account) => account,
        Claimed::Already(account) if account.state == AccountState::Disabled => return too_late(step, id, Cause::Disabled).await,
        Claimed::Already(_) => return too_late(step, id, Cause::AlreadyClaimed).await,
        Claimed::UsernameTaken => return too_late(step, id, Cause::UsernameTaken).await,
    };
    match &step.draft.password {
        Some(password) => step.tx.accounts().set_password(account.id, password, step.now).await?,
        // A provisional one, on a letter that lies somewhere (row E23).
        None => step.tx.accounts().drop_password(account.id).await?,
    }
    if let Some(Proven { value: from, .. }) = &from_source
        && !step.tx.linked_identities().link(&from.source, &from.subject, account.id, step.now).await?
    {
        return Err(FlowError::Broken(format!("the name at {} means somebody else by now", from.source)));
    }
    step.tx.accounts().set_security_answers(account.id, step.draft.questions.as_deref().unwrap_or_default()).await?;
    if let Some(chosen) = &step.draft.preferences {
        step.tx.accounts().set_preferences(account.id, chosen).await?;
    }
    if let Some(proven) = own_address(step, &claimant.person) {
        step.tx.accounts().set_email(account.id, (&proven, &email_key(&proven)), step.now).await?;
    }
    add_passkey::keep(step, account.id, id).await?;
    session::keep_agreement(step, &account).await?;
    if let Some(code) = code {
        by_code::used(step, code, &claimant.person, account.id).await?;
    }
    tell(step, flow, &account, &claimant.person).await?;
    let subject = limits::subject_of_record(&step.tools.keys, id);
    step.tx.cases().close(Some(id), &subject, step.now).await?;
    // What was typed first in this journey may have meant nobody.
    step.tx.cases().close_one(CaseId(step.journey.0), step.now).await?;
    limits::reset(step.tx, Rule::RecordClaim, &subject).await?;
    let amr = shown(step.draft);
    let mut finished =
        session::begin(step, &account, &claimant.person, &Proof { amr: &amr, acr: None, know_device: false, told: true }).await?;
    if let Finished::SignedIn { welcome, .. } = &mut finished {
        *welcome = Some(Welcome { username: account.username, person: id });
    }
    Ok(finished)
}

/// Who the account will be for: somebody of the roster, or the newcomer that a code without a name brings. Else whose
/// record stands in the way, and how.
async fn claimant(step: &Step<'_>, flow: &Flow, code: Option<&Issued>) -> Result<Result<Claimant, (PersonId, Cause)>, FlowError> {
    let newcomer = step.draft.newcomer.as_ref();
    match (&step.draft.person, code, newcomer) {
        (Some(proven), ..) => {
            let (people, accounts) = (step.tx.people(), step.tx.accounts());
            let email = newcomer.map(|newcomer| newcomer.email.as_str());
            let standing = standing_with(&people, &accounts, &step.tools.policy, step.audience, proven.value, email).await?;
            Ok(match standing {
                Standing::Open(claimant) => Ok(*claimant),
                Standing::Shut(cause) => Err((proven.value, cause)),
            })
        }
        (None, Some(code), Some(newcomer)) => Ok(Ok(by_code::claimant(step, code, newcomer).await?)),
        _ => Err(FlowError::Broken(format!("the flow {} ends without a person", flow.name))),
    }
}

/// How the person proved who they are (RFC 8176, row P38): a code that the school gave out is something held; facts that
/// the school has on file are knowledge, and no more; and where a mailbox was proven, the proof came by another channel. A
/// code that was asked for by mail is no `otp` and no second factor (D3).
fn shown(draft: &Draft) -> Vec<&'static str> {
    let by_facts = draft.source_shown.is_none() && (draft.code.is_none() || draft.name_shown);
    let knowledge = by_facts.then_some("kba");
    let code = draft.code.as_ref().map(|_| "otp");
    let by_mail = draft.email_shown.as_ref().map(|_| "mca");
    let by_letter = draft.password_shown.as_ref().map(|_| "pwd");
    [knowledge, by_letter, code, by_mail].into_iter().flatten().collect()
}

/// The address that was proven, where it is none that the school has.
fn own_address(step: &Step<'_>, person: &Person) -> Option<String> {
    let proven = step.draft.email_shown.as_ref().map(|proven| proven.value.clone())?;
    let on_file = person.email.as_deref().map(email_key);
    (on_file != Some(email_key(&proven))).then_some(proven)
}

fn wanted(step: &Step<'_>, flow: &Flow, claimant: &Claimant) -> Account {
    Account {
        id: AccountId::new(step.now, &step.tools.random),
        person: claimant.person.id,
        username: claimant.username.clone(),
        state: AccountState::Claimed,
        language: step.draft.language,
        claimed_by: flow.name.clone(),
        assurance: flow.assurance.clone(),
        claimed_at: step.now,
    }
}

/// Somebody else was first, or the school shut the door: the journey goes back to the page that says so.
async fn too_late(step: &mut Step<'_>, person: PersonId, cause: Cause) -> Result<Finished, FlowError> {
    let subject = limits::subject_of_record(&step.tools.keys, person);
    turn_away(step, Why { cause, person: Some(person), subject, typed: None }).await?;
    Ok(Finished::NotYet)
}

/// The event, and the letter.
async fn tell(step: &mut Step<'_>, flow: &Flow, account: &Account, person: &Person) -> Result<(), FlowError> {
    let school = person.roles.iter().find(|at| at.primary).or(person.roles.first()).map(|at| at.org);
    let outside = match &step.draft.outside {
        Some(Outside::Passed { facts }) if !facts.is_empty() => Some(facts),
        _ => None,
    };
    let mut detail = json!({ "flow": flow.name, "assurance": flow.assurance });
    if let Some(facts) = outside {
        detail["outside"] = json!(facts);
    }
    let event = Event { actor: Some(account.id), person: Some(person.id), school, detail, ..Event::of("account.claimed") };
    step.tx.record(&event, step.now).await?;
    let Some(to) = person.email.clone() else { return Ok(()) };
    let (tools, now) = (step.tools, step.now);
    let language = person.language.or(step.draft.language).unwrap_or(crate::model::Language::ALL[0]);
    let moment = tools.pages.moment(language, now, now, &tools.config.district.zone());
    let name = person.preferred_given_name.as_deref().unwrap_or(&person.given_name);
    let data = json!({ "name": name, "username": account.username, "moment": moment });
    let letter = Letter { kind: "account-created".to_owned(), to, language, data, useless_after: None };
    step.tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
    Ok(())
}
