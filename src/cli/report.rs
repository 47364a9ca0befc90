//! `preau claim report`: who has joined and who has not, by school and class (A3).

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::table::{Table, Unwritable};
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

/// Whose accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Whose {
    /// Pupils.
    Pupil,
    /// Parents, guardians, relatives.
    Guardian,
    /// Those who work for the district.
    Staff,
}

impl From<Whose> for Audience {
    fn from(whose: Whose) -> Self {
        match whose {
            Whose::Pupil => Self::Student,
            Whose::Guardian => Self::Guardian,
            Whose::Staff => Self::Staff,
        }
    }
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
    /// A table.
    #[error(transparent)]
    Table(#[from] Unwritable),
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
    let mut list = asked.who.as_deref().map(|path| Table::begin(path, MISSING)).transpose()?;
    let mut broken = None;
    let mut each = |missing: Missing<'_>| {
        if let (Some(list), None) = (&mut list, &broken) {
            broken = list.add(row(&missing)).err();
        }
    };
    let found = report(&app.store.read(), &app.tools.policy, &question, app.now(), progress, &mut each).await?;
    if let Some(failed) = broken {
        return Err(failed.into());
    }
    list.map(Table::keep).transpose()?;
    if let Some(path) = &asked.csv {
        let mut counts = Table::begin(path, COUNTS)?;
        for school in &found.schools {
            counts.add(counted(school, ""))?;
            for class in &school.classes {
                counts.add(counted(school, &class.name).into_iter().take(3).chain(numbers(&class.count)))?;
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

const COUNTS: &[&str] = &["school_id", "school", "class", "people", "invited", "claimed", "signed_in", "never", "no_way_in"];
const MISSING: &[&str] = &["school", "class", "person_id", "given_name", "family_name", "has_address", "invited", "no_way_in"];
