//! The headers of every answer (security.md 2.7; P24, C2): one layer around the whole program, so that no handler and
//! no error can forget them.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// What one page may do beyond the usual policy; put into its response's extensions. This is the table of exceptions:
/// nothing else loosens a page. (Of rows that bind cookies there is one exception, `cookies::BROWSER_STATE`.)
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// `form-action`: the one origin, beside our own, that the page's form may end at. It is that of the validated redirect
    /// address of this interaction; Chromium applies `form-action` to the redirect after a POST.
    pub form_to: Option<String>,
    /// `frame-src`: the origins of the apps that the signed-out page tells (OpenID Connect Front-Channel Logout 1.0).
    pub frames: Vec<String>,
    /// `frame-ancestors`: any page may frame it. For the page by which apps see that a session changed (OpenID Connect
    /// Session Management 1.0), which shows nothing, takes no form and knows nobody.
    pub framed_by_anybody: bool,
}

/// Wraps every answer.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let exceptions = response.extensions().get::<Exceptions>().cloned().unwrap_or_default();
    let html = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) || html {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if html {
        headers.insert(CONTENT_SECURITY_POLICY, policy(&exceptions));
        for (name, value) in PAGES {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// The policy of a page. An origin that is not plain `scheme://host` text is left out: the form or frame then fails closed.
fn policy(exceptions: &Exceptions) -> HeaderValue {
    let plain =
        |origin: &&String| origin.contains("://") && origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-[]+".contains(&byte));
    let origin = exceptions.form_to.as_ref().filter(plain).map(|origin| format!(" {origin}")).unwrap_or_default();
    let frames: String = exceptions.frames.iter().filter(plain).map(|origin| format!(" {origin}")).collect();
    let frames = if frames.is_empty() { frames } else { format!(" frame-src{frames};") };
    let framed_by = if exceptions.framed_by_anybody { "*" } else { "'none'" };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';{frames} \
         form-action 'self'{origin}; frame-ancestors {framed_by}; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'"
    );
    HeaderValue::from_str(&policy).expect("the origin was checked to be plain ASCII")
}

const ALWAYS: [(HeaderName, &str); 4] = [
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const PAGES: [(HeaderName, &str); 2] = [
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    ),
];

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::response::{Html, IntoResponse};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str) -> Response {
        let router = Router::new()
            .route("/page", get(async || (StatusCode::BAD_REQUEST, Html("<p>"))))
            .route("/form", get(async || with(Exceptions { form_to: text("https://app.example:8443"), ..Exceptions::default() })))
            .route("/bad", get(async || with(Exceptions { form_to: text("https://a; script-src *"), ..Exceptions::default() })))
            .route("/frames", get(async || with(Exceptions { frames: FRAMES.map(str::to_owned).to_vec(), ..Exceptions::default() })))
            .route("/framed", get(async || with(Exceptions { framed_by_anybody: true, ..Exceptions::default() })))
            .route("/json", get(async || ([(CONTENT_TYPE, "application/json")], "{}")))
            .route("/kept", get(async || ([(CACHE_CONTROL, "public, max-age=3600")], "k")))
            .layer(axum::middleware::from_fn(secure));
        router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    const FRAMES: [&str; 3] = ["https://a.example", "http://127.0.0.1:3000", "*; script-src *"];

    fn text(origin: &str) -> Option<String> {
        Some(origin.to_owned())
    }

    fn with(exceptions: Exceptions) -> Response {
        let mut response = Html("<form>").into_response();
        response.extensions_mut().insert(exceptions);
        response
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn c2_every_page_carries_the_whole_set_also_a_refusal() {
        for path in ["/page", "/form", "/bad"] {
            let response = ask(path).await;
            let policy = header(&response, "content-security-policy");
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'"));
            assert_eq!(header(&response, "strict-transport-security"), "max-age=31536000; includeSubDomains");
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
            assert_eq!(header(&response, "referrer-policy"), "no-referrer");
            assert_eq!(header(&response, "cross-origin-opener-policy"), "same-origin");
            assert_eq!(header(&response, "cross-origin-resource-policy"), "same-origin");
            assert_eq!(header(&response, "cache-control"), "no-store");
            assert_eq!(
                header(&response, "permissions-policy"),
                "camera=(), microphone=(), geolocation=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"
            );
        }
    }

    #[tokio::test]
    async fn a_form_may_end_at_one_other_origin_and_at_nothing_that_is_none() {
        assert!(header(&ask("/form").await, "content-security-policy").contains("form-action 'self' https://app.example:8443;"));
        assert!(header(&ask("/page").await, "content-security-policy").contains("form-action 'self';"));
        assert!(header(&ask("/bad").await, "content-security-policy").contains("form-action 'self';"));
    }

    #[tokio::test]
    async fn p24_one_page_frames_the_apps_that_it_names_and_one_may_be_framed() {
        let policy = async |path| header(&ask(path).await, "content-security-policy").to_owned();
        assert!(
            policy("/frames")
                .await
                .contains("; frame-src https://a.example http://127.0.0.1:3000; form-action 'self'; frame-ancestors 'none';")
        );
        assert!(policy("/framed").await.contains("frame-ancestors *;") && !policy("/framed").await.contains("frame-src"));
        assert!(policy("/page").await.contains("frame-ancestors 'none';") && !policy("/page").await.contains("frame-src"));
    }

    #[tokio::test]
    async fn c2_what_says_nothing_about_caching_is_not_kept() {
        assert_eq!(header(&ask("/json").await, "cache-control"), "no-store");
        assert_eq!(header(&ask("/kept").await, "cache-control"), "public, max-age=3600");
        assert_eq!(header(&ask("/json").await, "content-security-policy"), "");
    }
}
