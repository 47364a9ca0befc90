//! Which web pages may read our answers: those of a client's own origins, and never with cookies (row P33).

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::redirect_uri;
use crate::store::clients::Client;

/// Lets the page that asks read `response`, if it is the client's.
pub fn allow(mut response: Response, client: Option<&Client>, headers: &HeaderMap) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if let (Some(client), Some(origin)) = (client, headers.get(header::ORIGIN))
        && is_of(client, origin)
    {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
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
    use axum::response::IntoResponse;

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
