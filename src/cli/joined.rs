//! `preau code list --by person|pupil`: who has opened an account, by person with the children inside, or by pupil with the
//! guardians inside (C16, C17).

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::table::{Table, Unwritable};
use crate::app::App;
use crate::console::Answer;
use crate::enrollment::links::{Linked, State, links};
use crate::enrollment::report::{Places, Refused};
use crate::model::PersonId;
use crate::store::families::Pupil;

/// How the report is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Each guardian once, with the children.
    Person,
    /// Each pupil once, with the guardians.
    Pupil,
}

/// Which guardians, or pupils by their guardians.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    /// Who have an account; pupils, one of whose guardians has.
    Claimed,
    /// Who hold something that still opens; pupils, none of whose guardians has an account and one holds something.
    Invited,
    /// Who have neither.
    None,
}

/// What is asked, beside the view.
pub struct Asked<'a> {
    /// Only of this school, by its `sourcedId`.
    pub school: Option<&'a str>,
    /// Only of this class, by its `sourcedId`.
    pub class: Option<&'a str>,
    /// Only those who stand so.
    pub state: Option<Wanted>,
    /// Where a line for each link is written.
    pub csv: Option<&'a Path>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The count.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The table.
    #[error(transparent)]
    Table(#[from] Unwritable),
}

/// One guardian, and the children as they come.
struct Person {
    linked: Linked,
    children: Vec<Value>,
}

/// What the report counts, in either view.
#[derive(Default)]
struct Counts {
    pupils: u64,
    links: u64,
}

/// Does it; `progress` hears how many pupils were looked at.
pub async fn run(by: By, asked: &Asked<'_>, app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Answer, Failed> {
    let places = match (asked.school, asked.class) {
        (_, Some(class)) => Places::Class(class.to_owned()),
        (Some(school), None) => Places::Schools(vec![school.to_owned()]),
        (None, None) => Places::Everywhere,
    };
    let (mut counts, mut people, mut rows) = (Counts::default(), BTreeMap::<PersonId, Person>::new(), Vec::new());
    let mut each = |pupil: &Pupil, guardians: &[Linked]| {
        counts.pupils += 1;
        counts.links += guardians.len() as u64;
        for linked in guardians {
            let person = people.entry(linked.person).or_insert_with(|| Person { linked: linked.clone(), children: Vec::new() });
            if by == By::Person {
                person.children.push(child(pupil));
            }
        }
        let best = guardians.iter().map(|linked| linked.state).max().unwrap_or(State::None);
        if by == By::Pupil && is_wanted(asked.state, best) {
            let mut row = child(pupil);
            row["state"] = best.word().into();
            row["guardians"] = guardians.iter().map(guardian).collect();
            rows.push(row);
        }
    };
    links(&app.store.read(), places, app.now(), progress, &mut each).await?;
    let claimed = people.values().filter(|person| person.linked.state == State::Claimed).count() as u64;
    let guardians = people.len() as u64;
    if by == By::Person {
        let mut wanted: Vec<Person> = people.into_values().filter(|person| is_wanted(asked.state, person.linked.state)).collect();
        wanted.sort_by_cached_key(|person| {
            (person.linked.contact.family_name.to_lowercase(), person.linked.contact.given_name.to_lowercase())
        });
        rows.extend(wanted.into_iter().map(|person| {
            let mut row = guardian(&person.linked);
            row["children"] = person.children.into();
            row
        }));
    }
    if let Some(path) = asked.csv {
        let mut table = Table::begin(path, if by == By::Person { BY_PERSON } else { BY_PUPIL })?;
        rows.iter().try_for_each(|row| lines(by, row).into_iter().try_for_each(|line| table.add(line)))?;
        table.keep()?;
    }
    let mut text = shown(by, &rows);
    text.push_str(&format!(
        "\n{guardians} guardians, of whom {claimed} have an account; {} pupils; {} links.",
        counts.pupils, counts.links
    ));
    let json = json!({ "guardians": guardians, "claimed": claimed, "pupils": counts.pupils, "links": counts.links, "rows": rows });
    Ok(Answer { json, text })
}

fn is_wanted(wanted: Option<Wanted>, state: State) -> bool {
    match wanted {
        None => true,
        Some(Wanted::Claimed) => state == State::Claimed,
        Some(Wanted::Invited) => state == State::Invited,
        Some(Wanted::None) => state == State::None,
    }
}

fn child(pupil: &Pupil) -> Value {
    json!({ "student_id": pupil.source, "name": format!("{} {}", pupil.given_name, pupil.family_name), "school": pupil.school_name, "class": pupil.class })
}

fn guardian(linked: &Linked) -> Value {
    let account = linked.contact.account.as_ref().filter(|_| linked.state == State::Claimed);
    json!({
        "person_id": linked.contact.source,
        "name": linked.contact.name(),
        "state": linked.state.word(),
        "username": account.map(|account| &account.username),
        "claimed_by": account.map(|account| &account.claimed_by),
        "claimed_at": account.map(|account| account.claimed_at),
        "signed_in_at": account.and_then(|account| account.signed_in_at),
    })
}

/// A line for each link: a person without a pupil, or a pupil without a guardian, stands alone.
fn lines(by: By, row: &Value) -> Vec<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let day = |value: &Value| {
        let at = value.as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        at.map(|at| at.to_string()).unwrap_or_default()
    };
    let of_guardian = |row: &Value| {
        let words = ["person_id", "name", "state", "username", "claimed_by"].map(|key| text(&row[key]));
        words.into_iter().chain([day(&row["claimed_at"]), day(&row["signed_in_at"])]).collect::<Vec<String>>()
    };
    let of_pupil = |row: &Value| ["student_id", "name", "school", "class"].map(|key| text(&row[key])).to_vec();
    let inside = row[if by == By::Person { "children" } else { "guardians" }].as_array().cloned().unwrap_or_default();
    let line = |other: &Value| match by {
        By::Person => [of_guardian(row), of_pupil(other)].concat(),
        By::Pupil => [of_pupil(row), of_guardian(other)].concat(),
    };
    if inside.is_empty() { vec![line(&Value::Null)] } else { inside.iter().map(line).collect() }
}

fn shown(by: By, rows: &[Value]) -> String {
    let inside = |row: &Value, key: &str, with_state: bool| {
        let said = row[key].as_array().into_iter().flatten().map(|one| {
            let name = one["name"].as_str().unwrap_or_default();
            if with_state { format!("{name} ({})", one["state"].as_str().unwrap_or_default()) } else { name.to_owned() }
        });
        said.collect::<Vec<_>>().join(", ")
    };
    let flat = rows.iter().map(|row| {
        let mut flat = row.clone();
        match by {
            By::Person => flat["children"] = inside(row, "children", false).into(),
            By::Pupil => flat["guardians"] = inside(row, "guardians", true).into(),
        }
        flat
    });
    let columns: &[&str] = match by {
        By::Person => &["name", "state", "username", "claimed_at", "signed_in_at", "children"],
        By::Pupil => &["school", "class", "name", "state", "guardians"],
    };
    Answer::of(flat.collect(), columns).text
}

const BY_PERSON: &[&str] =
    &["person_id", "name", "state", "username", "claimed_by", "claimed_at", "signed_in_at", "student_id", "student", "school", "class"];
const BY_PUPIL: &[&str] =
    &["student_id", "student", "school", "class", "person_id", "name", "state", "username", "claimed_by", "claimed_at", "signed_in_at"];
