//! Where the protocol meets the browser: pages, forms, cookies, journeys. Everything it needs of the web layer passes
//! through here.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::OAuthError;
use super::params::Params;
use crate::app::App;
use crate::model::{Draft, GrantId, LocalPath};
use crate::pages::Page;
use crate::random::Secret;
use crate::store::clients::Client;
use crate::web::Visitor;

/// The program and who asks it.
pub(super) struct Shell<'a> {
    pub app: &'a App,
    pub visitor: &'a Visitor,
}

impl Shell<'_> {
    /// A page for a request that cannot be answered at its address (row P01): the word, and what was wrong.
    pub fn refused(&self, error: &OAuthError, detail: &str) -> Response {
        todo!()
    }

    /// The request is over, was answered, or belongs to another browser.
    pub fn expired(&self) -> Response {
        todo!()
    }

    /// The program is broken.
    pub fn broken(&self, cause: &dyn std::fmt::Display) -> Response {
        todo!()
    }

    /// A page for a client's request.
    pub fn page<P: Page>(&self, page: &P, action: &str, client: &Client, origin: &str) -> Response {
        todo!()
    }

    /// The form of this place, if it is ours and this person's.
    pub fn form(&self, place: &str, headers: &HeaderMap, body: &[u8]) -> Result<Params, Response> {
        todo!()
    }

    /// Asks the person whether to sign out; a yes is sent to `action` and the browser may then go to `then`.
    pub fn ask_to_sign_out(&self, action: &str, client: Option<&Client>, then: Option<&str>) -> Response {
        todo!()
    }

    /// The page after it.
    pub fn signed_out(&self) -> Response {
        todo!()
    }

    /// Ends the session of this browser.
    pub async fn end_session(&self) -> Result<(), Response> {
        todo!()
    }

    /// Starts a journey.
    pub async fn begin(&self, flow: &str, draft: Draft, return_to: LocalPath) -> Response {
        todo!()
    }
}

/// The session's cookie and whatever the browser kept go with it (row P32).
pub(super) fn signed_out_headers(response: Response) -> Response {
    todo!()
}

/// On to a page of ours, or to an address that was registered.
pub(super) fn see_other(address: &str) -> Response {
    let location = HeaderValue::try_from(address).expect("what is registered or ours is plain ASCII");
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The answer, with a cookie.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("our cookies are plain"));
    response
}

/// Ties a request to the browser that brought it.
pub(super) fn grant_cookie(grant: GrantId, secret: &Secret) -> String {
    format!("{}={}; {ATTRIBUTES}", cookie_name(grant), secret.expose())
}

/// Takes that cookie away.
pub(super) fn no_grant_cookie(grant: GrantId) -> String {
    format!("{}=; {ATTRIBUTES}; Max-Age=0", cookie_name(grant))
}

/// What the browser holds for this request.
pub(super) fn cookie_of(headers: &HeaderMap, grant: GrantId) -> Option<Secret> {
    let name = cookie_name(grant);
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split("; "));
    pairs.filter_map(|pair| pair.split_once('=')).find(|(found, _)| *found == name).map(|(_, value)| Secret::new(value))
}

/// Two requests in two tabs have two cookies. The end of the id is its random part.
fn cookie_name(grant: GrantId) -> String {
    let id = grant.0.simple().to_string();
    format!("__Host-g-{}", &id[id.len() - 8..])
}

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
