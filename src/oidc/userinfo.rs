//! The UserInfo endpoint (OpenID Connect Core section 5.3). A token opens it only while it is worth
//! something (`access.rs`), whether it says what for or not.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::access::{self, Access, Behalf};
use super::client_auth::jws;
use super::error::{ErrorCode, OAuthError};
use super::{binding, claims, client_auth, client_keys, cors, dpop, issuer, paths};
use crate::app::App;
use crate::flow::Origin;
use crate::model::Timestamp;
use crate::store::clients::Client;

/// `GET` and `POST /userinfo`.
pub async fn answer(State(app): State<Arc<App>>, origin: Origin, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let now = app.now();
    match tell(&app, &origin, (&method, &headers, &body), now).await {
        Ok((client, claims)) => match written(&app, &client, claims, now).await {
            Ok(mut response) => {
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                dpop::next_nonce(&app, &client, &mut response, now);
                cors::allow(response, Some(&client), &headers)
            }
            Err(error) => error.into_response(),
        },
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
    let access = access::find(app, &presented, now).await.map_err(|cause| Some(cause.into()))?;
    // Row P12: one that is for another place opens nothing here.
    let access = access.filter(|access| access.says.aud == issuer(app)).ok_or(Some(GONE))?;
    if !access.says.scope.has("openid") {
        return Err(Some(ErrorCode::InsufficientScope.because("the token is not for scope openid")));
    }
    let call = dpop::Call { method: method.as_str(), path: paths::USERINFO, headers, access_token: Some(&presented) };
    let shown = binding::Shown { with_proof: scheme == Scheme::DPoP, call, certificate: origin.certificate.as_deref() };
    binding::is_held(app, &access.client, (access.says.cnf.as_ref(), &shown), now).await.map_err(Some)?;
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
async fn written(app: &App, client: &Client, mut claims: Map<String, Value>, now: Timestamp) -> Result<Response, OAuthError> {
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
        Some(by) => Some(client_keys::for_encryption(app, client, by, now).await?),
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
