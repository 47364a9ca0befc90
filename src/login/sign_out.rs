//! The way out: a question, one click, and nothing of the person left in the browser (rows P32, S01; A16).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::app::App;
use crate::pages::plain::{SignOut, SignedOut};
use crate::store::{StoreError, Tx};
use crate::web::{FrameExtras, PageError, Sent, Visitor, cookies, page, see_other, session, with_cookie};

/// `GET /sign-out`.
pub async fn ask(visitor: Visitor) -> Response {
    match visitor.signed_in {
        Some(_) => page(&SignOut { app: None }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }),
        None => page(&SignedOut {}, FrameExtras::default()),
    }
}

/// `POST /sign-out`.
pub async fn go(State(app): State<Arc<App>>, visitor: Visitor, _sent: Sent) -> Result<Response, PageError> {
    end(&app, &visitor).await?;
    Ok(forgotten(see_other(ADDRESS)))
}

/// Ends the session of this browser, if it has one.
pub async fn end(app: &App, visitor: &Visitor) -> Result<(), StoreError> {
    match &visitor.signed_in {
        Some(signed_in) => app.store.write(async |tx: &Tx| session::end(tx, signed_in, visitor.now).await).await,
        None => Ok(()),
    }
}

/// The answer, after which the browser has neither the session nor what it kept of the pages. A known device stays one
/// (decisions 15).
pub fn forgotten(response: Response) -> Response {
    let mut response = with_cookie(response, cookies::clear(cookies::SESSION));
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

const ADDRESS: &str = "/sign-out";
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
