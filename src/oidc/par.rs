//! Pushed authorization requests (RFC 9126): a client proves itself, says what it will ask, and gets an address that stands
//! for it. A browser then carries that address and nothing that could be changed on the way.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use super::authorize::{reply::ReplyTo, rules};
use super::error::{ErrorCode, OAuthError};
use super::{asking, client_auth, cors, issuer, lifetimes};
use crate::app::App;
use crate::flow::Origin;
use crate::model::Timestamp;
use crate::store::Tx;
use crate::store::clients::Client;
use crate::store::pushed_requests::Pushed;

/// `POST /par`.
pub async fn post(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    let now = app.now();
    let (client, answer) = match keep(&app, &origin, &headers, &body, now).await {
        Ok((client, request_uri)) => (Some(client), told(&request_uri)),
        Err(error) => (None, error.into_response()),
    };
    cors::allow(answer, client.as_deref(), &headers)
}

/// Judges the request as the authorization endpoint will, so that a mistake is told to the app and not to a person.
async fn keep(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(Arc<Client>, String), OAuthError> {
    let sent = client_auth::form(headers, body)?;
    let client = client_auth::authenticate(app, origin, headers, &sent, now).await?;
    let params = asking::when_pushed(app, &client, sent.without(PROOFS), now).await?;
    if params.get("client_id").is_some_and(|named| named != client.client_id) {
        return Err(ErrorCode::InvalidRequest.because("client_id is not that of the client that pushes"));
    }
    let unknown = ErrorCode::InvalidRequest.because("redirect_uri is not registered for this client");
    ReplyTo::of(&client, &params, issuer(app)).map_err(|_| unknown)?;
    rules::check(&params, &client)?;
    let secret = app.tools.random.secret();
    let pushed = Pushed {
        id: Uuid::from_bytes(app.tools.random.bytes::<16>()),
        secret: secret.hash(),
        client_id: client.client_id.clone(),
        params: params.encode(),
        expires_at: now + lifetimes::PUSHED,
        used: false,
    };
    app.store.write(async |tx: &Tx| tx.pushed_requests().add(&pushed).await).await?;
    Ok((client, format!("{}{}", asking::PUSHED, secret.expose())))
}

/// RFC 9126 section 2.2.
fn told(request_uri: &str) -> Response {
    let body = Json(json!({ "request_uri": request_uri, "expires_in": lifetimes::PUSHED.as_secs() }));
    (StatusCode::CREATED, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response()
}

/// What proved the client is no part of its request, and is not kept.
const PROOFS: &[&str] = &["client_secret", "client_assertion", "client_assertion_type"];
