//! A client of HTTP with a cookie jar, for tests that look at each answer by itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;
use url::form_urlencoded;

use super::world::World;

/// One browser, or one server that asks.
#[derive(Clone)]
pub struct Agent {
    router: Router,
    host: String,
    cookies: BTreeMap<String, String>,
    peer: Option<SocketAddr>,
    device: Option<&'static str>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Agent {
    /// One without cookies.
    pub fn new(world: &World) -> Self {
        let host = world.issuer().split_once("://").expect("an issuer has a scheme").1;
        Self::of(world.router.clone(), host)
    }

    /// One without cookies, at any program.
    pub fn of(router: Router, host: &str) -> Self {
        Self { router, host: host.to_owned(), cookies: BTreeMap::new(), peer: None, device: None }
    }

    /// The same browser in another network, or asking another node.
    pub fn moved(mut self, router: Router, network: &str) -> Self {
        self.router = router;
        self.peer = Some(SocketAddr::new(network.parse().unwrap(), 50_000));
        self
    }

    /// One that says so of itself (`User-Agent`).
    pub fn on(mut self, device: &'static str) -> Self {
        self.device = Some(device);
        self
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.get(name).cloned()
    }

    /// The names of its cookies.
    pub fn cookies(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    /// Puts a cookie into the jar.
    pub fn keep(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Takes over the cookies of another: the same browser, which sent them only there.
    pub fn adopt(&mut self, other: &Self) {
        self.cookies.extend(other.cookies.clone());
    }

    /// Gets a page, following nothing.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// Sends a form, following nothing.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, &[("sec-fetch-site", "same-origin".to_owned())], Some(form)).await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, String)], form: Option<&[(&str, &str)]>) -> Answer {
        let encoded = form.map(|form| form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish());
        self.send_body(method, path, headers, encoded.map(|encoded| ("application/x-www-form-urlencoded", encoded))).await
    }

    /// Sends JSON, as programs do.
    pub async fn send_json(&mut self, method: Method, path: &str, headers: &[(&str, String)], body: &Value) -> Answer {
        self.send_body(method, path, headers, Some(("application/json", body.to_string()))).await
    }

    /// Fetches a picture: its status, its kind, and what it may do.
    pub async fn picture(&self, path: &str) -> (StatusCode, String, String) {
        let request = Request::builder().uri(path).header(header::HOST, &self.host).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let header = |name| response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
        (response.status(), header(header::CONTENT_TYPE), header(header::CONTENT_SECURITY_POLICY))
    }

    /// Sends a body of any kind.
    pub async fn send_body(&mut self, method: Method, path: &str, headers: &[(&str, String)], body: Option<(&str, String)>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, &self.host);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some(device) = self.device {
            request = request.header(header::USER_AGENT, device);
        }
        if !self.cookies.is_empty() {
            let jar: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, jar.join("; "));
        }
        let body = match body {
            Some((kind, text)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(text)
            }
            None => Body::empty(),
        };
        let mut request = request.body(body).unwrap();
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.store(cookie.to_str().unwrap());
        }
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        answer.check();
        answer
    }

    /// Row C7: every cookie is a `__Host-` cookie.
    fn store(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        assert!(name.starts_with("__Host-") && attributes.contains("Secure") && attributes.contains("Path=/"), "{cookie}");
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name)
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned())
        };
    }
}

impl Answer {
    /// What is true of every answer: no browser sends a form's body along (row P25), and no answer in JSON is kept but
    /// the public documents (row C2); nothing is broken (row C4).
    fn check(&self) {
        assert!(!self.status.is_redirection() || matches!(self.status, StatusCode::SEE_OTHER | StatusCode::NOT_MODIFIED), "{self:?}");
        assert!(!self.status.is_server_error(), "{self:?}");
        if self.header("content-type") == "application/json" && self.header("etag").is_empty() {
            assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        }
    }

    /// Where it leads.
    pub fn location(&self) -> String {
        self.header("location")
    }

    /// One header.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The error word of a JSON answer.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// What stands in the element of an id, as text without markup.
    pub fn text_of(&self, id: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("id=\"{id}\""))?;
        let (_, rest) = rest.split_once('>')?;
        Some(rest.split_once('<')?.0.to_owned())
    }

    /// The value of a hidden field.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    }
}
