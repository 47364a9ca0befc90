//! People, schools and the ties between them, as the current roster has them.

use sea_orm::Value;

use serde::{Deserialize, Serialize};

use super::roster::LOCAL;
use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{ClassId, Language, OrgId, PersonId, Role, Timestamp};

/// Somebody the current roster knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// For ever.
    pub id: PersonId,
    /// In the roster now; a person who left stays, and stays told apart.
    pub active: bool,
    /// As the school writes it.
    pub given_name: String,
    /// As the school writes it.
    pub family_name: String,
    /// The middle names.
    pub middle_name: Option<String>,
    /// The name the person goes by.
    pub preferred_given_name: Option<String>,
    /// The family name the person goes by.
    pub preferred_family_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// The number on the school's paper (`users.identifier`), as the school writes it.
    pub student_number: Option<String>,
    /// The address on file.
    pub email: Option<String>,
    /// The telephone on file.
    pub phone: Option<String>,
    /// The number messages go to.
    pub sms: Option<String>,
    /// The house number.
    pub civic_number: Option<String>,
    /// The language the school writes to this person in.
    pub language: Option<Language>,
    /// The grade of a pupil.
    pub grade: Option<String>,
    /// What the person is, and where.
    pub roles: Vec<RoleAt>,
}

/// A role at a school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAt {
    /// The role.
    pub role: Role,
    /// Where.
    pub org: OrgId,
    /// The main one of several at this school.
    pub primary: bool,
}

/// A school, a department, a district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// For ever.
    pub id: OrgId,
    /// The source's id.
    pub source_id: String,
    /// Its name.
    pub name: String,
    /// OneRoster's word: `school`, `district`, …
    pub kind: String,
    /// Where it belongs.
    pub parent: Option<OrgId>,
    /// The school's own address for families.
    pub email: Option<String>,
    /// The school's telephone.
    pub phone: Option<String>,
}

/// A tie between a guardian and a child, seen from one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// The guardian.
    pub guardian: PersonId,
    /// The child.
    pub child: PersonId,
    /// The source's word: `parent`, `guardian`, `relative`, …
    pub kind: String,
    /// May see the child's records; a court's order takes it away.
    pub can_access_records: bool,
}

/// A class of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassOf {
    /// The class.
    pub class: ClassId,
    /// Its title.
    pub title: String,
    /// The unit in which letters are handed out.
    pub homeroom: bool,
    /// What the person is in it.
    pub role: Role,
}

/// The queries on people.
pub struct People<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// People, schools and ties.
    pub fn people(&self) -> People<'_> {
        People(self.db())
    }
}

impl Tx {
    /// People, schools and ties.
    pub fn people(&self) -> People<'_> {
        People(self.db())
    }
}

impl People<'_> {
    /// A person by id, with roles; also one who left (`active` is false).
    pub async fn find(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let records = sql::rows(&self.0, PERSON, [id.0.into()]).await?;
        let Some((first, others)) = records.split_first() else { return Ok(None) };
        let mut person = person_of(first, id)?;
        for record in others {
            fill_gaps(&mut person, person_of(record, id)?);
        }
        for row in sql::rows(&self.0, ROLES, [id.0.into()]).await? {
            let word: String = row.try_get("", "role")?;
            let role = Role::from_word(&word).ok_or(StoreError::Corrupt { table: "roster_roles", what: word })?;
            let at = RoleAt { role, org: OrgId(row.try_get("", "org")?), primary: row.try_get("", "is_primary")? };
            if !person.roles.contains(&at) {
                person.roles.push(at);
            }
        }
        Ok(Some(person))
    }

    /// The active pupils whose number, folded by `people::number_key`, is `key`.
    pub async fn by_number(&self, key: &str) -> Result<Vec<Person>, StoreError> {
        let found = self.who(BY_NUMBER, key).await?;
        Ok(found.into_iter().filter(Person::is_pupil).collect())
    }

    /// The active people (of any role) whose record has this `sourcedId`.
    pub async fn by_source_id(&self, id: &str) -> Result<Vec<Person>, StoreError> {
        self.who("SELECT DISTINCT person FROM current_roster_users WHERE source_id = $1", id).await
    }

    /// The active people (of any role) whose folded e-mail address is `key`.
    pub async fn by_email(&self, key: &str) -> Result<Vec<Person>, StoreError> {
        self.who(BY_EMAIL, key).await
    }

    /// The active pupils whose family name, whole name or preferred whole name, folded by `people::name_key`, is
    /// `key`: for the staff's queue.
    pub async fn by_name(&self, key: &str) -> Result<Vec<Person>, StoreError> {
        let found = self.who(BY_NAME, key).await?;
        Ok(found.into_iter().filter(Person::is_pupil).collect())
    }

    /// Those who bore a number, folded as above, and are not in the roster any more: for the staff's queue.
    pub async fn left_by_number(&self, key: &str) -> Result<Vec<PersonId>, StoreError> {
        self.ids(LEFT_BY_NUMBER, [Value::from(key)]).await
    }

    /// The active pupils whose whole name, folded by `people::full_name_key`, is one of two keys: at most three, by one
    /// question, whatever the answer. For the staff's queue.
    pub async fn called(&self, one: &str, other: &str) -> Result<Vec<PersonId>, StoreError> {
        self.ids(CALLED, [Value::from(one), Value::from(other)]).await
    }

    /// A school by id.
    pub async fn org(&self, id: OrgId) -> Result<Option<Org>, StoreError> {
        let row = sql::row(&self.0, &format!("{ORGS} WHERE o.org = $1"), [id.0.into()]).await?;
        row.as_ref().map(org_of).transpose()
    }

    /// The `sourcedId`s of a school and of all that it belongs to, the nearest first.
    pub async fn lineage(&self, of: OrgId) -> Result<Vec<String>, StoreError> {
        let (mut ids, mut next) = (Vec::new(), Some(of));
        while let Some(id) = next.take() {
            let Some(org) = self.org(id).await?.filter(|org| !ids.contains(&org.source_id)) else { break };
            next = org.parent;
            ids.push(org.source_id);
        }
        Ok(ids)
    }

    /// The school of a `sourcedId`.
    pub async fn school(&self, source_id: &str) -> Result<Option<Org>, StoreError> {
        let row = sql::row(&self.0, &format!("{ORGS} WHERE o.source_id = $1 AND o.kind = 'school'"), [source_id.into()]).await?;
        row.as_ref().map(org_of).transpose()
    }

    /// All active schools, by name.
    pub async fn schools(&self) -> Result<Vec<Org>, StoreError> {
        let rows = sql::rows(&self.0, &format!("{ORGS} WHERE o.kind = 'school' ORDER BY o.name, o.source_id"), []).await?;
        rows.iter().map(org_of).collect()
    }

    /// All active schools, departments and districts, by name.
    pub async fn orgs(&self) -> Result<Vec<Org>, StoreError> {
        let rows = sql::rows(&self.0, &format!("{ORGS} ORDER BY o.name, o.source_id"), []).await?;
        rows.iter().map(org_of).collect()
    }

    /// The ties of a guardian to children, and of a child to guardians. Where two sources disagree about the records,
    /// the stricter one holds.
    pub async fn relationships(&self, of: PersonId) -> Result<Vec<Relationship>, StoreError> {
        let mut ties: Vec<Relationship> = Vec::new();
        for row in sql::rows(&self.0, TIES, [of.0.into()]).await? {
            let mut tie = Relationship {
                guardian: PersonId(row.try_get("", "guardian")?),
                child: PersonId(row.try_get("", "child")?),
                kind: row.try_get("", "kind")?,
                can_access_records: row.try_get("", "can_access_records")?,
            };
            if let Some(named) = named_in(&row.try_get::<String>("", "source_id")?) {
                tie.can_access_records &= self.may_see(named, tie.child).await?;
            }
            match ties.iter_mut().find(|known| (known.guardian, known.child) == (tie.guardian, tie.child)) {
                Some(known) => known.can_access_records &= tie.can_access_records,
                None => ties.push(tie),
            }
        }
        Ok(ties)
    }

    /// The roster itself ties these two, and every tie of them says that the records may be seen.
    async fn may_see(&self, guardian: PersonId, child: PersonId) -> Result<bool, StoreError> {
        let rows = sql::rows(&self.0, OWN_TIES, [guardian.0.into(), child.0.into()]).await?;
        let says = rows.iter().map(|row| row.try_get::<bool>("", "can_access_records")).collect::<Result<Vec<_>, _>>()?;
        Ok(!says.is_empty() && says.into_iter().all(|may| may))
    }

    /// The classes of a person.
    pub async fn classes(&self, of: PersonId) -> Result<Vec<ClassOf>, StoreError> {
        let rows = sql::rows(&self.0, CLASSES, [of.0.into()]).await?;
        let class = |row: &Row| {
            let word: String = row.try_get("", "role")?;
            Ok(ClassOf {
                class: ClassId(row.try_get("", "class")?),
                title: row.try_get("", "title")?,
                homeroom: row.try_get("", "homeroom")?,
                role: Role::from_word(&word).ok_or(StoreError::Corrupt { table: "roster_enrollments", what: word })?,
            })
        };
        rows.iter().map(class).collect()
    }

    /// One is a teacher of a class in which the other is a pupil.
    pub async fn teaches(&self, teacher: PersonId, pupil: PersonId) -> Result<bool, StoreError> {
        Ok(sql::row(&self.0, TEACHES, [teacher.0.into(), pupil.0.into()]).await?.is_some())
    }

    /// How many people the roster has.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let row = sql::row(&self.0, "SELECT COUNT(*) AS people FROM current_roster_users", []).await?;
        row.map_or(Ok(0), |row| Ok(u64::try_from(row.try_get::<i64>("", "people")?).unwrap_or_default()))
    }

    /// When the last import was applied; `None` before the first.
    pub async fn roster_of(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = sql::row(&self.0, "SELECT applied_at FROM roster_state WHERE id = 1", []).await?;
        Ok(row.map(|row| row.try_get::<Option<i64>>("", "applied_at")).transpose()?.flatten().map(Timestamp))
    }

    async fn ids(&self, select: &str, keys: impl IntoIterator<Item = Value>) -> Result<Vec<PersonId>, StoreError> {
        let rows = sql::rows(&self.0, select, keys).await?;
        rows.iter().map(|row| Ok(PersonId(row.try_get("", "person")?))).collect()
    }

    async fn who(&self, select: &str, key: &str) -> Result<Vec<Person>, StoreError> {
        // An empty key is what is left of a name without letters, and means nobody.
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for row in sql::rows(&self.0, select, [Value::from(key)]).await? {
            found.extend(self.find(PersonId(row.try_get("", "person")?)).await?);
        }
        found.retain(|person| person.active);
        Ok(found)
    }
}

impl Person {
    /// The name the person goes by.
    pub fn display_name(&self) -> String {
        let given = self.preferred_given_name.as_deref().unwrap_or(&self.given_name);
        let family = self.preferred_family_name.as_deref().unwrap_or(&self.family_name);
        format!("{given} {family}").trim().to_owned()
    }

    /// Is a pupil somewhere.
    pub fn is_pupil(&self) -> bool {
        self.roles.iter().any(|at| at.role == Role::Student)
    }
}

fn person_of(row: &Row, id: PersonId) -> Result<Person, StoreError> {
    let text = |column: &str| row.try_get::<Option<String>>("", column);
    Ok(Person {
        id,
        active: row.try_get("", "active")?,
        given_name: row.try_get("", "given_name")?,
        family_name: row.try_get("", "family_name")?,
        middle_name: text("middle_name")?,
        preferred_given_name: text("preferred_given_name")?,
        preferred_family_name: text("preferred_family_name")?,
        birth_date: text("born")?,
        student_number: text("number")?,
        email: text("email")?,
        phone: text("phone")?,
        sms: text("sms")?,
        civic_number: text("civic_number")?,
        language: text("language")?.as_deref().and_then(Language::from_tag),
        grade: text("grade")?,
        roles: Vec::new(),
    })
}

/// The guardian in whose name a code made this tie (`roster::local`): what the roster takes from them, it takes from
/// whoever used their code.
fn named_in(source: &str) -> Option<PersonId> {
    source.strip_prefix(LOCAL)?.split(':').next()?.parse().ok()
}

/// One person under several source records: what the first leaves open, the next may say.
fn fill_gaps(person: &mut Person, other: Person) {
    let gaps = [
        (&mut person.middle_name, other.middle_name),
        (&mut person.preferred_given_name, other.preferred_given_name),
        (&mut person.preferred_family_name, other.preferred_family_name),
        (&mut person.birth_date, other.birth_date),
        (&mut person.student_number, other.student_number),
        (&mut person.email, other.email),
        (&mut person.phone, other.phone),
        (&mut person.sms, other.sms),
        (&mut person.civic_number, other.civic_number),
        (&mut person.grade, other.grade),
    ];
    for (gap, filling) in gaps {
        if gap.is_none() {
            *gap = filling;
        }
    }
    person.language = person.language.or(other.language);
}

fn org_of(row: &Row) -> Result<Org, StoreError> {
    Ok(Org {
        id: OrgId(row.try_get("", "org")?),
        source_id: row.try_get("", "source_id")?,
        name: row.try_get("", "name")?,
        kind: row.try_get("", "kind")?,
        parent: row.try_get::<Option<uuid::Uuid>>("", "parent")?.map(OrgId),
        email: row.try_get("", "email")?,
        phone: row.try_get("", "phone")?,
    })
}

// No outer join to a view: SQLite copies the whole view first, every birth date of the district for one person.
const PERSON: &str = "SELECT u.*, COALESCE((SELECT b.birth_date FROM current_roster_births b WHERE b.source_id = u.source_id), \
    u.birth_date) AS born FROM current_roster_users u WHERE u.person = $1 ORDER BY u.active DESC, u.source_id";
const ROLES: &str = "SELECT r.role, r.is_primary, o.org FROM current_roster_users u \
    JOIN current_roster_roles r ON r.user_source = u.source_id JOIN current_roster_orgs o ON o.source_id = r.org_source \
    WHERE u.person = $1 ORDER BY r.is_primary DESC, r.source_id";
const BY_NUMBER: &str = "SELECT DISTINCT person FROM current_roster_users WHERE number_key = $1 AND active LIMIT 50";
const BY_EMAIL: &str = "SELECT DISTINCT person FROM current_roster_users WHERE email_key = $1 AND active LIMIT 50";
const BY_NAME: &str = "SELECT person FROM current_roster_users WHERE full_name_key = $1 AND active \
    UNION SELECT person FROM current_roster_users WHERE family_name_key = $1 AND active \
    UNION SELECT person FROM current_roster_users WHERE preferred_name_key = $1 AND active LIMIT 50";
const LEFT_BY_NUMBER: &str = "SELECT DISTINCT u.person FROM current_roster_users u WHERE u.number_key = $1 AND u.number_key <> '' \
    AND NOT EXISTS (SELECT 1 FROM current_roster_users a WHERE a.person = u.person AND a.active) ORDER BY u.person LIMIT 3";
const CALLED: &str = "SELECT DISTINCT u.person FROM current_roster_users u \
    JOIN current_roster_roles r ON r.user_source = u.source_id AND r.role = 'student' \
    WHERE u.active AND $1 <> '' AND (u.full_name_key IN ($1, $2) OR u.preferred_name_key IN ($1, $2)) ORDER BY u.person LIMIT 3";
const ORGS: &str = "SELECT o.org, o.source_id, o.name, o.kind, o.email, o.phone, \
    (SELECT p.org FROM current_roster_orgs p WHERE p.source_id = o.parent_source) AS parent FROM current_roster_orgs o";
const TIES: &str = "SELECT source_id, guardian, child, kind, can_access_records FROM current_roster_ties WHERE guardian = $1 \
    UNION ALL SELECT source_id, guardian, child, kind, can_access_records FROM current_roster_ties WHERE child = $1 \
    ORDER BY source_id DESC";
const OWN_TIES: &str = "SELECT can_access_records FROM current_roster_ties WHERE guardian = $1 AND child = $2";
const CLASSES: &str = "SELECT c.class, c.title, c.homeroom, e.role FROM current_roster_users u \
    JOIN current_roster_enrollments e ON e.user_source = u.source_id \
    JOIN current_roster_classes c ON c.source_id = e.class_source \
    WHERE u.person = $1 AND u.active ORDER BY c.homeroom DESC, c.title, c.source_id";
const TEACHES: &str = "SELECT 1 AS one FROM current_roster_users t \
    JOIN current_roster_enrollments te ON te.user_source = t.source_id AND te.role = 'teacher' \
    JOIN current_roster_enrollments pe ON pe.class_source = te.class_source AND pe.role = 'student' \
    JOIN current_roster_users p ON p.source_id = pe.user_source AND p.active \
    WHERE t.person = $1 AND t.active AND p.person = $2 LIMIT 1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn nobody_is_found_by_walking_through_the_district() {
        let store = &stores().await[0];
        for select in [PERSON, ROLES, BY_NUMBER, BY_EMAIL, BY_NAME, LEFT_BY_NUMBER, CALLED, TIES, OWN_TIES, CLASSES] {
            assert_quick(store, select).await;
        }
    }
}
