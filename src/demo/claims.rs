//! Claims in a form that people read: who it is first, then the school, then what the protocol needs.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::pages::Claim;
use crate::model::{Language, Timestamp};
use crate::pages::Pages;

/// The person's name, as far as the provider told it.
pub fn name(claims: &Map<String, Value>) -> String {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let both = || match (text("given_name"), text("family_name")) {
        (None, None) => None,
        (given, family) => Some(given.into_iter().chain(family).collect::<Vec<_>>().join(" ")),
    };
    text("name").map(str::to_owned).or_else(both).or_else(|| text("sub").map(str::to_owned)).unwrap_or_default()
}

/// One row a claim.
pub fn rows(claims: &Map<String, Value>, pages: &Pages, language: Language, now: Timestamp) -> Vec<Claim> {
    let mut names: Vec<&String> = claims.keys().collect();
    names.sort_by_key(|name| (place(name), name.as_str()));
    let row = |name: &String| {
        let value = match (TIMES.contains(&name.as_str()), claims[name].as_i64()) {
            (true, Some(seconds)) => pages.moment(language, Timestamp(seconds), now, &TimeZone::UTC),
            _ => words(&claims[name]),
        };
        Claim { name: name.clone(), value }
    };
    names.into_iter().map(row).collect()
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => fields.iter().map(|(name, value)| format!("{name}: {}", words(value))).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn place(name: &str) -> usize {
    let known = FIRST.iter().position(|first| *first == name);
    known.unwrap_or(if name.starts_with("edu_") { FIRST.len() } else { FIRST.len() + 1 })
}

const FIRST: &[&str] = &["name", "given_name", "family_name", "preferred_username", "email", "email_verified", "locale", "sub"];
const TIMES: &[&str] = &["auth_time", "exp", "iat", "updated_at"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_person_is_named_by_what_there_is() {
        assert_eq!(name(&claims(json!({ "name": "Ada Roy", "given_name": "A" }))), "Ada Roy");
        assert_eq!(name(&claims(json!({ "given_name": "Ada", "sub": "x" }))), "Ada");
        assert_eq!(name(&claims(json!({ "sub": "x" }))), "x");
    }

    #[test]
    fn people_come_first_then_the_school_then_the_protocol() {
        let all = claims(json!({ "aud": "c", "edu_roles": [{ "role": "student", "org": "1" }, { "role": "aide", "org": "2" }],
            "sub": "x", "exp": 0, "name": "Ada", "amr": ["pwd"], "email_verified": true }));
        let pages = Pages::load().unwrap();
        let rows = rows(&all, &pages, Language::English, Timestamp(0));
        let shown: Vec<(&str, &str)> = rows.iter().map(|row| (row.name.as_str(), row.value.as_str())).collect();
        let expected = [
            ("name", "Ada"),
            ("email_verified", "true"),
            ("sub", "x"),
            ("edu_roles", "org: 1, role: student; org: 2, role: aide"),
            ("amr", "pwd"),
            ("aud", "c"),
            ("exp", "today at 0:00"),
        ];
        assert_eq!(shown, expected);
    }
}
