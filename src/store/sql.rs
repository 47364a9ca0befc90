//! Plain statements for the hot paths. `$1`, `$2`, … work on both databases, and a constant text is prepared once a
//! connection.

use std::borrow::Cow;

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use super::embedded::Want;
use super::row::Row;
use super::{Db, StoreError};
use crate::model::Hash;

/// One statement that changes something, for [`super::Store::change`] or as a part of a larger write.
#[derive(Clone, Debug)]
pub struct Change {
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

/// Runs a change; how many rows it touched.
pub(super) async fn execute(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
    Ok(match db {
        Db::Shared(db) => db.execute_raw(statement(sql, values)).await?.rows_affected(),
        Db::Embedded(place) => place.ask(sql, values, Want::Changes).await?.changes,
    })
}

/// Runs a change as a part of a larger write; how many rows it touched.
pub(super) async fn run(db: &Db<'_>, Change { sql, values }: Change) -> Result<u64, StoreError> {
    execute(db, &sql, values).await
}

/// The first row of an answer.
pub(super) async fn row(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Option<Row>, StoreError> {
    Ok(match db {
        Db::Shared(db) => db.query_one_raw(statement(sql, values)).await?.map(Row::Shared),
        Db::Embedded(place) => place.ask(sql, values, Want::First).await?.rows.pop().map(Row::Embedded),
    })
}

/// All rows of an answer.
pub(super) async fn rows(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<Row>, StoreError> {
    Ok(match db {
        Db::Shared(db) => db.query_all_raw(statement(sql, values)).await?.into_iter().map(Row::Shared).collect(),
        Db::Embedded(place) => place.ask(sql, values, Want::All).await?.rows.into_iter().map(Row::Embedded).collect(),
    })
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// A hash, as the store keeps it.
pub(super) fn hash(table: &'static str, bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::from_slice(bytes).ok_or_else(|| StoreError::Corrupt { table, what: format!("a hash of {} bytes", bytes.len()) })
}

/// JSON in a text column.
pub(super) fn json<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { table, what: error.to_string() })
}
