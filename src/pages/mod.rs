//! Pages: typed data in, HTML out. Templates are minijinja, texts are Fluent; both are embedded in the program, and a
//! template that uses what its page does not have is an error, never an empty place.
//!
//! A page is complete before it is rendered: nothing here asks the store, the clock or the settings.

pub mod assets;
mod brand;
mod escape;
mod frame;
mod letters;
pub mod paper;
pub mod plain;
mod texts;
mod time;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};
use serde::Serialize;

use crate::model::{Language, Message};

pub use brand::{Brand, BrandError};
pub use frame::{AskedBy, District, Frame, Telephone};
pub use letters::Rendered;
use texts::{Reader, Texts};
pub use time::Reading;

/// A page: a struct that names its template. Its samples are its documentation and its test.
pub trait Page: Serialize {
    /// The file under `templates/`, such as `pages/error.html`.
    const TEMPLATE: &'static str;

    /// Every state worth looking at.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// Templates and texts, parsed once.
pub struct Pages {
    templates: Environment<'static>,
    texts: Texts,
    /// The style sheet of each colour that a page was made in; the settings name few.
    brands: Mutex<BTreeMap<String, String>>,
}

/// A page could not be rendered; the program is broken.
#[derive(Debug, thiserror::Error)]
#[error("{template}: {cause}")]
pub struct RenderError {
    /// The template, or the file of texts.
    pub template: String,
    /// What is wrong.
    pub cause: String,
}

impl Pages {
    /// Loads every template and text; any mistake in one is an error now and not at midnight.
    pub fn load() -> Result<Self, RenderError> {
        let texts = Texts::load(TEMPLATES)?;
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
        templates.set_formatter(escape::write);
        for (name, source) in TEMPLATES.iter().filter(|(name, _)| !name.ends_with(".ftl")) {
            templates.add_template(name, source).map_err(|error| RenderError::of(name, &error))?;
        }
        templates.add_function("asset", |name: &str| {
            assets::address(name).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("there is no asset {name:?}")))
        });
        Ok(Self { templates, texts, brands: Mutex::default() })
    }

    /// A page in its frame.
    pub fn render<P: Page>(&self, page: &P, frame: &Frame) -> Result<String, RenderError> {
        self.render_screen(P::TEMPLATE, Value::from(Serde(page)), frame)
    }

    /// A screen of a flow in its frame.
    pub fn render_screen(&self, template: &str, data: Value, frame: &Frame) -> Result<String, RenderError> {
        self.fill(template, self.around(template, data, frame))
    }

    /// A page that is no file, for the specimen of all parts.
    #[cfg(test)]
    pub(crate) fn render_source(&self, source: &str, data: Value, frame: &Frame) -> Result<String, RenderError> {
        let values = self.around("specimen.html", data, frame);
        self.templates.render_named_str("specimen.html", source, values).map_err(|error| RenderError::of("specimen.html", &error))
    }

    fn around(&self, template: &str, data: Value, frame: &Frame) -> Value {
        let name = template.rsplit('/').next().unwrap_or(template).trim_end_matches(".html");
        context! {
            name,
            page => data,
            frame => Serde(frame),
            languages => Language::ALL.iter().map(|language| context! { tag => language.tag(), name => language.name() }).collect::<Vec<_>>(),
            here => Serde(frame.here_parts()),
            brand => self.brand(&frame.district.brand),
            ..self.words(Reader { language: frame.language, child: frame.child })
        }
    }

    /// The address of a colour's style sheet. Whether it can be read is worked out once.
    fn brand(&self, colour: &str) -> String {
        let mut known = self.brands.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = known.get(colour) {
            return address.clone();
        }
        known.entry(colour.to_owned()).or_insert_with(|| Brand::or_default(colour).address()).clone()
    }

    /// A message in a language; plain text, without Fluent's isolation marks.
    pub fn text(&self, language: Language, message: &Message) -> String {
        self.texts.say(language, message).unwrap_or_else(|missing| {
            tracing::error!(text.id = %message.id, "a text is missing: {missing}");
            message.id.clone()
        })
    }

    /// Every text's id in a language.
    pub fn text_ids(&self, language: Language) -> impl Iterator<Item = &str> {
        self.texts.ids(language)
    }

    fn fill(&self, template: &str, values: Value) -> Result<String, RenderError> {
        let found = self.templates.get_template(template).map_err(|error| RenderError::of(template, &error))?;
        found.render(values).map_err(|error| RenderError::of(template, &error))
    }

    /// The words a template says: `t("id", key=value)`, and `markup("id", key=value)` where the catalogue's own text
    /// holds markup; what is filled in is escaped in both.
    fn words(&self, reader: Reader) -> Value {
        let (plain, rich) = (self.texts.clone(), self.texts.clone());
        context! {
            t => Value::from_function(move |message: Value, values: Kwargs| plain.fill(reader, &message, &values, false)),
            markup => Value::from_function(move |message: Value, values: Kwargs| rich.fill(reader, &message, &values, true)),
        }
    }
}

impl RenderError {
    fn of(template: &str, error: &Error) -> Self {
        Self { template: template.to_owned(), cause: format!("{error:#}") }
    }
}

const TEMPLATES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_and_texts_load() {
        Pages::load().unwrap();
    }

    #[test]
    fn a_page_stands_in_its_frame() {
        let pages = Pages::load().unwrap();
        let district = District { name: "Conseil scolaire des Tilleuls".to_owned(), brand: "#14606b".to_owned(), logo: None };
        let mut frame = Frame::new(Language::French, district);
        frame.errors = vec![crate::model::FieldError::of("username", "go-home")];
        frame.progress = Some((1, 4));
        frame.here = Some("/sign-in?a=b&language=en".to_owned());
        let html = pages.render(&plain::Refused { code: "invalid_request", detail: "<svg/onload=1>".to_owned() }, &frame).unwrap();
        assert!(html.contains(r#"<main id="page-error""#), "{html}");
        assert!(!html.contains("<svg/onload"), "{html}");
    }
}
