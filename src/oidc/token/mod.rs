//! The token endpoint (RFC 6749 section 3.2): who asks, then one file a grant.

mod client_credentials;
mod code;
mod device_code;
mod exchange;
pub mod family;
mod jwt_bearer;
pub mod mint;
pub mod refresh;
pub mod refresh_token;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use self::mint::{Mint, Tokens};
use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use super::{binding, client_auth, cors, dpop};
use crate::app::App;
use crate::flow::Origin;
use crate::model::{Holder, Timestamp};
use crate::store::StoreError;
use crate::store::clients::{Client, GrantType};

/// `POST /token`.
pub async fn post(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    let now = app.now();
    match answer(&app, &origin, &headers, &body, now).await {
        Ok((client, tokens)) => {
            let mut answer = tokens_response(&tokens);
            dpop::next_nonce(&app, &client, &mut answer, now);
            cors::allow(answer, Some(&client), &headers)
        }
        Err(error) => refused(&app, error, &headers, now).await,
    }
}

/// A refusal, for the page of any client to read: it may ask for a nonce, and who was refused is not always known.
pub(super) async fn refused(app: &App, error: OAuthError, headers: &HeaderMap, now: Timestamp) -> Response {
    let word = error.code;
    let mut answer = error.into_response();
    dpop::asked_nonce(app, word, &mut answer, now);
    cors::public(app, answer, headers).await
}

async fn answer(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(Arc<Client>, Tokens), OAuthError> {
    let params = client_auth::form(headers, body)?;
    let client = client_auth::authenticate(app, origin, headers, &params, now).await?;
    let word = params.need("grant_type", "grant_type is missing")?;
    let grant = GrantType::from_word(word).filter(|grant| *grant != GrantType::Implicit).ok_or(UNSUPPORTED)?;
    if !client.settings.grants.contains(&grant) {
        return Err(ErrorCode::UnauthorizedClient.because("this client is not registered for this grant_type"));
    }
    let holder = binding::of_token_request(app, &client, (origin, headers), now).await?;
    let request = Request { app, client: &client, params: &params, holder, now };
    let tokens = match grant {
        GrantType::AuthorizationCode => code::exchange(&request).await?,
        GrantType::RefreshToken => refresh::exchange(&request).await?,
        GrantType::ClientCredentials => client_credentials::exchange(&request).await?,
        GrantType::DeviceCode => device_code::exchange(&request).await?,
        GrantType::TokenExchange => exchange::exchange(&request).await?,
        GrantType::JwtBearer => jwt_bearer::exchange(&request).await?,
        GrantType::Implicit => return Err(UNSUPPORTED),
    };
    Ok((client, tokens))
}

/// A token request of a client that proved itself.
struct Request<'a> {
    app: &'a App,
    client: &'a Client,
    params: &'a Params,
    /// Who alone may use the tokens that it gets.
    holder: Option<Holder>,
    now: Timestamp,
}

impl Request<'_> {
    async fn mint(&self) -> Result<Mint<'_>, OAuthError> {
        Ok(Mint::of(self.app, self.client, self.now).await?.held_by(self.holder.as_ref()))
    }
}

/// Why what bought tokens was not spent, and nothing written.
enum Unspent {
    /// It was, a moment earlier.
    Before,
    /// Its session has ended.
    Ended,
    /// The store.
    Broken(StoreError),
}

impl From<StoreError> for Unspent {
    fn from(cause: StoreError) -> Self {
        Self::Broken(cause)
    }
}

/// RFC 6749 section 5.1: never kept by anything on the way.
fn tokens_response(tokens: &Tokens) -> Response {
    let mut response = Json(tokens).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const UNSUPPORTED: OAuthError = ErrorCode::UnsupportedGrantType.because("grant_type is not one that the token endpoint knows");
