//! Connections, and the settings that durability rests on (security.md 2.9): asserted at every start, never assumed.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use sea_orm_migration::MigratorTrait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::embedded::{Connection, File, Readers, Use};
use super::writer::{Together, Writer};
use super::{Reading, StoreError};
use crate::migrations::Migrator;

/// The first SQLite without the WAL-reset corruption of 3.7.0-3.51.2.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// More connections than this cost more than they give on a machine of two cores (measured).
const CONNECTIONS: u32 = 8;
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

/// Opens the way of questions and the way of changes, after asserting their settings.
pub(super) async fn open(url: &str) -> Result<(Reading, Writer), StoreError> {
    match backend(url) {
        Backend::Sqlite => {
            let file = File(sqlite(url)?.get_filename().to_owned());
            let writing = Connection::open(&file, Use::Writing)?;
            assert_sqlite(&writing)?;
            Ok((Reading::Embedded(Readers::of(file)), Writer::Embedded(Together::by(writing))))
        }
        Backend::Postgres => {
            let writing = Database::connect(postgres_options(url, false)).await?;
            assert_postgres(&writing).await?;
            let reading = Database::connect(postgres_options(url, true)).await?;
            Ok((Reading::Shared(reading), Writer::Shared(writing)))
        }
    }
}

fn backend(url: &str) -> Backend {
    if url.starts_with("sqlite:") { Backend::Sqlite } else { Backend::Postgres }
}

fn sqlite(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    url.parse().map_err(|error: sqlx::Error| StoreError::Unsafe(format!("its address cannot be read: {error}")))
}

/// A connection that lasts as long as the schema is looked at or changed: migrations run through the driver of sea-orm.
async fn for_the_schema(url: &str) -> Result<DatabaseConnection, StoreError> {
    if backend(url) == Backend::Postgres {
        return Ok(Database::connect(postgres_options(url, false)).await?);
    }
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
        let sqlite = sqlite.foreign_keys(true).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        sqlite.busy_timeout(Duration::from_secs(5))
    });
    Ok(Database::connect(options).await?)
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

fn assert_sqlite(db: &Connection) -> Result<(), StoreError> {
    let version = db.text("SELECT sqlite_version()")?;
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        return Err(StoreError::Unsafe(format!("SQLite {version} can corrupt its log; 3.51.3 or later is needed")));
    }
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let found = db.text(&format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}"))?;
        if found != wanted {
            return Err(StoreError::Unsafe(format!("SQLite's {pragma} is {found}, and must be {wanted}: is the file on a network disk?")));
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
pub(super) async fn migrate(url: &str) -> Result<(), StoreError> {
    let db = for_the_schema(url).await?;
    if backend(url) == Backend::Sqlite {
        Migrator::up(&db, None).await?;
        return Ok(db.close().await?);
    }
    // The lock belongs to a transaction of its own, which ends when this function does, whatever happens.
    let lock = db.begin().await?;
    lock.execute_unprepared("SET LOCAL lock_timeout = 0").await?;
    lock.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    Migrator::up(&db, None).await?;
    lock.commit().await?;
    Ok(db.close().await?)
}

pub(super) async fn pending(url: &str) -> Result<Vec<String>, StoreError> {
    let db = for_the_schema(url).await?;
    let pending = Migrator::get_pending_migrations(&db).await?;
    db.close().await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

async fn ask(db: &DatabaseConnection, sql: &str) -> Result<String, StoreError> {
    let backend = db.get_database_backend();
    debug_assert!(matches!(backend, DbBackend::Sqlite | DbBackend::Postgres));
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| StoreError::Unsafe(format!("{sql} has no answer")))?;
    Ok(row.try_get_by_index::<String>(0)?)
}
