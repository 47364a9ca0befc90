//! What can go wrong in the store. A refusal is never an error: it is a value, and it is committed.

use sea_orm::DbErr;

/// The database failed, or holds what it cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be reached or gave up.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
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
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }
}
