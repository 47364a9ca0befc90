//! The event log: what was done, by whom, to whom, where and when. A row is written with its cause and never touched
//! again; [`event_chain`](super::event_chain) links them afterwards.

use serde_json::Value;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, OrgId, PersonId, Timestamp};

/// Something that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What, in words that stay: `account.claimed`, `session.started`, `client.registered`.
    pub kind: &'static str,
    /// Who did it; `None` for the program itself or somebody not signed in.
    pub actor: Option<AccountId>,
    /// To whom.
    pub person: Option<PersonId>,
    /// Where.
    pub school: Option<OrgId>,
    /// What else is needed to understand it. Never a secret, never what somebody typed.
    pub detail: Value,
}

/// An event as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its number; numbers rise, and some are left out.
    pub id: i64,
    /// What.
    pub kind: String,
    /// Who did it.
    pub actor: Option<AccountId>,
    /// To whom.
    pub person: Option<PersonId>,
    /// Where.
    pub school: Option<OrgId>,
    /// What else.
    pub detail: Value,
    /// When.
    pub at: Timestamp,
}

/// Which events are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind, or of this group of kinds: `session` is every `session.…`.
    pub kind: Option<String>,
    /// Done to this person, or by them.
    pub person: Option<PersonId>,
    /// Not before this instant.
    pub since: Option<Timestamp>,
}

/// The queries on the event log.
pub struct Events<'a>(pub(super) Db<'a>);

impl Event {
    /// An event that needs no more words yet.
    pub fn of(kind: &'static str) -> Self {
        Self { kind, actor: None, person: None, school: None, detail: Value::Null }
    }
}

impl Reader<'_> {
    /// The event log.
    pub fn events(&self) -> Events<'_> {
        Events(self.db())
    }
}

impl Tx {
    /// Adds an event to the log, in the same transaction as what it tells of.
    pub async fn record(&self, event: &Event, now: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO events (kind, actor, person, school, detail, at) VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            event.kind.into(),
            event.actor.map(|account| account.0).into(),
            event.person.map(|person| person.0).into(),
            event.school.map(|school| school.0).into(),
            event.detail.to_string().into(),
            now.0.into(),
        ];
        sql::execute(&self.db(), insert, values).await?;
        Ok(())
    }
}

impl Events<'_> {
    /// Events, the newest first.
    pub async fn list(&self, filter: &Filter, most: u32) -> Result<Vec<Recorded>, StoreError> {
        let (mut conditions, mut values) = (vec!["1 = 1".to_owned()], Vec::new());
        let mut value = |value: sea_orm::Value| {
            values.push(value);
            values.len()
        };
        if let Some(kind) = &filter.kind {
            let (exact, group) = (value(kind.as_str().into()), value(format!("{kind}.%").into()));
            conditions.push(format!("(kind = ${exact} OR kind LIKE ${group})"));
        }
        if let Some(person) = filter.person {
            let (to, by) = (value(person.0.into()), value(person.0.into()));
            conditions.push(format!("(person = ${to} OR actor IN (SELECT id FROM accounts WHERE person = ${by}))"));
        }
        if let Some(since) = filter.since {
            conditions.push(format!("at >= ${}", value(since.0.into())));
        }
        let most = value(i64::from(most).into());
        let conditions = conditions.join(" AND ");
        let select = format!("SELECT {COLUMNS} FROM events WHERE {conditions} ORDER BY id DESC LIMIT ${most}");
        sql::rows(&self.0, &select, values).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Recorded, StoreError> {
    Ok(Recorded {
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        actor: row.try_get::<Option<uuid::Uuid>>("", "actor")?.map(AccountId),
        person: row.try_get::<Option<uuid::Uuid>>("", "person")?.map(PersonId),
        school: row.try_get::<Option<uuid::Uuid>>("", "school")?.map(OrgId),
        detail: sql::json("events", &row.try_get::<String>("", "detail")?)?,
        at: Timestamp(row.try_get("", "at")?),
    })
}

const COLUMNS: &str = "id, kind, actor, person, school, detail, at";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing;

    #[tokio::test]
    async fn an_event_is_recorded_with_its_cause_or_not_at_all() {
        for store in testing::stores().await {
            let event = Event { detail: json!({ "client": "cantine" }), ..Event::of("client.registered") };
            store.write(async |tx: &Tx| tx.record(&event, Timestamp(7)).await).await.unwrap();
            let undone = async |tx: &Tx| {
                tx.record(&event, Timestamp(8)).await?;
                Err::<(), _>(StoreError::Unsafe("on purpose".to_owned()))
            };
            store.write(undone).await.unwrap_err();
            let rows = sql::rows(&store.read().db(), "SELECT kind, detail, at FROM events", []).await.unwrap();
            let told: Vec<(String, String, i64)> = rows
                .iter()
                .map(|row| (row.try_get("", "kind").unwrap(), row.try_get("", "detail").unwrap(), row.try_get("", "at").unwrap()))
                .collect();
            assert_eq!(told, [("client.registered".to_owned(), r#"{"client":"cantine"}"#.to_owned(), 7)]);
        }
    }

    #[tokio::test]
    async fn events_are_listed_by_kind_person_and_time_the_newest_first() {
        let random = crate::random::Random::seeded(5);
        for store in testing::stores().await {
            let (person, school) = (PersonId::new(Timestamp(1), &random), OrgId::new(Timestamp(1), &random));
            let work = async |tx: &Tx| {
                tx.record(&Event { person: Some(person), school: Some(school), ..Event::of("session.started") }, Timestamp(1)).await?;
                tx.record(&Event { person: Some(person), ..Event::of("session.ended") }, Timestamp(2)).await?;
                tx.record(&Event { detail: json!({ "client": "cantine" }), ..Event::of("sessions") }, Timestamp(3)).await
            };
            store.write(work).await.unwrap();
            let times = async |filter: Filter, most: u32| {
                let found = store.read().events().list(&filter, most).await.unwrap();
                found.into_iter().map(|event| event.at.0).collect::<Vec<_>>()
            };
            let kind = |kind: &str| Filter { kind: Some(kind.to_owned()), ..Filter::default() };
            assert_eq!(times(Filter::default(), 10).await, [3, 2, 1]);
            assert_eq!(times(Filter::default(), 2).await, [3, 2]);
            assert_eq!(times(kind("session"), 10).await, [2, 1]);
            assert_eq!(times(kind("session.ended"), 10).await, [2]);
            assert_eq!(times(Filter { person: Some(person), ..Filter::default() }, 10).await, [2, 1]);
            assert_eq!(times(Filter { since: Some(Timestamp(2)), ..kind("session") }, 10).await, [2]);
            let first = store.read().events().list(&kind("session.started"), 1).await.unwrap().remove(0);
            assert_eq!(
                (first.kind.as_str(), first.person, first.school, first.detail),
                ("session.started", Some(person), Some(school), Value::Null)
            );
        }
    }
}
