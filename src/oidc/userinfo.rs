//! The UserInfo endpoint (OpenID Connect Core section 5.3). A token opens it only while everything behind it is alive:
//! its family, the sign-in or the account, the client (row S07).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::error::{ErrorCode, OAuthError};
use super::token::mint::{ACCESS_TYPE, AccessToken};
use super::{claims, client_auth, cors, issuer, restriction};
use crate::app::App;
use crate::model::Timestamp;
use crate::store::accounts::{Account, AccountState};
use crate::store::clients::Client;
use crate::store::tokens::Family;

/// `GET` and `POST /userinfo`.
pub async fn answer(State(app): State<Arc<App>>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match tell(&app, &method, &headers, &body).await {
        Ok((client, claims)) => {
            let mut response = Json(claims).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            cors::allow(response, Some(&client), &headers)
        }
        Err(None) => challenge(None),
        Err(Some(error)) => challenge(Some(error)),
    }
}

/// `Err(None)`: nothing was presented, and nothing is said of why (RFC 6750 section 3.1).
async fn tell(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Arc<Client>, Map<String, Value>), Option<OAuthError>> {
    let token = bearer(method, headers, body)?.ok_or(None)?;
    let now = app.now();
    let token = read(app, &token, now).map_err(Some)?;
    if !token.scope.has("openid") {
        return Err(Some(ErrorCode::InsufficientScope.because("the token is not for scope openid")));
    }
    let (client, account, family) = alive(app, &token, now).await.map_err(Some)?;
    let reader = app.store.read();
    let person = reader.people().find(account.person).await.map_err(|cause| Some(cause.into()))?.ok_or(Some(GONE))?;
    if !restriction::admits_person(&reader.people(), &client, &person).await.map_err(|cause| Some(cause.into()))? {
        return Err(Some(GONE));
    }
    let scopes = token.scope.only(|value| client.settings.scopes.has(value));
    let about =
        claims::About { keys: &app.tools.keys, reader: &reader, client: &client, account: &account, person: &person, scopes: &scopes };
    let mut told = claims::of(&about).await.map_err(|cause| Some(cause.into()))?;
    let asked = &family.told.claims.userinfo;
    if !asked.is_empty() {
        told.extend(claims::named(&about, asked).await.map_err(|cause| Some(cause.into()))?);
    }
    Ok((client, told))
}

/// RFC 6750 section 2: in the header, or in the form of a POST, and in one place only. Never in the address, which is
/// logged and remembered.
fn bearer(method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, Option<OAuthError>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let in_header = match (values.next(), values.next()) {
        (None, _) => None,
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Some(GONE))?;
            let (scheme, token) = text.split_once(' ').ok_or(Some(GONE))?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' ').to_owned())
        }
        _ => return Err(Some(TWICE)),
    };
    let in_body = match method {
        &Method::POST if !body.is_empty() => client_auth::form(headers, body).map_err(Some)?.get("access_token").map(str::to_owned),
        _ => None,
    };
    match (in_header, in_body) {
        (Some(_), Some(_)) => Err(Some(TWICE)),
        (token, None) | (None, token) => Ok(token),
    }
}

/// Ours, an access token and not another one (row P12), for here, and not over.
fn read(app: &App, token: &str, now: Timestamp) -> Result<AccessToken, OAuthError> {
    let token: AccessToken = app.tools.keys.verify(ACCESS_TYPE, token).map_err(|_| GONE)?;
    let here = issuer(app);
    match token.iss == here && token.aud == here && token.exp > now.0 && token.iat <= now.0 + 60 {
        true => Ok(token),
        false => Err(GONE),
    }
}

async fn alive(app: &App, token: &AccessToken, now: Timestamp) -> Result<(Arc<Client>, Account, Family), OAuthError> {
    let reader = app.store.read();
    let family = reader.tokens().find(token.family().ok_or(GONE)?).await?.ok_or(GONE)?;
    let client = app.store.client(&family.client_id, now).await?.filter(|client| client.enabled).ok_or(GONE)?;
    let over = family.revoked_at.is_some() || family.expires_at <= now || family.client_id != token.client_id;
    if over || !is_signed_in(app, &family, now).await? {
        return Err(GONE);
    }
    let account = reader.accounts().find(family.account).await?.ok_or(GONE)?;
    if account.state == AccountState::Claimed { Ok((client, account, family)) } else { Err(GONE) }
}

/// What does not outlive its session ends with it.
async fn is_signed_in(app: &App, family: &Family, now: Timestamp) -> Result<bool, OAuthError> {
    Ok(family.offline || app.store.read().sessions().live_by_id(family.session, now).await?.is_some())
}

/// RFC 6750 section 3.
fn challenge(error: Option<OAuthError>) -> Response {
    let (mut response, value) = match error {
        None => (axum::http::StatusCode::UNAUTHORIZED.into_response(), "Bearer".to_owned()),
        Some(error) => {
            let value = format!("Bearer error=\"{}\", error_description=\"{}\"", error.code.word(), error.description);
            (error.into_response(), value)
        }
    };
    let value = HeaderValue::try_from(value).expect("words and descriptions are ours");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const GONE: OAuthError = ErrorCode::InvalidToken.because("the token is not good, or no longer");
const TWICE: OAuthError = ErrorCode::InvalidRequest.because("the token was sent more than once");
