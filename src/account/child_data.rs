//! `/account/children/{child}/data`: what is held about a young child, for a guardian who may see the records, with the copy that the
//! child takes at `/account/data`. The right is the roster's of this moment, asked again when the copy is handed out (rows E27, R17), and
//! ends at the age that the district says: from then on the child's copy is the child's to take.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::data::{give, in_words, is_fresh, show_who};
use super::export::Whose;
use super::sign_in_first;
use crate::app::App;
use crate::model::{PersonId, Timestamp};
use crate::people::{age, children_of};
use crate::store::StoreError;
use crate::store::people::{People, Person};
use crate::tools::Tools;
use crate::web::visitor::given_name;
use crate::web::{FrameExtras, PageError, Sent, SignedIn, Visitor, page, see_other};

/// `GET /account/children/{child}/data`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Path(child): Path<String>) -> Result<Response, PageError> {
    let here = address(&child);
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(&here)) };
    let child = theirs(&app, signed_in, &child, visitor.now).await?;
    if !is_fresh(&app, signed_in, visitor.now).await? {
        return show_who(&app, signed_in, &here).await;
    }
    let data = in_words(&app, &visitor, whose(&app, &child).await?, Some(given_name(&child).to_owned())).await?;
    Ok(page(&data, FrameExtras { action: here, ..FrameExtras::default() }))
}

/// `POST /account/children/{child}/data`: a copy, as `format` says.
pub async fn take(State(app): State<Arc<App>>, visitor: Visitor, Path(child): Path<String>, sent: Sent) -> Result<Response, PageError> {
    let here = address(&child);
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(&here)) };
    let child = theirs(&app, signed_in, &child, visitor.now).await?;
    if !is_fresh(&app, signed_in, visitor.now).await? {
        return Ok(see_other(&here));
    }
    give(&app, &visitor, signed_in, whose(&app, &child).await?, &sent).await
}

/// The child, if this guardian may take a copy now: the school ties them, no court says otherwise, and the child is young.
pub(super) async fn may_take(
    people: &People<'_>,
    tools: &Tools,
    guardian: PersonId,
    child: PersonId,
    now: Timestamp,
) -> Result<Option<Person>, StoreError> {
    let found = children_of(people, guardian).await?.into_iter().find(|known| known.id == child);
    Ok(found.filter(|child| is_young(tools, child, now)))
}

/// By the birth date on file; whoever has none there is not known to be young.
pub(super) fn is_young(tools: &Tools, child: &Person, now: Timestamp) -> bool {
    let zone = tools.config.district.zone();
    tools.policy.may_guardian_take_data(child.birth_date.as_deref().and_then(|born| age(born, now, &zone)))
}

/// Where the page of a child is.
pub(super) fn address(child: &str) -> String {
    format!("/account/children/{child}/data")
}

/// Somebody else's child, one who is too old and nobody at all are the same.
async fn theirs(app: &App, signed_in: &SignedIn, child: &str, now: Timestamp) -> Result<Person, PageError> {
    let Ok(child) = child.parse() else { return Err(PageError::NotAllowed) };
    may_take(&app.store.read().people(), &app.tools, signed_in.person, child, now).await?.ok_or(PageError::NotAllowed)
}

async fn whose(app: &App, child: &Person) -> Result<Whose, StoreError> {
    let account = app.store.read().accounts().of_person(child.id).await?;
    Ok(Whose { person: child.id, account: account.map(|account| account.id) })
}
