//! Whom codes and invitations are for: pupils by school, class or number, and the guardians whom the school ties to
//! them. Asked for many at a time, for a district has fifty thousand pupils.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::Value;

use super::roster::{LOCAL, padded, places, texts};
use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Language, OrgId, PersonId};

/// A pupil, as a letter names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pupil {
    /// For ever.
    pub id: PersonId,
    /// The source's id of the record.
    pub source: String,
    /// The given name the pupil goes by.
    pub given_name: String,
    /// The family name the pupil goes by.
    pub family_name: String,
    /// The language the school writes to the pupil in.
    pub language: Option<Language>,
    /// The main school.
    pub school: OrgId,
    /// Its name.
    pub school_name: String,
    /// The class in which letters are handed out.
    pub class: Option<String>,
}

/// A guardian whom the school itself ties to at least one child, and who may see that child's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardian {
    /// For ever.
    pub id: PersonId,
    /// The source's id of the record.
    pub source: String,
    /// The given name the guardian goes by.
    pub given_name: String,
    /// The family name the guardian goes by.
    pub family_name: String,
    /// The address on file.
    pub email: Option<String>,
    /// The language the school writes to the guardian in.
    pub language: Option<Language>,
    /// There is an account already, open or shut.
    pub has_account: bool,
    /// The children whose records the guardian may see, in the order of their ids.
    pub children: Vec<PersonId>,
}

/// Which pupils.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// Of a school, by the source's id.
    School(&'a str),
    /// Of a class, by the source's id.
    Class(&'a str),
    /// These records.
    Records(&'a [String]),
    /// These people.
    People(&'a [PersonId]),
}

/// The queries on families.
pub struct Families<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Pupils and their guardians, many at a time.
    pub fn families(&self) -> Families<'_> {
        Families(self.db())
    }
}

impl Tx {
    /// Pupils and their guardians, many at a time.
    pub fn families(&self) -> Families<'_> {
        Families(self.db())
    }
}

impl Families<'_> {
    /// The places where somebody is a pupil, by name: the source's ids.
    pub async fn schools(&self) -> Result<Vec<String>, StoreError> {
        let select = "SELECT o.source_id FROM current_roster_orgs o WHERE EXISTS \
                      (SELECT 1 FROM current_roster_roles r WHERE r.org_source = o.source_id AND r.role = 'student') \
                      ORDER BY o.name, o.source_id";
        sql::rows(&self.0, select, []).await?.iter().map(|row| row.try_get("", "source_id")).collect()
    }

    /// There is such a school, or such a class.
    pub async fn knows(&self, which: Which<'_>) -> Result<bool, StoreError> {
        let (table, id) = match which {
            Which::School(id) => ("current_roster_orgs", id),
            Which::Class(id) => ("current_roster_classes", id),
            Which::Records(_) | Which::People(_) => return Ok(true),
        };
        let select = format!("SELECT 1 AS one FROM {table} WHERE source_id = $1");
        Ok(sql::row(&self.0, &select, [id.into()]).await?.is_some())
    }

    /// The active pupils, each once with the main school, in the order in which letters are handed out: by school, class and
    /// name.
    pub async fn pupils(&self, which: Which<'_>) -> Result<Vec<Pupil>, StoreError> {
        let (condition, values): (String, Vec<Value>) = match which {
            Which::School(id) => ("r.org_source = $1".to_owned(), vec![id.into()]),
            Which::Class(id) => (OF_CLASS.to_owned(), vec![id.into()]),
            Which::Records([]) | Which::People([]) => return Ok(Vec::new()),
            Which::Records(ids) => {
                let ids = padded(ids);
                (format!("u.source_id IN ({})", places(1, ids.len())), texts(&ids).collect())
            }
            Which::People(ids) => {
                let ids = padded(ids);
                (format!("u.person IN ({})", places(1, ids.len())), ids.iter().map(|person| person.0.into()).collect())
            }
        };
        let rows = sql::rows(&self.0, &format!("{PUPILS} AND {condition} {IN_ORDER}"), values).await?;
        let mut seen = HashSet::with_capacity(rows.len());
        let mut pupils = Vec::with_capacity(rows.len());
        for row in &rows {
            let pupil = pupil(row)?;
            if seen.insert(pupil.id) {
                pupils.push(pupil);
            }
        }
        pupils
            .sort_by_cached_key(|pupil| (pupil.class.clone(), pupil.family_name.to_lowercase(), pupil.given_name.to_lowercase(), pupil.id));
        Ok(pupils)
    }

    /// The active guardians whom the school ties to these children and who may see the records of at least one; with all
    /// the children whose records they may see. By child, in the order of the guardians' records.
    pub async fn guardians(&self, children: &[PersonId]) -> Result<HashMap<PersonId, Vec<Guardian>>, StoreError> {
        let ids: Vec<PersonId> = self.ties("child", children).await?.into_iter().map(|tie| tie.guardian).collect();
        let guardians = self.find(&ids).await?;
        let mut by_child: HashMap<PersonId, Vec<Guardian>> = HashMap::new();
        for guardian in guardians {
            for child in guardian.children.iter().filter(|child| children.contains(child)) {
                by_child.entry(*child).or_default().push(guardian.clone());
            }
        }
        Ok(by_child)
    }

    /// These people, those of them who are active and may see the records of at least one child; by their records' ids.
    pub async fn find(&self, guardians: &[PersonId]) -> Result<Vec<Guardian>, StoreError> {
        if guardians.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids = guardians.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut may_see: BTreeMap<(PersonId, PersonId), bool> = BTreeMap::new();
        for tie in self.ties("guardian", &ids).await? {
            *may_see.entry((tie.guardian, tie.child)).or_insert(true) &= tie.can_access_records;
        }
        let ids = padded(&ids);
        let select = format!("{GUARDIANS} AND u.person IN ({}) ORDER BY u.source_id", places(1, ids.len()));
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for row in sql::rows(&self.0, &select, ids.iter().map(|person| Value::from(person.0))).await? {
            let id = PersonId(row.try_get("", "person")?);
            let of = may_see.range((id, PersonId(uuid::Uuid::nil()))..=(id, PersonId(uuid::Uuid::max())));
            let children: Vec<PersonId> = of.filter(|(_, may)| **may).map(|((_, child), _)| *child).collect();
            if !children.is_empty() && seen.insert(id) {
                found.push(guardian(&row, id, children)?);
            }
        }
        Ok(found)
    }

    /// The active guardians of these records' ids: for whoever names them one by one.
    pub async fn people_of(&self, sources: &[String]) -> Result<HashMap<String, PersonId>, StoreError> {
        if sources.is_empty() {
            return Ok(HashMap::new());
        }
        let sources = padded(sources);
        let select =
            format!("SELECT source_id, person FROM current_roster_users WHERE active AND source_id IN ({})", places(1, sources.len()));
        let rows = sql::rows(&self.0, &select, texts(&sources)).await?;
        rows.iter().map(|row| Ok((row.try_get("", "source_id")?, PersonId(row.try_get("", "person")?)))).collect()
    }

    async fn ties(&self, end: &str, people: &[PersonId]) -> Result<Vec<Tie>, StoreError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let people = padded(people);
        let select = format!(
            "SELECT guardian, child, can_access_records FROM current_roster_ties WHERE {end} IN ({}) AND source_id NOT LIKE '{LOCAL}%'",
            places(1, people.len())
        );
        let rows = sql::rows(&self.0, &select, people.iter().map(|person| Value::from(person.0))).await?;
        let tie = |row: &Row| {
            Ok(Tie {
                guardian: PersonId(row.try_get("", "guardian")?),
                child: PersonId(row.try_get("", "child")?),
                can_access_records: row.try_get("", "can_access_records")?,
            })
        };
        rows.iter().map(tie).collect()
    }
}

struct Tie {
    guardian: PersonId,
    child: PersonId,
    can_access_records: bool,
}

fn pupil(row: &Row) -> Result<Pupil, StoreError> {
    Ok(Pupil {
        id: PersonId(row.try_get("", "person")?),
        source: row.try_get("", "source_id")?,
        given_name: row.try_get("", "given")?,
        family_name: row.try_get("", "family")?,
        language: language(row)?,
        school: OrgId(row.try_get("", "org")?),
        school_name: row.try_get("", "school")?,
        class: row.try_get("", "homeroom")?,
    })
}

fn guardian(row: &Row, id: PersonId, children: Vec<PersonId>) -> Result<Guardian, StoreError> {
    Ok(Guardian {
        id,
        source: row.try_get("", "source_id")?,
        given_name: row.try_get("", "given")?,
        family_name: row.try_get("", "family")?,
        email: row.try_get("", "email")?,
        language: language(row)?,
        has_account: row.try_get::<i64>("", "accounts")? > 0,
        children,
    })
}

fn language(row: &Row) -> Result<Option<Language>, StoreError> {
    Ok(row.try_get::<Option<String>>("", "language")?.as_deref().and_then(Language::from_tag))
}

const PUPILS: &str = "SELECT u.person, u.source_id, u.language, COALESCE(u.preferred_given_name, u.given_name) AS given, \
    COALESCE(u.preferred_family_name, u.family_name) AS family, o.org, o.name AS school, \
    (SELECT MIN(c.title) FROM current_roster_enrollments e JOIN current_roster_classes c ON c.source_id = e.class_source \
    WHERE e.user_source = u.source_id AND c.homeroom) AS homeroom \
    FROM current_roster_users u JOIN current_roster_roles r ON r.user_source = u.source_id AND r.role = 'student' \
    JOIN current_roster_orgs o ON o.source_id = r.org_source WHERE u.active";
const IN_ORDER: &str = "ORDER BY r.is_primary DESC, u.source_id, r.source_id";
const OF_CLASS: &str =
    "u.source_id IN (SELECT e.user_source FROM current_roster_enrollments e WHERE e.class_source = $1 AND e.role = 'student')";
const GUARDIANS: &str = "SELECT u.person, u.source_id, u.language, u.email, COALESCE(u.preferred_given_name, u.given_name) AS given, \
    COALESCE(u.preferred_family_name, u.family_name) AS family, \
    (SELECT COUNT(*) FROM accounts a WHERE a.person = u.person AND a.state <> 'unclaimed') AS accounts \
    FROM current_roster_users u WHERE u.active";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{add_pupil, assert_quick, stores};

    #[tokio::test]
    async fn a_pupil_is_found_by_school_and_by_number_and_stands_once() {
        for store in stores().await {
            let (person, school) = (PersonId(uuid::Uuid::from_u128(1)), OrgId(uuid::Uuid::from_u128(2)));
            add_pupil(&store, person, school).await;
            let reader = store.read();
            let families = reader.families();
            let by_school = families.pupils(Which::School("tilleuls")).await.unwrap();
            assert_eq!(by_school.iter().map(|pupil| (pupil.id, pupil.school)).collect::<Vec<_>>(), [(person, school)]);
            assert_eq!(families.pupils(Which::Records(&["u1".to_owned(), "u9".to_owned()])).await.unwrap(), by_school);
            assert_eq!(families.pupils(Which::People(&[person])).await.unwrap(), by_school);
            assert!(families.pupils(Which::Class("tilleuls")).await.unwrap().is_empty());
            assert_eq!(families.schools().await.unwrap(), ["tilleuls"]);
            assert!(families.knows(Which::School("tilleuls")).await.unwrap() && !families.knows(Which::Class("x")).await.unwrap());
            assert!(families.guardians(&[person]).await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn nobody_is_found_by_walking_through_the_district() {
        let store = &stores().await[0];
        for condition in ["r.org_source = $1", OF_CLASS, "u.source_id IN ($1)", "u.person IN ($1)"] {
            // What is left of the plan sorts few rows.
            assert_quick(store, &format!("{PUPILS} AND {condition}")).await;
        }
        assert_quick(store, &format!("{GUARDIANS} AND u.person IN ($1)")).await;
    }
}
