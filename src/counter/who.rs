//! Whom does the office look for? A pupil by number, name to sign in with or whole name; a guardian by name to sign in with or address.
//! Of other schools, of those who work for the district and of names that nobody has, one answer (rows A01, R12).

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::Desk;
use crate::model::{Draft, PersonId};
use crate::people::{email_key, find_account, name_key, number_key};
use crate::store::accounts::AccountState;
use crate::store::people::{People, Person};
use crate::store::{Reader, StoreError};
use crate::web::counter::may_help;

/// Asks for the pupil or the guardian.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {}

#[async_trait]
impl Stage for Who {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.desk.is_none()
    }

    /// Another person can be looked for while the list is not ticked.
    fn take_back(&self, draft: &mut Draft) -> bool {
        if draft.desk.as_ref().is_some_and(|desk| desk.whom.is_none()) {
            draft.desk = None;
        }
        self.is_open(draft)
    }

    async fn show(&self, _look: &Look<'_>) -> Result<Screen, FlowError> {
        Ok(Screen::of(&pages::CounterWho {}))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let typed = form.text(FIELD);
        if typed.is_empty() || typed.len() > LONGEST {
            return Ok(Prepared::Nothing);
        }
        Ok(Prepared::made(called(&look.reader, typed).await?))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(called) = prepared.take::<Vec<PersonId>>() else { return Ok(Outcome::again(FIELD, "counter-who-missing")) };
        let people = step.tx.people();
        let Some(staff) = super::open::staff(step).await? else { return Ok(Outcome::again(FIELD, "counter-who-nobody")) };
        let mut ours: Vec<Person> = Vec::new();
        for id in called {
            if let Some(person) = people.find(id).await?
                && may_help(&people, &step.tools.policy, &staff, &person).await?.is_some()
            {
                ours.push(person);
            }
        }
        let [person] = ours.as_slice() else {
            return Ok(Outcome::again(FIELD, if ours.is_empty() { "counter-who-nobody" } else { "counter-who-several" }));
        };
        let mut with_account = 0;
        for one in family(&people, person).await? {
            let account = step.tx.accounts().of_person(one.id).await?;
            let open = account.is_some_and(|account| account.state == AccountState::Claimed);
            with_account += usize::from(open && may_help(&people, &step.tools.policy, &staff, &one).await?.is_some());
        }
        if with_account == 0 {
            return Ok(Outcome::again(FIELD, "counter-who-no-account"));
        }
        step.draft.desk = Some(Desk { found: person.id, whom: None, seen: Vec::new(), language: None });
        Ok(Outcome::Next)
    }
}

/// A person, and, of a pupil, the guardians who may see the records: any of them may be the one who stands there.
pub(super) async fn family(people: &People<'_>, person: &Person) -> Result<Vec<Person>, StoreError> {
    let mut family = vec![person.clone()];
    for tie in people.relationships(person.id).await?.iter().filter(|tie| tie.child == person.id && tie.can_access_records) {
        if let Some(guardian) = people.find(tie.guardian).await?.filter(|guardian| guardian.active)
            && family.iter().all(|known| known.id != guardian.id)
        {
            family.push(guardian);
        }
    }
    Ok(family)
}

/// Everybody whom this may mean, in the whole district.
async fn called(reader: &Reader<'_>, typed: &str) -> Result<Vec<PersonId>, StoreError> {
    let people = reader.people();
    let mut found: Vec<PersonId> = Vec::new();
    if let Some(account) = find_account(reader, typed).await? {
        found.extend(reader.accounts().find(account).await?.map(|account| account.person));
    }
    let named = match typed.contains('@') {
        true => people.by_email(&email_key(typed)).await?,
        false => {
            let mut named = people.by_number(&number_key(typed)).await?;
            named.extend(people.by_name(&name_key(typed)).await?);
            named
        }
    };
    found.extend(named.into_iter().map(|person| person.id));
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

const FIELD: &str = "who";
const LONGEST: usize = 254;
