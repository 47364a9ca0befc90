//! The end of joining: in one write the account, what opens it, its event, a letter to the address on file if there is
//! one (A49), and a session. Of two browsers that race, one gets the account (row E11).

use async_trait::async_trait;
use serde_json::json;

use super::standing::{Claimant, Standing, standing};
use super::turned_away::{Why, turn_away};
use crate::flow::{Finish, Finished, Flow, FlowError, Step, Welcome};
use crate::limits::{self, Rule};
use crate::model::draft::Outside;
use crate::model::{AccountId, CaseId, Draft, Letter, PersonId};
use crate::store::accounts::{Account, AccountState, Claimed};
use crate::store::cases::Cause;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::session::{self, Proof};

/// The draft becomes an account.
pub(super) struct Join;

#[async_trait]
impl Finish for Join {
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError> {
        let person = step.draft.person.as_ref().map(|proven| proven.value);
        let (Some(id), Some(password)) = (person, step.draft.password.clone()) else {
            return Err(FlowError::Broken(format!("the flow {} ends without a person or without a password", flow.name)));
        };
        let claimant = match standing(&step.tx.people(), &step.tx.accounts(), &step.tools.policy, step.audience, id).await? {
            Standing::Open(claimant) => claimant,
            Standing::Shut(cause) => return too_late(step, id, cause).await,
        };
        let account = match step.tx.accounts().claim(&wanted(step, flow, &claimant)).await? {
            Claimed::Now(account) => account,
            Claimed::Already(account) if account.state == AccountState::Disabled => return too_late(step, id, Cause::Disabled).await,
            Claimed::Already(_) => return too_late(step, id, Cause::AlreadyClaimed).await,
            Claimed::UsernameTaken => return too_late(step, id, Cause::UsernameTaken).await,
        };
        step.tx.accounts().set_password(account.id, &password, step.now).await?;
        step.tx.accounts().set_security_answers(account.id, step.draft.questions.as_deref().unwrap_or_default()).await?;
        if let Some(chosen) = &step.draft.preferences {
            step.tx.accounts().set_preferences(account.id, chosen).await?;
        }
        session::keep_agreement(step, &account).await?;
        tell(step, flow, &account, &claimant.person).await?;
        let subject = limits::subject_of_record(&step.tools.keys, id);
        step.tx.cases().close(Some(id), &subject, step.now).await?;
        // What was typed first in this journey may have meant nobody.
        step.tx.cases().close_one(CaseId(step.journey.0), step.now).await?;
        limits::reset(step.tx, Rule::RecordClaim, &subject).await?;
        let amr = methods(step.draft);
        let mut finished = session::begin(step, &account, &claimant.person, &Proof { amr: &amr, know_device: false }).await?;
        if let Finished::SignedIn { welcome, .. } = &mut finished {
            *welcome = Some(Welcome { username: account.username, person: id });
        }
        Ok(finished)
    }
}

/// What was shown (RFC 8176, row P38): knowledge of what the school has on file; and, where a mailbox was proven, that the
/// proof came by another channel. A code by mail is no `otp` and no second factor (D3).
fn methods(draft: &Draft) -> Vec<&'static str> {
    let by_mail = draft.email_shown.as_ref().map(|_| "mca");
    std::iter::once("kba").chain(by_mail).collect()
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
