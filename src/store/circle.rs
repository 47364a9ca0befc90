//! The people around pupils, many at a time: who may see a child's records, who may be written to about it, at which
//! address and in which language, and how their accounts stand. For reports, reminders and announcements.

use std::collections::{BTreeMap, HashMap};

use sea_orm::Value;

use super::accounts::AccountState;
use super::families::Which;
use super::roster::{LOCAL, padded, places};
use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, Language, PersonId, Timestamp};

/// A guardian of a child. Where several ties say it, the strictest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// The child.
    pub child: PersonId,
    /// The guardian.
    pub guardian: PersonId,
    /// May see the child's records.
    pub sees: bool,
    /// May be written to about the child: sees the records, and the school does not say otherwise (custody).
    pub hears: bool,
}

/// Somebody of the present roster, as a letter needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The source's id of the first record.
    pub source: String,
    /// The given name the person goes by.
    pub given_name: String,
    /// The family name the person goes by.
    pub family_name: String,
    /// The address on file.
    pub email: Option<String>,
    /// The language the school writes in.
    pub language: Option<Language>,
    /// The account, if there ever was one.
    pub account: Option<Owned>,
}

/// How an account stands, and how its owner likes to be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Its id.
    pub id: AccountId,
    /// The name to sign in with.
    pub username: String,
    /// What it may do.
    pub state: AccountState,
    /// The flow it was claimed by.
    pub claimed_by: String,
    /// When it was claimed, or its owner invited.
    pub claimed_at: Timestamp,
    /// When it was last signed in to.
    pub signed_in_at: Option<Timestamp>,
    /// The end of a password that was given.
    pub given_until: Option<Timestamp>,
    /// The language that its owner chose.
    pub language: Option<Language>,
    /// The address that its owner gave and proved.
    pub email: Option<String>,
    /// The address at which its owner wants news.
    pub news: Option<String>,
}

/// The queries on the people around pupils.
pub struct Circle<'a>(Db<'a>);

impl Reader<'_> {
    /// The people around pupils.
    pub fn circle(&self) -> Circle<'_> {
        Circle(self.db())
    }
}

impl Tx {
    /// The people around pupils.
    pub fn circle(&self) -> Circle<'_> {
        Circle(self.db())
    }
}

impl Contact {
    /// The name the person goes by.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }

    /// The account is open to its owner.
    pub fn has_joined(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.state == AccountState::Claimed)
    }

    /// The language to write in.
    pub fn reads(&self) -> Option<Language> {
        self.account.as_ref().and_then(|account| account.language).or(self.language)
    }

    /// Where letters go: the address on file, else the one that its owner proved.
    pub fn address(&self) -> Option<&str> {
        let own = self.account.as_ref().and_then(|account| account.email.as_deref());
        self.email.as_deref().or(own).map(str::trim).filter(|address| address.contains('@'))
    }

    /// Where news go: the address that its owner wants them at, else as letters.
    pub fn news_address(&self) -> Option<&str> {
        let news = self.account.as_ref().and_then(|account| account.news.as_deref());
        news.map(str::trim).filter(|address| address.contains('@')).or_else(|| self.address())
    }
}

impl Circle<'_> {
    /// Those who are tied to these children, in the order of children and guardians; also by ties that a code made, which
    /// are worth what those of the guardian in whose name the code was are (row E27).
    pub async fn near(&self, children: &[PersonId]) -> Result<Vec<Near>, StoreError> {
        if children.is_empty() {
            return Ok(Vec::new());
        }
        let children = padded(children);
        let select = format!("{TIES} ({})", places(1, children.len()));
        let rows = sql::rows(&self.0, &select, children.iter().map(|child| Value::from(child.0))).await?;
        let ties = rows.iter().map(tie).collect::<Result<Vec<_>, StoreError>>()?;
        let mut strictest: BTreeMap<(PersonId, PersonId), (bool, bool)> = BTreeMap::new();
        for (tie, _) in &ties {
            let known = strictest.entry((tie.child, tie.guardian)).or_insert((true, true));
            *known = (known.0 && tie.sees, known.1 && tie.hears);
        }
        for (tie, named) in &ties {
            let Some(named) = named else { continue };
            let own = ties.iter().filter(|(other, by)| by.is_none() && (other.child, other.guardian) == (tie.child, *named));
            let worth = own.fold(None, |worth: Option<(bool, bool)>, (own, _)| {
                let (sees, hears) = worth.unwrap_or((true, true));
                Some((sees && own.sees, hears && own.hears))
            });
            let (sees, hears) = worth.unwrap_or((false, false));
            let known = strictest.entry((tie.child, tie.guardian)).or_insert((true, true));
            *known = (known.0 && sees, known.1 && hears);
        }
        let near =
            |((child, guardian), (sees, hears)): ((PersonId, PersonId), (bool, bool))| Near { child, guardian, sees, hears: sees && hears };
        Ok(strictest.into_iter().map(near).collect())
    }

    /// Those of these people who are in the roster.
    pub async fn contacts(&self, people: &[PersonId]) -> Result<HashMap<PersonId, Contact>, StoreError> {
        let mut found: HashMap<PersonId, (bool, Contact)> = HashMap::with_capacity(people.len());
        for people in people.chunks(CHUNK) {
            let people = padded(people);
            let values = || people.iter().map(|person| Value::from(person.0));
            let select = format!("{PEOPLE} ({}) ORDER BY u.active DESC, u.source_id", places(1, people.len()));
            for row in sql::rows(&self.0, &select, values()).await? {
                let (active, contact) = contact(&row)?;
                let id = PersonId(row.try_get("", "person")?);
                match found.get_mut(&id) {
                    Some((_, known)) => {
                        known.email = known.email.take().or(contact.email);
                        known.language = known.language.or(contact.language);
                    }
                    None => drop(found.insert(id, (active, contact))),
                }
            }
            let select = format!("{ACCOUNTS} ({})", places(1, people.len()));
            for row in sql::rows(&self.0, &select, values()).await? {
                if let Some((_, contact)) = found.get_mut(&PersonId(row.try_get("", "person")?)) {
                    contact.account = owned(&row)?;
                }
            }
        }
        Ok(found.into_iter().filter(|(_, (active, _))| *active).map(|(id, (_, contact))| (id, contact)).collect())
    }

    /// The pupils of a place, with the grade, where only some grades are meant; none named: all.
    pub async fn of_grades(&self, pupils: &[PersonId], grades: &[String]) -> Result<Vec<PersonId>, StoreError> {
        if grades.is_empty() {
            return Ok(pupils.to_vec());
        }
        let mut found = Vec::new();
        for chunk in pupils.chunks(CHUNK) {
            let people = padded(chunk);
            let select = format!("{GRADES} ({})", places(1, people.len()));
            let rows = sql::rows(&self.0, &select, people.iter().map(|person| Value::from(person.0))).await?;
            let mut meant = std::collections::HashSet::new();
            for row in &rows {
                let grade: String = row.try_get("", "grade")?;
                if grades.iter().any(|wanted| grade_key(wanted) == grade_key(&grade)) {
                    meant.insert(PersonId(row.try_get("", "person")?));
                }
            }
            found.extend(chunk.iter().copied().filter(|person| meant.contains(person)));
        }
        Ok(found)
    }

    /// Those who work at a school, by the source's id.
    pub async fn staff(&self, school: &str) -> Result<Vec<PersonId>, StoreError> {
        let rows = sql::rows(&self.0, STAFF, [school.into()]).await?;
        rows.iter().map(|row| Ok(PersonId(row.try_get("", "person")?))).collect()
    }

    /// The places where somebody works, or somebody is a pupil: the source's ids and names, by name.
    pub async fn schools(&self, of: Around) -> Result<Vec<(String, String)>, StoreError> {
        let select = match of {
            Around::Pupils => SCHOOLS.replace("WHO", "r.role = 'student'"),
            Around::Staff => SCHOOLS.replace("WHO", &format!("r.role NOT IN ({NOT_STAFF})")),
        };
        sql::rows(&self.0, &select, []).await?.iter().map(|row| Ok((row.try_get("", "source_id")?, row.try_get("", "name")?))).collect()
    }

    /// The name of a place of the roster.
    pub async fn name(&self, which: Which<'_>) -> Result<Option<String>, StoreError> {
        let (select, id) = match which {
            Which::School(id) => ("SELECT name FROM current_roster_orgs WHERE source_id = $1", id),
            Which::Class(id) => ("SELECT title AS name FROM current_roster_classes WHERE source_id = $1", id),
            Which::Records(_) | Which::People(_) => return Ok(None),
        };
        let row = sql::row(&self.0, select, [id.into()]).await?;
        row.map(|row| row.try_get("", "name")).transpose()
    }
}

/// Around whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// Pupils.
    Pupils,
    /// Those who work there.
    Staff,
}

/// Grades are written as `5`, `05` or ` 5`.
fn grade_key(grade: &str) -> String {
    let grade = grade.trim().to_lowercase();
    let bare = grade.trim_start_matches('0');
    if bare.is_empty() { grade } else { bare.to_owned() }
}

fn tie(row: &Row) -> Result<(Near, Option<PersonId>), StoreError> {
    let sees: bool = row.try_get("", "can_access_records")?;
    let hears = row.try_get::<Option<bool>>("", "receives_mail")?.unwrap_or(true);
    let source: String = row.try_get("", "source_id")?;
    let named = source.strip_prefix(LOCAL).and_then(|rest| rest.split(':').next()?.parse().ok());
    let near = Near { child: PersonId(row.try_get("", "child")?), guardian: PersonId(row.try_get("", "guardian")?), sees, hears };
    Ok((near, named))
}

fn contact(row: &Row) -> Result<(bool, Contact), StoreError> {
    let contact = Contact {
        source: row.try_get("", "source_id")?,
        given_name: row.try_get("", "given")?,
        family_name: row.try_get("", "family")?,
        email: row.try_get("", "email")?,
        language: language(row, "language")?,
        account: None,
    };
    Ok((row.try_get("", "active")?, contact))
}

fn owned(row: &Row) -> Result<Option<Owned>, StoreError> {
    let instant = |column: &str| Ok::<_, StoreError>(row.try_get::<Option<i64>>("", column)?.map(Timestamp));
    let Some(state) = AccountState::from_word(&row.try_get::<String>("", "state")?) else { return Ok(None) };
    Ok(Some(Owned {
        id: AccountId(row.try_get("", "id")?),
        username: row.try_get("", "username")?,
        state,
        claimed_by: row.try_get("", "claimed_by")?,
        claimed_at: Timestamp(row.try_get("", "claimed_at")?),
        signed_in_at: instant("signed_in_at")?,
        given_until: instant("given_until")?,
        language: language(row, "language")?,
        email: row.try_get("", "email")?,
        news: row.try_get("", "notification_email")?,
    }))
}

fn language(row: &Row, column: &str) -> Result<Option<Language>, StoreError> {
    Ok(row.try_get::<Option<String>>("", column)?.as_deref().and_then(Language::from_tag))
}

const CHUNK: usize = 512;
const TIES: &str = "SELECT source_id, guardian, child, can_access_records, receives_mail FROM current_roster_ties WHERE child IN";
const PEOPLE: &str = "SELECT u.person, u.source_id, u.active, u.email, u.language, COALESCE(u.preferred_given_name, u.given_name) AS given, \
    COALESCE(u.preferred_family_name, u.family_name) AS family FROM current_roster_users u WHERE u.person IN";
const ACCOUNTS: &str = "SELECT a.id, a.person, a.username, a.state, a.claimed_by, a.claimed_at, a.signed_in_at, a.language, a.email, \
    a.notification_email, (SELECT p.expires_at FROM passwords p WHERE p.account = a.id) AS given_until FROM accounts a WHERE a.person IN";
const GRADES: &str = "SELECT u.person, u.grade FROM current_roster_users u WHERE u.active AND u.grade IS NOT NULL AND u.person IN";
const NOT_STAFF: &str = "'student', 'guardian', 'parent', 'relative'";
const STAFF: &str = "SELECT DISTINCT u.person FROM current_roster_roles r JOIN current_roster_users u ON u.source_id = r.user_source AND u.active \
    WHERE r.org_source = $1 AND r.role NOT IN ('student', 'guardian', 'parent', 'relative') ORDER BY u.person";
const SCHOOLS: &str = "SELECT o.source_id, o.name FROM current_roster_orgs o WHERE EXISTS \
    (SELECT 1 FROM current_roster_roles r WHERE r.org_source = o.source_id AND WHO) ORDER BY o.name, o.source_id";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn nobody_is_found_by_walking_through_the_district() {
        let store = &stores().await[0];
        for select in [TIES, PEOPLE, ACCOUNTS, GRADES] {
            assert_quick(store, &format!("{select} ($1)")).await;
        }
        assert_quick(store, STAFF).await;
    }

    #[test]
    fn a_grade_is_one_however_it_is_written() {
        assert_eq!(grade_key("05"), grade_key(" 5"));
        assert_eq!(grade_key("K"), "k");
        assert_eq!(grade_key("00"), "00");
    }
}
