//! What a command says: its answer on standard output, what goes wrong and how far long work is on standard error. A
//! bar on a terminal, plain lines elsewhere; as JSON where a program reads.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

/// What a command answers: for programs, and for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// With `--json`, on one line.
    pub json: Value,
    /// Without.
    pub text: String,
}

/// How far long work is.
pub struct Progress {
    bar: OnceLock<Option<ProgressBar>>,
    last: Mutex<Last>,
}

/// How far the work was when it was last heard of, and when a line last said so.
#[derive(Default)]
struct Last {
    what: String,
    count: u64,
    said: u64,
}

/// Says an answer on standard output.
pub fn answer(answer: &Answer, json: bool) {
    if json { say(&answer.json.to_string()) } else { say(&answer.text) }
}

/// A line on standard output. Whoever reads no further has heard enough.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
}

/// A line on standard error.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

impl Answer {
    /// What a program reads, laid out for people: of a list these columns in this order, of one thing these facts first.
    pub fn of(json: Value, keys: &[&str]) -> Self {
        let text = match &json {
            Value::Array(rows) if rows.is_empty() => "Nothing.".to_owned(),
            Value::Array(rows) => in_columns(rows, keys),
            Value::Object(facts) => in_lines(facts, keys),
            other => plain(other),
        };
        Self { json, text }
    }
}

impl From<Value> for Answer {
    fn from(json: Value) -> Self {
        Self::of(json, &[])
    }
}

impl Progress {
    /// Says nothing yet: work that is quickly done shows nothing.
    pub fn new() -> Self {
        Self { bar: OnceLock::new(), last: Mutex::default() }
    }

    /// `what` has come to `count`.
    pub fn tell(&self, what: &str, count: u64) {
        if let Some(bar) = self.bar.get_or_init(spinner) {
            bar.set_message(what.to_owned());
            return bar.set_position(count);
        }
        let mut last = self.last.lock().expect("nothing panics while it holds the line");
        if last.what != what {
            last.say();
            *last = Last { what: what.to_owned(), count, said: 0 };
        }
        last.count = count;
        if count >= last.said + A_LINE_EACH {
            last.say();
        }
    }
}

/// Turns while the work goes on, where somebody looks.
fn spinner() -> Option<ProgressBar> {
    std::io::stderr().is_terminal().then(|| {
        let style = ProgressStyle::with_template("{spinner} {msg} {human_pos}").expect("a fixed template");
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    })
}

impl Last {
    fn say(&mut self) {
        if self.count > self.said {
            complain(&format!("{}: {}", self.what, self.count));
            self.said = self.count;
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Some(bar)) = self.bar.get() {
            bar.finish_and_clear();
        }
        self.last.get_mut().expect("nothing panics while it holds the line").say();
    }
}

/// A table; what a row does not have stays empty.
fn in_columns(rows: &[Value], columns: &[&str]) -> String {
    let cell = |row: &Value, key: &str| row.get(key).map(|value| shown(key, value)).unwrap_or_default();
    let mut table: Vec<Vec<String>> = vec![columns.iter().map(|key| key.replace('_', " ")).collect()];
    table.extend(rows.iter().map(|row| columns.iter().map(|key| cell(row, key)).collect()));
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    table.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn in_lines(facts: &Map<String, Value>, first: &[&str]) -> String {
    let width = facts.keys().map(|key| key.chars().count()).max().unwrap_or_default();
    let named = first.iter().filter_map(|key| facts.get_key_value(*key));
    let others = facts.iter().filter(|(key, _)| !first.contains(&key.as_str()));
    let line = |(key, value): (&String, &Value)| match value {
        Value::Array(rows) if rows.iter().any(Value::is_object) => {
            let rows: Vec<String> = rows.iter().map(|row| format!("  {}", plain(row))).collect();
            format!("{}\n{}", key.replace('_', " "), rows.join("\n"))
        }
        value => format!("{:<width$}  {}", key.replace('_', " "), shown(key, value)),
    };
    named.chain(others).map(line).collect::<Vec<_>>().join("\n")
}

/// A value as people read it: programs get seconds since the epoch, people a date (RFC 3339).
fn shown(key: &str, value: &Value) -> String {
    let instant = ["at", "since", "signs_from"].contains(&key) || key.ends_with("_at");
    let date = value.as_i64().filter(|_| instant).and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    date.map_or_else(|| plain(value), |date| date.to_string())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(thing) => thing.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Where nobody sees a bar, a line for so many.
const A_LINE_EACH: u64 = 50_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn things_are_laid_out_for_people() {
        let rows = json!([{ "name": "Éloïse", "apps": ["a", "b"], "more": 1 }, { "name": "Al", "apps": [] }]);
        assert_eq!(Answer::of(rows, &["name", "apps"]).text, "name    apps\nÉloïse  a, b\nAl      -");
        let one = json!({ "logo": null, "enabled": true, "client_id": "x" });
        assert_eq!(Answer::of(one, &["client_id"]).text, "client id  x\nenabled    true\nlogo       -");
        assert_eq!(Answer::of(json!([]), &["name"]).text, "Nothing.");
        assert_eq!(Answer::of(json!({ "made_at": 1_800_000_000 }), &[]).text, "made at  2027-01-15T08:00:00Z");
    }
}
