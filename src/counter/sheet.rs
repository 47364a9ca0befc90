//! The sheet: the name to sign in with, and the ways back in. Never a password (E18, A39).

use async_trait::async_trait;
use serde::Deserialize;

use super::{at_counter, pages};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::{Draft, Language};
use crate::pages::paper::SheetOnPaper;
use crate::store::accounts::Account;
use crate::store::people::Person;
use crate::store::{Reader, StoreError};
use crate::tools::Tools;
use crate::web::flow::ways_back;
use crate::web::visitor::given_name;

/// Shows the sheet, and ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TakeSheet {}

#[async_trait]
impl Stage for TakeSheet {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.counter.as_ref().is_none_or(|counter| !counter.sheet)
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        match super::person_of(&look.reader, look.draft.account).await? {
            Some((account, person)) => Ok(Screen::of(&sheet(&look.reader, &account, &person).await?)),
            None => Err(FlowError::Broken("a sheet of nobody".to_owned())),
        }
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        at_counter(step)?.sheet = true;
        Ok(Outcome::Next)
    }
}

/// The same for paper, in the language of whoever takes it; `school`: where.
pub(super) fn on_paper(tools: &Tools, language: Language, sheet: pages::CounterSheet, school: Option<String>) -> SheetOnPaper {
    let issuer = tools.config.issuer.as_str();
    let district = &tools.config.district.name;
    SheetOnPaper {
        language,
        sender: school.map_or_else(|| district.clone(), |school| format!("{district} · {school}")),
        name: sheet.name,
        username: sheet.username,
        ways_back: sheet.ways_back,
        address: issuer.split_once("://").map_or(issuer, |(_, bare)| bare).to_owned(),
    }
}

/// What stands on the sheet of somebody.
pub(super) async fn sheet(reader: &Reader<'_>, account: &Account, person: &Person) -> Result<pages::CounterSheet, StoreError> {
    // The questions were not chosen a moment ago, as at the end of joining; and each line stands alone.
    let said = |way| match way {
        "enrolled-way-questions" => "counter-way-questions",
        "enrolled-way-guardian" => "counter-way-guardian",
        other => other,
    };
    let ways_back = ways_back(reader, account).await?.into_iter().map(said).collect();
    Ok(pages::CounterSheet { name: given_name(person).to_owned(), username: account.username.clone(), ways_back, back: None })
}
