//! `/account/sessions`: where the account is signed in, and the button that ends all of it but here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::pages::{Place, Sessions};
use super::sign_in_first;
use crate::app::App;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::web::{self, FrameExtras, PageError, Sent, Visitor, page, see_other};

/// `GET /account/sessions`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let sessions = app.store.read().sessions().of_account(signed_in.account.id, visitor.now).await?;
    let zone = web::zone(&app);
    let moment = |at| app.tools.pages.moment(visitor.reading(), at, visitor.now, &zone);
    let place = |session: &crate::store::sessions::Session| Place {
        here: session.id == signed_in.session.id,
        since: moment(session.auth_time),
        seen: moment(session.seen_at),
    };
    let mut places: Vec<Place> = sessions.iter().map(place).collect();
    places.sort_by_key(|place| !place.here);
    Ok(page(&Sessions { places }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /account/sessions`: everywhere but here.
pub async fn end_others(State(app): State<Arc<App>>, visitor: Visitor, _sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let (account, now) = (&signed_in.account, visitor.now);
    let end = async |tx: &Tx| {
        let ended = tx.sessions().end_all(account.id, Some(signed_in.session.id), now).await?;
        let devices = tx.devices().forget_all(account.id).await?;
        let detail = json!({ "sessions_ended": ended, "devices_forgotten": devices });
        let event = Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of("sessions.ended") };
        tx.record(&event, now).await?;
        Ok::<_, StoreError>(())
    };
    app.store.write(end).await?;
    Ok(see_other(ADDRESS))
}

const ADDRESS: &str = "/account/sessions";
