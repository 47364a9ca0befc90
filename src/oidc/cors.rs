//! Which web pages may read our answers: those of a client's own origins, and never with cookies (row P33).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::OAuthError;
use super::redirect_uri;
use crate::app::App;
use crate::store::clients::Client;

/// `OPTIONS` of the token and UserInfo endpoints: a browser asks before it sends. Which client it will be is not known
/// yet, so the origin must be that of one of them.
pub async fn preflight(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let mut response = public(&app, StatusCode::NO_CONTENT.into_response(), &headers).await;
    if response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        let allowed = response.headers_mut();
        allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, dpop"));
        allowed.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Lets a page of any client read a public document: which client it is, no such request says.
pub async fn public(app: &App, response: Response, headers: &HeaderMap) -> Response {
    let Some(origin) = headers.get(header::ORIGIN) else { return allow(response, None, headers) };
    match app.store.read().clients().all().await {
        Ok(clients) => allow(response, clients.iter().find(|client| is_of(client, origin)), headers),
        Err(cause) => OAuthError::from(cause).into_response(),
    }
}

/// Lets the page that asks read `response`, if it is the client's.
pub fn allow(mut response: Response, client: Option<&Client>, headers: &HeaderMap) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if let (Some(client), Some(origin)) = (client, headers.get(header::ORIGIN))
        && is_of(client, origin)
    {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("dpop-nonce, www-authenticate"));
    }
    response
}

/// The origin of one of the client's redirect addresses; `null` is nobody's.
pub fn is_of(client: &Client, origin: &HeaderValue) -> bool {
    client.enabled
        && client.settings.redirect_uris.iter().any(|uri| redirect_uri::origin(uri).is_some_and(|own| own.as_bytes() == origin.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    #[test]
    fn p33_only_a_clients_own_page_may_read() {
        let ask = |origin: &str| {
            let headers = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_str(origin).unwrap())]);
            let response = allow("{}".into_response(), Some(&client()), &headers);
            assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
            response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|allowed| allowed.to_str().unwrap().to_owned())
        };
        assert_eq!(ask("https://rp.test").as_deref(), Some("https://rp.test"));
        for origin in ["https://evil.test", "null", "https://rp.test.evil.test", "http://rp.test", "https://rp.test:444", "*", ""] {
            assert_eq!(ask(origin), None, "{origin}");
        }
    }
}
