//! Which host was asked: ours, by the configured issuer, or none (row W07, D8). Nothing else ever reads `Host`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{PageError, cookies, district, see_other, with_cookie};
use crate::app::App;

/// Answers 421 to whoever asks for another host (RFC 9110 section 15.5.20). Probes ask by address and are let through.
pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let probe = PROBES.contains(&request.uri().path());
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let ours = [Some(district::origin(&app)), district::certificate_origin(&app)];
    if probe || ours.into_iter().flatten().any(|origin| is_ours(origin, request.headers(), authority.as_deref())) {
        return next.run(request).await;
    }
    // A school's own address leads to the one that signs people in: a session has one host (E7).
    let school = district::hosts(&app).iter().find(|own| is_named(&own.host, request.headers(), authority.as_deref()));
    match school.filter(|_| request.method().is_safe()) {
        Some(own) => {
            let name: String = url::form_urlencoded::byte_serialize(own.school.as_bytes()).collect();
            see_other(&format!("{}/at/{name}", district::origin(&app)))
        }
        None => (StatusCode::MISDIRECTED_REQUEST, "421\n").into_response(),
    }
}

/// `GET /at/{school}`: from now on the pages are those of this school, named by its `sourcedId`; of none, if it has none.
pub async fn at_school(State(app): State<Arc<App>>, Path(school): Path<String>) -> Result<Response, PageError> {
    let found = app.store.read().people().school(&school).await?;
    let response = see_other("/");
    Ok(match found {
        Some(school) => with_cookie(response, cookies::set(cookies::SCHOOL, &school.id.to_string(), Some(A_YEAR))),
        None => with_cookie(response, cookies::clear(cookies::SCHOOL)),
    })
}

/// One `Host`, and this one.
fn is_named(host: &str, headers: &HeaderMap, authority: Option<&str>) -> bool {
    ["https", "http"].iter().any(|scheme| is_ours(&format!("{scheme}://{host}"), headers, authority))
}

/// One `Host`, and that of `origin`; the same for the authority of an absolute request line or of HTTP/2.
fn is_ours(origin: &str, headers: &HeaderMap, authority: Option<&str>) -> bool {
    let named: Vec<&str> = headers.get_all(HOST).iter().map(|host| host.to_str().unwrap_or("?")).chain(authority).collect();
    let (scheme, ours) = origin.split_once("://").unwrap_or(("https", origin));
    let port = if scheme == "https" { ":443" } else { ":80" };
    let same = |host: &&str| host.eq_ignore_ascii_case(ours) || host.strip_suffix(port).is_some_and(|host| host.eq_ignore_ascii_case(ours));
    headers.get_all(HOST).iter().count() <= 1 && !named.is_empty() && named.iter().all(same)
}

const A_YEAR: Duration = Duration::from_hours(365 * 24);
const PROBES: &[&str] = &["/healthz", "/readyz", "/metrics"];

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn hosts(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HOST, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn p34_only_the_configured_host_is_ours() {
        let ours = "https://id.ecole.example";
        for (sent, authority, expected) in [
            (&["id.ecole.example"][..], None, true),
            (&["ID.ecole.example:443"], None, true),
            (&["id.ecole.example"], Some("id.ecole.example"), true),
            (&[], Some("id.ecole.example"), true),
            (&["id.ecole.example:80"], None, false),
            (&["evil.example"], None, false),
            (&["id.ecole.example", "evil.example"], None, false),
            (&["id.ecole.example", "id.ecole.example"], None, false),
            (&["id.ecole.example"], Some("evil.example"), false),
            (&["id.ecole.example.evil.example"], None, false),
            (&[], None, false),
        ] {
            assert_eq!(is_ours(ours, &hosts(sent), authority), expected, "{sent:?} {authority:?}");
        }
        assert!(is_ours("http://localhost:8080", &hosts(&["localhost:8080"]), None));
        assert!(!is_ours("http://localhost:8080", &hosts(&["localhost"]), None));
    }
}
