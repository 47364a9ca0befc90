//! "This was not me": what the button of a letter about a new device does. The password opens nothing any more, whoever is signed
//! in is not, and the way back begins, which a stranger cannot walk (row W07). Nobody needs to sign in for it. The link's token
//! goes into a cookie and out of the address, and a page with one button is shown, so that no mail scanner shuts anything (row
//! R03).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::pages::NotMe;
use crate::app::App;
use crate::keys::KeyStore;
use crate::limits::{self, Rule};
use crate::model::{AccountId, Timestamp};
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::web::new_device::mac;
use crate::web::{FrameExtras, PageError, Sent, Visitor, carry_token, cookies, page, see_other, with_cookie};

/// `GET /not-me/{token}`: what the letter's link leads to. Writes nothing.
pub async fn open(Path(token): Path<String>) -> Response {
    carry_token(cookies::NOT_ME, &token, ADDRESS)
}

/// `GET /not-me`: one button. Writes nothing.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let open = match visitor.cookie(cookies::NOT_ME) {
        Some(token) => app.store.read().new_devices().is_open(&mac(&app.tools.keys, token), visitor.now).await?,
        None => false,
    };
    let state = if open { "confirm" } else { "late" };
    Ok(page(&NotMe { state }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /not-me`.
pub async fn shut(State(app): State<Arc<App>>, visitor: Visitor, _sent: Sent) -> Result<Response, PageError> {
    let Some(token) = visitor.cookie(cookies::NOT_ME) else { return Ok(see_other(ADDRESS)) };
    let (token, now) = (mac(&app.tools.keys, token), visitor.now);
    let shut = app
        .store
        .write(async |tx: &Tx| match tx.new_devices().use_up(&token, now).await? {
            Some(account) => lock(tx, &app.tools.keys, account, now).await.map(|()| true),
            None => Ok::<_, StoreError>(false),
        })
        .await?;
    if !shut {
        return Ok(see_other(ADDRESS));
    }
    Ok(with_cookie(page(&NotMe { state: "done" }, FrameExtras::default()), cookies::clear(cookies::NOT_ME)))
}

/// As after a hundred wrong tries: the way back is open, and nothing else.
async fn lock(tx: &Tx, keys: &KeyStore, id: AccountId, now: Timestamp) -> Result<(), StoreError> {
    let Some(account) = tx.accounts().find(id).await? else { return Ok(()) };
    limits::close(tx, Rule::AccountPassword, &limits::subject_of_account(keys, id), now).await?;
    tx.mail_proofs().kill(account.person, now).await?;
    let ended = tx.sessions().end_all(id, None, now).await?;
    let devices = tx.devices().forget_all(id).await?;
    let detail = json!({ "reason": "the owner did not sign in", "sessions_ended": ended, "devices_forgotten": devices });
    tx.record(&Event { person: Some(account.person), detail, ..Event::of("account.locked") }, now).await
}

const ADDRESS: &str = "/not-me";
