//! The list that the office ticks before it opens a session: who stands there, how it knows, and in which language the pages speak. What
//! was seen goes into the log, never the number of a document. What the roster says proves nobody: many people know it (row D1). Which
//! things are ticked the district says (`[counter]`).

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::{self, Standing};
use super::who::family;
use crate::config::counter::{COMPARED, CheckSettings, KNOWN, PHOTO_ID};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::{Draft, FieldError, Language, Message};
use crate::pages::Pages;
use crate::store::accounts::AccountState;
use crate::web::counter::may_help;
use crate::web::{alarm, session};

/// Asks who stands there, what was seen, and the language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checks {}

#[async_trait]
impl Stage for Checks {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.desk.as_ref().is_none_or(|desk| desk.whom.is_none())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let (people, accounts) = (look.reader.people(), look.reader.accounts());
        let found = match &look.draft.desk {
            Some(desk) => people.find(desk.found).await?,
            None => None,
        };
        let Some(found) = found else {
            return Err(FlowError::Broken("the list is ticked behind the stage that finds somebody".to_owned()));
        };
        let mut standing = Vec::new();
        for person in family(&people, &found).await? {
            let account = accounts.of_person(person.id).await?.filter(|account| account.state == AccountState::Claimed);
            if account.is_some() {
                let audience = session::audience(&person).word();
                standing.push(Standing { value: person.id.to_string(), label: person.display_name(), audience });
            }
        }
        let languages = look.tools.config.languages.iter().map(|language| (language.tag().to_owned(), language.name().to_owned()));
        let language = found.language.unwrap_or(look.language).tag().to_owned();
        let checklist = &look.tools.config.counter.checklist;
        let checklist = checklist.iter().map(|check| tick(check, look.language, &look.tools.pages)).collect();
        Ok(Screen::of(&pages::CounterChecks { standing, checklist, languages: languages.collect(), language, back: "?correct=1" }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let (Some(desk), Some(staff)) = (step.draft.desk.clone(), super::open::staff(step).await?) else {
            return Ok(Outcome::again(WHOM, "counter-whom-missing"));
        };
        let people = step.tx.people();
        let found = people.find(desk.found).await?;
        let family = match &found {
            Some(found) => family(&people, found).await?,
            None => Vec::new(),
        };
        let Some(whom) = family.iter().find(|person| person.id.to_string() == form.text(WHOM)) else {
            return Ok(Outcome::again(WHOM, "counter-whom-missing"));
        };
        let account = step.tx.accounts().of_person(whom.id).await?.filter(|account| account.state == AccountState::Claimed);
        if account.is_none() || may_help(&people, &step.tools.policy, &staff, whom).await?.is_none() {
            return Ok(Outcome::again(WHOM, "counter-whom-missing"));
        }
        let checklist = &step.tools.config.counter.checklist;
        let seen: Vec<&CheckSettings> = checklist.iter().filter(|check| form.ticked(&field(&check.word))).collect();
        if !seen.iter().any(|check| check.proof) {
            let first = checklist.first().map_or_else(|| WHOM.to_owned(), |check| field(&check.word));
            return Ok(Outcome::again(&first, "counter-seen-missing"));
        }
        let seen: Vec<String> = seen.into_iter().map(|check| check.word.clone()).collect();
        let language = Language::from_tag(form.text(LANGUAGE)).filter(|language| step.tools.config.languages.contains(language));
        let Some(language) = language else { return Ok(Outcome::again(LANGUAGE, "counter-language-missing")) };
        let Some(own) = step.draft.account else { return Ok(Outcome::again(WHOM, "counter-whom-missing")) };
        let subject = limits::subject_of_account(&step.tools.keys, own);
        if let Taken::Wait(until) = limits::take(step.tx, Rule::CounterOpened, &subject, step.now).await? {
            alarm::of_counter(step, own, &staff).await?;
            return Ok(Outcome::Wait(vec![FieldError::of(WHOM, "counter-wait")], until));
        }
        let whom = whom.id;
        if let Some(desk) = &mut step.draft.desk {
            (desk.whom, desk.seen, desk.language) = (Some(whom), seen, Some(language));
        }
        Ok(Outcome::Next)
    }
}

/// A line of the list, in the district's words or in ours.
fn tick(check: &CheckSettings, language: Language, pages: &Pages) -> pages::Tick {
    let ours = SAID.iter().find(|(word, _)| *word == check.word).map(|(_, text)| *text);
    let label = match (check.label.get(&language), ours) {
        (Some(label), _) => label.clone(),
        (None, Some(text)) => pages.text(language, &Message::of(text)),
        (None, None) => check.word.clone(),
    };
    pages::Tick { field: field(&check.word), label, proof: check.proof }
}

/// No word of a district's own is that of another control of the page.
fn field(word: &str) -> String {
    format!("seen-{word}")
}

const SAID: &[(&str, &str)] =
    &[(PHOTO_ID, "counter-seen-photo-id"), (KNOWN, "counter-seen-known-in-person"), (COMPARED, "counter-seen-roster-compared")];
const WHOM: &str = "whom";
const LANGUAGE: &str = "spoken";
