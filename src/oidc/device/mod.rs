//! Devices without a browser (RFC 8628): a board, a printer, a program in a terminal. The device asks here for two codes, shows one
//! and keeps the other; a person types the first in a browser of their own ([`decide`]), and the second buys tokens
//! (`token/device_code.rs`).

pub mod decide;
pub mod pages;
mod user_code;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use self::user_code::UserCode;
use super::error::{ErrorCode, OAuthError};
use super::{client_auth, issuer, lifetimes, paths, scopes};
use crate::app::App;
use crate::flow::Origin;
use crate::model::Scopes;
use crate::store::Tx;
use crate::store::clients::{Client, GrantType};
use crate::store::device_requests::{Answer, DeviceRequest};

/// `POST /device-authorization`.
pub async fn post(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    match begin(&app, &origin, &headers, &body).await {
        Ok(told) => ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(told)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// RFC 8628 section 3.1.
async fn begin(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8]) -> Result<Value, OAuthError> {
    let now = app.now();
    let params = client_auth::form(headers, body)?;
    let client = client_auth::authenticate(app, origin, headers, &params, now).await?;
    if !client.settings.grants.contains(&GrantType::DeviceCode) {
        return Err(ErrorCode::UnauthorizedClient.because("this client is not registered for device codes"));
    }
    // Row P23: nothing ties a device's request to an address, so who is unknown to the district has nothing to be known by.
    if client.settings.is_unknown() {
        return Err(ErrorCode::UnauthorizedClient.because("the district does not know this client yet"));
    }
    let scopes = asked(&client, params.get("scope").unwrap_or_default())?;
    let secret = app.tools.random.secret();
    // Two codes of eight letters are the same once in a blue moon; the next draw is another.
    for _ in 0..TRIES {
        let code = UserCode::new(&app.tools.random);
        let request = DeviceRequest {
            id: Uuid::from_bytes(app.tools.random.bytes()),
            device_code: secret.hash(),
            user_code: code.hash(&app.tools.keys),
            client_id: client.client_id.clone(),
            scopes: scopes.clone(),
            expires_at: now + lifetimes::DEVICE,
            wait: WAIT,
            session: None,
            answer: Answer::None,
        };
        if app.store.write(async |tx: &Tx| tx.device_requests().add(&request).await).await? {
            return Ok(told(issuer(app), secret.expose(), &code));
        }
    }
    Err(OAuthError::broken(&"no user code was free"))
}

/// What the client may ask for, as at the authorization endpoint (row P40).
fn asked(client: &Client, scope: &str) -> Result<Scopes, OAuthError> {
    let asked = Scopes::parse(scope);
    if asked.len() > MOST_SCOPES {
        return Err(ErrorCode::InvalidRequest.because("scope has too many values"));
    }
    let known = scopes::known(&asked);
    if known.is_empty() {
        return Err(ErrorCode::InvalidScope.because("scope is missing"));
    }
    match known.within(&client.settings.scopes) {
        true => Ok(known),
        false => Err(ErrorCode::InvalidScope.because("scope has a value that this client is not registered for")),
    }
}

/// RFC 8628 section 3.2.
fn told(issuer: &str, device_code: &str, code: &UserCode) -> Value {
    let (page, code) = (format!("{issuer}{}", paths::DEVICE), code.shown());
    json!({
        "device_code": device_code,
        "user_code": code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={code}"),
        "expires_in": lifetimes::DEVICE.as_secs(),
        "interval": WAIT,
    })
}

/// Seconds between two questions of a device.
const WAIT: i64 = 5;
const TRIES: usize = 5;
const MOST_SCOPES: usize = 50;
