//! The event log: what was done, by whom, to whom, where and when. Rows are only ever added; each is chained to the
//! one before it.

use serde_json::Value;

use super::{StoreError, Tx, sql};
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

impl Event {
    /// An event that needs no more words yet.
    pub fn of(kind: &'static str) -> Self {
        Self { kind, actor: None, person: None, school: None, detail: Value::Null }
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
}
