//! Whose parent are you? Shown before anything is asked for, so that a letter in the wrong hands stops here (C3). Whoever
//! is signed in adds the child to that account (C12, C13); whoever has one signs in and comes back to this page.

use async_trait::async_trait;
use serde::Deserialize;

use super::by_code::{may_add, reach, why_over};
use super::confirm::school;
use super::pages;
use super::standing::{Standing, standing_with};
use super::turned_away::{Why, turn_away};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits;
use crate::model::draft::{AboutYou, CodeOver};
use crate::model::{AccountId, Audience, Draft};
use crate::policy::Policy;
use crate::store::StoreError;
use crate::store::accounts::Accounts;
use crate::store::cases::Cause;
use crate::store::codes::Issued;
use crate::store::people::{People, Person};

/// Asks whether this is the child.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeChild {}

/// What can be done with a code.
struct Ways {
    children: Vec<Person>,
    /// The account that is signed in, if the children may be added to it.
    mine: Option<(AccountId, String)>,
    /// Somebody is signed in whose account the code is not for.
    other_name: bool,
    /// An account can be made, or why not.
    new: Result<(), Cause>,
}

#[async_trait]
impl Stage for CodeChild {
    fn is_open(&self, draft: &Draft) -> bool {
        !draft.child_seen
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let (people, accounts) = (look.reader.people(), look.reader.accounts());
        let code = match &look.draft.code {
            Some(proven) => look.reader.codes().find(proven.value).await?,
            None => None,
        };
        let code = code.ok_or_else(|| FlowError::Broken("a code that was shown is gone".to_owned()))?;
        let asked = Asked { people, accounts, policy: &look.tools.policy, audience: look.audience, signed_in: look.visitor.signed_in };
        let ways = asked.ways(&code, look.draft.about_you).await?;
        let mut children = Vec::new();
        for child in &ways.children {
            let given_name = child.preferred_given_name.clone().unwrap_or_else(|| child.given_name.clone());
            children.push(pages::Child { given_name, school: school(&asked.people, child).await? });
        }
        Ok(Screen::of(&pages::CodeChild {
            children,
            mine: ways.mine.map(|(_, username)| username),
            new: ways.new.is_ok(),
            has_account: ways.new == Err(Cause::AlreadyClaimed),
            other_name: ways.other_name,
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let code = match &step.draft.code {
            Some(proven) => step.tx.codes().find(proven.value).await?,
            None => None,
        };
        let over = code.as_ref().map_or(Some(CodeOver::Revoked), |code| why_over(code, step.now));
        let (Some(code), None) = (code, over) else {
            step.draft.code_over = over;
            return Ok(Outcome::Next);
        };
        let (people, accounts) = (step.tx.people(), step.tx.accounts());
        let asked = Asked { people, accounts, policy: &step.tools.policy, audience: step.audience, signed_in: step.visitor.signed_in };
        let ways = asked.ways(&code, step.draft.about_you).await?;
        if ways.children.is_empty() {
            step.draft.code_over = Some(CodeOver::Untied);
            return Ok(Outcome::Next);
        }
        match (ways.mine.filter(|_| form.text(FIELD) != NEW), ways.new) {
            (Some((account, _)), _) => {
                step.draft.adds_to = Some(account);
                step.draft.child_seen = true;
            }
            (None, Ok(())) => step.draft.child_seen = true,
            // The page says so by itself, and leads to sign-in.
            (None, Err(Cause::AlreadyClaimed)) => {}
            (None, Err(cause)) => shut(step, &code, cause).await?,
        }
        Ok(Outcome::Next)
    }
}

/// The record of the code's guardian cannot have an account made for it now: the school hears why.
async fn shut(step: &mut Step<'_>, code: &Issued, cause: Cause) -> Result<(), FlowError> {
    let keys = &step.tools.keys;
    let subject = match code.guardian {
        Some(guardian) => limits::subject_of_record(keys, guardian),
        None => limits::subject(keys, &["claim", "code", &code.id.to_string()]),
    };
    turn_away(step, Why { cause, person: code.guardian, subject, typed: None }).await
}

/// Whom and what the answer depends on, beside the code.
struct Asked<'a> {
    people: People<'a>,
    accounts: Accounts<'a>,
    policy: &'a Policy,
    audience: Option<Audience>,
    signed_in: Option<AccountId>,
}

impl Asked<'_> {
    async fn ways(&self, code: &Issued, about: AboutYou) -> Result<Ways, StoreError> {
        let named = match code.guardian {
            Some(guardian) => self.people.find(guardian).await?,
            None => None,
        };
        let account = match self.signed_in {
            Some(account) => self.accounts.find(account).await?,
            None => None,
        };
        let holder = match &account {
            Some(account) => self.people.find(account.person).await?,
            None => None,
        };
        let may = holder.as_ref().is_some_and(|holder| may_add(code, named.as_ref(), holder));
        let new = match code.guardian {
            Some(guardian) => {
                // Whoever has no address on file says on the next page which they have: any stands for it here.
                let some = (about == AboutYou::Email).then(|| format!("{guardian}@invalid"));
                match standing_with(&self.people, &self.accounts, self.policy, self.audience, guardian, some.as_deref()).await? {
                    Standing::Open(_) => Ok(()),
                    Standing::Shut(cause) => Err(cause),
                }
            }
            None => Ok(()),
        };
        let mine = account.filter(|_| may).map(|account| (account.id, account.username));
        Ok(Ways { children: reach(&self.people, code).await?, other_name: self.signed_in.is_some() && !may, mine, new })
    }
}

const FIELD: &str = "account";
/// Not to the account that is signed in here: another one is made.
const NEW: &str = "new";
