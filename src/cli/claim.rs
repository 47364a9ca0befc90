//! `preau claim`: the queue of claims that did not go on. The family reads out the number on its page; here stand the
//! exact cause, what was typed, and beside it what the roster has (A45, A46).

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::report;
use crate::console::Answer;
use crate::enrollment::turned_away::{Typed, typed_of};
use crate::enrollment::waiting;
use crate::keys::{KeyError, KeyStore};
use crate::limits::{self, Rule};
use crate::model::Timestamp;
use crate::people::{full_name_key, name_key, names_match};
use crate::store::cases::Case;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::{Reader, Store, StoreError, Tx};
use crate::tools::Tools;

/// Claims: those that did not go on, and those that are still to come.
#[derive(Debug, Subcommand)]
pub enum Claims {
    /// The queue.
    #[command(flatten)]
    Queue(Command),
    /// Say who has joined and who has not, by school and class: invited, joined, signed in, never, and for whom the roster
    /// leaves no way in.
    Report(report::Ask),
}

/// Claims that did not go on.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the open cases, the latest first: why, what was typed, what the roster has.
    List(List),
    /// Show one case, with the pupils who may be meant.
    Show {
        /// The number on the family's page.
        number: String,
    },
    /// Close a case and open its record for new tries: you know who is asking. A request is closed: it has an answer.
    Reset {
        /// The number on the family's page.
        number: String,
    },
}

/// What `claim list` takes.
#[derive(Debug, Args)]
pub struct List {
    /// No more than so many.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub most: u32,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// No such case.
    #[error("there is no case {0}; `preau claim list` shows the open ones")]
    Unknown(String),
    /// What was typed does not open.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; what it answers is one JSON value, which `--json` prints as it is.
pub async fn run(command: Command, store: &Store, tools: &Tools, now: Timestamp) -> Result<Value, Failed> {
    let (reader, keys) = (store.read(), &tools.keys);
    match command {
        Command::List(List { most }) => {
            let mut told = Vec::new();
            for case in reader.cases().open(most).await? {
                told.push(describe(&reader, keys, &case).await?);
            }
            Ok(told.into())
        }
        Command::Show { number } => {
            let case = find(&reader, number).await?;
            let mut told = describe(&reader, keys, &case).await?;
            told["may_be"] = namesakes(&reader, &typed_of(keys, &case)?).await?.into();
            Ok(told)
        }
        Command::Reset { number } => {
            let case = find(&reader, number).await?;
            let closed = store.write(async |tx: &Tx| reset(tx, tools, &case, now).await).await?;
            Ok(json!({ "reset": case.number, "closed": closed }))
        }
    }
}

/// The answer, laid out for people: what was typed above what the roster has.
pub fn said(json: Value) -> Answer {
    let text = match &json {
        Value::Array(cases) if cases.is_empty() => "No open case.".to_owned(),
        Value::Array(cases) => cases.iter().map(case_text).collect::<Vec<_>>().join("\n"),
        Value::Object(case) if case.contains_key("cause") => case_text(&json),
        _ => format!("Case {}: the record is open for new tries.", word(&json["reset"])),
    };
    Answer { json, text }
}

fn case_text(case: &Value) -> String {
    let tries = case["tries"].as_i64().unwrap_or_default();
    let mut lines = vec![format!("{}  {}: {} ({tries} tried)", word(&case["number"]), word(&case["cause"]), word(&case["explanation"]))];
    // Who was turned away later on the way typed nothing then.
    if facts(&case["typed"]) != facts(&Value::Null) {
        lines.push(format!("  typed   {}", facts(&case["typed"])));
    }
    if case["typed"]["message"].is_string() {
        let proven = if case["typed"]["proven"] == true { " (signed in, or the mailbox on file is proven)" } else { "" };
        lines.push(format!("  says    {}{proven}", word(&case["typed"]["message"]).replace('\n', " ")));
    }
    lines.push(format!("  roster  {}", facts(&case["roster"])));
    for person in case["may_be"].as_array().into_iter().flatten() {
        lines.push(format!("  or      {}", facts(person)));
    }
    lines.join("\n")
}

/// What is told of a person, on one line.
fn facts(of: &Value) -> String {
    let name = [&of["given_name"], &of["family_name"]].map(word).join(" ");
    let others = ["student_number", "birth_date", "email", "phone", "civic_number", "child", "school", "grade"].map(|key| word(&of[key]));
    let account = of.get("account").map(|state| format!("account: {}", word(state)));
    let said = std::iter::once(name).chain(others).chain(account).filter(|text| !text.trim().is_empty());
    let said = said.collect::<Vec<_>>().join(", ");
    if said.is_empty() { "nobody".to_owned() } else { said }
}

fn word(value: &Value) -> String {
    value.as_str().map(str::to_owned).unwrap_or_default()
}

/// A number as it is read out, with or without its stroke.
async fn find(reader: &Reader<'_>, number: String) -> Result<Case, Failed> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let written = if digits.len() == 8 { format!("{}-{}", &digits[..4], &digits[4..]) } else { number.clone() };
    reader.cases().by_number(&written).await?.ok_or(Failed::Unknown(number))
}

/// The counters are cleared, every open case about the same record is answered with it, and whoever waits because of it is
/// written to.
async fn reset(tx: &Tx, tools: &Tools, case: &Case, now: Timestamp) -> Result<u64, StoreError> {
    if case.cause.is_request() {
        let closed = tx.cases().close_one(case.id, now).await?;
        let detail = json!({ "case": case.number, "cause": case.cause.word() });
        tx.record(&Event { person: case.person, detail, ..Event::of("request.closed") }, now).await?;
        return Ok(u64::from(closed));
    }
    limits::reset(tx, Rule::RecordClaim, &case.subject).await?;
    if let Some(person) = case.person {
        limits::reset(tx, Rule::RecordClaim, &limits::subject_of_record(&tools.keys, person)).await?;
    }
    // The claims go on: whoever left an address hears that they can try again.
    let mut answered = tx.cases().journeys_about(case.person, &case.subject).await?;
    answered.push(case.journey);
    for journey in answered {
        waiting::tell_of_case(tx, tools, journey, now).await?;
    }
    let closed = tx.cases().close(case.person, &case.subject, now).await?;
    let detail = json!({ "case": case.number });
    tx.record(&Event { person: case.person, detail, ..Event::of("claim.reset") }, now).await?;
    Ok(closed)
}

async fn describe(reader: &Reader<'_>, keys: &KeyStore, case: &Case) -> Result<Value, Failed> {
    let typed = typed_of(keys, case)?;
    let roster = match case.person {
        Some(id) => reader.people().find(id).await?,
        None => None,
    };
    let roster = match &roster {
        Some(person) => record(reader, person, typed.birth_date.is_some()).await?,
        None => Value::Null,
    };
    Ok(json!({
        "number": case.number,
        "cause": case.cause.word(),
        "explanation": case.cause.explanation(),
        "flow": case.flow,
        "tries": case.tries,
        "opened_at": case.opened_at,
        "last_at": case.last_at,
        "typed": typed,
        "roster": roster,
    }))
}

/// What the roster has of a person. The birth date only where the family was asked for it.
async fn record(reader: &Reader<'_>, person: &Person, with_birth_date: bool) -> Result<Value, Failed> {
    let main = person.roles.iter().find(|at| at.primary).or(person.roles.first());
    let school = match main {
        Some(at) => reader.people().org(at.org).await?.map(|org| org.name),
        None => None,
    };
    let account = reader.accounts().of_person(person.id).await?;
    Ok(json!({
        "person": person.id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "preferred_given_name": person.preferred_given_name,
        "student_number": person.student_number,
        "birth_date": person.birth_date.as_ref().filter(|_| with_birth_date),
        "school": school,
        "grade": person.grade,
        // Only of those who are found by them, and only so that staff can compare.
        "email": person.email.as_ref().filter(|_| !person.is_pupil()),
        "civic_number": person.civic_number.as_ref().filter(|_| !person.is_pupil()),
        "in_roster": person.active,
        "account": account.map_or("none", |account| account.state.word()),
    }))
}

/// The pupils whom the typed names mean, whatever their number: for a number with a slip in it.
async fn namesakes(reader: &Reader<'_>, typed: &Typed) -> Result<Vec<Value>, Failed> {
    let mut told = Vec::new();
    let mut seen = Vec::new();
    let (given, family) = (&typed.given_name, &typed.family_name);
    // Whole names first: of a family name that hundreds bear, the store tells only the first few.
    for key in [full_name_key(given, family), full_name_key(family, given), name_key(family), name_key(given)] {
        for person in reader.people().by_name(&key).await? {
            if names_match(given, family, &person) && !seen.contains(&person.id) {
                seen.push(person.id);
                told.push(record(reader, &person, typed.birth_date.is_some()).await?);
            }
        }
    }
    Ok(told)
}
