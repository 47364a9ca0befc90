//! Connections for reading, kept between questions.
//!
//! The driver's pool asks a connection whether it is alive before it lends it and again when it comes back. For an embedded
//! database, whose every connection is a thread of this program, each of these costs as much as a short question does. So
//! connections that have answered stay here; one whose question was given up half-way, or that failed, goes back to the
//! pool, which sees to it.

use std::sync::Mutex;

use sea_orm::{DatabaseConnection, DbErr, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Sqlite, SqlitePool};
use tokio::sync::Semaphore;

/// The reading connections of an embedded database.
pub(super) struct Kept {
    pool: SqlitePool,
    idle: Mutex<Vec<PoolConnection<Sqlite>>>,
    /// So many may be lent at once, one fewer than the pool has: one that is on its way back to the pool keeps nobody waiting.
    places: Semaphore,
}

impl Kept {
    /// Keeps the connections of this pool, which nobody else may use.
    pub(super) fn of(reading: &DatabaseConnection, connections: u32) -> Self {
        let pool = reading.get_sqlite_connection_pool().clone();
        Self { pool, idle: Mutex::default(), places: Semaphore::new(connections as usize) }
    }

    /// The first row of an answer.
    pub(super) async fn row(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let found = self.lend(async |connection| query(statement).fetch_optional(&mut **connection).await).await?;
        Ok(found.map(QueryResult::from))
    }

    /// All rows of an answer.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let found = self.lend(async |connection| query(statement).fetch_all(&mut **connection).await).await?;
        Ok(found.into_iter().map(QueryResult::from).collect())
    }

    /// The connection that was used last is lent first: its statements and pages are at hand.
    async fn lend<T>(&self, work: impl AsyncFnOnce(&mut PoolConnection<Sqlite>) -> Result<T, sqlx::Error>) -> Result<T, DbErr> {
        let _place = self.places.acquire().await.expect("it is never closed");
        let idle = self.idle.lock().expect("nothing panics while it holds the list").pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.pool.acquire().await.map_err(broken)?,
        };
        let answer = work(&mut connection).await.map_err(broken)?;
        self.idle.lock().expect("nothing panics while it holds the list").push(connection);
        Ok(answer)
    }
}

fn query(statement: Statement) -> Query<'static, Sqlite, SqlxValues> {
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(statement.values.unwrap_or(Values(Vec::new()))))
}

fn broken(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
