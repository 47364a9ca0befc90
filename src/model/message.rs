//! Words to be said in the reader's language: an id of `templates/text/` and what it is filled in with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One message of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its key in the catalogue, such as `password-too-short`.
    pub id: String,
    /// The values of its placeables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Value>,
}

/// A value of a placeable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A count, which plural rules see.
    Number(i64),
    /// Words.
    Text(String),
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's id on the page, such as `new_password`.
    pub field: String,
    /// What is wrong, what is expected, what was seen.
    pub message: Message,
}

impl Message {
    /// A message that needs nothing filled in.
    pub fn of(id: &str) -> Self {
        Self { id: id.to_owned(), args: BTreeMap::new() }
    }

    /// The same with one more value.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }
}

impl FieldError {
    /// An error of `field` that needs nothing filled in.
    pub fn of(field: &str, message: &str) -> Self {
        Self { field: field.to_owned(), message: Message::of(message) }
    }

    /// The same with one more value.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.message = self.message.with(name, value);
        self
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
