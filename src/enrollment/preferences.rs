//! How somebody likes to be written to: the language, the order of a date, and another address for news, if they want one
//! (D15, E17). The address on file stays what it is: this one opens nothing and proves nothing (row E32).

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::Preferences as Chosen;
use crate::model::{DateFormat, Draft, FieldError, Language};
use crate::people::is_address;

/// Asks for them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preferences {}

#[async_trait]
impl Stage for Preferences {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.preferences.is_none() && draft.adds_to.is_none()
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let languages = &look.tools.config.languages;
        Ok(Screen::of(&pages::Preferences {
            languages: languages
                .iter()
                .map(|language| pages::Choice { value: language.tag().to_owned(), label: language.name().to_owned() })
                .collect(),
            language: look.language.tag().to_owned(),
            formats: DateFormat::ALL
                .iter()
                .map(|format| pages::Choice { value: format.word().to_owned(), label: format.write(2026, 12, 31) })
                .collect(),
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        match read(form, &step.tools.config.languages) {
            Ok(chosen) => {
                step.draft.preferences = Some(chosen);
                Ok(Outcome::Next)
            }
            Err(wrong) => Ok(Outcome::Again(wrong)),
        }
    }
}

fn read(form: &Form, spoken: &[Language]) -> Result<Chosen, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let language = Language::from_tag(form.text("preferred_language")).filter(|language| spoken.contains(language));
    if language.is_none() {
        wrong.push(FieldError::of("preferred_language", "preferences-language-missing"));
    }
    let format = form.text("date_format");
    let date_format = DateFormat::from_word(format);
    if date_format.is_none() && !format.is_empty() {
        wrong.push(FieldError::of("date_format", "preferences-date-format-missing"));
    }
    let address = form.text("notification_email");
    if !address.is_empty() && (address.len() > 254 || !is_address(address)) {
        wrong.push(FieldError::of("notification_email", "help-email-odd"));
    }
    match language {
        Some(language) if wrong.is_empty() => {
            Ok(Chosen { language, date_format, notification_email: (!address.is_empty()).then(|| address.to_owned()) })
        }
        _ => Err(wrong),
    }
}
