//! How an app sees, without asking the person's server, that they signed out or are somebody else by now (OpenID Connect
//! Session Management 1.0 sections 2 to 4). The page answers a frame's question from the browser's own cookie; it asks us
//! nothing, and learns nothing but whether the state is still the one that the app was told.

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::redirect_uri;
use crate::app::App;
use crate::model::{Hash, SessionId};
use crate::pages::assets;
use crate::store::grants::Grant;
use crate::web::browser_state;
use crate::web::headers::Exceptions;

/// `GET /check-session`. It is nobody's page: no word, no frame of ours, no language but the script's.
pub async fn show() -> Response {
    let script = assets::address("check-session.js").expect("it is one of our assets");
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Session</title><script src=\"{script}\"></script></head></html>"
    );
    let mut response = Html(page).into_response();
    response.extensions_mut().insert(Exceptions { framed_by_anybody: true, ..Exceptions::default() });
    response
}

/// The `session_state` of an answer: what the page will compare, and the salt that it needs for it.
pub(super) fn state(app: &App, grant: &Grant, session: SessionId) -> String {
    let origin = redirect_uri::origin(&grant.request.redirect_uri).unwrap_or_default();
    let salt = BASE64_URL_SAFE_NO_PAD.encode(app.tools.random.bytes::<9>());
    salted(&grant.client_id, &origin, &browser_state::of(&app.tools.keys, session), &salt)
}

/// Section 4.2; `check-session.js` makes the same.
fn salted(client_id: &str, origin: &str, state: &str, salt: &str) -> String {
    let hash = Hash::of(format!("{client_id} {origin} {state} {salt}").as_bytes());
    format!("{}.{salt}", BASE64_URL_SAFE_NO_PAD.encode(hash.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_another_for_another_client_origin_browser_or_salt() {
        let one = salted("app", "https://rp.test", "state", "salt");
        assert!(one.ends_with(".salt") && !one.contains(' '));
        for (client, origin, state, salt) in [
            ("bpp", "https://rp.test", "state", "salt"),
            ("app", "https://rq.test", "state", "salt"),
            ("app", "https://rp.test", "", "salt"),
            ("app", "https://rp.test", "state", "pepper"),
        ] {
            assert_ne!(salted(client, origin, state, salt), one);
        }
    }
}
