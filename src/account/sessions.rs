//! `/account/sessions`: where the account is signed in, a button beside each device, and one that ends all of it but here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::pages::{Place, Sessions};
use super::sign_in_first;
use crate::app::App;
use crate::model::{SessionId, Timestamp};
use crate::store::accounts::Account;
use crate::store::events::Event;
use crate::store::sessions::{SeenOn, Session};
use crate::store::{StoreError, Tx};
use crate::web::{self, FrameExtras, PageError, Sent, SignedIn, Visitor, page, see_other};

/// `GET /account/sessions`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let sessions = app.store.read().sessions().places(signed_in.account.id, visitor.now).await?;
    let mut places: Vec<Place> = sessions.into_iter().map(|(session, on)| place(&app, &visitor, signed_in, &session, on)).collect();
    places.sort_by_key(|place| !place.here);
    Ok(page(&Sessions { places }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

fn place(app: &App, visitor: &Visitor, signed_in: &SignedIn, session: &Session, on: SeenOn) -> Place {
    let moment = |at: Timestamp| app.tools.pages.moment(visitor.reading(), at, visitor.now, &web::zone(app));
    let at_school = app.tools.policy.is_school_network(&on.network);
    Place {
        id: session.id.to_string(),
        here: session.id == signed_in.session.id,
        device: on.device,
        at_school,
        network: if at_school { String::new() } else { on.network },
        since: moment(session.auth_time),
        seen: moment(session.seen_at),
    }
}

/// `POST /account/sessions`: the one that `end` names, or everywhere but here (row S09).
pub async fn end(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let (account, now) = (&signed_in.account, visitor.now);
    match sent.form.0.get("end") {
        Some(named) => {
            let Ok(session) = named.parse() else { return Err(PageError::NotFound) };
            app.store.write(async |tx: &Tx| end_one(tx, account, session, now).await).await?;
        }
        None => app.store.write(async |tx: &Tx| end_others(tx, account, signed_in.session.id, now).await).await?,
    }
    Ok(see_other(ADDRESS))
}

/// Somebody else's, or one that is over, changes nothing and looks the same.
async fn end_one(tx: &Tx, account: &Account, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
    if !tx.sessions().end_at_wish(session, account.id, now).await? {
        return Ok(());
    }
    record(tx, account, "session.ended", json!({ "session": session }), now).await
}

async fn end_others(tx: &Tx, account: &Account, here: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let ended = tx.sessions().end_all(account.id, Some(here), now).await?;
    let devices = tx.devices().forget_all(account.id).await?;
    record(tx, account, "sessions.ended", json!({ "sessions_ended": ended, "devices_forgotten": devices }), now).await
}

async fn record(tx: &Tx, account: &Account, kind: &'static str, detail: serde_json::Value, now: Timestamp) -> Result<(), StoreError> {
    tx.record(&Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of(kind) }, now).await
}

const ADDRESS: &str = "/account/sessions";
