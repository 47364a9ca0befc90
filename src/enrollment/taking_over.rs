//! Passwords of another system, taken over: whoever had one there signs in here with the same, and has an account from then on as if
//! they had claimed it (decision 34). A file is judged as a whole before anything is written; then each person is written wholly or
//! not at all, so that a run that was cut short is simply run again. Nobody's password is replaced, and what the school shut or reset
//! stays so.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::standing::username;
use crate::flow::definition::ASSURANCES;
use crate::model::draft::PasswordHash;
use crate::model::{AccountId, PersonId, Timestamp};
use crate::password::{Busy, Foreign, NotTaken};
use crate::people::{email_key, find_account, number_key};
use crate::store::accounts::{Account, AccountState, Claimed, Password, username_key};
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::{Reader, Store, StoreError, Tx};
use crate::tools::Tools;

/// One line of the file.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Where it stands, from one.
    pub line: u64,
    /// The person's `sourcedId` in the roster; empty: the name says who it is.
    pub person_id: String,
    /// The name to sign in with; empty: the district's own.
    pub username: String,
    /// As the other system wrote it.
    pub hash: String,
}

/// Why a line is not taken over. Nothing of the hash is said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Neither column says who it is.
    #[error("neither person_id nor username says whose it is")]
    Nameless,
    /// Nobody in the roster, or several people.
    #[error("nobody in the roster is {0}, or several people are")]
    Nobody(String),
    /// The roster lacks what a name is made of.
    #[error("{0} has nothing to make a name of: add a column username")]
    NoName(String),
    /// Somebody else signs in with it.
    #[error("somebody else signs in as {0}")]
    NameTaken(String),
    /// Another line says the same.
    #[error("line {0} is for the same person, or has the same name")]
    Twice(u64),
    /// The hash.
    #[error(transparent)]
    Hash(#[from] NotTaken),
}

/// What is to be done with a file.
#[derive(Default)]
pub struct Judged {
    /// Who gets an account with the password they had.
    takes: Vec<Takes>,
    /// Those who have an account with a way in of its own, or one that the school shut or reset.
    pub kept: u64,
    /// Lines for nobody, passed over where that was asked.
    pub unknown: u64,
    /// Lines that cannot be taken over, by where they stand.
    pub refused: Vec<(u64, Why)>,
}

struct Takes {
    person: PersonId,
    username: String,
    foreign: Foreign,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// How many passwords, by their kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Those who had an account in the meantime.
    pub kept: u64,
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

impl Judged {
    /// How many passwords would be taken over, by their kind.
    pub fn kinds(&self) -> BTreeMap<&'static str, u64> {
        let mut kinds = BTreeMap::new();
        for takes in &self.takes {
            *kinds.entry(takes.foreign.kind()).or_default() += 1;
        }
        kinds
    }
}

/// Looks at every line, and writes nothing. `pass_over`: a line for nobody is no mistake, since people leave.
pub async fn judge(
    (store, tools): (&Store, &Tools),
    lines: &[Line],
    pass_over: bool,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Judged, StoreError> {
    let mut judged = Judged::default();
    let (mut people, mut names) = (HashMap::new(), HashMap::new());
    for (place, line) in lines.iter().enumerate() {
        told(place as u64 + 1);
        let foreign = match Foreign::parse(&line.hash) {
            Ok(foreign) => foreign,
            Err(why) => {
                judged.refused.push((line.line, why.into()));
                continue;
            }
        };
        let (person, username) = match owner(&store.read(), tools, line).await? {
            Owner::Open(person, username) => (person, username),
            Owner::Kept => {
                judged.kept += 1;
                continue;
            }
            Owner::Refused(Why::Nobody(_)) if pass_over => {
                judged.unknown += 1;
                continue;
            }
            Owner::Refused(why) => {
                judged.refused.push((line.line, why));
                continue;
            }
        };
        let before = people.insert(person, line.line).or(names.insert(username_key(&username), line.line));
        match before {
            Some(before) => judged.refused.push((line.line, Why::Twice(before))),
            None => judged.takes.push(Takes { person, username, foreign }),
        }
    }
    Ok(judged)
}

/// Takes over what was judged; `told` hears how many were hashed. `must_change`: whoever signs in chooses another password at once.
pub async fn take_over(
    (store, tools): (&Store, &Tools),
    judged: &Judged,
    must_change: bool,
    told: &(dyn Fn(u64) + Sync),
) -> Result<TakenOver, Failed> {
    let mut done = TakenOver::default();
    for (number, some) in judged.takes.chunks(AT_ONCE).enumerate() {
        let foreign: Vec<&Foreign> = some.iter().map(|takes| &takes.foreign).collect();
        let hashes = tools.hasher.wrap_each(&foreign).await?;
        let now = tools.clock.now();
        let work = async |tx: &Tx| {
            let mut taken = Vec::new();
            for (takes, hash) in some.iter().zip(&hashes) {
                taken.push(write(tx, tools, takes, (hash, must_change), now).await?);
            }
            Ok::<_, StoreError>(taken)
        };
        for (takes, taken) in some.iter().zip(store.write(work).await?) {
            match taken {
                true => *done.kinds.entry(takes.foreign.kind()).or_default() += 1,
                false => done.kept += 1,
            }
        }
        told((number * AT_ONCE + some.len()) as u64);
    }
    Ok(done)
}

/// Whose a line is.
enum Owner {
    /// Somebody who may have it, and the name to sign in with.
    Open(PersonId, String),
    /// Somebody whose account stays as it is.
    Kept,
    Refused(Why),
}

async fn owner(reader: &Reader<'_>, tools: &Tools, line: &Line) -> Result<Owner, StoreError> {
    let said = if line.person_id.is_empty() { &line.username } else { &line.person_id };
    let found = match (line.person_id.as_str(), line.username.as_str()) {
        ("", "") => return Ok(Owner::Refused(Why::Nameless)),
        ("", name) => by_name(reader, name).await?,
        (id, _) => reader.people().by_source_id(id).await?,
    };
    let [person] = &found[..] else { return Ok(Owner::Refused(Why::Nobody(said.clone()))) };
    let account = reader.accounts().of_person(person.id).await?;
    if account.as_ref().is_some_and(|account| account.state != AccountState::Invited) {
        return Ok(Owner::Kept);
    }
    let wanted = if line.username.is_empty() { username(&tools.policy, person) } else { Some(line.username.clone()) };
    // Whoever was invited by a name keeps it (E2).
    let Some(wanted) = account.map(|account| account.username).or(wanted) else { return Ok(Owner::Refused(Why::NoName(said.clone()))) };
    let holder = reader.accounts().by_username(&wanted).await?;
    Ok(match holder.is_none_or(|holder| holder.person == person.id) {
        true => Owner::Open(person.id, wanted),
        false => Owner::Refused(Why::NameTaken(wanted)),
    })
}

/// Those whom a name means: whoever signs in with it, or bears the number or the address.
async fn by_name(reader: &Reader<'_>, name: &str) -> Result<Vec<Person>, StoreError> {
    if let Some(id) = find_account(reader, name).await?
        && let Some(account) = reader.accounts().find(id).await?
    {
        return Ok(reader.people().find(account.person).await?.into_iter().collect());
    }
    let found = match name.contains('@') {
        true => reader.people().by_email(&email_key(name)).await?,
        false => reader.people().by_number(&number_key(name)).await?,
    };
    let mut seen = HashSet::new();
    Ok(found.into_iter().filter(|person| seen.insert(person.id)).collect())
}

/// The account, its password and the event; false if there is an account by now.
async fn write(
    tx: &Tx,
    tools: &Tools,
    takes: &Takes,
    (hash, must_change): (&PasswordHash, bool),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let accounts = tx.accounts();
    if accounts.of_person(takes.person).await?.is_some_and(|account| account.state != AccountState::Invited) {
        return Ok(false);
    }
    let wanted = Account {
        id: AccountId::new(now, &tools.random),
        person: takes.person,
        username: takes.username.clone(),
        state: AccountState::Claimed,
        language: None,
        claimed_by: TAKEN_OVER.to_owned(),
        assurance: ASSURANCES[0].to_owned(),
        claimed_at: now,
    };
    let Claimed::Now(account) = accounts.claim(&wanted).await? else { return Ok(false) };
    accounts.take_over_password(account.id, &Password { hash: hash.clone(), set_at: now, must_change, expires_at: None }).await?;
    if let Some((kind, level)) = takes.foreign.level() {
        tx.foreign_hashes().raise(kind, level).await?;
    }
    let detail = json!({ "kind": takes.foreign.kind(), "must_change": must_change });
    tx.record(&Event { person: Some(takes.person), detail, ..Event::of("password.taken-over") }, now).await?;
    Ok(true)
}

/// How such an account was claimed: by no flow.
const TAKEN_OVER: &str = "taken-over";
/// So many are written together: short enough for nobody to wait for it.
const AT_ONCE: usize = 32;
