//! A client gives a token back (RFC 7009): it was signed out of, or it was lost. A refresh token takes its whole family along, an
//! access token only itself. What is no token of the client's is answered like one that was taken back: it opens nothing.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::access;
use super::error::OAuthError;
use super::token::refresh_token::RefreshToken;
use super::{client_auth, cors};
use crate::app::App;
use crate::flow::Origin;
use crate::model::{FamilyId, Timestamp};
use crate::store::clients::Client;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};

/// `POST /revoke`.
pub async fn post(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    let (client, answer) = match take_back(&app, &origin, &headers, &body).await {
        Ok(client) => (Some(client), done()),
        Err(error) => (None, error.into_response()),
    };
    cors::allow(answer, client.as_deref(), &headers)
}

async fn take_back(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8]) -> Result<Arc<Client>, OAuthError> {
    let now = app.now();
    let params = client_auth::form(headers, body)?;
    let client = client_auth::authenticate(app, origin, headers, &params, now).await?;
    let token = params.need("token", "token is missing")?;
    match RefreshToken::read(token, &app.tools.keys) {
        Some(token) => end_family(app, &client, token, now).await?,
        None => end_token(app, &client, token, now).await?,
    }
    Ok(client)
}

/// Section 2.1: with a refresh token goes everything that grew beside it. An old one of the same line says as well as the latest
/// that the line is to end.
async fn end_family(app: &App, client: &Client, token: RefreshToken, now: Timestamp) -> Result<(), StoreError> {
    let event = event(client, Some(token.family));
    app.store
        .write(async |tx: &Tx| {
            let family = tx.tokens().find(token.family).await?.filter(|family| family.client_id == client.client_id);
            if family.is_some() && tx.tokens().revoke(token.family, now).await? {
                tx.record(&event, now).await?;
            }
            Ok(())
        })
        .await
}

async fn end_token(app: &App, client: &Client, text: &str, now: Timestamp) -> Result<(), StoreError> {
    let access = access::find(app, text, now).await?;
    let Some(access) = access.filter(|access| access.says.client_id == client.client_id) else { return Ok(()) };
    let row = access.says.row(text);
    let event = event(client, row.family);
    app.store
        .write(async |tx: &Tx| {
            if tx.access_tokens().revoke(&row, now).await? {
                tx.record(&event, now).await?;
            }
            Ok(())
        })
        .await
}

fn event(client: &Client, family: Option<FamilyId>) -> Event {
    let detail = json!({ "client": client.client_id, "family": family.map(|family| family.to_string()) });
    Event { detail, ..Event::of("token.revoked") }
}

/// Section 2.2: the status says it all.
fn done() -> Response {
    (StatusCode::OK, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response()
}
