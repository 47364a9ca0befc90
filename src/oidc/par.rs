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
use super::params::Params;
use super::token::refused;
use super::{asking, client_auth, cors, dpop, issuer, lifetimes, paths};
use crate::app::App;
use crate::flow::Origin;
use crate::model::Timestamp;
use crate::store::Tx;
use crate::store::clients::Client;
use crate::store::pushed_requests::Pushed;

/// `POST /par`.
pub async fn post(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    let now = app.now();
    match keep(&app, &origin, &headers, &body, now).await {
        Ok((client, request_uri)) => {
            let mut answer = told(&request_uri);
            dpop::next_nonce(&app, &client, &mut answer, now);
            cors::allow(answer, Some(&client), &headers)
        }
        Err(error) => refused(&app, error, &headers, now).await,
    }
}

/// Judges the request as the authorization endpoint will, so that a mistake is told to the app and not to a person.
async fn keep(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(Arc<Client>, String), OAuthError> {
    let sent = client_auth::form(headers, body)?;
    let client = client_auth::authenticate(app, origin, headers, &sent, now).await?;
    let params = asking::when_pushed(app, &client, sent.without(PROOFS), now).await?;
    let call = dpop::Call { method: "POST", path: paths::PAR, headers, access_token: None };
    let params = with_key(params, dpop::proven(app, &client, &call, now).await?)?;
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

/// RFC 9449 section 10.1: a proof beside a pushed request binds its code, as `dpop_jkt` in it would. Both name the same key.
fn with_key(params: Params, proven: Option<String>) -> Result<Params, OAuthError> {
    let Some(key) = proven else { return Ok(params) };
    match params.get("dpop_jkt").is_none_or(|named| named == key) {
        true => Ok(params.overlaid(Params::of([("dpop_jkt".to_owned(), key)]).unwrap_or_default())),
        false => Err(ErrorCode::InvalidDpopProof.because("dpop_jkt is not the thumbprint of the key that signed the DPoP proof")),
    }
}

/// RFC 9126 section 2.2.
fn told(request_uri: &str) -> Response {
    let body = Json(json!({ "request_uri": request_uri, "expires_in": lifetimes::PUSHED.as_secs() }));
    (StatusCode::CREATED, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response()
}

/// What proved the client is no part of its request, and is not kept.
const PROOFS: &[&str] = &["client_secret", "client_assertion", "client_assertion_type"];
