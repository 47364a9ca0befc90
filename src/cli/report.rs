//! `preau claim report`: who has joined and who has not, by school and class (A3).

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::claim::Whose;
use super::code::{beside, plain};
use crate::app::App;
use crate::console::Answer;
use crate::enrollment::report::{Asked, Count, Group, Missing, Places, Refused, Report, report};
use crate::flow::Flow;
use crate::model::Audience;

/// What `claim report` takes.
#[derive(Debug, Args)]
pub struct Ask {
    /// Only of this school, by its sourcedId.
    #[arg(long, value_name = "ID", conflicts_with = "class")]
    pub school: Option<String>,
    /// Only of this class, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub class: Option<String>,
    /// Who should have joined.
    #[arg(long, value_enum, default_value = "pupil")]
    pub audience: Whose,
    /// The flow by which they would: whoever it cannot let in is told with the reason. Else the listed one, if there is one.
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
    /// Write the counts here, a line for each school and class.
    #[arg(long, value_name = "OUT.csv")]
    pub csv: Option<PathBuf>,
    /// Write here who has not joined, a line each; only you may read the file.
    #[arg(long, value_name = "OUT.csv")]
    pub who: Option<PathBuf>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The count.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No such flow.
    #[error("there is no way to join that is called {0}; `preau flow list` shows them")]
    NoFlow(String),
    /// The file.
    #[error("{} cannot be written: {cause}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// Does it; `progress` hears how many people were looked at.
pub async fn run(asked: Ask, app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Answer, Failed> {
    let audience: Audience = asked.audience.into();
    let flow = flow(app, asked.flow.as_deref(), audience)?;
    let places = match (&asked.school, &asked.class) {
        (Some(school), _) => Places::Schools(vec![school.clone()]),
        (None, Some(class)) => Places::Class(class.clone()),
        (None, None) => Places::Everywhere,
    };
    let question = Asked { audience, places, flow: flow.as_deref() };
    let mut list = asked.who.as_deref().map(|path| List::begin(path, MISSING)).transpose()?;
    let mut broken = None;
    let mut each = |missing: Missing<'_>| {
        if let (Some(list), None) = (&mut list, &broken) {
            broken = list.add(row(&missing)).err();
        }
    };
    let found = report(&app.store.read(), &app.tools.policy, &question, app.now(), progress, &mut each).await?;
    if let Some(failed) = broken {
        return Err(failed);
    }
    list.map(List::keep).transpose()?;
    if let Some(path) = &asked.csv {
        let mut counts = List::begin(path, COUNTS)?;
        for school in &found.schools {
            counts.add(counted(school, ""))?;
            for class in &school.classes {
                counts.add(counted(school, &class.name).into_iter().take(3).chain(numbers(&class.count)).collect())?;
            }
        }
        counts.keep()?;
    }
    Ok(told(&found, &asked, flow.as_deref()))
}

/// The flow that is named, or the one that is listed for these people.
fn flow(app: &App, named: Option<&str>, audience: Audience) -> Result<Option<Arc<Flow>>, Failed> {
    let joining = |flow: &Arc<Flow>| flow.feature.name == "enrollment";
    if let Some(name) = named {
        return app.flow(name).filter(joining).map(Some).ok_or_else(|| Failed::NoFlow(name.to_owned()));
    }
    let loaded = app.flows.all();
    let mut listed = loaded.iter().filter(|flow| joining(flow) && flow.listed && flow.audience == Some(audience));
    Ok(listed.next().filter(|_| listed.next().is_none()).cloned())
}

fn told(found: &Report, asked: &Ask, flow: Option<&Flow>) -> Answer {
    let mut json = json!(found);
    json["audience"] = Audience::from(asked.audience).word().into();
    json["flow"] = json!(flow.map(|flow| &flow.name));
    let mut text = format!("{}\n{}", line(&found.all), groups(&found.schools));
    for (why, people) in &found.all.why {
        text.push_str(&format!("\n{people:>7}  {why}"));
    }
    match flow {
        Some(flow) => text.push_str(&format!("\n`preau flow try {}` explains the reasons.", flow.name)),
        None => text.push_str("\nName a --flow to hear for whom the roster leaves no way in."),
    }
    Answer { json, text }
}

/// One line on a group.
pub(super) fn line(group: &Group) -> String {
    let Count { people, invited, claimed, signed_in, never, no_way_in } = group.count;
    let percent = (claimed * 100).checked_div(people).unwrap_or(100);
    format!(
        "{claimed} of {people} have joined ({percent} %), {signed_in} have signed in, {never} never; {invited} are invited, {no_way_in} have no way in."
    )
}

/// A table of groups and their classes.
pub(super) fn groups(groups: &[Group]) -> String {
    let row = |name: String, count: &Count| {
        json!({ "where": name, "people": count.people, "claimed": count.claimed, "signed_in": count.signed_in, "never": count.never,
                "invited": count.invited, "no_way_in": count.no_way_in })
    };
    let rows = groups.iter().flat_map(|school| {
        let classes = school.classes.iter().map(move |class| row(format!("  {}", class.name), &class.count));
        std::iter::once(row(school.name.clone(), &school.count)).chain(classes)
    });
    Answer::of(rows.collect(), &["where", "people", "claimed", "signed_in", "never", "invited", "no_way_in"]).text
}

fn row(missing: &Missing<'_>) -> Vec<String> {
    let who = missing.who;
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    vec![
        missing.school.to_owned(),
        missing.class.to_owned(),
        who.source.clone(),
        who.given_name.clone(),
        who.family_name.clone(),
        yes(who.address().is_some()),
        yes(missing.invited),
        missing.why.join(", "),
    ]
}

fn counted(school: &Group, class: &str) -> Vec<String> {
    [school.id.clone(), school.name.clone(), class.to_owned()].into_iter().chain(numbers(&school.count)).collect()
}

fn numbers(count: &Count) -> impl Iterator<Item = String> + use<> {
    [count.people, count.invited, count.claimed, count.signed_in, count.never, count.no_way_in].map(|count| count.to_string()).into_iter()
}

/// A table that only its owner may read, beside its place until it is whole.
pub(super) struct List {
    rows: csv::Writer<File>,
    path: PathBuf,
}

impl List {
    /// Begins it with the names of its columns.
    pub fn begin(path: &Path, columns: &[&str]) -> Result<Self, Failed> {
        let failed = |cause| Failed::File { path: path.to_owned(), cause };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(beside(path)).map_err(failed)?;
        let mut list = Self { rows: csv::Writer::from_writer(file), path: path.to_owned() };
        list.add(columns.iter().map(|column| (*column).to_owned()).collect())?;
        Ok(list)
    }

    /// Adds a line.
    pub fn add(&mut self, cells: Vec<String>) -> Result<(), Failed> {
        let written = self.rows.write_record(cells.into_iter().map(plain));
        written.map_err(|error| Failed::File { path: self.path.clone(), cause: error.into() })
    }

    /// It is whole.
    pub fn keep(mut self) -> Result<(), Failed> {
        let whole =
            self.rows.flush().and_then(|()| self.rows.get_ref().sync_all()).and_then(|()| std::fs::rename(beside(&self.path), &self.path));
        whole.map_err(|cause| Failed::File { path: self.path, cause })
    }
}

const COUNTS: &[&str] = &["school_id", "school", "class", "people", "invited", "claimed", "signed_in", "never", "no_way_in"];
const MISSING: &[&str] = &["school", "class", "person_id", "given_name", "family_name", "has_address", "invited", "no_way_in"];
