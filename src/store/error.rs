//! What can go wrong in the store. A refusal is never an error: it is a value, and it is committed.

use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
use sea_orm::DbErr;

/// The database failed, or holds what it cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be reached or gave up.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// The embedded one, likewise.
    #[error("the database failed: {0}")]
    Embedded(#[from] rusqlite::Error),
    /// The commit that this write shared with others failed; the text says why.
    #[error("the database failed: {0}")]
    Commit(String),
    /// The transaction ended before its work did.
    #[error("the database took a transaction back that was not at its end")]
    Abandoned,
    /// A setting that durability rests on is off; the text says which, and what to do.
    #[error("the database is not safe to use: {0}")]
    Unsafe(String),
    /// A row holds something that no version of this program wrote.
    #[error("the {table} table holds an unreadable row: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What was found.
        what: String,
    },
}

impl StoreError {
    /// A unique index refused an insert: somebody else was first.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Database(error) => matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))),
            Self::Embedded(rusqlite::Error::SqliteFailure(error, _)) => {
                [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY].contains(&error.extended_code)
            }
            _ => false,
        }
    }
}
