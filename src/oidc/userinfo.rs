//! The UserInfo endpoint (OpenID Connect Core section 5.3). A token opens it only while it is worth
//! something (`access.rs`), whether it says what for or not.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::access::{self, Access, Behalf};
use super::error::{ErrorCode, OAuthError};
use super::{claims, client_auth, client_keys, cors, issuer};
use crate::app::App;
use crate::store::clients::Client;

/// `GET` and `POST /userinfo`.
pub async fn answer(State(app): State<Arc<App>>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match tell(&app, &method, &headers, &body).await {
        Ok((client, claims)) => match written(&app, &client, claims).await {
            Ok(mut response) => {
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                cors::allow(response, Some(&client), &headers)
            }
            Err(error) => error.into_response(),
        },
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
    let access = access::find(app, &token, now).await.map_err(|cause| Some(cause.into()))?;
    // Row P12: one that is for another place opens nothing here.
    let access = access.filter(|access| access.says.aud == issuer(app)).ok_or(Some(GONE))?;
    if !access.says.scope.has("openid") {
        return Err(Some(ErrorCode::InsufficientScope.because("the token is not for scope openid")));
    }
    let told = told(app, &access).await.map_err(Some)?;
    Ok((access.client, told))
}

async fn told(app: &App, access: &Access) -> Result<Map<String, Value>, OAuthError> {
    let Behalf { account, person, family } = access.behalf.as_ref().ok_or(GONE)?;
    let reader = app.store.read();
    let scopes = access.says.scope.only(|value| access.client.settings.scopes.has(value));
    let about = claims::About { keys: &app.tools.keys, reader: &reader, client: &access.client, account, person, scopes: &scopes };
    let mut told = claims::of(&about).await?;
    let asked = &family.told.claims.userinfo;
    if !asked.is_empty() {
        told.extend(claims::named(&about, asked).await?);
    }
    Ok(told)
}

/// OpenID Connect Core section 5.3.2: as plain JSON; or signed, from us and for the client; or encrypted for it, or both. There is no
/// nonce and no end in it: it answers one request, and is no ID token.
async fn written(app: &App, client: &Client, mut claims: Map<String, Value>) -> Result<Response, OAuthError> {
    let (tools, settings) = (&app.tools, &client.settings.tokens);
    let signed = match settings.userinfo_alg {
        Some(algorithm) => {
            claims.insert("iss".to_owned(), issuer(app).into());
            claims.insert("aud".to_owned(), client.client_id.clone().into());
            Some(tools.keys.sign(algorithm, "JWT", &claims)?)
        }
        None => None,
    };
    let sealer = match settings.userinfo_encryption {
        Some(by) => Some(client_keys::for_encryption(app, client, by, app.now()).await?),
        None => None,
    };
    let text = match (signed, sealer) {
        (None, None) => return Ok(Json(claims).into_response()),
        (Some(signed), None) => signed,
        (Some(signed), Some(sealer)) => sealer.seal_jwt(&signed, &tools.random)?,
        (None, Some(sealer)) => sealer.seal_claims(&Value::Object(claims), &tools.random)?,
    };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"))], text).into_response())
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
