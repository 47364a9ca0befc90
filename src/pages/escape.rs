//! How a value becomes part of a page: what HTML takes for its own is escaped, and a value that is missing is an
//! error rather than the word "none" between two sentences.

use minijinja::value::Value;
use minijinja::{AutoEscape, Error, ErrorKind, Output, State};

/// Writes a value into a template.
pub(super) fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::InvalidOperation, "a value that is not there cannot be shown"));
    }
    match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => out.write_str(&html(text))?,
        _ => minijinja::escape_formatter(out, state, value)?,
    }
    Ok(())
}

/// Text for HTML, between tags or between quotes. Unlike minijinja's own, it leaves the slash alone, so that an
/// address reads as one.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn p29_markup_in_a_value_is_text() {
        assert_eq!(html(r#""><img onerror='x'>&/é"#), "&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;&amp;/é");
    }
}
