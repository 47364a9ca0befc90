//! What was sent back, once it is known to be a form of ours: small, each field once, with the token of this browser
//! and this place (rows I02, P03, P18, S11). A handler that takes [`Sent`] cannot forget any of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};

use super::csrf::{self, SHOWING};
use super::{PageError, Visitor, district};
use crate::app::App;
use crate::flow::Form;
use crate::model::Hash;

/// A form that is ours.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What was typed, without the token.
    pub form: Form,
    /// Which showing of the form it answers.
    pub showing: [u8; SHOWING],
    /// Of its bytes; the same form sent twice has the same.
    pub digest: Hash,
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        let body = to_bytes(body, LARGEST).await.map_err(|_| malformed(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large"))?;
        Self::read(app, &visitor, parts.uri.path(), &parts.headers, &body)
    }
}

impl Sent {
    /// Reads a form that was sent to `place`.
    pub fn read(app: &App, visitor: &Visitor, place: &str, headers: &HeaderMap, body: &Bytes) -> Result<Self, PageError> {
        if !csrf::came_from_us(headers, district::origin(app)) {
            return Err(PageError::NotAllowed);
        }
        if body.len() > LARGEST {
            return Err(malformed(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large"));
        }
        let is_form = |kind: &str| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM));
        if !headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(is_form) {
            return Err(malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not a form"));
        }
        let mut fields = fields(body)?;
        let token = fields.remove("csrf").unwrap_or_default();
        let showing = csrf::showing(&app.tools.keys, &visitor.holder(), place, &token);
        let showing = showing.ok_or_else(|| PageError::forbidden(&begin_again(place)))?;
        Ok(Self { form: Form(fields), showing, digest: Hash::of(body) })
    }
}

/// The fields of a form, each once.
fn fields(body: &[u8]) -> Result<BTreeMap<String, String>, PageError> {
    let mut fields = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(body).into_owned() {
        if value.contains('\0') || name.contains('\0') {
            return Err(malformed(StatusCode::BAD_REQUEST, "a field holds what nobody types"));
        }
        if fields.len() == MOST_FIELDS {
            return Err(malformed(StatusCode::BAD_REQUEST, "the form has too many fields"));
        }
        if fields.insert(name, value).is_some() {
            return Err(malformed(StatusCode::BAD_REQUEST, "a field was sent twice"));
        }
    }
    Ok(fields)
}

/// Where the page of a form that is too old begins again: the address itself, where it can be fetched.
fn begin_again(place: &str) -> String {
    match place.strip_prefix("/flow/").and_then(|rest| rest.split('/').next()) {
        Some(journey) => format!("/flow/{journey}"),
        None if place.starts_with("/enroll/") || matches!(place, "/sign-in" | "/recover" | "/sign-out" | "/help" | "/mail") => {
            place.to_owned()
        }
        None => "/".to_owned(),
    }
}

fn malformed(status: StatusCode, detail: &'static str) -> PageError {
    PageError::Malformed { status, detail }
}

const FORM: &str = "application/x-www-form-urlencoded";
const LARGEST: usize = 64 * 1024;
const MOST_FIELDS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p03_a_field_that_is_sent_twice_is_refused() {
        assert!(matches!(fields(b"a=1&a=2"), Err(PageError::Malformed { status: StatusCode::BAD_REQUEST, .. })));
        assert_eq!(fields(b"a=1&b=%C3%A9").unwrap()["b"], "é");
    }

    #[test]
    fn i02_a_hundred_fields_are_enough() {
        let body = |count: usize| (0..count).map(|n| format!("f{n}=x&")).collect::<String>();
        assert!(fields(body(100).as_bytes()).is_ok());
        assert!(fields(body(101).as_bytes()).is_err());
        assert!(fields(b"a=%00").is_err());
    }

    #[test]
    fn an_old_form_begins_again_where_it_can_be_fetched() {
        assert_eq!(begin_again("/flow/123/password"), "/flow/123");
        assert_eq!(begin_again("/enroll/student-claim"), "/enroll/student-claim");
        assert_eq!(begin_again("/authorize/1/consent"), "/");
    }
}
