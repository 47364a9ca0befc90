//! A child's birth date: a fact beside something that was held, such as a letter (E11). Any child of the guardian, the
//! youngest, or all of them; a pupil tells their own. A try is counted before it is judged (row E04).

use async_trait::async_trait;
use serde::Deserialize;

use super::families::children;
use super::pages;
use super::roster_match::NOBODY;
use crate::flow::need::{Asks, Need};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::{Audience, Draft, FieldError, Hash};
use crate::people::day;
use crate::store::StoreError;
use crate::store::people::People;

/// Asks for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChildBirthDate {
    #[serde(default)]
    child: Which,
}

/// Whose birth date is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Which {
    /// That of any child.
    #[default]
    Any,
    /// That of the youngest.
    Youngest,
    /// Those of all children, one a line.
    All,
}

#[async_trait]
impl Stage for ChildBirthDate {
    fn is_open(&self, draft: &Draft) -> bool {
        !draft.birth_date_shown
    }

    fn asks(&self) -> Asks {
        let need = match self.child {
            Which::Any => Need::AnyChildsBirthDate,
            Which::Youngest | Which::All => Need::EveryChildsBirthDate,
        };
        Asks { needs: vec![need], ..Asks::default() }
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let now = jiff::Timestamp::from_second(look.now.0).unwrap_or_default();
        let today = look.tools.config.district.zone().to_datetime(now).date();
        let own = look.audience == Some(Audience::Student);
        let many = if self.child == Which::All { children(&look.reader.people(), whose(look.draft)).await?.len() } else { 1 };
        Ok(Screen::of(&pages::ChildBirthDate {
            own,
            youngest: self.child == Which::Youngest && !own,
            fields: (1..=many.max(1)).map(field).collect(),
            today: today.to_string(),
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let expected = self.expected(&step.tx.people(), step).await?;
        let wanted = if self.child == Which::All { expected.len().max(1) } else { 1 };
        let mut typed = Vec::new();
        for place in 1..=wanted {
            let name = field(place);
            match day(form.text(&name)) {
                Some(day) => typed.push(day),
                None if form.text(&name).is_empty() => return Ok(Outcome::again(&name, "birth-date-missing")),
                None => return Ok(Outcome::again(&name, "birth-date-odd")),
            }
        }
        let subject = subject(step);
        match limits::take(step.tx, Rule::RecordClaim, &subject, step.now).await? {
            Taken::Go { .. } => {}
            Taken::Wait(until) => return Ok(Outcome::Wait(vec![FieldError::of(FIELD, "child-birth-date-wait")], until)),
            Taken::Closed => return Ok(Outcome::again(FIELD, "child-birth-date-closed")),
        }
        if self.is_right(typed, &expected) {
            limits::give_back(step.tx, Rule::RecordClaim, &subject).await?;
            step.draft.birth_date_shown = true;
            return Ok(Outcome::Next);
        }
        limits::failed(step.tx, &step.tools.keys, &step.visitor.network, &subject, step.now).await?;
        Ok(Outcome::again(FIELD, "child-birth-date-wrong"))
    }
}

impl ChildBirthDate {
    /// The days that are right, by the roster of this moment.
    async fn expected(&self, people: &People<'_>, step: &Step<'_>) -> Result<Vec<String>, StoreError> {
        let person = whose(step.draft);
        if step.audience == Some(Audience::Student) {
            return Ok(people.find(person).await?.and_then(|person| person.birth_date).into_iter().collect());
        }
        let mut days: Vec<String> = children(people, person).await?.into_iter().filter_map(|child| child.birth_date).collect();
        days.sort();
        if self.child == Which::Youngest {
            days = days.pop().into_iter().collect();
        }
        Ok(days)
    }

    fn is_right(&self, mut typed: Vec<String>, expected: &[String]) -> bool {
        typed.sort();
        match self.child {
            Which::All => !expected.is_empty() && typed == expected,
            Which::Any | Which::Youngest => typed.first().is_some_and(|day| expected.contains(day)),
        }
    }
}

fn whose(draft: &Draft) -> crate::model::PersonId {
    draft.person.as_ref().map_or(NOBODY, |proven| proven.value)
}

fn subject(step: &Step<'_>) -> Hash {
    limits::subject_of_record(&step.tools.keys, whose(step.draft))
}

fn field(place: usize) -> String {
    if place == 1 { FIELD.to_owned() } else { format!("{FIELD}_{place}") }
}

const FIELD: &str = "birth_date";
