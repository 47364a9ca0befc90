//! Letters: subject, plain text and HTML from one folder of templates, in the reader's language.

use minijinja::context;
use minijinja::value::{Serde, Value};

use super::{Brand, District, Pages, RenderError};
use crate::model::Letter;

/// A letter as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// For every reader.
    pub text: String,
    /// For those who want it.
    pub html: String,
}

impl Pages {
    /// Fills a letter in: `templates/mail/<kind>/{subject.txt,body.txt,body.html}` see `letter` (its data), `district`,
    /// `issuer` (the address of Préau, without a slash at its end) and `language`.
    pub fn letter(&self, letter: &Letter, district: &District, issuer: &str) -> Result<Rendered, RenderError> {
        let part = |file: &str| {
            let values = context! {
                letter => Value::from(Serde(&letter.data)),
                district => Value::from(Serde(district)),
                issuer => issuer.trim_end_matches('/'),
                language => letter.language.tag(),
                colour => Brand::or_default(&district.brand).on_paper(),
                ..self.words(super::Reader { language: letter.language, child: false })
            };
            self.fill(&format!("mail/{}/{file}", letter.kind), values)
        };
        // A subject is one line, whatever a template or a name holds: a line break would begin another header.
        let subject = part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Rendered { subject, text: tidy(&part("body.txt")?), html: part("body.html")? })
    }
}

/// Where a template left a condition out, its empty lines stay: at most one is kept between two paragraphs.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines() {
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}
