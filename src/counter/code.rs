//! The code of the office, at the counter: typed, or read from the picture by a tablet. It is used up by one conditional write. Wrong,
//! used, stopped and late have one answer, and tries are counted by network.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::open::LIFE;
use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::draft::AtCounter;
use crate::model::{Draft, FieldError};
use crate::store::counter_sessions::CounterSession;
use crate::store::events::Event;
use crate::web::counter::typed;

/// Asks for the code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeCode {}

#[async_trait]
impl Stage for TypeCode {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.counter.is_none()
    }

    fn is_for_all(&self) -> bool {
        false
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        Ok(Screen::of(&pages::CounterCode { busy: look.visitor.signed_in.is_some() }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        // Nobody walks these pages in somebody else's browser, least of all in that of whoever opened them.
        if step.visitor.signed_in.is_some() {
            return Ok(Outcome::again(FIELD, "counter-code-busy"));
        }
        let (tools, network) = (step.tools, &step.visitor.network);
        if !tools.policy.is_at_the_counter(network) {
            return Ok(Outcome::again(FIELD, "counter-code-elsewhere"));
        }
        let Some(secret) = typed(&tools.keys, form.text(FIELD)) else { return Ok(Outcome::again(FIELD, "counter-code-digits")) };
        let subject = limits::subject(&tools.keys, &["counter", network]);
        if let Taken::Wait(until) = limits::take(step.tx, Rule::CounterCode, &subject, step.now).await? {
            return Ok(Outcome::Wait(vec![FieldError::of(FIELD, "counter-code-wait")], until));
        }
        let found = step.tx.counter_sessions().opened_by_secret(&secret, step.now).await?;
        if let Some(session) = found
            && enter(step, &session).await?
        {
            limits::give_back(step.tx, Rule::CounterCode, &subject).await?;
            return Ok(Outcome::Next);
        }
        Ok(Outcome::again(FIELD, "counter-code-wrong"))
    }
}

/// The journey is the session's from now on, for ten minutes, and knows whose password it is to replace (row R14).
async fn enter(step: &mut Step<'_>, session: &CounterSession) -> Result<bool, FlowError> {
    let Some(account) = step.tx.accounts().of_person(session.person).await? else { return Ok(false) };
    // A code that opens nothing is not used up.
    if super::owner(step.tx, Some(account.id)).await?.is_none() {
        return Ok(false);
    }
    let until = step.now + LIFE;
    if !step.tx.counter_sessions().enter(session.id, step.journey, step.now, until).await? {
        return Ok(false);
    }
    step.draft.username = Some(account.username);
    step.draft.account = Some(account.id);
    step.draft.replaces = step.tx.accounts().password(account.id).await?.map(|password| password.hash);
    step.draft.language = Some(session.language);
    step.draft.counter = Some(AtCounter { session: session.id, until, address: None, sheet: false });
    let (person, school) = (Some(session.person), Some(session.school));
    let event = Event { person, school, detail: json!({ "counter": session.id }), ..Event::of("counter.entered") };
    step.tx.record(&event, step.now).await?;
    Ok(true)
}

const FIELD: &str = "code";
