//! One row of an answer, from whichever database, and what its columns may hold.

use rusqlite::types::Value;
use sea_orm::{QueryResult, TryGetable};
use uuid::Uuid;

use super::{StoreError, embedded};

/// One row of an answer.
pub(crate) enum Row {
    /// Of PostgreSQL.
    Shared(QueryResult),
    /// Of SQLite.
    Embedded(embedded::Row),
}

impl Row {
    /// What stands in the column that is named `prefix` and `column` together.
    pub(crate) fn try_get<T: Column>(&self, prefix: &str, column: &str) -> Result<T, StoreError> {
        match self {
            Self::Shared(row) => Ok(row.try_get(prefix, column)?),
            Self::Embedded(row) => row.get(prefix, column, T::read),
        }
    }
}

/// What a column may hold.
pub(crate) trait Column: TryGetable {
    /// Reads it as SQLite keeps it; none if it is something else.
    fn read(value: &Value) -> Option<Self>;
}

impl Column for i64 {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl Column for i32 {
    fn read(value: &Value) -> Option<Self> {
        i64::read(value).and_then(|number| number.try_into().ok())
    }
}

impl Column for bool {
    fn read(value: &Value) -> Option<Self> {
        i64::read(value).map(|number| number != 0)
    }
}

impl Column for String {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Column for Vec<u8> {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl Column for Uuid {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Self::from_slice(bytes).ok(),
            _ => None,
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::read(value).map(Some),
        }
    }
}
