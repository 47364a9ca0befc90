//! Where the protocol meets the browser: pages, forms, cookies, journeys. Everything it needs of the web layer passes
//! through here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::error::OAuthError;
use super::logout::{self, Left};
use crate::app::App;
use crate::flow::Form;
use crate::model::draft::AskedFor;
use crate::model::{Draft, GrantId, LocalPath};
use crate::pages::{Page, plain};
use crate::random::Secret;
use crate::store::{StoreError, Tx};
use crate::web::cookies::{self, Jar};
use crate::web::{self, FrameExtras, PageError, Sent, Visitor};
use crate::web::{browser_state, session};

/// The program and who asks it.
pub(super) struct Shell<'a> {
    pub app: &'a Arc<App>,
    pub visitor: &'a Visitor,
}

impl Shell<'_> {
    /// A page for a request that cannot be answered at its address (row P01): the word, and what was wrong. Nothing that
    /// was sent stands in it (row P30).
    pub fn refused(&self, error: &OAuthError, detail: &'static str) -> Response {
        let page = plain::Refused { code: error.code.word(), detail: detail.to_owned() };
        let mut response = web::page(&page, FrameExtras { here: Some("/".to_owned()), ..FrameExtras::default() });
        *response.status_mut() = error.code.status();
        response
    }

    /// The request is over, was answered, or belongs to another browser.
    pub fn expired(&self) -> Response {
        PageError::forbidden("/").into_response()
    }

    /// The program is broken.
    pub fn broken(&self, cause: &dyn std::fmt::Display) -> Response {
        PageError::broken(cause).into_response()
    }

    /// The page after the end of the session, which frames pages of these origins.
    pub fn framing<P: Page>(&self, page: &P, frames: Vec<String>) -> Response {
        web::page(page, FrameExtras { frames, nobody: true, here: Some("/".to_owned()), ..FrameExtras::default() })
    }

    /// A page for a client's request, whose form may end at the client's origin.
    pub fn page<P: Page>(&self, page: &P, action: String, client: Option<AskedFor>) -> Response {
        web::page(page, FrameExtras { action, client, ..FrameExtras::default() })
    }

    /// The form of this place, if it is ours and this person's.
    pub fn form(&self, place: &str, headers: &HeaderMap, body: &Bytes) -> Result<Form, PageError> {
        Sent::read(self.app, self.visitor, place, headers, body).map(|sent| sent.form)
    }

    /// Ends the session of this browser, and tells its apps; those that are left to tell are told by the browser.
    pub async fn end_session(&self) -> Result<Left, Response> {
        let Some(signed_in) = &self.visitor.signed_in else { return Ok(Left::default()) };
        let now = self.visitor.now;
        let ended = self.app.store.write(async |tx: &Tx| session::end(tx, signed_in, now).await).await;
        ended.map_err(|cause| self.broken(&cause))?;
        logout::tell(self.app, signed_in.session.id).await;
        Left::by(self.app, signed_in.session.id, self.visitor.language).await.map_err(|cause| self.broken(&cause))
    }

    /// The answer, after which the browser's pages can tell that this session is on.
    pub fn with_browser_state(&self, response: Response) -> Response {
        browser_state::shown(response, &self.app.tools.keys, self.visitor)
    }

    /// Starts a journey.
    pub async fn begin(&self, flow: &str, draft: Draft, return_to: LocalPath) -> Response {
        self.begin_after(flow, draft, return_to, async |_: &Tx| Ok(())).await
    }

    /// Starts a journey, and in the same write, `before` it, what it stands on.
    pub async fn begin_after(
        &self,
        flow: &str,
        draft: Draft,
        return_to: LocalPath,
        before: impl AsyncFnOnce(&Tx) -> Result<(), StoreError>,
    ) -> Response {
        match web::flow::begin_after(self.app, self.visitor, flow, draft, return_to, before).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }
}

/// The session's cookie, and whatever the browser kept of our pages, go with it (row P32).
pub(super) fn without_session(response: Response) -> Response {
    let response = web::with_cookie(response, cookies::clear(cookies::SESSION));
    let mut response = web::with_cookie(response, browser_state::clear());
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

/// Ties a request to the browser that brought it, until the browser is closed.
pub(super) fn grant_cookie(grant: GrantId, secret: &Secret) -> HeaderValue {
    cookies::set(&cookie_name(grant), secret.expose(), None)
}

/// Takes that cookie away.
pub(super) fn no_grant_cookie(grant: GrantId) -> HeaderValue {
    cookies::clear(&cookie_name(grant))
}

/// What the browser holds for this request.
pub(super) fn cookie_of(headers: &HeaderMap, grant: GrantId) -> Option<Secret> {
    Jar::read(headers).get(&cookie_name(grant)).cloned()
}

/// Two requests in two tabs have two cookies. The end of the id is its random part.
fn cookie_name(grant: GrantId) -> String {
    let id = grant.0.simple().to_string();
    format!("__Host-g-{}", &id[id.len() - 8..])
}
