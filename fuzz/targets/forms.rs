//! Z2: requests for authorization, for tokens, and everything else that comes as a form, through the whole program. The first byte is
//! the endpoint, the rest is the form.

#![no_main]

use std::cell::RefCell;
use std::collections::HashSet;

use axum::body::Body;
use axum::http::{Request, Uri, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use libfuzzer_sys::fuzz_target;
use preau::oidc::params::Params;
use preau_fuzz::{Program, SECRET};

thread_local! {
    static PROGRAM: RefCell<Program> = RefCell::new(Program::start());
}

/// Where a form is read by the rules of OAuth: in the query, or in the body; the second with the secret of the app.
const ENDPOINTS: &[(&str, &str, bool)] = &[
    ("GET", "/authorize", false),
    ("POST", "/authorize", false),
    ("POST", "/token", true),
    ("POST", "/token", false),
    ("POST", "/par", true),
    ("POST", "/par", false),
    ("POST", "/introspect", true),
    ("POST", "/revoke", true),
    ("POST", "/device-authorization", true),
    ("GET", "/end-session", false),
    ("POST", "/end-session", false),
];

/// And where it is read by other rules: only the rules for every answer hold.
const OTHERS: &[(&str, &str)] = &[("POST", "/device"), ("POST", "/register"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/help")];

fuzz_target!(|data: &[u8]| {
    let Some((first, form)) = data.split_first() else { return };
    let at = usize::from(*first) % (ENDPOINTS.len() + OTHERS.len());
    read_alike(form);
    let (method, path, secret) = ENDPOINTS.get(at).copied().unwrap_or_else(|| {
        let (method, path) = OTHERS[at - ENDPOINTS.len()];
        (method, path, false)
    });
    let Some(request) = request(method, path, secret, form) else { return };
    let answer = PROGRAM.with_borrow_mut(|program| program.ask(request));
    if at < ENDPOINTS.len() && repeats(form) {
        let refused = answer.status.is_client_error() && answer.location().is_empty();
        assert!(refused, "{method} {path} takes a parameter twice: {:?}: {answer:?}", String::from_utf8_lossy(form));
    }
});

fn request(method: &str, path: &str, secret: bool, form: &[u8]) -> Option<Request<Body>> {
    let (uri, body) = match method {
        "GET" => (format!("{path}?{}", std::str::from_utf8(form).ok()?), Vec::new()),
        _ => (path.to_owned(), form.to_vec()),
    };
    let kind = if path == "/register" { "application/json" } else { "application/x-www-form-urlencoded" };
    let mut request = Request::builder().method(method).uri(uri.parse::<Uri>().ok()?).header(header::CONTENT_TYPE, kind);
    if secret {
        request = request.header(header::AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(format!("app:{SECRET}"))));
    }
    // A fragment is no part of a request.
    let query_is_whole = method != "GET" || !form.contains(&b'#');
    request.body(Body::from(body)).ok().filter(|_| query_is_whole)
}

/// Does a name stand in it twice? As the URL standard reads forms.
fn repeats(form: &[u8]) -> bool {
    let mut names = HashSet::new();
    url::form_urlencoded::parse(form).any(|(name, _)| !names.insert(name))
}

/// What we take has the names and values that the URL standard reads there.
fn read_alike(form: &[u8]) {
    let Ok(params) = Params::parse(form) else { return };
    assert!(!repeats(form), "taken though it repeats: {:?}", String::from_utf8_lossy(form));
    for (name, value) in url::form_urlencoded::parse(form) {
        assert_eq!(params.get(&name), Some(&*value).filter(|value| !value.is_empty()), "{name}");
    }
    let again = Params::parse(params.encode().as_bytes());
    assert_eq!(again.ok().as_ref(), Some(&params).filter(|params| params.encode().len() <= preau::oidc::params::MAX_LENGTH));
}
