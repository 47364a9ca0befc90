//! Single values: a date, a yes, a word of an enumeration, read as the standard writes them or as real exports do.

use super::super::read::Row;
use super::super::report::Note;
use crate::model::Role;

/// A row and where its deviations go.
pub(super) struct Reading<'a> {
    pub(super) row: &'a Row,
    pub(super) notes: &'a mut Vec<Note>,
}

impl Reading<'_> {
    /// Tells a deviation of a column.
    pub(super) fn note(&mut self, column: &str, seen: &str, done: &str) {
        self.notes.push(Note::new(self.row.layout.name, self.row.line, column, seen, done));
    }

    /// A required text; tells if it is missing.
    pub(super) fn required(&mut self, column: &str) -> Option<String> {
        let value = self.row.text(column);
        if value.is_none() {
            self.note(column, "", "missing: the row is passed over, and what is known of it stays");
        }
        value
    }

    /// The row's own id: the standard's characters, fewer than 256.
    pub(super) fn source_id(&mut self) -> Option<String> {
        let id = self.required("sourcedId")?;
        if id.len() > 255 {
            self.note("sourcedId", &id, "longer than 255 characters: the row is passed over");
            return None;
        }
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/@".contains(&byte)) {
            self.note("sourcedId", &id, "characters that the standard does not allow: kept as they are");
        }
        Some(id)
    }

    /// A date, as `YYYY-MM-DD`. One that could be read two ways is not guessed.
    pub(super) fn date(&mut self, column: &str) -> Option<String> {
        let text = self.row.text(column)?;
        if text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok() {
            return Some(text);
        }
        if let Some(date) =
            text.get(..10).filter(|_| text.as_bytes().get(10) == Some(&b'T')).and_then(|day| day.parse::<jiff::civil::Date>().ok())
        {
            self.note(column, &text, "a date was expected: its time was left out");
            return Some(date.to_string());
        }
        if let Some(date) = loose_date(&text) {
            self.note(column, &text, &format!("read as {date}"));
            return Some(date.to_string());
        }
        self.note(column, &text, "not a date as YYYY-MM-DD: taken for empty");
        None
    }

    /// Yes or no; `None` if nothing is said.
    pub(super) fn flag(&mut self, column: &str) -> Option<bool> {
        let text = self.row.text(column)?;
        let meant = match text.as_str() {
            "true" => return Some(true),
            "false" => return Some(false),
            other => match other.to_lowercase().as_str() {
                "true" | "yes" | "y" | "1" | "oui" | "vrai" => Some(true),
                "false" | "no" | "n" | "0" | "non" | "faux" => Some(false),
                _ => None,
            },
        };
        let done = match meant {
            Some(true) => "read as true",
            Some(false) => "read as false",
            None => "neither true nor false: taken for empty",
        };
        self.note(column, &text, done);
        meant
    }

    /// A word of an enumeration, in its own spelling.
    pub(super) fn word(&mut self, column: &str, words: &[&str]) -> Option<String> {
        let text = self.row.text(column)?;
        if words.contains(&text.as_str()) || text.starts_with("ext:") {
            return Some(text);
        }
        match words.iter().find(|word| word.eq_ignore_ascii_case(&text)) {
            Some(word) => {
                self.note(column, &text, &format!("read as {word}"));
                Some((*word).to_owned())
            }
            None => {
                self.note(column, &text, "not a word of the standard: kept as it is");
                Some(text)
            }
        }
    }

    /// A role; one that Préau does not know opens nothing.
    pub(super) fn role(&mut self) -> Option<Role> {
        let text = self.required("role")?;
        if let Some(role) = Role::from_word(&text) {
            return Some(role);
        }
        let role = Role::ALL.iter().copied().find(|role| role.word().eq_ignore_ascii_case(text.trim_start_matches("ext:")));
        let done = role.map_or_else(|| "a role that opens nothing here: passed over".to_owned(), |role| format!("read as {}", role.word()));
        self.note("role", &text, &done);
        role
    }
}

/// `31/05/2023` and `5/31/2023` can be read one way only, `1/05/2023` cannot.
fn loose_date(text: &str) -> Option<jiff::civil::Date> {
    let parts: Vec<i16> = text.split(['/', '.', '-']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = match (*a, *b, *c) {
        (year, month, day) if year > 31 => (year, month, day),
        (day, month, year) if day > 12 => (year, month, day),
        (month, day, year) if day > 12 => (year, month, day),
        (same, other, year) if same == other => (year, same, other),
        _ => return None,
    };
    jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_can_be_read_two_ways_is_not_guessed() {
        for (text, read) in [
            ("31/05/2023", Some("2023-05-31")),
            ("5/31/2023", Some("2023-05-31")),
            ("2023/5/1", Some("2023-05-01")),
            ("5/5/2023", Some("2023-05-05")),
            ("1/05/2023", None),
            ("31/02/2023", None),
            ("soon", None),
        ] {
            assert_eq!(loose_date(text).map(|date| date.to_string()).as_deref(), read, "{text}");
        }
    }
}
