//! Answers that are the same for everybody for a second: what clients must know before they ask, and the public keys. They are
//! the most asked for of all, and most of what such a question costs is the way through the program's layers. So the first one of a
//! second takes that way, and what comes out of it, headers and all, is the answer to those that follow; until the keys change: one that
//! signs is published, however young it is.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use tower::ServiceExt;

use crate::clock::Clock;
use crate::keys::Published;
use crate::model::Timestamp;
use crate::oidc::paths;

/// The program's answers, ready ones first.
#[derive(Clone)]
pub(super) struct Answers {
    router: Router,
    ready: Option<Arc<Ready>>,
}

struct Ready {
    now: Box<dyn Fn() -> Moment + Send + Sync>,
    /// The `Host` of whoever asks us by our own name, as most write it.
    host: HeaderValue,
    kept: [Mutex<Option<Kept>>; PATHS.len()],
}

/// What an answer is true of: a second, and the keys in it.
#[derive(Clone, PartialEq)]
struct Moment(Timestamp, Published);

/// An answer, as the layers gave it.
#[derive(Clone)]
struct Kept {
    at: Moment,
    headers: HeaderMap,
    body: Bytes,
}

impl Answers {
    /// Those of a router alone.
    #[cfg(test)]
    pub(super) fn of(router: Router) -> Self {
        Self { router, ready: None }
    }

    /// Those of the whole program, whose name is `issuer`.
    pub(super) fn of_issuer(
        issuer: &str,
        router: Router,
        clock: &Arc<dyn Clock>,
        published: impl Fn() -> Published + Send + Sync + 'static,
    ) -> Self {
        let host = HeaderValue::from_str(issuer.split_once("://").map_or(issuer, |(_, host)| host));
        let clock = Arc::clone(clock);
        let now = Box::new(move || Moment(clock.now(), published()));
        Self { router, ready: host.ok().map(|host| Arc::new(Ready { now, host, kept: Default::default() })) }
    }

    /// The same, with the router changed.
    pub(super) fn map(self, change: impl FnOnce(Router) -> Router) -> Self {
        Self { router: change(self.router), ..self }
    }

    /// Answers a request.
    pub(super) async fn answer(&self, request: Request) -> Result<Response, std::convert::Infallible> {
        let Some((ready, place)) = self.ready.as_ref().and_then(|ready| Some((ready, ready.place(&request)?))) else {
            return self.router.clone().oneshot(request).await;
        };
        // Before the answer is made: keys that change meanwhile are in it, or make it the answer of another moment.
        let now = (ready.now)();
        if let Some(kept) = ready.at(place, &now) {
            return Ok(kept.response());
        }
        let response = self.router.clone().oneshot(request).await?;
        Ok(ready.keep(place, now, response).await)
    }
}

impl Ready {
    /// Which of the answers it asks for, if nothing in it asks for another than everybody gets.
    fn place(&self, request: &Request) -> Option<usize> {
        let place = PATHS.iter().position(|path| *path == request.uri().path())?;
        let headers = request.headers();
        let mut hosts = headers.get_all(header::HOST).iter();
        let plain = request.method() == Method::GET
            && request.uri().authority().is_none()
            && (hosts.next(), hosts.next()) == (Some(&self.host), None)
            && !headers.contains_key(header::ORIGIN)
            && !headers.contains_key(header::IF_NONE_MATCH);
        plain.then_some(place)
    }

    fn at(&self, place: usize, now: &Moment) -> Option<Kept> {
        let kept = self.kept[place].lock().expect("nothing panics while it holds the answer");
        kept.as_ref().filter(|kept| kept.at == *now).cloned()
    }

    async fn keep(&self, place: usize, at: Moment, response: Response) -> Response {
        if response.status() != StatusCode::OK {
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = axum::body::to_bytes(body, LONGEST).await else {
            return Response::from_parts(parts, Body::empty());
        };
        let kept = Kept { at, headers: parts.headers.clone(), body: body.clone() };
        *self.kept[place].lock().expect("nothing panics while it holds the answer") = Some(kept);
        Response::from_parts(parts, Body::from(body))
    }
}

impl Kept {
    fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.headers_mut() = self.headers;
        response
    }
}

const PATHS: [&str; 3] = [paths::OPENID_CONFIGURATION, paths::OAUTH_SERVER, paths::JWKS];
/// No document of ours is nearly as long.
const LONGEST: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::routing::get;

    use super::*;
    use crate::clock::FixedClock;
    use crate::keys::KeyStore;

    const HOST: (&str, &str) = ("host", "id.ecole.example");

    /// A program that counts how often it is asked for its keys.
    fn answers(clock: &Arc<FixedClock>) -> (Answers, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let counting = Arc::clone(&asked);
        let keys = get(async move || ([("etag", "\"1\"")], format!("{}", counting.fetch_add(1, Ordering::Relaxed))));
        let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
        let ring = KeyStore::for_tests().published();
        let published = move || ring.clone();
        (Answers::of_issuer("https://id.ecole.example", Router::new().route(paths::JWKS, keys), &clock, published), asked)
    }

    async fn ask(answers: &Answers, method: Method, headers: &[(&'static str, &'static str)]) -> (StatusCode, String, bool) {
        let mut request = Request::builder().method(method).uri(paths::JWKS);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = answers.answer(request.body(Body::empty()).unwrap()).await.unwrap();
        let (status, tagged) = (response.status(), response.headers().contains_key("etag"));
        let body = axum::body::to_bytes(response.into_body(), LONGEST).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap(), tagged)
    }

    #[tokio::test]
    async fn the_first_of_a_second_asks_the_program_and_the_others_get_the_same_whole_answer() {
        let clock = Arc::new(FixedClock::at(Timestamp(100)));
        let (answers, asked) = answers(&clock);
        for _ in 0..3 {
            assert_eq!(ask(&answers, Method::GET, &[HOST]).await, (StatusCode::OK, "0".to_owned(), true));
        }
        clock.set(Timestamp(101));
        assert_eq!(ask(&answers, Method::GET, &[HOST]).await, (StatusCode::OK, "1".to_owned(), true));
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn keys_that_are_exchanged_are_published_within_the_same_second() {
        let rings = [KeyStore::for_tests().published(), KeyStore::for_tests().published()];
        let present = Arc::new(AtomicU32::new(0));
        let asked = Arc::new(AtomicU32::new(0));
        let (counting, choosing) = (Arc::clone(&asked), Arc::clone(&present));
        let keys = get(async move || format!("{}", counting.fetch_add(1, Ordering::Relaxed)));
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(Timestamp(100)));
        let published = move || rings[choosing.load(Ordering::Relaxed) as usize].clone();
        let answers = Answers::of_issuer("https://id.ecole.example", Router::new().route(paths::JWKS, keys), &clock, published);
        for (ring, body) in [(0, "0"), (0, "0"), (1, "1"), (1, "1")] {
            present.store(ring, Ordering::Relaxed);
            assert_eq!(ask(&answers, Method::GET, &[HOST]).await.1, body);
        }
    }

    #[tokio::test]
    async fn whoever_asks_otherwise_is_answered_by_the_program_itself() {
        let (answers, asked) = answers(&Arc::new(FixedClock::at(Timestamp(100))));
        ask(&answers, Method::GET, &[HOST]).await;
        let others: [&[(&str, &str)]; 6] = [
            &[],
            &[("host", "evil.example")],
            &[HOST, ("host", "evil.example")],
            &[HOST, HOST],
            &[HOST, ("origin", "https://rp.test")],
            &[HOST, ("if-none-match", "\"1\"")],
        ];
        for (n, headers) in (2..).zip(others) {
            ask(&answers, Method::GET, headers).await;
            assert_eq!(asked.load(Ordering::Relaxed), n, "{headers:?}");
        }
        assert_eq!(ask(&answers, Method::POST, &[HOST]).await.0, StatusCode::METHOD_NOT_ALLOWED);
    }
}
