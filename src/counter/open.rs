//! The end of the office's flow: the session waits at the counter for ten minutes, and every tick of the list is in the log.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use crate::flow::{Finish, Finished, Flow, FlowError, Step};
use crate::model::draft::Desk;
use crate::model::{CounterId, LocalPath, Timestamp};
use crate::store::accounts::AccountState;
use crate::store::counter_sessions::CounterSession;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::counter::{kept, may_help, shown};

/// The draft becomes a session that waits to be entered.
pub(super) struct OpenCounter;

#[async_trait]
impl Finish for OpenCounter {
    /// Asks once more whether the office may, and whom: the roster may have changed while the list was ticked.
    async fn finish(&self, step: &mut Step<'_>, _flow: &Flow) -> Result<Finished, FlowError> {
        let (Some(staff), Some(opened_by)) = (staff(step).await?, step.draft.account) else { return Ok(to_the_desk()) };
        if !is_fresh(step) {
            step.draft.ask_owner_again();
            return Ok(Finished::NotYet);
        }
        let Some(Desk { whom: Some(whom), seen, language: Some(language), .. }) = step.draft.desk.clone() else {
            return Ok(to_the_desk());
        };
        let people = step.tx.people();
        let Some(person) = people.find(whom).await? else { return Ok(to_the_desk()) };
        let account = step.tx.accounts().of_person(whom).await?.filter(|account| account.state == AccountState::Claimed);
        let school = may_help(&people, &step.tools.policy, &staff, &person).await?.filter(|_| account.is_some());
        let Some(school) = school else { return Ok(to_the_desk()) };
        let (now, keys) = (step.now, &step.tools.keys);
        let (id, secrets) = loop {
            let id = CounterId::new(now, &step.tools.random);
            let secrets = kept(keys, &shown(keys, id));
            if step.tx.counter_sessions().opened_by_secret(&secrets.code, now).await?.is_none() {
                break (id, secrets);
            }
        };
        let session = CounterSession {
            id,
            opened_by,
            person: whom,
            school,
            language,
            opened_at: now,
            until: now + LIFE,
            entered_at: None,
            journey: None,
            ended: None,
            address: None,
        };
        step.tx.counter_sessions().add(&session, &secrets).await?;
        let told = |kind, detail| Event { actor: Some(opened_by), person: Some(whom), school: Some(school), detail, ..Event::of(kind) };
        for seen in seen {
            step.tx.record(&told("counter.checked", json!({ "counter": id, "seen": seen })), now).await?;
        }
        step.tx.record(&told("counter.opened", json!({ "counter": id, "language": language.tag() })), now).await?;
        Ok(Finished::Done(LocalPath::parse(&format!("/office/counter/{id}")).expect("an id is plain")))
    }
}

/// Whoever opens it, while they are signed in.
pub(super) async fn staff(step: &Step<'_>) -> Result<Option<Person>, FlowError> {
    let (Some(session), Some(account)) = (step.draft.session, step.draft.account) else { return Ok(None) };
    let live = step.tx.sessions().live_by_id(session, step.now).await?;
    if live.is_none_or(|live| live.account != account) {
        return Ok(None);
    }
    let Some(account) = step.tx.accounts().find(account).await? else { return Ok(None) };
    Ok(step.tx.people().find(account.person).await?.filter(|person| person.active))
}

/// Rows A21, S10: whoever acts for others showed who they are a moment ago.
fn is_fresh(step: &Step<'_>) -> bool {
    let fresh = |at: Timestamp| step.now.since(at) <= FRESH;
    step.draft.owner_shown_at().is_some_and(fresh) && step.draft.second_shown.as_ref().is_none_or(|shown| fresh(shown.at))
}

fn to_the_desk() -> Finished {
    Finished::Elsewhere(LocalPath::parse("/office/counter").expect("it is a path"))
}

/// For so long the code is good; and, from its use on, the pages are open.
pub(super) const LIFE: Duration = Duration::from_mins(10);
/// Seconds (security.md 2.4).
const FRESH: i64 = 5 * 60;
