//! `/account/approvals`: what a guardian's children ask, and the pupils of a teacher, and the answer. The right to answer is looked up in the roster when
//! the answer comes, not when the page was shown (row R17); whoever answers must know the digits on the child's screen.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::pages::{Approvals, Asking};
use super::sign_in_first;
use crate::app::App;
use crate::model::{FieldError, PersonId, Timestamp};
use crate::store::approvals::{Approval, Deciding, Decision};
use crate::store::events::Event;
use crate::store::{Reader, StoreError, Tx};
use crate::web::approval::{Right, choices, may_decide};
use crate::web::{self, FrameExtras, PageError, Sent, SignedIn, Visitor, page, see_other};

/// `GET /account/approvals`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    list(&app, &visitor, signed_in, Vec::new()).await
}

/// How many wait for an answer of this person.
pub(super) async fn waiting(reader: &Reader<'_>, adult: PersonId, now: Timestamp) -> Result<usize, StoreError> {
    Ok(asked_of(reader, adult, now).await?.len())
}

/// `POST /account/approvals`: yes or no to one.
pub async fn decide(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let (number, now) = (sent.form.text("number").to_owned(), visitor.now);
    let says_yes = sent.form.text("answer") == "yes";
    let typed: Option<i32> = sent.form.text("matching").parse().ok();
    if says_yes && typed.is_none() {
        let missing = FieldError::of("matching", "approvals-matching-missing");
        return list(&app, &visitor, signed_in, vec![missing]).await;
    }
    let judge = async |tx: &Tx| {
        let Some(asked) = tx.approvals().by_number(&number).await? else { return Ok(None) };
        let Some(right) = may_decide(&tx.people(), signed_in.person, &asked).await? else { return Ok(None) };
        // Other digits than the child's are another child's asking, or nobody's: that is a no.
        let matches = typed == Some(asked.matching);
        let decision = if says_yes && matches { Decision::Approved } else { Decision::Refused };
        let reason = match right {
            _ if says_yes && !matches => "other digits",
            Right::Guardian => "a guardian",
            Right::Teacher => "a teacher",
        };
        let deciding = Deciding { decision, by: Some(signed_in.account.id), reason };
        if tx.approvals().decide(&number, &deciding, now).await? {
            let detail = json!({ "number": number, "decision": decision.word(), "reason": reason, "flow": asked.flow });
            let event = Event { actor: Some(signed_in.account.id), person: asked.person, detail, ..Event::of("approval.decided") };
            tx.record(&event, now).await?;
        }
        Ok::<_, StoreError>(Some(says_yes && !matches))
    };
    match app.store.write(judge).await? {
        None => Err(PageError::NotAllowed),
        Some(true) => list(&app, &visitor, signed_in, vec![FieldError::of("matching", "approvals-matching-wrong")]).await,
        Some(false) => Ok(see_other(ADDRESS)),
    }
}

async fn list(app: &App, visitor: &Visitor, signed_in: &SignedIn, errors: Vec<FieldError>) -> Result<Response, PageError> {
    let reader = app.store.read();
    let zone = web::zone(app);
    let mut asking = Vec::new();
    for (asked, right) in asked_of(&reader, signed_in.person, visitor.now).await? {
        let Some(child) = reader.people().find(asked.person.unwrap_or(signed_in.person)).await? else { continue };
        asking.push(Asking {
            name: child.display_name(),
            since: app.tools.pages.moment(visitor.reading(), asked.asked_at, visitor.now, &zone),
            pupil: right == Right::Teacher,
            back_in: app.flow(&asked.flow).is_some_and(|flow| flow.feature.name == "recovery"),
            choices: choices(&app.tools.keys, &asked).iter().map(ToString::to_string).collect(),
            number: asked.number,
        });
    }
    let wrong = !errors.is_empty();
    let mut response = page(&Approvals { asking }, FrameExtras { action: ADDRESS.to_owned(), errors, ..FrameExtras::default() });
    if wrong {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// What this guardian, or this teacher, may answer now.
async fn asked_of(reader: &Reader<'_>, adult: PersonId, now: Timestamp) -> Result<Vec<(Approval, Right)>, StoreError> {
    let people = reader.people();
    let mut open = Vec::new();
    for tie in people.relationships(adult).await?.into_iter().filter(|tie| tie.guardian == adult) {
        open.extend(reader.approvals().open_of(tie.child, now).await?);
    }
    open.extend(reader.approvals().open_of_pupils(adult, now).await?);
    let mut found: Vec<(Approval, Right)> = Vec::new();
    for asked in open {
        if let (true, Some(right)) = (found.iter().all(|(known, _)| *known != asked), may_decide(&people, adult, &asked).await?) {
            found.push((asked, right));
        }
    }
    Ok(found)
}

const ADDRESS: &str = "/account/approvals";
