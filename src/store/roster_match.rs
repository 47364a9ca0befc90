//! What the import asks of the generation that it is writing: whom it may be looking at, whom it retires.

use std::collections::{HashMap, HashSet};

use super::roster::{Facts, OPEN, padded, places, texts};
use super::{Row, StoreError, sql};
use crate::model::PersonId;

/// A source record of a person, as it stands in the generation that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The source's id.
    pub source: String,
    /// Whose record it is.
    pub person: PersonId,
    /// As the school writes it.
    pub given_name: String,
    /// As the school writes it.
    pub family_name: String,
    /// The folded student number.
    pub number_key: Option<String>,
    /// The folded address.
    pub email_key: Option<String>,
    /// The birth date that everybody sees now.
    pub birth_date: Option<String>,
    /// The birth date in the generation that is being written.
    pub next_birth_date: Option<String>,
    /// Is in the roster.
    pub active: bool,
}

/// By which fact a new record may be somebody we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The record itself.
    Source,
    /// One id across systems.
    MasterId,
    /// The folded student number.
    Number,
    /// The folded whole name.
    FullName,
}

/// People before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headcount {
    /// People in the roster now.
    pub people: u64,
    /// Of them, those whom the next generation has no more.
    pub people_retired: u64,
    /// Pupils in the roster now.
    pub pupils: u64,
    /// Of them, those whom the next generation has no more.
    pub pupils_retired: u64,
}

impl Facts<'_> {
    /// The open records that have one of these keys, by key.
    pub async fn candidates(&self, by: Key, keys: &[String], now: i64) -> Result<HashMap<String, Vec<Candidate>>, StoreError> {
        let mut found: HashMap<String, Vec<Candidate>> = HashMap::new();
        if keys.is_empty() {
            return Ok(found);
        }
        let keys = padded(keys);
        let column = match by {
            Key::Source => "source_id",
            Key::MasterId => "master_id",
            Key::Number => "number_key",
            Key::FullName => "full_name_key",
        };
        let select = format!(
            "SELECT u.{column} AS wanted, u.source_id, u.person, u.given_name, u.family_name, u.number_key, u.email_key, u.active, \
             COALESCE((SELECT b.birth_date FROM roster_births b WHERE b.source_id = u.source_id AND b.from_generation <= {now} \
             AND b.to_generation > {now}), u.birth_date) AS born, \
             COALESCE((SELECT b.birth_date FROM roster_births b WHERE b.source_id = u.source_id AND b.to_generation = {OPEN}), u.birth_date) \
             AS next_born FROM roster_users u WHERE u.{column} IN ({}) AND u.to_generation = {OPEN}",
            places(1, keys.len())
        );
        for row in sql::rows(&self.0, &select, texts(&keys)).await? {
            found.entry(row.try_get("", "wanted")?).or_default().push(candidate(&row)?);
        }
        Ok(found)
    }

    /// The open birth dates of these users.
    pub async fn births(&self, sources: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let select = |places: &str| {
            format!("SELECT source_id, birth_date AS value FROM roster_births WHERE source_id IN ({places}) AND to_generation = {OPEN}")
        };
        self.pairs(sources, select).await
    }

    /// Those of these users who have a pupil's role.
    pub async fn pupils(&self, sources: &[String]) -> Result<HashSet<String>, StoreError> {
        let select = |places: &str| {
            format!(
                "SELECT DISTINCT user_source AS source_id, role AS value FROM roster_roles \
                 WHERE user_source IN ({places}) AND role = 'student' AND to_generation = {OPEN}"
            )
        };
        Ok(self.pairs(sources, select).await?.into_keys().collect())
    }

    /// Whose records these are.
    pub async fn people_of(&self, sources: &[String]) -> Result<HashMap<String, PersonId>, StoreError> {
        if sources.is_empty() {
            return Ok(HashMap::new());
        }
        let sources = padded(sources);
        let select = format!(
            "SELECT source_id, person FROM roster_users WHERE source_id IN ({}) AND to_generation = {OPEN}",
            places(1, sources.len())
        );
        let rows = sql::rows(&self.0, &select, texts(&sources)).await?;
        rows.iter().map(|row| Ok((row.try_get("", "source_id")?, PersonId(row.try_get("", "person")?)))).collect()
    }

    /// The people who have one of these ids in another system, by id.
    pub async fn by_user_id(&self, keys: &[String]) -> Result<HashMap<String, Vec<PersonId>>, StoreError> {
        let mut found: HashMap<String, Vec<PersonId>> = HashMap::new();
        if keys.is_empty() {
            return Ok(found);
        }
        let keys = padded(keys);
        let select = format!(
            "SELECT i.user_key, u.person FROM roster_user_ids i JOIN roster_users u ON u.source_id = i.user_source \
             WHERE i.user_key IN ({}) AND i.to_generation = {OPEN} AND u.to_generation = {OPEN}",
            places(1, keys.len())
        );
        for row in sql::rows(&self.0, &select, texts(&keys)).await? {
            found.entry(row.try_get("", "user_key")?).or_default().push(PersonId(row.try_get("", "person")?));
        }
        Ok(found)
    }

    /// The guardians of a child in the generation that is being written.
    pub async fn guardians(&self, child: PersonId) -> Result<Vec<PersonId>, StoreError> {
        let select = format!("SELECT guardian FROM roster_ties WHERE child = $1 AND to_generation = {OPEN}");
        let rows = sql::rows(&self.0, &select, [child.0.into()]).await?;
        rows.iter().map(|row| Ok(PersonId(row.try_get("", "guardian")?))).collect()
    }

    /// Records of `table` added by a generation whose `column` names no open record of `other`: (record, dangling id).
    pub async fn dangling(&self, (table, column): (&str, &str), other: &str, generation: i64) -> Result<Vec<(String, String)>, StoreError> {
        let select = format!(
            "SELECT source_id, {column} AS value FROM {table} f WHERE f.from_generation = $1 AND f.to_generation = {OPEN} \
             AND f.{column} IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM {other} o WHERE o.source_id = f.{column} AND o.to_generation = {OPEN}) ORDER BY f.id LIMIT 1000"
        );
        let rows = sql::rows(&self.0, &select, [generation.into()]).await?;
        rows.iter().map(|row| Ok((row.try_get("", "source_id")?, row.try_get("", "value")?))).collect()
    }

    /// How many people the next generation would retire (A08).
    pub async fn headcount(&self, generation: i64) -> Result<Headcount, StoreError> {
        let now = generation - 1;
        let current = format!("f.from_generation <= {now} AND f.to_generation > {now}");
        let pupil = format!(
            " AND EXISTS (SELECT 1 FROM roster_roles r WHERE r.user_source = f.source_id AND r.role = 'student' \
             AND r.from_generation <= {now} AND r.to_generation > {now})"
        );
        let gone = format!(
            " AND f.to_generation = {generation} AND f.to_generation < {OPEN} AND NOT EXISTS \
             (SELECT 1 FROM roster_users n WHERE n.person = f.person AND n.active AND n.to_generation = {OPEN})"
        );
        let mut counts = [0; 4];
        for (count, (a, b)) in counts.iter_mut().zip([("", ""), ("", &*gone), (&*pupil, ""), (&*pupil, &*gone)]) {
            let select = format!("SELECT COUNT(DISTINCT f.person) AS n FROM roster_users f WHERE f.active AND {current}{a}{b}");
            let row = sql::row(&self.0, &select, []).await?;
            *count = row.map_or(Ok(0), |row| row.try_get::<i64>("", "n"))?.unsigned_abs();
        }
        let [people, people_retired, pupils, pupils_retired] = counts;
        Ok(Headcount { people, people_retired, pupils, pupils_retired })
    }

    async fn pairs(&self, keys: &[String], select: impl Fn(&str) -> String) -> Result<HashMap<String, String>, StoreError> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let keys = padded(keys);
        let rows = sql::rows(&self.0, &select(&places(1, keys.len())), texts(&keys)).await?;
        rows.iter().map(|row| Ok((row.try_get("", "source_id")?, row.try_get("", "value")?))).collect()
    }
}

fn candidate(row: &Row) -> Result<Candidate, StoreError> {
    Ok(Candidate {
        source: row.try_get("", "source_id")?,
        person: PersonId(row.try_get("", "person")?),
        given_name: row.try_get("", "given_name")?,
        family_name: row.try_get("", "family_name")?,
        number_key: row.try_get("", "number_key")?,
        email_key: row.try_get("", "email_key")?,
        birth_date: row.try_get("", "born")?,
        next_birth_date: row.try_get("", "next_born")?,
        active: row.try_get("", "active")?,
    })
}
