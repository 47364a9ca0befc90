//! What tells one state of this browser from another: nobody signed in, or this session (OpenID Connect Session Management
//! 1.0). It is made of the session's id and says nothing of it; it changes with every sign-in and goes with the sign-out.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::{Visitor, cookies, with_cookie};
use crate::keys::{KeyStore, Purpose};
use crate::model::SessionId;

/// The state of a browser with this session.
pub fn of(keys: &KeyStore, session: SessionId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(keys.mac(Purpose::Ticket, &[b"browser state", session.0.as_bytes()]).0)
}

/// The cookie of that state; it ends with the browser.
pub fn cookie(keys: &KeyStore, session: SessionId) -> HeaderValue {
    cookies::set_browser_state(&of(keys, session), None)
}

/// Nobody is signed in.
pub fn clear() -> HeaderValue {
    cookies::set_browser_state("", Some(Duration::ZERO))
}

/// The answer, with the cookie where the browser holds another than that of its session.
pub fn shown(response: Response, keys: &KeyStore, visitor: &Visitor) -> Response {
    let Some(signed_in) = &visitor.signed_in else { return response };
    let held = visitor.cookie(cookies::BROWSER_STATE).map(|state| state.expose().to_owned());
    match held == Some(of(keys, signed_in.session.id)) {
        true => response,
        false => with_cookie(response, cookie(keys, signed_in.session.id)),
    }
}

/// The answer, without the state of a session that is over: one that ran out, or was ended elsewhere. A request from
/// another site comes without the session's cookie, and says nothing of it.
pub(super) fn corrected(response: Response, visitor: &Visitor) -> Response {
    let holds = |name| visitor.cookie(name).is_some();
    match visitor.signed_in.is_none() && holds(cookies::SESSION) && holds(cookies::BROWSER_STATE) {
        true => with_cookie(response, clear()),
        false => response,
    }
}
