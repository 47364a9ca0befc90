//! People, schools and the ties between them, as the current roster has them.

use serde::{Deserialize, Serialize};

use super::{Db, Reader, StoreError, Tx};
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
    pub async fn find(&self, _id: PersonId) -> Result<Option<Person>, StoreError> {
        todo!()
    }

    /// The active pupils whose number, folded by `people::number_key`, is `key`.
    pub async fn by_number(&self, _key: &str) -> Result<Vec<Person>, StoreError> {
        todo!()
    }

    /// The active people (of any role) whose folded e-mail address is `key`.
    pub async fn by_email(&self, _key: &str) -> Result<Vec<Person>, StoreError> {
        todo!()
    }

    /// The active pupils one of whose names, folded by `people::name_key`, is `key`: for the staff's queue.
    pub async fn by_name(&self, _key: &str) -> Result<Vec<Person>, StoreError> {
        todo!()
    }

    /// A school by id.
    pub async fn org(&self, _id: OrgId) -> Result<Option<Org>, StoreError> {
        todo!()
    }

    /// All active schools, by name.
    pub async fn schools(&self) -> Result<Vec<Org>, StoreError> {
        todo!()
    }

    /// The ties of a guardian to children, and of a child to guardians.
    pub async fn relationships(&self, _of: PersonId) -> Result<Vec<Relationship>, StoreError> {
        todo!()
    }

    /// The classes of a person.
    pub async fn classes(&self, _of: PersonId) -> Result<Vec<ClassOf>, StoreError> {
        todo!()
    }

    /// When the last import was applied; `None` before the first.
    pub async fn roster_of(&self) -> Result<Option<Timestamp>, StoreError> {
        todo!()
    }
}
