//! Plain statements for the hot paths. `$1`, `$2`, … work on both databases, and a constant text is prepared once a
//! connection.

use std::borrow::Cow;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

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
    execute_on(&**db, sql, values).await
}

/// The same, wherever it runs.
pub(super) async fn execute_on(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
    let statement = statement(db.get_database_backend(), sql, values.into_iter().collect());
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// Runs a change as a part of a larger write; how many rows it touched.
pub(super) async fn run(db: &Db<'_>, Change { sql, values }: Change) -> Result<u64, StoreError> {
    execute(db, &sql, values).await
}

/// The first row of an answer.
pub(super) async fn row(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Option<QueryResult>, StoreError> {
    let statement = statement(db.get_database_backend(), sql, values.into_iter().collect());
    Ok(match db.kept {
        Some(kept) => kept.row(statement).await?,
        None => db.query_one_raw(statement).await?,
    })
}

/// All rows of an answer.
pub(super) async fn rows(db: &Db<'_>, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, StoreError> {
    let statement = statement(db.get_database_backend(), sql, values.into_iter().collect());
    Ok(match db.kept {
        Some(kept) => kept.rows(statement).await?,
        None => db.query_all_raw(statement).await?,
    })
}

/// A hash, as the store keeps it.
pub(super) fn hash(table: &'static str, bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::from_slice(bytes).ok_or_else(|| StoreError::Corrupt { table, what: format!("a hash of {} bytes", bytes.len()) })
}

/// JSON in a text column.
pub(super) fn json<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { table, what: error.to_string() })
}

/// SQLite looks a numbered place up by its name in a list, so the thousands of places of a bulk insert cost their square
/// (85 % of an import, measured): there each is written as a plain `?`, and its value stands in its turn.
fn statement(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    if backend != DbBackend::Sqlite || values.len() < MANY {
        return Statement::from_sql_and_values(backend, sql, values);
    }
    let (sql, values) = in_turn(sql, &values);
    Statement::from_sql_and_values(backend, sql, values)
}

/// The same statement with nameless places. No text of ours holds a `$` that is none.
fn in_turn(sql: &str, values: &[Value]) -> (String, Vec<Value>) {
    let mut pieces = sql.split('$');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    let mut turns = Vec::with_capacity(values.len());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|symbol: char| symbol.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        let place: usize = number.parse().expect("a place has a number");
        turns.push(values[place - 1].clone());
        plain.push('?');
        plain.push_str(rest);
    }
    (plain, turns)
}

/// Fewer places than these are found as quickly by name, and their text is the same for both databases.
const MANY: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nameless_places_have_their_values_in_turn() {
        let values = [Value::from(1), Value::from("b")];
        let (sql, turns) = in_turn("UPDATE t SET a = $2 WHERE b IN ($1, $2) AND c = 3", &values);
        assert_eq!(sql, "UPDATE t SET a = ? WHERE b IN (?, ?) AND c = 3");
        assert_eq!(turns, [Value::from("b"), Value::from(1), Value::from("b")]);
    }
}
