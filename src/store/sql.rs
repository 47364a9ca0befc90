//! Plain statements for the hot paths. `$1`, `$2`, … work on both databases, and a constant text is prepared once a
//! connection.

use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use super::{Db, StoreError};
use crate::model::Hash;

/// Runs a change; how many rows it touched.
pub(super) async fn execute(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// The first row of an answer.
pub(super) async fn row(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Option<QueryResult>, StoreError> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_one_raw(statement).await?)
}

/// All rows of an answer.
pub(super) async fn rows(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, StoreError> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_all_raw(statement).await?)
}

/// A hash, as the store keeps it.
pub(super) fn hash(table: &'static str, bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::from_slice(bytes).ok_or_else(|| StoreError::Corrupt { table, what: format!("a hash of {} bytes", bytes.len()) })
}

/// JSON in a text column.
pub(super) fn json<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { table, what: error.to_string() })
}
