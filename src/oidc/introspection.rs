//! What a token is worth, told to those who may know (RFC 7662): whoever got it, and whoever it is for. To everybody else, and of
//! everything that is worth nothing, the answer is the same (row P36).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::access::{self, Access};
use super::error::{ErrorCode, OAuthError};
use super::token::{refresh, refresh_token::RefreshToken};
use super::{client_auth, issuer, subject};
use crate::app::App;
use crate::flow::Origin;
use crate::model::{Holder, Timestamp};
use crate::store::clients::{AuthMethod, Client};
use crate::store::tokens::Family;

/// `POST /introspect`.
pub async fn post(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    match tell(&app, &origin, &headers, &body).await {
        Ok(told) => ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(told)).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn tell(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8]) -> Result<Value, OAuthError> {
    let now = app.now();
    let params = client_auth::form(headers, body)?;
    let client = client_auth::authenticate(app, origin, headers, &params, now).await?;
    // RFC 7662 section 2.1: anybody could say that they are a client which proves nothing, and try tokens.
    if client.settings.auth_method == AuthMethod::None {
        return Err(ErrorCode::InvalidClient.because("a client that cannot prove itself cannot ask what a token is worth"));
    }
    let token = params.need("token", "token is missing")?;
    // The hint only says where to look first (section 2.1), and both looks are cheap.
    if let Some(token) = RefreshToken::read(token, &app.tools.keys) {
        return Ok(of_refresh_token(app, &client, token, now).await?.unwrap_or_else(worthless));
    }
    let access = access::find(app, token, now).await?;
    let access = access.filter(|access| may_know(app, &client, access));
    Ok(access.map_or_else(worthless, |access| of_access_token(app, &client, &access)))
}

/// Row P36: its owner, or whoever it is for. Our own name as an audience is nobody else's.
fn may_know(app: &App, client: &Client, access: &Access) -> bool {
    let audience = &access.says.aud;
    access.says.client_id == client.client_id || audience != issuer(app) && client.settings.tokens.trust.identifiers.contains(audience)
}

/// Section 2.2: what the token itself would say; but whoever it is for hears of the person by the name that they know (row P37).
fn of_access_token(app: &App, client: &Client, access: &Access) -> Value {
    let mut told = serde_json::to_value(&access.says).expect("claims have string keys");
    if let Some(behalf) = access.behalf.as_ref().filter(|_| access.says.client_id != client.client_id) {
        told["sub"] = subject::of(&app.tools.keys, client, behalf.account.id).into();
    }
    told["active"] = true.into();
    told["token_type"] = if matches!(access.says.cnf, Some(Holder::Key(_))) { "DPoP" } else { "Bearer" }.into();
    told
}

/// A refresh token is its owner's alone, and only the latest of its line is worth something. Asking uses nothing up.
async fn of_refresh_token(app: &App, client: &Client, token: RefreshToken, now: Timestamp) -> Result<Option<Value>, OAuthError> {
    let standing = app.store.read().tokens().standing(token.family, now).await?;
    let is_theirs = |family: &Family| family.client_id == client.client_id && family.generation == token.generation;
    let Some(standing) = standing.filter(|standing| is_theirs(&standing.family)) else { return Ok(None) };
    let family = &standing.family;
    let granted = match refresh::granted(app, client, &standing, now).await {
        Ok(granted) => granted,
        Err(error) if error.code == ErrorCode::ServerError => return Err(error),
        Err(_) => return Ok(None),
    };
    Ok(Some(json!({
        "active": true,
        "iss": issuer(app),
        "client_id": client.client_id,
        "sub": subject::of(&app.tools.keys, client, family.account),
        "scope": granted,
        "iat": family.created_at,
        "exp": family.idle_until.min(family.expires_at),
    })))
}

fn worthless() -> Value {
    json!({ "active": false })
}
