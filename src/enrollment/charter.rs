//! The charter: what people agree to before they use the school's tools. When they join, everybody reads it; when they
//! sign in, only those who agreed to a version that is not the present one (E16).

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::charters::{Charter as Agreement, Words};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::Agreed;
use crate::model::{AccountId, Audience, Draft, FieldError, Language};
use crate::people::age;
use crate::store::accounts::Accounts;
use crate::store::people::Person;
use crate::tools::Tools;
use crate::web::session;

/// Asks for a tick under a charter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Charter {
    /// Its name: the file's, without `.toml`.
    #[serde(default = "of_the_school")]
    charter: String,
    #[serde(default)]
    when: When,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum When {
    /// Whoever has not agreed to the present version.
    #[default]
    New,
    /// Whoever agreed to another version, and to nothing since.
    Renewed,
}

#[async_trait]
impl Stage for Charter {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.agreed.is_none() && draft.adds_to.is_none()
    }

    fn is_for_all(&self) -> bool {
        self.when == When::New
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let version = &self.agreement(step.tools)?.version;
        let before = match account(&step.tx.accounts(), step.draft).await? {
            Some(account) => step.tx.charters().of(account, &self.charter).await?,
            None => Vec::new(),
        };
        let done = before.iter().any(|(agreed, _)| agreed == version);
        if done || (self.when == When::Renewed && before.is_empty()) {
            step.draft.agreed = Some(Agreed::NothingToAsk);
        }
        Ok(())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let agreement = self.agreement(look.tools)?;
        let words = self.words(look, agreement).await?;
        Ok(Screen::of(&pages::Charter {
            title: words.title.clone(),
            blocks: words.blocks.clone(),
            version: agreement.version.clone(),
            renewed: self.when == When::Renewed,
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let version = self.agreement(step.tools)?.version.clone();
        if form.text("version") != version {
            return Ok(Outcome::Again(vec![FieldError::of("accept", "charter-changed")]));
        }
        if !form.ticked("accept") {
            return Ok(Outcome::Again(vec![FieldError::of("accept", "charter-accept-missing")]));
        }
        let language = step.draft.language.unwrap_or(Language::ALL[0]);
        step.draft.agreed = Some(Agreed::To { charter: self.charter.clone(), version, language, at: step.now });
        Ok(Outcome::Next)
    }
}

impl Charter {
    fn agreement<'t>(&self, tools: &'t Tools) -> Result<&'t Agreement, FlowError> {
        let found = tools.charters.get(&self.charter);
        found.ok_or_else(|| FlowError::Broken(format!("there is no charter {}: add {0}.toml to the folder of charters", self.charter)))
    }

    async fn words<'t>(&self, look: &Look<'t>, agreement: &'t Agreement) -> Result<&'t Words, FlowError> {
        let person = person(look).await?;
        let audience = person.as_ref().map(session::audience).or(look.audience).unwrap_or(Audience::Guardian);
        let zone = look.tools.config.district.zone();
        let born = person.as_ref().and_then(|person| person.birth_date.as_deref());
        let age = born.and_then(|born| age(born, look.now, &zone));
        Ok(agreement.words(look.language, audience, age))
    }
}

/// The account of the journey: the one that signs in, or the one that the person had before a reset.
async fn account(accounts: &Accounts<'_>, draft: &Draft) -> Result<Option<AccountId>, FlowError> {
    match (&draft.person, draft.account) {
        (Some(person), _) => Ok(accounts.of_person(person.value).await?.map(|account| account.id)),
        (None, account) => Ok(account),
    }
}

async fn person(look: &Look<'_>) -> Result<Option<Person>, FlowError> {
    let id = match (&look.draft.person, look.draft.account) {
        (Some(person), _) => Some(person.value),
        (None, Some(account)) => look.reader.accounts().find(account).await?.map(|account| account.person),
        (None, None) => None,
    };
    match id {
        Some(id) => Ok(look.reader.people().find(id).await?),
        None => Ok(None),
    }
}

fn of_the_school() -> String {
    "school".to_owned()
}
