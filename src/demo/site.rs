//! What the sample app and the mailbox have in common: pages in the visitor's language, on an address of their own, with
//! a language cookie of their own. Plain cookies without `Secure`: they live on `http://127.0.0.1` and nowhere else.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

use crate::clock::Clock;
use crate::model::{Language, Message, Timestamp};
use crate::pages::{District, Frame, Page, Pages};
use crate::web::visitor;

/// One of the two sites.
#[derive(Clone)]
pub struct Site {
    /// Templates and texts.
    pub pages: Arc<Pages>,
    clock: Arc<dyn Clock>,
    name: &'static str,
    /// Another than the provider's, so that nobody takes one for the other.
    colour: &'static str,
}

/// Who asks: an extractor.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The language to answer in.
    pub language: Language,
    chose: bool,
    here: String,
    headers: HeaderMap,
}

impl Site {
    /// The sample app.
    pub fn app(pages: Arc<Pages>, clock: Arc<dyn Clock>) -> Self {
        Self { pages, clock, name: "demo-app-name", colour: "#6b3fa0" }
    }

    /// The mailbox.
    pub fn mailbox(pages: Arc<Pages>, clock: Arc<dyn Clock>) -> Self {
        Self { pages, clock, name: "demo-mailbox-title", colour: "#4a5560" }
    }

    /// The instant of a request.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A page of this site.
    pub fn page<P: Page>(&self, asked: &Asked, page: &P) -> Response {
        let name = self.pages.text(asked.language, &Message::of(self.name));
        let mut frame = Frame::new(asked.language, District { name, brand: self.colour.to_owned(), logo: None });
        frame.here = Some(asked.here.clone());
        let mut response = match self.pages.render(page, &frame) {
            Ok(html) => Html(html).into_response(),
            Err(error) => {
                tracing::error!("a page of the demonstration could not be rendered: {error}");
                axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
        if asked.chose {
            let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", asked.language.tag());
            response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).expect("a tag is plain ASCII"));
        }
        response
    }
}

impl Asked {
    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let chosen = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "language");
        let chosen = chosen.and_then(|(_, tag)| Language::from_tag(&tag));
        let kept = || cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Language::from_tag);
        let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let language = chosen.or_else(kept).or_else(|| visitor::preferred(accepted, Language::from_tag));
        Ok(Self {
            language: language.unwrap_or(Language::ALL[0]),
            chose: chosen.is_some(),
            here: parts.uri.path().to_owned(),
            headers: parts.headers.clone(),
        })
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')).find(|pair| pair.0 == name).map(|pair| pair.1)
}

const LANGUAGE_COOKIE: &str = "langue";
