//! The end of a session at the counter: the new password stands, whatever the old one opened is shut, whoever must know is told, and
//! nobody is signed in (rows R12, R13, R14, R15). The log names the one who opened it.

use async_trait::async_trait;
use serde_json::json;

use super::owner;
use crate::flow::{Finish, Finished, Flow, FlowError, Step};
use crate::limits::{self, Rule};
use crate::model::{AddressSaid, LocalPath};
use crate::store::accounts::AccountState;
use crate::store::counter_sessions::CounterSession;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::counter::{DONE, END, may_help};
use crate::web::new_device;

/// The draft becomes a new password.
pub(super) struct NewPassword;

#[async_trait]
impl Finish for NewPassword {
    /// Asks once more for everything: the session may have been stopped, the school may have lost the pupil, the office its right
    /// (row E27), and somebody else may have changed the password since the code was typed.
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError> {
        let (Some(at), Some(password)) = (step.draft.counter.clone(), step.draft.password.clone()) else { return Ok(over()) };
        let Some((account, person)) = owner(step.tx, step.draft.account).await? else { return Ok(over()) };
        let Some(session) = step.tx.counter_sessions().find(at.session).await? else { return Ok(over()) };
        if !step.tools.policy.is_at_the_counter(&step.visitor.network) || !still_may(step, &session, &person).await? {
            return Ok(over());
        }
        let on_file = step.tx.accounts().password(account.id).await?.map(|password| password.hash);
        let said = at.address.unwrap_or(AddressSaid::None);
        if on_file != step.draft.replaces || !step.tx.counter_sessions().finish(at.session, step.journey, said, step.now).await? {
            return Ok(over());
        }
        // Counters come before the password, as in a sign-in, or the two could wait for each other.
        let subject = limits::subject_of_account(&step.tools.keys, account.id);
        for rule in [Rule::AccountPassword, Rule::KnownDevice] {
            limits::reset(step.tx, rule, &subject).await?;
        }
        if !step.tx.accounts().replace_password(account.id, on_file.as_ref(), &password, step.now).await? {
            return Err(FlowError::Broken("a password changed under the write that held it".to_owned()));
        }
        step.tx.mail_proofs().kill(person.id, step.now).await?;
        let ended = step.tx.sessions().end_all(account.id, None, step.now).await?;
        let devices = step.tx.devices().forget_all(account.id).await?;
        let detail = json!({
            "flow": flow.name, "way": "counter", "counter": at.session, "opened_by": session.opened_by, "address": said.word(),
            "sessions_ended": ended, "devices_forgotten": devices,
        });
        let event = Event {
            actor: Some(account.id),
            person: Some(person.id),
            school: Some(session.school),
            detail,
            ..Event::of("password.recovered")
        };
        step.tx.record(&event, step.now).await?;
        new_device::tell_of_counter(step, &account, &person, session.school).await?;
        Ok(Finished::Done(LocalPath::parse(DONE).expect("it is a path")))
    }
}

/// Whoever opened it still sits at the counter of this person's school, and their account is open.
async fn still_may(step: &Step<'_>, session: &CounterSession, person: &Person) -> Result<bool, FlowError> {
    let opener = step.tx.accounts().find(session.opened_by).await?.filter(|account| account.state == AccountState::Claimed);
    let staff = match opener {
        Some(account) => step.tx.people().find(account.person).await?,
        None => None,
    };
    let Some(staff) = staff else { return Ok(false) };
    Ok(session.person == person.id && may_help(&step.tx.people(), &step.tools.policy, &staff, person).await?.is_some())
}

/// Nothing was made.
fn over() -> Finished {
    Finished::Elsewhere(LocalPath::parse(END).expect("it is a path"))
}
