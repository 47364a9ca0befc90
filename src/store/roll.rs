//! Everybody in the roster, a few thousand at a time: for what is counted over a whole district.

use std::collections::{BTreeMap, HashSet};

use sea_orm::Value;

use uuid::Uuid;

use super::accounts::AccountState;
use super::{Db, Reader, Row, StoreError, sql};
use crate::model::{Audience, PersonId, Role};

/// One person of the roll: what is on file, not what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// For ever.
    pub person: PersonId,
    /// The source's id of the first record.
    pub source: String,
    /// As the school writes it.
    pub given_name: String,
    /// As the school writes it.
    pub family_name: String,
    /// The whole name, folded.
    pub name_key: String,
    /// The number on the school's paper.
    pub number: Option<String>,
    /// The address on file.
    pub email: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// The house number.
    pub civic_number: Option<String>,
    /// For whom the person is one.
    pub audiences: HashSet<Audience>,
    /// The account, if there ever was one.
    pub account: Option<AccountState>,
    /// The children whose records the person may see.
    pub children: Vec<Child>,
}

/// A child of somebody on the roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The child.
    pub person: PersonId,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// Goes to a school of the district.
    pub at_school: bool,
}

/// The roll.
pub struct Roll<'a>(Db<'a>);

impl Reader<'_> {
    /// Everybody in the roster.
    pub fn roll(&self) -> Roll<'_> {
        Roll(self.db())
    }
}

impl Roll<'_> {
    /// The next people after `after` (none: from the beginning), in the order of their ids; nobody: that was all.
    pub async fn after(&self, after: Option<PersonId>) -> Result<Vec<Entry>, StoreError> {
        let from = after.map_or_else(Uuid::nil, |person| person.0);
        let mut roll: BTreeMap<Uuid, Entry> = BTreeMap::new();
        let rows = sql::rows(&self.0, PEOPLE, [from.into()]).await?;
        for row in &rows {
            let entry = entry(row)?;
            roll.entry(entry.person.0).and_modify(|known| fill_gaps(known, &entry)).or_insert(entry);
        }
        // A person whose records the limit cut in two comes whole with the next step.
        if rows.len() >= usize::try_from(STEP).unwrap_or_default() && roll.len() > 1 {
            roll.pop_last();
        }
        let Some(last) = roll.last_key_value().map(|(person, _)| *person) else { return Ok(Vec::new()) };
        let between = || [Value::from(from), Value::from(last)];
        for row in sql::rows(&self.0, ROLES, between()).await? {
            let role = Role::from_word(&row.try_get::<String>("", "role")?);
            if let (Some(entry), Some(role)) = (roll.get_mut(&row.try_get("", "person")?), role) {
                entry.audiences.insert(role.audience());
            }
        }
        for row in sql::rows(&self.0, CHILDREN, between()).await? {
            if let Some(entry) = roll.get_mut(&row.try_get("", "guardian")?) {
                add_child(entry, &row)?;
            }
        }
        for row in sql::rows(&self.0, ACCOUNTS, between()).await? {
            if let Some(entry) = roll.get_mut(&row.try_get("", "person")?) {
                entry.account = AccountState::from_word(&row.try_get::<String>("", "state")?);
            }
        }
        Ok(roll.into_values().collect())
    }
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        person: PersonId(row.try_get("", "person")?),
        source: row.try_get("", "source_id")?,
        given_name: row.try_get("", "given_name")?,
        family_name: row.try_get("", "family_name")?,
        name_key: row.try_get::<Option<String>>("", "full_name_key")?.unwrap_or_default(),
        number: row.try_get("", "number")?,
        email: row.try_get("", "email")?,
        birth_date: row.try_get("", "born")?,
        civic_number: row.try_get("", "civic_number")?,
        audiences: HashSet::new(),
        account: None,
        children: Vec::new(),
    })
}

/// One person under several source records: what the first leaves open, the next may say.
fn fill_gaps(known: &mut Entry, other: &Entry) {
    let gaps = [
        (&mut known.number, &other.number),
        (&mut known.email, &other.email),
        (&mut known.birth_date, &other.birth_date),
        (&mut known.civic_number, &other.civic_number),
    ];
    for (gap, filling) in gaps {
        if gap.is_none() {
            gap.clone_from(filling);
        }
    }
}

fn add_child(guardian: &mut Entry, row: &Row) -> Result<(), StoreError> {
    let child = Child {
        person: PersonId(row.try_get("", "child")?),
        birth_date: row.try_get("", "born")?,
        at_school: row.try_get("", "at_school")?,
    };
    match guardian.children.iter_mut().find(|known| known.person == child.person) {
        Some(known) => {
            known.birth_date = known.birth_date.take().or(child.birth_date);
            known.at_school |= child.at_school;
        }
        None => guardian.children.push(child),
    }
    Ok(())
}

const STEP: u32 = 2_000;
const PEOPLE: &str = "SELECT u.person, u.source_id, u.given_name, u.family_name, u.full_name_key, u.number, u.email, u.civic_number, \
    COALESCE((SELECT b.birth_date FROM current_roster_births b WHERE b.source_id = u.source_id), u.birth_date) AS born \
    FROM current_roster_users u WHERE u.person > $1 AND u.active ORDER BY u.person, u.source_id LIMIT 2000";
const ROLES: &str = "SELECT DISTINCT u.person, r.role FROM current_roster_users u \
    JOIN current_roster_roles r ON r.user_source = u.source_id WHERE u.person > $1 AND u.person <= $2 AND u.active";
// A child of two sources who disagree about the records: the stricter one holds.
const CHILDREN: &str = "SELECT t.guardian, t.child, \
    COALESCE((SELECT b.birth_date FROM current_roster_births b WHERE b.source_id = c.source_id), c.birth_date) AS born, \
    EXISTS (SELECT 1 FROM current_roster_roles r WHERE r.user_source = c.source_id AND r.role = 'student') AS at_school \
    FROM current_roster_ties t JOIN current_roster_users c ON c.person = t.child AND c.active \
    WHERE t.guardian > $1 AND t.guardian <= $2 AND NOT EXISTS (SELECT 1 FROM current_roster_ties shut \
    WHERE shut.guardian = t.guardian AND shut.child = t.child AND NOT shut.can_access_records)";
const ACCOUNTS: &str = "SELECT person, state FROM accounts WHERE person > $1 AND person <= $2";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OrgId, Timestamp};
    use crate::random::Random;
    use crate::store::testing::{add_pupil, stores};

    #[tokio::test]
    async fn everybody_is_on_the_roll_once() {
        for store in stores().await {
            let random = Random::seeded(1);
            let (person, school) = (PersonId::new(Timestamp(1), &random), OrgId::new(Timestamp(1), &random));
            assert_eq!(store.read().roll().after(None).await.unwrap(), []);
            add_pupil(&store, person, school).await;
            let roll = store.read().roll().after(None).await.unwrap();
            assert_eq!(roll.len(), 1);
            assert_eq!((roll[0].person, roll[0].number.as_deref()), (person, Some("0123456")));
            assert_eq!(roll[0].audiences, HashSet::from([Audience::Student]));
            assert_eq!(store.read().roll().after(Some(person)).await.unwrap(), []);
        }
    }
}
