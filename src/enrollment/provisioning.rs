//! Identifiers and provisional passwords, for families who get a letter (E2): each person gets a name to sign in with, made
//! of their own and numbered where several would have the same, and a password drawn by chance that is good until a day
//! that the letter says. It is an invitation and no account: nobody is signed in by it, and when it is over the person is
//! not (E3). Given again, the name stays and the password before dies.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::model::{AccountId, Audience, PersonId, Timestamp};
use crate::password::{self, Busy};
use crate::policy::Naming;
use crate::random::Secret;
use crate::store::accounts::{Account, AccountState, Password};
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::{Store, StoreError, Tx};
use crate::tools::Tools;
use crate::web::session;

/// What one person gets.
#[derive(Clone, Debug)]
pub struct Provisional {
    /// Whose it is.
    pub person: PersonId,
    /// The name to greet with.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// What the letter says; it is not kept.
    pub password: Secret,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Provisioned {
    /// In the order that was asked.
    pub given: Vec<Provisional>,
    /// Those who have an account already, open or shut, and get none.
    pub have_account: u64,
    /// Those whom the school does not know any more, or who also work for it.
    pub not_meant: u64,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hashing.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// How many there would be: of those, how many get one, and how many have an account already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// People who would get one.
    pub people: u64,
    /// Those who have an account already.
    pub have_account: u64,
}

/// Counts, and gives nothing.
pub async fn preview(store: &Store, people: &[PersonId]) -> Result<Preview, StoreError> {
    let mut count = Preview::default();
    for id in people {
        match store.read().accounts().of_person(*id).await?.map(|account| account.state) {
            Some(AccountState::Claimed | AccountState::Disabled) => count.have_account += 1,
            Some(AccountState::Invited | AccountState::Unclaimed) | None => count.people += 1,
        }
    }
    Ok(count)
}

/// Gives them, one after another; `told` hears how many were looked at. Each is given wholly or not at all.
pub async fn provision(
    (store, tools): (&Store, &Tools),
    people: &[PersonId],
    life: Duration,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Provisioned, Failed> {
    let mut done = Provisioned::default();
    for (place, id) in people.iter().enumerate() {
        told(place as u64 + 1);
        let person = store.read().people().find(*id).await?.filter(|person| person.active);
        let Some((flow, person)) = person.and_then(|person| Some((flow_of(&person)?, person))) else {
            done.not_meant += 1;
            continue;
        };
        let password = password::readable(&tools.random);
        let hash = tools.hasher.hash(&password).await?;
        let now = tools.clock.now();
        let expires_at = now + life;
        let kept = Password { hash, set_at: now, must_change: false, expires_at: Some(expires_at) };
        let work = async |tx: &Tx| invite(tx, tools, (&person, flow), &kept, now).await;
        match store.write(work).await? {
            Some(username) => {
                done.given.push(Provisional { person: *id, name: person.display_name(), username, password, expires_at });
            }
            None => done.have_account += 1,
        }
    }
    Ok(done)
}

/// The flow that a first sign-in leads to. Nobody who works for the district joins by a letter to a family (E14).
fn flow_of(person: &Person) -> Option<&'static str> {
    match session::audience(person) {
        Audience::Student if person.is_pupil() => Some("student-provisional"),
        Audience::Student | Audience::Guardian => Some("guardian-provisional"),
        Audience::Staff => None,
    }
}

/// The name is the person's for good: who had one keeps it.
async fn invite(
    tx: &Tx,
    tools: &Tools,
    (person, flow): (&Person, &'static str),
    password: &Password,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let accounts = tx.accounts();
    let username = match accounts.of_person(person.id).await? {
        Some(account) => account.username,
        None => free_name(tx, tools, person).await?,
    };
    let wanted = Account {
        id: AccountId::new(now, &tools.random),
        person: person.id,
        username,
        state: AccountState::Invited,
        language: None,
        claimed_by: flow.to_owned(),
        assurance: crate::flow::definition::ASSURANCES[0].to_owned(),
        claimed_at: now,
    };
    let Some(account) = accounts.invite(&wanted).await? else { return Ok(None) };
    accounts.give_password(account.id, password).await?;
    let detail = json!({ "flow": flow, "expires_at": password.expires_at });
    tx.record(&Event { person: Some(person.id), detail, ..Event::of("account.invited") }, now).await?;
    Ok(Some(account.username))
}

/// `anne.roy`, and where somebody has it, `anne.roy2`, `anne.roy3`.
async fn free_name(tx: &Tx, tools: &Tools, person: &Person) -> Result<String, StoreError> {
    let naming = Naming {
        student_number: person.student_number.as_deref(),
        given_name: person.preferred_given_name.as_deref().unwrap_or(&person.given_name),
        family_name: person.preferred_family_name.as_deref().unwrap_or(&person.family_name),
        email: None,
    };
    let base = tools.policy.provisional_username(&naming);
    let mut name = base.clone();
    let mut number = 1;
    while tx.accounts().by_username(&name).await?.is_some() {
        number += 1;
        name = format!("{base}{number}");
    }
    Ok(name)
}
