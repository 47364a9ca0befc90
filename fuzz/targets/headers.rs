//! Z4: the headers by which somebody is known: `Authorization` of apps and of their tokens, and cookies. The two stand in one input,
//! with a zero byte between them. Whoever is let in showed, read by another reader, exactly the secret.

#![no_main]

use std::cell::RefCell;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use libfuzzer_sys::fuzz_target;
use preau::web::cookies::{self, Jar};
use preau_fuzz::{Program, SECRET};

thread_local! {
    static PROGRAM: RefCell<Program> = RefCell::new(Program::start());
}

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (authorization, cookie) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if let Ok(value) = HeaderValue::from_bytes(authorization) {
        for (path, body) in [("/token", "grant_type=client_credentials"), ("/introspect", "token=x"), ("/register", "{}")] {
            let answer = ask("POST", path, header::AUTHORIZATION, &value, body);
            let let_in = answer.status == StatusCode::OK;
            assert!(!let_in || is_the_app(authorization), "{path} lets in {:?}", String::from_utf8_lossy(authorization));
        }
        let answer = ask("GET", "/userinfo", header::AUTHORIZATION, &value, "");
        assert!(answer.status.is_client_error(), "no token was ever given out: {answer:?}");
        let answer = ask("GET", "/register/app", header::AUTHORIZATION, &value, "");
        assert!(answer.status.is_client_error(), "the app did not register itself: {answer:?}");
    }
    if let Ok(value) = HeaderValue::from_bytes(cookie) {
        stands_there(&value);
        let answer = ask("GET", "/account", header::COOKIE, &value, "");
        assert_ne!(answer.status, StatusCode::OK, "nobody has a session");
        let answer = ask("POST", "/sign-out", header::COOKIE, &value, "csrf=x");
        assert!(answer.status.is_client_error() || answer.status.is_redirection() || answer.status == StatusCode::OK);
    }
});

fn ask(method: &str, path: &str, name: header::HeaderName, value: &HeaderValue, body: &'static str) -> preau_fuzz::Answer {
    let kind = if path == "/register" { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request::builder().method(method).uri(path).header(name, value).header(header::CONTENT_TYPE, kind);
    PROGRAM.with_borrow_mut(|program| program.ask(request.body(Body::from(body)).expect("a request")))
}

/// RFC 7617, and RFC 6749 section 2.3.1 behind it.
fn is_the_app(value: &[u8]) -> bool {
    let Some(encoded) = std::str::from_utf8(value).ok().and_then(|value| value.split_once(' ')) else { return false };
    let decoded = BASE64_STANDARD.decode(encoded.1.trim_start_matches(' ')).unwrap_or_default();
    let pair: Vec<String> = decoded
        .splitn(2, |byte| *byte == b':')
        .map(|half| {
            let form: Vec<u8> = [b"x=", half].concat();
            url::form_urlencoded::parse(&form).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
        })
        .collect();
    encoded.0.eq_ignore_ascii_case("basic") && pair == ["app", SECRET]
}

/// A cookie that we read stands in the header, by its whole name and with its whole value.
fn stands_there(value: &HeaderValue) {
    let headers = [(header::COOKIE, value.clone())].into_iter().collect();
    let jar = Jar::read(&headers);
    for name in [cookies::SESSION, cookies::PRE, cookies::DEVICE, cookies::LANGUAGE] {
        if let Some(secret) = jar.get(name) {
            let pair = format!("{name}={}", secret.expose());
            let there = value.to_str().unwrap_or_default().split(';').any(|part| part.trim() == pair);
            assert!(there, "{pair:?} does not stand in {value:?}");
        }
    }
    let _ = jar.journeys();
}
