//! Records and queries. The only folder that names the database; one file a table or two.
//!
//! One code path serves SQLite and PostgreSQL. Reads have their own pool, which the database itself keeps read-only.
//! Every change goes through [`Store::write`], which answers after the durable commit. On SQLite there is one
//! writer: whoever is waiting joins the transaction that is open, each behind a savepoint of its own, and one commit
//! makes all of them durable.

pub mod about;
pub mod access_tokens;
pub mod accounts;
pub mod address_changes;
pub mod alarms;
pub mod announcements;
pub mod approvals;
mod around;
pub mod badges;
pub mod campaigns;
pub mod cases;
pub mod charters;
pub mod circle;
pub mod clients;
pub mod codes;
mod connect;
pub mod consents;
pub mod counter_sessions;
pub mod device_requests;
pub mod devices;
mod embedded;
pub mod erasure;
mod error;
pub mod event_chain;
pub mod events;
pub mod families;
pub mod foreign_hashes;
pub mod grants;
pub mod journeys;
pub mod key_proofs;
pub mod linked_identities;
pub mod list_waiters;
pub mod logout_outbox;
pub mod mail_proofs;
pub mod new_devices;
pub mod outbox;
pub mod passkeys;
pub mod people;
pub mod pushed_requests;
pub mod registration_tokens;
pub mod reminders;
pub mod roll;
pub mod roster;
pub mod roster_imports;
pub mod roster_match;
mod row;
pub mod second_factors;
pub mod session_clients;
pub mod sessions;
pub mod shared_devices;
pub mod signing_keys;
mod sql;
#[cfg(test)]
pub mod testing;
pub mod throttles;
pub mod tokens;
mod writer;

pub use connect::Backend;
pub use error::StoreError;
pub use sql::Change;

use sea_orm::{DatabaseConnection, DatabaseExecutor, DatabaseTransaction};

use self::embedded::{Place, Readers, Transaction};
pub(crate) use self::row::Row;
use self::writer::Writer;
use crate::model::Timestamp;

/// The district's database.
pub struct Store {
    url: String,
    reading: Reading,
    writer: Writer,
    clients: clients::ClientCache,
}

/// Where questions are asked outside a transaction.
enum Reading {
    Shared(DatabaseConnection),
    Embedded(Readers),
}

/// A read-only view of what is committed.
pub struct Reader<'a>(&'a Reading);

/// One unit of work. What it wrote is kept when the work ends in `Ok`, and leaves no trace when it ends in `Err`.
pub struct Tx(Work);

enum Work {
    Shared(DatabaseTransaction),
    Embedded(Transaction),
}

/// Where a query runs: on a [`Reader`] or inside a [`Tx`].
pub(crate) enum Db<'a> {
    /// PostgreSQL.
    Shared(DatabaseExecutor<'a>),
    /// SQLite.
    Embedded(Place<'a>),
}

impl Db<'_> {
    pub(crate) fn backend(&self) -> Backend {
        match self {
            Self::Shared(_) => Backend::Postgres,
            Self::Embedded(_) => Backend::Sqlite,
        }
    }
}

impl Store {
    /// Connects to `url` (`sqlite:PATH` or `postgres://…`), checks the settings that durability
    /// rests on, and brings the schema up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self::connect(url).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Connects and checks as [`Store::open`] does, and leaves the schema as it is.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let (reading, writer) = connect::open(url).await?;
        Ok(Self { url: url.to_owned(), reading, writer, clients: clients::ClientCache::default() })
    }

    /// Brings the schema up. Of several nodes that start together one does it and the others wait.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        connect::migrate(&self.url).await
    }

    /// The changes of the schema that are still to be made, by name.
    pub async fn pending(&self) -> Result<Vec<String>, StoreError> {
        connect::pending(&self.url).await
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.read().db().backend()
    }

    /// A view for reading.
    pub fn read(&self) -> Reader<'_> {
        Reader(&self.reading)
    }

    /// Runs `work` in a transaction and answers after its durable commit. `Ok` commits, also when what it says is a
    /// refusal; `Err` rolls back. `work` must be short: no hashing, no network, no signing.
    pub async fn write<T, E: From<StoreError>>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        self.writer.write(work).await
    }

    /// Runs one statement and answers after its durable commit; how many rows it touched. It is whole or absent by itself, so it
    /// costs no transaction on PostgreSQL, and in a transaction that others share no savepoint.
    pub async fn change(&self, change: Change) -> Result<u64, StoreError> {
        self.writer.change(change).await
    }
}

impl Reader<'_> {
    pub(crate) fn db(&self) -> Db<'_> {
        match self.0 {
            Reading::Shared(pool) => Db::Shared(DatabaseExecutor::Connection(pool)),
            Reading::Embedded(readers) => Db::Embedded(Place::Readers(readers)),
        }
    }

    /// The instant by the database's own clock, where it has one: an embedded one has ours.
    pub async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        if self.db().backend() != Backend::Postgres {
            return Ok(None);
        }
        let row = sql::row(&self.db(), "SELECT CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) AS at", []).await?;
        Ok(row.map(|row| row.try_get("", "at")).transpose()?.map(Timestamp))
    }
}

impl Tx {
    pub(crate) fn db(&self) -> Db<'_> {
        match &self.0 {
            Work::Shared(transaction) => Db::Shared(DatabaseExecutor::Transaction(transaction)),
            Work::Embedded(transaction) => Db::Embedded(Place::Transaction(transaction)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// The proof that a handler may hold a write across awaits and still be sent between threads.
    #[tokio::test]
    async fn a_write_can_be_spawned() {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&format!("sqlite:{}/a.db", dir.path().display())).await.unwrap());
        let text = String::from("x");
        let done = tokio::spawn(async move { store.write(async |tx: &Tx| look(tx, &text).await).await }).await.unwrap();
        assert_eq!(done.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_shared_database_has_a_clock_of_its_own_and_an_embedded_one_has_not() {
        for store in testing::stores().await {
            let clock = store.read().clock().await.unwrap();
            assert_eq!(clock.is_some(), store.backend() == Backend::Postgres);
            assert!(clock.is_none_or(|clock| clock > Timestamp(1_767_225_600)));
        }
    }

    async fn look(tx: &Tx, text: &str) -> Result<usize, StoreError> {
        sql::execute(&tx.db(), "SELECT 1", []).await?;
        Ok(text.len())
    }
}
