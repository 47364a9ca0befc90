//! Connections, and the settings that durability rests on (security.md 2.9): asserted at every start, never assumed.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use sea_orm_migration::MigratorTrait;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use super::StoreError;
use crate::migrations::Migrator;

/// The first SQLite without the WAL-reset corruption of 3.7.0-3.51.2.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// More connections than this cost more than they give on a machine of two cores (measured).
const CONNECTIONS: u32 = 8;
/// Connections of an embedded database that are kept for reading ([`super::reading`]).
pub(super) const KEPT: u32 = CONNECTIONS;
/// A server that was started anew is noticed before a connection to the old one is used, if it was not used this long.
const IDLE: Duration = Duration::from_secs(1);
/// The advisory lock under which one node changes the schema.
const MIGRATION_LOCK: i64 = 0x7072_6561_7500;

/// Which database holds the district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one: one node, one writer.
    Sqlite,
    /// The shared one: several nodes.
    Postgres,
}

/// Opens the reading pool and the writing pool, after asserting their settings.
pub(super) async fn open(url: &str) -> Result<(Backend, DatabaseConnection, DatabaseConnection), StoreError> {
    if url.starts_with("sqlite:") {
        let writing = Database::connect(sqlite_options(url, false)).await?;
        assert_sqlite(&writing).await?;
        let reading = Database::connect(sqlite_options(url, true)).await?;
        Ok((Backend::Sqlite, reading, writing))
    } else {
        let writing = Database::connect(postgres_options(url, false)).await?;
        assert_postgres(&writing).await?;
        let reading = Database::connect(postgres_options(url, true)).await?;
        Ok((Backend::Postgres, reading, writing))
    }
}

fn sqlite_options(url: &str, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    // A connection is a thread of this program: it need not be asked whether it is alive before it is lent.
    options.test_before_acquire(false);
    // One more than are kept for reading.
    options.max_connections(if read_only { KEPT + 1 } else { 1 }).min_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(
        move |sqlite| {
            let sqlite = sqlite
                .create_if_missing(!read_only)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(256)
                .pragma("mmap_size", "0")
                .pragma("temp_store", "MEMORY");
            if read_only { sqlite.pragma("query_only", "ON") } else { sqlite }
        },
    );
    options
}

fn postgres_options(url: &str, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    // Asked whether it is alive only where it has been idle: a question more before each would be a third of all of them.
    options.test_before_acquire_if_idle_for(IDLE);
    options.max_connections(CONNECTIONS).min_connections(1).sqlx_logging(false).map_sqlx_postgres_opts(move |postgres| {
        // Our queries are short. PostgreSQL takes those over tables that it has not counted yet for long ones, and would
        // compile each for a second and more to run it in a thousandth of one.
        let settings = [
            ("jit", "off"),
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            ("default_transaction_read_only", if read_only { "on" } else { "off" }),
        ];
        postgres.options(settings)
    });
    options
}

async fn assert_sqlite(db: &DatabaseConnection) -> Result<(), StoreError> {
    let version = ask(db, "SELECT sqlite_version()").await?;
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        return Err(StoreError::Unsafe(format!("SQLite {version} can corrupt its log; 3.51.3 or later is needed")));
    }
    for (pragma, wanted) in [("journal_mode", &["wal", "memory"][..]), ("synchronous", &["2"]), ("foreign_keys", &["1"])] {
        let found = ask(db, &format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}")).await?;
        if !wanted.contains(&found.as_str()) {
            return Err(StoreError::Unsafe(format!(
                "SQLite's {pragma} is {found}, and must be {}: is the file on a network disk?",
                wanted[0]
            )));
        }
    }
    Ok(())
}

async fn assert_postgres(db: &DatabaseConnection) -> Result<(), StoreError> {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let found = ask(db, &format!("SELECT current_setting('{setting}')")).await?;
        if found == "off" {
            return Err(StoreError::Unsafe(format!(
                "PostgreSQL's {setting} is off: what was acknowledged could be lost; turn it on in postgresql.conf"
            )));
        }
    }
    Ok(())
}

/// Runs the pending changes, on PostgreSQL behind an advisory lock.
pub(super) async fn migrate(backend: Backend, db: &DatabaseConnection) -> Result<(), StoreError> {
    if backend == Backend::Sqlite {
        return Ok(Migrator::up(db, None).await?);
    }
    // The lock belongs to a transaction of its own, which ends when this function does, whatever happens.
    let lock = db.begin().await?;
    lock.execute_unprepared("SET LOCAL lock_timeout = 0").await?;
    lock.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    Migrator::up(db, None).await?;
    lock.commit().await?;
    Ok(())
}

pub(super) async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let pending = Migrator::get_pending_migrations(db).await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

async fn ask(db: &DatabaseConnection, sql: &str) -> Result<String, StoreError> {
    let backend = db.get_database_backend();
    debug_assert!(matches!(backend, DbBackend::Sqlite | DbBackend::Postgres));
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| StoreError::Unsafe(format!("{sql} has no answer")))?;
    Ok(row.try_get_by_index::<String>(0)?)
}
