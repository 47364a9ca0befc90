//! OpenID Connect and OAuth 2.0 as a provider speaks them: one endpoint a file, rules as lists of named functions
//! under their section of the RFC. It knows no screen but its own consent and account chooser; whoever must sign in
//! is sent on a journey and comes back to `/authorize/{grant}`.

pub mod access;
pub mod acr;
pub mod asking;
pub mod authorize;
pub mod binding;
pub mod check_session;
pub mod claims;
pub mod claims_request;
pub mod client_auth;
pub mod client_keys;
pub mod cors;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod end_session;
pub mod error;
pub mod introspection;
pub mod jwe;
pub mod lifetimes;
pub mod logout;
pub mod par;
pub mod params;
pub mod paths;
pub mod profile;
pub mod redirect_uri;
pub mod registration;
pub mod request_object;
pub mod restriction;
pub mod revocation;
pub mod scopes;
mod shell;
pub mod sign_out;
pub mod subject;
pub mod target;
#[cfg(test)]
pub(crate) mod testing;
pub mod token;
pub mod userinfo;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};

use self::registration::dynamic;
use crate::app::App;
use crate::store::{StoreError, Tx};

/// The addresses that programs ask: no cookies, no pages.
pub fn endpoints(app: &App) -> Router<Arc<App>> {
    let documents = discovery::Documents::new(app);
    let (openid, oauth, keys) = (documents.clone(), documents.clone(), documents);
    Router::new()
        .route(paths::TOKEN, post(token::post).options(cors::preflight))
        .route(paths::USERINFO, get(userinfo::answer).post(userinfo::answer).options(cors::preflight))
        .route(paths::CHECK_SESSION, get(check_session::show))
        .route(paths::INTROSPECT, post(introspection::post))
        .route(paths::REVOKE, post(revocation::post).options(cors::preflight))
        .route(paths::DEVICE_AUTHORIZATION, post(device::post))
        .route(paths::PAR, post(par::post).options(cors::preflight))
        .route(
            paths::OPENID_CONFIGURATION,
            get(async move |State(app): State<Arc<App>>, headers: HeaderMap| openid.metadata(&app, &headers).await),
        )
        .route(paths::OAUTH_SERVER, get(async move |State(app): State<Arc<App>>, headers: HeaderMap| oauth.metadata(&app, &headers).await))
        .route(paths::JWKS, get(async move |State(app): State<Arc<App>>, headers: HeaderMap| keys.jwks(&app, &headers).await))
        .layer(DefaultBodyLimit::max(params::MAX_LENGTH))
        .merge(registrations())
}

/// Where apps register themselves. A key set with certificates is longer than any other request.
fn registrations() -> Router<Arc<App>> {
    let own = get(dynamic::show).put(dynamic::replace).delete(dynamic::delete);
    Router::new()
        .route(paths::REGISTER, post(dynamic::register))
        .route(paths::REGISTERED, own)
        .layer(DefaultBodyLimit::max(LONGEST_METADATA))
}

/// Forgets requests, tokens and assertions that ended a day ago; until then a replay is told from nonsense. Gives up what apps
/// did not hear for a day.
pub async fn tidy(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    logout::give_up(app, now).await?;
    let before = now - lifetimes::REMEMBERED;
    app.store
        .write(async |tx: &Tx| {
            tx.grants().forget(before).await?;
            tx.key_proofs().forget(now).await?;
            // Whoever came in time with a pushed request may take as long as any other.
            tx.pushed_requests().forget(now - lifetimes::REQUEST).await?;
            tx.device_requests().forget(before).await?;
            tx.access_tokens().forget(before).await?;
            tx.registration_tokens().forget(before).await?;
            tx.clients().forget_unused(before).await?;
            tx.tokens().forget(before).await.map(|_| ())
        })
        .await
}

/// Who we are. From the settings alone: no header of a request changes it (row P34).
pub fn issuer(app: &App) -> &str {
    &app.tools.config.issuer
}

const LONGEST_METADATA: usize = 64 * 1024;
