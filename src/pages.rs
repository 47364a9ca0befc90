//! Pages: typed data in, HTML out. Templates are minijinja, texts are Fluent; both are embedded in the program, and a
//! template that uses what its page does not have is an error, never an empty place.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Serialize;

use crate::model::{FieldError, Language, Message};

/// A page: a struct that names its template. Its samples are its documentation and its test.
pub trait Page: Serialize {
    /// The file under `templates/`, such as `pages/error.html`.
    const TEMPLATE: &'static str;

    /// Every state worth looking at.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// Templates and texts.
pub struct Pages {}

/// What stands around every page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The reader's language.
    pub language: Language,
    /// This page's path and query, for the language switch; `None` where it cannot be fetched again.
    pub here: Option<String>,
    /// Where the page's main form is sent.
    pub action: String,
    /// The token that every form carries (`csrf`).
    pub csrf: String,
    /// The district, as the settings name it.
    pub district: District,
    /// The app that the person came for, if any.
    pub asked_by: Option<AskedBy>,
    /// Who is signed in.
    pub signed_in: Option<String>,
    /// What was wrong with the form, in the fields' order.
    pub errors: Vec<FieldError>,
    /// What was typed, to be shown again. Never a password.
    pub typed: BTreeMap<String, String>,
    /// Step n of so many, in a flow.
    pub progress: Option<(usize, usize)>,
    /// When the last roster was imported, in words of the reader's language and the district's time zone.
    pub roster_of: Option<String>,
}

/// Who is speaking.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct District {
    /// Its name.
    pub name: String,
    /// Its colour, `#rrggbb`.
    pub brand: String,
    /// Its logo under `/assets/`, if it has one.
    pub logo: Option<String>,
}

/// A relying party, as a page names it.
#[derive(Clone, Debug, Serialize)]
pub struct AskedBy {
    /// Its name.
    pub name: String,
    /// Its logo.
    pub logo: Option<String>,
    /// Its privacy policy.
    pub policy: Option<String>,
    /// Its terms.
    pub terms: Option<String>,
}

/// A page could not be rendered; the program is broken.
#[derive(Debug, thiserror::Error)]
#[error("the page {template} could not be rendered: {cause}")]
pub struct RenderError {
    /// The template.
    pub template: String,
    /// What is wrong.
    pub cause: String,
}

impl Pages {
    /// Loads every template and text; any mistake in one is an error now and not at midnight.
    pub fn load() -> Result<Self, RenderError> {
        todo!()
    }

    /// A page in its frame.
    pub fn render<P: Page>(&self, _page: &P, _frame: &Frame) -> Result<String, RenderError> {
        todo!()
    }

    /// A screen of a flow in its frame.
    pub fn render_screen(&self, _template: &str, _data: Value, _frame: &Frame) -> Result<String, RenderError> {
        todo!()
    }

    /// A message in a language; plain text, without Fluent's isolation marks.
    pub fn text(&self, _language: Language, _message: &Message) -> String {
        todo!()
    }
}
