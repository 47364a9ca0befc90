//! The UserInfo endpoint (OpenID Connect Core section 5.3). A token opens it only while everything behind it is alive:
//! its family, the sign-in or the account, the client (row S07).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::client_auth::jws;
use super::error::{ErrorCode, OAuthError};
use super::token::mint::{ACCESS_TYPE, AccessToken};
use super::{binding, claims, client_auth, cors, dpop, issuer, paths, restriction};
use crate::app::App;
use crate::flow::Origin;
use crate::model::Timestamp;
use crate::store::accounts::{Account, AccountState};
use crate::store::clients::Client;
use crate::store::tokens::Family;

/// `GET` and `POST /userinfo`.
pub async fn answer(State(app): State<Arc<App>>, origin: Origin, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let now = app.now();
    match tell(&app, &origin, (&method, &headers, &body), now).await {
        Ok((client, claims)) => {
            let mut response = Json(claims).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            dpop::next_nonce(&app, &client, &mut response, now);
            cors::allow(response, Some(&client), &headers)
        }
        Err(error) => {
            let asked = error.as_ref().map(|error| error.code);
            let mut response = challenge(Scheme::of(&headers), error);
            asked.into_iter().for_each(|asked| dpop::asked_nonce(&app, asked, &mut response, now));
            cors::public(&app, response, &headers).await
        }
    }
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    /// Alone (RFC 6750 section 2.1).
    Bearer,
    /// With a proof (RFC 9449 section 7.1).
    DPoP,
}

impl Scheme {
    /// Schemes know no case (RFC 9110 section 11.1).
    fn named(word: &str) -> Option<Self> {
        [Self::Bearer, Self::DPoP].into_iter().find(|scheme| scheme.word().eq_ignore_ascii_case(word))
    }

    /// The one that a request uses, or the usual one.
    fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        value.and_then(|value| Self::named(value.split(' ').next()?)).unwrap_or(Self::Bearer)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::DPoP => "DPoP",
        }
    }
}

/// `Err(None)`: nothing was presented, and nothing is said of why (RFC 6750 section 3.1).
async fn tell(
    app: &App,
    origin: &Origin,
    (method, headers, body): (&Method, &HeaderMap, &[u8]),
    now: Timestamp,
) -> Result<(Arc<Client>, Map<String, Value>), Option<OAuthError>> {
    let (scheme, presented) = presented(method, headers, body)?.ok_or(None)?;
    let token = read(app, &presented, now).map_err(Some)?;
    if !token.scope.has("openid") {
        return Err(Some(ErrorCode::InsufficientScope.because("the token is not for scope openid")));
    }
    let (client, account, family) = alive(app, &token, now).await.map_err(Some)?;
    let call = dpop::Call { method: method.as_str(), path: paths::USERINFO, headers, access_token: Some(&presented) };
    let shown = binding::Shown { with_proof: scheme == Scheme::DPoP, call, certificate: origin.certificate.as_deref() };
    binding::is_held(app, &client, (token.cnf.as_ref(), &shown), now).await.map_err(Some)?;
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
fn presented(method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<Option<(Scheme, String)>, Option<OAuthError>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let in_header = match (values.next(), values.next()) {
        (None, _) => None,
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Some(GONE))?;
            let (scheme, token) = text.split_once(' ').ok_or(Some(GONE))?;
            Scheme::named(scheme).map(|scheme| (scheme, token.trim_start_matches(' ').to_owned()))
        }
        _ => return Err(Some(TWICE)),
    };
    let in_body = match method {
        &Method::POST if !body.is_empty() => {
            let sent = client_auth::form(headers, body).map_err(Some)?;
            sent.get("access_token").map(|token| (Scheme::Bearer, token.to_owned()))
        }
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

/// RFC 6750 section 3, RFC 9449 section 7.1: what is wrong, under the scheme that was used, and both that there are.
fn challenge(used: Scheme, error: Option<OAuthError>) -> Response {
    let is_about_proof = |code| matches!(code, ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce);
    let reason = error.as_ref().map(|error| format!("error=\"{}\", error_description=\"{}\"", error.code.word(), error.description));
    let mut response = match error {
        None => StatusCode::UNAUTHORIZED.into_response(),
        Some(error) if is_about_proof(error.code) => (StatusCode::UNAUTHORIZED, error).into_response(),
        Some(error) => error.into_response(),
    };
    let other = if used == Scheme::Bearer { Scheme::DPoP } else { Scheme::Bearer };
    for (scheme, reason) in [(used, reason), (other, None)] {
        let algorithms = (scheme == Scheme::DPoP).then(|| format!("algs=\"{}\"", jws::ALGORITHMS.join(" ")));
        let said: Vec<String> = reason.into_iter().chain(algorithms).collect();
        let value = format!("{} {}", scheme.word(), said.join(", "));
        let value = HeaderValue::try_from(value.trim_end()).expect("words and descriptions are ours");
        response.headers_mut().append(header::WWW_AUTHENTICATE, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const GONE: OAuthError = ErrorCode::InvalidToken.because("the token is not good, or no longer");
const TWICE: OAuthError = ErrorCode::InvalidRequest.because("the token was sent more than once");
