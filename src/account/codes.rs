//! `/account/codes`: the authenticator apps of an account, and how many recovery codes are left. What is changed of them is changed
//! by flows, which ask for the password, and for a code of the app there is, before anything else (rows W06, S10).

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::overview::done_of;
use super::pages::{App as Listed, Codes};
use super::sign_in_first;
use crate::app::App;
use crate::web::{self, FrameExtras, PageError, Visitor, page};

/// `GET /account/codes`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first("/account/codes")) };
    let (reader, account) = (app.store.read(), signed_in.account.id);
    let zone = web::zone(&app);
    let moment = |at| app.tools.pages.moment(visitor.reading(), at, visitor.now, &zone);
    let apps = reader.second_factors().authenticators(account).await?;
    let (left, all) = reader.second_factors().codes_left(account).await?;
    let codes = Codes {
        apps: apps.iter().map(|app| Listed::of(app, &moment)).collect(),
        left,
        all,
        has_password: reader.accounts().password(account).await?.is_some(),
        done: done_of(&uri, DONE),
    };
    Ok(page(&codes, FrameExtras::default()))
}

const DONE: &[(&str, &str)] =
    &[("authenticator", "codes-done-added"), ("authenticators", "codes-done-changed"), ("recovery-codes", "codes-done-sheet")];
