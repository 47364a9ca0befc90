//! The roster's facts, each a row with the generations in which it holds. What everybody sees is one number in
//! `roster_state`: an import writes the next generation beside the present one, and its last step moves the number.

use std::collections::HashMap;

use sea_orm::Value;

use uuid::Uuid;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Hash, PersonId};

/// A kind of fact: its table, and its columns in the order of [`Record::cells`].
pub struct Table {
    name: &'static str,
    /// The column of the id that outlives every version, where there is one.
    entity: Option<&'static str>,
    columns: &'static [&'static str],
}

/// One fact, as a source record says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The source's id.
    pub source: String,
    /// The id that outlives every version, in tables that have one.
    pub entity: Option<Uuid>,
    /// The values, in the table's order.
    pub cells: Vec<Cell>,
}

/// A value of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(Option<String>),
    /// Yes, no or nothing said.
    Flag(Option<bool>),
    /// An id.
    Id(Uuid),
}

/// What the store has of a source record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The row.
    pub id: i64,
    /// Stands for its values.
    pub digest: [u8; 16],
    /// Since when it holds.
    pub from: i64,
    /// It still holds.
    pub open: bool,
    /// In the roster; false for a person who left.
    pub active: bool,
    /// The id that outlives every version.
    pub entity: Option<Uuid>,
}

/// A row that still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRow {
    /// The row.
    pub id: i64,
    /// The source's id.
    pub source: String,
    /// Since when it holds.
    pub from: i64,
}

/// Records of ours, of people whom the source does not know, begin so. No import changes, ends or brings one.
pub const LOCAL: &str = "local:";

/// A version that still holds ends here.
pub(super) const OPEN: i64 = i64::MAX;

/// Every kind of fact.
pub static TABLES: [&Table; 10] = [&ORGS, &SESSIONS, &COURSES, &CLASSES, &ROLES, &BIRTHS, &USER_IDS, &USERS, &ENROLLMENTS, &TIES];

/// Schools, departments, districts.
pub static ORGS: Table = Table {
    name: "roster_orgs",
    entity: Some("org"),
    columns: &["name", "kind", "identifier", "parent_source", "email", "phone", "timezone"],
};
/// School years, semesters, terms.
pub static SESSIONS: Table =
    Table { name: "roster_sessions", entity: None, columns: &["title", "kind", "start_date", "end_date", "parent_source", "school_year"] };
/// Courses.
pub static COURSES: Table = Table { name: "roster_courses", entity: None, columns: &["title", "code", "org_source"] };
/// Classes.
pub static CLASSES: Table = Table {
    name: "roster_classes",
    entity: Some("class"),
    columns: &["title", "code", "homeroom", "grade", "school_source", "course_source", "terms"],
};
/// Who is what, and where.
pub static ROLES: Table =
    Table { name: "roster_roles", entity: None, columns: &["user_source", "org_source", "role", "is_primary", "begin_date", "end_date"] };
/// Birth dates, by the user's id.
pub static BIRTHS: Table = Table { name: "roster_births", entity: None, columns: &["birth_date"] };
/// The ids that other systems know a user by.
pub static USER_IDS: Table = Table { name: "roster_user_ids", entity: None, columns: &["user_source", "user_key"] };
/// Source records of people: several may be one person.
pub static USERS: Table = Table {
    name: "roster_users",
    entity: Some("person"),
    columns: &[
        "active",
        "master_id",
        "username",
        "given_name",
        "family_name",
        "middle_name",
        "preferred_given_name",
        "preferred_family_name",
        "number",
        "email",
        "sms",
        "phone",
        "grade",
        "birth_date",
        "civic_number",
        "postal_code",
        "language",
        "contact_priority",
        "primary_org",
        "number_key",
        "email_key",
        "full_name_key",
        "family_name_key",
        "preferred_name_key",
    ],
};
/// Who is in which class.
pub static ENROLLMENTS: Table = Table {
    name: "roster_enrollments",
    entity: None,
    columns: &["user_source", "class_source", "role", "is_primary", "begin_date", "end_date"],
};
/// Guardians and children.
pub static TIES: Table = Table {
    name: "roster_ties",
    entity: None,
    columns: &[
        "guardian",
        "child",
        "kind",
        "can_access_records",
        "legal_responsibility",
        "lives_with",
        "can_pick_up",
        "receives_mail",
        "priority",
        "begin_date",
        "end_date",
    ],
};

/// The queries on the versions of facts.
pub struct Facts<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// The versions of the roster's facts.
    pub fn facts(&self) -> Facts<'_> {
        Facts(self.db())
    }
}

impl Tx {
    /// The versions of the roster's facts.
    pub fn facts(&self) -> Facts<'_> {
        Facts(self.db())
    }
}

impl Record {
    /// Stands for the values: of two versions with one digest the second is no change.
    pub fn digest(&self) -> [u8; 16] {
        let mut bytes = Vec::with_capacity(256);
        for cell in &self.cells {
            match cell {
                Cell::Text(None) | Cell::Flag(None) => bytes.push(0),
                Cell::Text(Some(text)) => {
                    bytes.push(1);
                    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
                    bytes.extend(text.as_bytes());
                }
                Cell::Flag(Some(flag)) => bytes.push(2 + u8::from(*flag)),
                Cell::Id(id) => bytes.extend(id.as_bytes()),
            }
        }
        *Hash::of(&bytes).0.first_chunk().expect("SHA-256 has more than 16 bytes")
    }
}

impl Facts<'_> {
    /// The generation that everybody sees.
    pub async fn generation(&self) -> Result<i64, StoreError> {
        let row = sql::row(&self.0, "SELECT generation FROM roster_state WHERE id = 1", []).await?;
        Ok(row.map(|row| row.try_get("", "generation")).transpose()?.unwrap_or_default())
    }

    /// The newest version of each of these source records.
    pub async fn known(&self, table: &Table, sources: &[String]) -> Result<HashMap<String, Known>, StoreError> {
        if sources.is_empty() {
            return Ok(HashMap::new());
        }
        let entity = table.entity.map(|column| format!(", {column} AS entity")).unwrap_or_default();
        let active = if table.name == USERS.name { ", active" } else { "" };
        let sources = padded(sources);
        let select = format!(
            "SELECT id, source_id, digest, from_generation, to_generation{entity}{active} FROM {} WHERE source_id IN ({}) ORDER BY id",
            table.name,
            places(1, sources.len())
        );
        let mut known = HashMap::with_capacity(sources.len());
        for row in sql::rows(&self.0, &select, texts(&sources)).await? {
            let digest: Vec<u8> = row.try_get("", "digest")?;
            let one = Known {
                id: row.try_get("", "id")?,
                digest: digest.try_into().map_err(|_| StoreError::Corrupt { table: table.name, what: "a digest".to_owned() })?,
                from: row.try_get("", "from_generation")?,
                open: row.try_get::<i64>("", "to_generation")? == OPEN,
                active: active.is_empty() || row.try_get("", "active")?,
                entity: table.entity.map(|_| row.try_get("", "entity")).transpose()?,
            };
            known.insert(row.try_get("", "source_id")?, one);
        }
        Ok(known)
    }

    /// Adds versions that hold from `generation`.
    pub async fn insert(&self, table: &Table, generation: i64, records: &[Record]) -> Result<(), StoreError> {
        let width = 4 + usize::from(table.entity.is_some()) + table.columns.len();
        for records in shapes(records) {
            let rows: Vec<String> = (0..records.len()).map(|n| format!("({})", places(1 + n * width, width))).collect();
            let insert = format!("INSERT INTO {} ({}) VALUES {}", table.name, table.all_columns(), rows.join(","));
            let mut values = Vec::with_capacity(records.len() * width);
            for record in records {
                values.extend([record.source.as_str().into(), generation.into(), OPEN.into(), record.digest().to_vec().into()]);
                values.extend(table.entity.map(|_| Value::from(record.entity)));
                values.extend(record.cells.iter().cloned().map(Value::from));
            }
            sql::execute(&self.0, &insert, values).await?;
        }
        Ok(())
    }

    /// Ends versions: from `generation` on they hold no more.
    pub async fn close(&self, table: &Table, generation: i64, rows: &[i64]) -> Result<(), StoreError> {
        for rows in rows.chunks(1000).map(padded) {
            let update = format!("UPDATE {} SET to_generation = $1 WHERE id IN ({})", table.name, places(2, rows.len()));
            sql::execute(&self.0, &update, std::iter::once(generation).chain(rows.iter().copied()).map(Value::from)).await?;
        }
        Ok(())
    }

    /// The open versions after a row, in their order: to look for those that a file no longer has.
    pub async fn open_after(&self, table: &Table, row: i64, limit: u32) -> Result<Vec<OpenRow>, StoreError> {
        let only_active = if table.name == USERS.name { " AND active" } else { "" };
        let select = format!(
            "SELECT id, source_id, from_generation FROM {} WHERE id > $1 AND to_generation = {OPEN}{only_active} ORDER BY id LIMIT {limit}",
            table.name
        );
        sql::rows(&self.0, &select, [row.into()]).await?.iter().map(open_row).collect()
    }

    /// The open records that belong to these users: (row, record).
    pub async fn owned(&self, table: &Table, users: &[String]) -> Result<Vec<OpenRow>, StoreError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let users = padded(users);
        let select = format!(
            "SELECT id, source_id, from_generation FROM {} WHERE user_source IN ({}) AND to_generation = {OPEN}",
            table.name,
            places(1, users.len())
        );
        sql::rows(&self.0, &select, texts(&users)).await?.iter().map(open_row).collect()
    }

    /// The open ties of these people.
    pub async fn ties_of(&self, people: &[PersonId]) -> Result<Vec<OpenRow>, StoreError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let people = padded(people);
        let places = places(1, people.len());
        let select = format!(
            "SELECT id, source_id, from_generation FROM roster_ties WHERE guardian IN ({places}) AND to_generation = {OPEN} \
             UNION SELECT id, source_id, from_generation FROM roster_ties WHERE child IN ({places}) AND to_generation = {OPEN}"
        );
        sql::rows(&self.0, &select, people.iter().map(|person| Value::from(person.0))).await?.iter().map(open_row).collect()
    }

    /// Ends these users' versions and says from `generation` on that they are not in the roster. Their facts stay.
    pub async fn retire_users(&self, generation: i64, rows: &[i64]) -> Result<(), StoreError> {
        self.close(&USERS, generation, rows).await?;
        self.copy(&USERS, generation, rows, "false").await
    }

    /// Adds the same facts again, to hold from `generation`.
    async fn copy(&self, table: &Table, generation: i64, rows: &[i64], active: &str) -> Result<(), StoreError> {
        for rows in rows.chunks(1000).map(padded) {
            let columns = table.all_columns();
            let selected = columns
                .replace("from_generation, to_generation", &format!("{generation}, {OPEN}"))
                .replace(", active,", &format!(", {active},"));
            let insert = format!(
                "INSERT INTO {name} ({columns}) SELECT {selected} FROM {name} WHERE id IN ({})",
                places(1, rows.len()),
                name = table.name
            );
            sql::execute(&self.0, &insert, rows.iter().copied().map(Value::from)).await?;
        }
        Ok(())
    }

    /// One short step of forgetting a generation that nobody saw; false when nothing is left of it.
    pub async fn forget(&self, table: &Table, generation: i64) -> Result<bool, StoreError> {
        let name = table.name;
        let added = format!("DELETE FROM {name} WHERE id IN (SELECT id FROM {name} WHERE from_generation = $1 LIMIT {STEP})");
        if sql::execute(&self.0, &added, [generation.into()]).await? > 0 {
            return Ok(true);
        }
        let ended = format!(
            "UPDATE {name} SET to_generation = {OPEN} WHERE id IN \
             (SELECT id FROM {name} WHERE to_generation = $1 AND to_generation < {OPEN} LIMIT {STEP})"
        );
        Ok(sql::execute(&self.0, &ended, [generation.into()]).await? > 0)
    }

    /// Forgets what a generation that nobody saw says of one source record.
    pub async fn forget_one(&self, table: &Table, column: &str, source: &str, generation: i64) -> Result<(), StoreError> {
        let name = table.name;
        let added = format!("DELETE FROM {name} WHERE {column} = $1 AND from_generation = $2");
        sql::execute(&self.0, &added, [source.into(), generation.into()]).await?;
        let ended = format!("UPDATE {name} SET to_generation = {OPEN} WHERE {column} = $1 AND to_generation = $2");
        sql::execute(&self.0, &ended, [source.into(), generation.into()]).await?;
        Ok(())
    }

    /// One short step of going back to what held before generation `since`; false when all is as it was then.
    pub async fn restore(&self, table: &Table, since: i64, generation: i64) -> Result<bool, StoreError> {
        let name = table.name;
        let newer = format!(
            "SELECT id FROM {name} WHERE from_generation >= $1 AND from_generation < $2 AND to_generation = {OPEN} \
             AND source_id NOT LIKE '{LOCAL}%' LIMIT {STEP}"
        );
        let newer = ids(&sql::rows(&self.0, &newer, [since.into(), generation.into()]).await?)?;
        if !newer.is_empty() {
            self.close(table, generation, &newer).await?;
            return Ok(true);
        }
        let older = format!(
            "SELECT id FROM {name} old WHERE to_generation >= $1 AND to_generation <= $2 AND to_generation < {OPEN} \
             AND from_generation < $1 AND NOT EXISTS \
             (SELECT 1 FROM {name} again WHERE again.source_id = old.source_id AND again.to_generation = {OPEN}) LIMIT {STEP}"
        );
        let older = ids(&sql::rows(&self.0, &older, [since.into(), generation.into()]).await?)?;
        if !older.is_empty() {
            self.copy(table, generation, &older, "active").await?;
            return Ok(true);
        }
        if name != USERS.name {
            return Ok(false);
        }
        // Whoever came with what is undone stays known, as somebody who left: an id never comes back on another person.
        let came = format!(
            "SELECT id FROM {name} new WHERE to_generation = $1 AND to_generation < {OPEN} AND NOT EXISTS \
             (SELECT 1 FROM {name} again WHERE again.source_id = new.source_id AND again.to_generation = {OPEN}) LIMIT {STEP}"
        );
        let came = ids(&sql::rows(&self.0, &came, [generation.into()]).await?)?;
        self.copy(table, generation, &came, "false").await?;
        Ok(!came.is_empty())
    }

    /// How many rows a generation added, and how many it ended.
    pub async fn changes(&self, table: &Table, generation: i64) -> Result<(u64, u64), StoreError> {
        let name = table.name;
        let count = format!(
            "SELECT (SELECT COUNT(*) FROM {name} WHERE from_generation = $1) AS added, \
             (SELECT COUNT(*) FROM {name} WHERE to_generation = $1 AND to_generation < {OPEN}) AS ended"
        );
        let row = sql::row(&self.0, &count, [generation.into()]).await?;
        let number = |column| row.as_ref().map_or(Ok(0), |row| row.try_get::<i64>("", column));
        Ok((number("added")?.unsigned_abs(), number("ended")?.unsigned_abs()))
    }
}

impl Table {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    fn all_columns(&self) -> String {
        let entity = self.entity.map(|column| format!("{column}, ")).unwrap_or_default();
        format!("source_id, from_generation, to_generation, digest, {entity}{}", self.columns.join(", "))
    }
}

impl From<Cell> for Value {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Text(text) => text.into(),
            Cell::Flag(flag) => flag.into(),
            Cell::Id(id) => id.into(),
        }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(Some(flag))
    }
}

/// `$from, $from+1, …`
pub(super) fn places(from: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 6);
    for n in from..from + count {
        if n > from {
            text.push(',');
        }
        text.push('$');
        text.push_str(&n.to_string());
    }
    text
}

/// The same list, its last item said again until their number is a power of two: a statement of its own for every number
/// would be kept by every connection, and an import would hold hundreds of them (a hundred megabytes, measured).
pub(super) fn padded<T: Clone>(items: &[T]) -> Vec<T> {
    let mut padded = items.to_vec();
    if let Some(last) = items.last() {
        padded.resize(items.len().next_power_of_two(), last.clone());
    }
    padded
}

/// The rows of one insert each: for the same reason only so many as a power of two.
pub(super) fn shapes<T>(mut records: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let largest = 1 << records.len().checked_ilog2()?;
        let (now, later) = records.split_at(largest.min(MOST_ROWS));
        records = later;
        Some(now)
    })
}

pub(super) fn texts(keys: &[String]) -> impl Iterator<Item = Value> {
    keys.iter().map(|key| Value::from(key.as_str()))
}

fn open_row(row: &Row) -> Result<OpenRow, StoreError> {
    Ok(OpenRow { id: row.try_get("", "id")?, source: row.try_get("", "source_id")?, from: row.try_get("", "from_generation")? })
}

fn ids(rows: &[Row]) -> Result<Vec<i64>, StoreError> {
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Rows of one insert: of the widest table some 3,700 values. SQLite takes 32,766 in one statement, PostgreSQL 65,535.
const MOST_ROWS: usize = 128;
/// Rows changed in one transaction, so that nobody else waits for it.
const STEP: u32 = 1000;
