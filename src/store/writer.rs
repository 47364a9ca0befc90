//! The way every change takes.
//!
//! On PostgreSQL each unit of work is a transaction of its own. On SQLite, where only one can write, those who wait
//! share one transaction (*group commit*): each works behind its own savepoint, goes to the end of the queue, and
//! whoever comes back to the head of it while the transaction is still open commits for all. Nobody is answered
//! before that commit.

use std::sync::{Arc, Mutex as Guarded};

use sea_orm::{DatabaseConnection, DatabaseExecutor, TransactionTrait};
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;

use super::embedded::{Connection, Transaction};
use super::{Change, Db, StoreError, Tx, Work, sql};

pub(super) enum Writer {
    Shared(DatabaseConnection),
    Embedded(Together),
}

/// The one connection that writes, and its queue.
pub(super) struct Together {
    connection: Arc<Guarded<Connection>>,
    queue: Arc<Mutex<Option<Batch>>>,
}

/// The open transaction, and where those who wait for its commit hear of it.
struct Batch {
    transaction: Tx,
    outcome: watch::Sender<Option<Result<(), String>>>,
}

/// What undoes a unit of work that fails while others share its transaction.
#[derive(Clone, Copy)]
enum Undo {
    /// A savepoint of its own.
    Savepoint,
    /// It is one statement, which leaves no trace where it fails.
    Itself,
}

impl Writer {
    pub(super) async fn write<T, E: From<StoreError>>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Shared(connection) => write_alone(connection, work).await,
            Self::Embedded(together) => together.write(Undo::Savepoint, work).await,
        }
    }

    pub(super) async fn change(&self, Change { sql, values }: Change) -> Result<u64, StoreError> {
        match self {
            Self::Shared(connection) => sql::execute(&Db::Shared(DatabaseExecutor::Connection(connection)), &sql, values).await,
            Self::Embedded(together) => together.write(Undo::Itself, async |tx: &Tx| sql::execute(&tx.db(), &sql, values).await).await,
        }
    }
}

async fn write_alone<T, E: From<StoreError>>(connection: &DatabaseConnection, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
    let tx = Tx(Work::Shared(connection.begin().await.map_err(StoreError::from)?));
    let done = work(&tx).await?;
    tx.commit().await?;
    Ok(done)
}

impl Tx {
    /// A part of it that can be taken back by itself.
    async fn part(&self) -> Result<Self, StoreError> {
        Ok(Self(match &self.0 {
            Work::Shared(transaction) => Work::Shared(transaction.begin().await?),
            Work::Embedded(transaction) => Work::Embedded(transaction.part()?),
        }))
    }

    async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Work::Shared(transaction) => Ok(transaction.commit().await?),
            Work::Embedded(transaction) => transaction.commit(),
        }
    }
}

impl Together {
    pub(super) fn by(connection: Connection) -> Self {
        Self { connection: Arc::new(Guarded::new(connection)), queue: Arc::default() }
    }

    async fn write<T, E: From<StoreError>>(&self, undo: Undo, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        let mut queue = self.queue.lock().await;
        // Dropped while it works (the client went away), the work rolls back by itself and the closing still happens, so
        // that no transaction stays open without anybody to commit it.
        let closing = Closing(Some(Arc::clone(&self.queue)));
        let (done, mut outcome) = match queue.as_mut() {
            Some(batch) => {
                let done = match undo {
                    Undo::Savepoint => join(batch, work).await?,
                    Undo::Itself => work(&batch.transaction).await?,
                };
                (done, batch.outcome.subscribe())
            }
            None => {
                let (done, batch) = self.open(work).await?;
                (done, queue.insert(batch).outcome.subscribe())
            }
        };
        drop(queue);
        closing.close(&mut outcome).await?;
        Ok(done)
    }

    /// The first of a batch needs no savepoint: if it fails, there is nobody else to keep.
    async fn open<T, E: From<StoreError>>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<(T, Batch), E> {
        let tx = Tx(Work::Embedded(Transaction::begin(&self.connection).await?));
        let done = work(&tx).await?;
        Ok((done, Batch { transaction: tx, outcome: watch::Sender::new(None) }))
    }
}

/// Works behind a savepoint in a batch that others have begun.
async fn join<T, E: From<StoreError>>(batch: &Batch, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
    let tx = batch.transaction.part().await?;
    let done = work(&tx).await?;
    tx.commit().await?;
    Ok(done)
}

/// Sees to it that the batch is committed even if the one who joined it goes away.
struct Closing(Option<Arc<Mutex<Option<Batch>>>>);

impl Closing {
    async fn close(mut self, outcome: &mut watch::Receiver<Option<Result<(), String>>>) -> Result<(), StoreError> {
        let queue = self.0.as_ref().expect("taken only here and in drop");
        let mut head = queue.lock().await;
        if outcome.borrow().is_none() {
            commit(&mut head).await;
        }
        drop(head);
        self.0 = None;
        // Whoever began the commit may have gone away before its end.
        let said = outcome.wait_for(Option::is_some).await.map_err(|_| StoreError::Abandoned)?.clone();
        said.unwrap_or(Ok(())).map_err(StoreError::Commit)
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { commit(&mut *queue.lock().await).await });
        }
    }
}

/// Commits the open batch, if there is one, and tells everybody who is in it. That waits for the disk, so it is done where
/// nobody else waits; and it goes on when whoever began it has gone away.
async fn commit(head: &mut Option<Batch>) {
    let Some(Batch { transaction: Tx(Work::Embedded(whole)), outcome }) = head.take() else { return };
    let committed = spawn_blocking(move || outcome.send_replace(Some(whole.commit().map_err(|error| error.to_string()))));
    // A panic there has dropped `outcome`, and everybody hears of it.
    let _ = committed.await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::timeout;

    use crate::store::{Change, Store, StoreError, Tx, sql};

    async fn a_store(dir: &tempfile::TempDir) -> Arc<Store> {
        let store = Store::open(&format!("sqlite:{}/a.db", dir.path().display())).await.unwrap();
        store.write(async |tx: &Tx| run(tx, "CREATE TABLE mark (n INTEGER PRIMARY KEY)").await).await.unwrap();
        Arc::new(store)
    }

    async fn run(tx: &Tx, sql: &str) -> Result<(), StoreError> {
        sql::execute(&tx.db(), sql, []).await?;
        Ok(())
    }

    async fn marks(store: &Store) -> Vec<i64> {
        let reader = store.read();
        let rows = sql::rows(&reader.db(), "SELECT n FROM mark ORDER BY n", []).await.unwrap();
        rows.iter().map(|row| row.try_get("", "n").unwrap()).collect()
    }

    /// Of those who share a commit, one that fails takes nothing of the others with it.
    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_is_refused_leaves_no_trace_and_the_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        let tasks: Vec<_> = (0..200_i64)
            .map(|n| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let work = async |tx: &Tx| {
                        run(tx, &format!("INSERT INTO mark VALUES ({n})")).await?;
                        if n % 3 == 0 { Err(StoreError::Unsafe("on purpose".to_owned())) } else { Ok(n) }
                    };
                    (n, store.write(work).await)
                })
            })
            .collect();
        let mut kept = Vec::new();
        for task in tasks {
            let (n, outcome) = task.await.unwrap();
            assert_eq!(outcome.is_ok(), n % 3 != 0);
            if outcome.is_ok() {
                kept.push(n);
            }
        }
        assert_eq!(marks(&store).await, kept);
    }

    fn mark(n: i64) -> Change {
        Change { sql: "INSERT INTO mark VALUES ($1)".into(), values: vec![n.into()] }
    }

    /// One statement that fails takes nothing of the others with it, whether they share its commit by a savepoint or without.
    #[tokio::test(flavor = "multi_thread")]
    async fn of_single_statements_those_that_fail_leave_no_trace_and_the_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        let tasks: Vec<_> = (0..300_i64)
            .map(|n| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    match n % 3 {
                        // Each number twice: one of the two fails.
                        0 | 1 => store.change(mark(n / 3)).await,
                        _ => {
                            store.write(async |tx: &Tx| run(tx, &format!("INSERT INTO mark VALUES ({})", n + 1000)).await).await.map(|()| 1)
                        }
                    }
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += task.await.unwrap().unwrap_or(0);
        }
        assert_eq!(done, 200);
        let expected: Vec<i64> = (0..100).chain((0..100).map(|n| n * 3 + 1002)).collect();
        assert_eq!(marks(&store).await, expected);
    }

    /// Dropped at any moment, a single statement is whole or absent, and leaves no transaction open behind it.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_single_statement_that_is_dropped_is_whole_or_absent() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        let tasks: Vec<_> = (0..200_i64)
            .map(|n| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    timeout(Duration::from_micros(u64::try_from(n).unwrap() * 20), store.change(mark(n)))
                        .await
                        .is_ok_and(|done| done.is_ok())
                })
            })
            .collect();
        let mut acknowledged = Vec::new();
        for (n, task) in (0_i64..).zip(tasks) {
            if task.await.unwrap() {
                acknowledged.push(n);
            }
        }
        let other = Store::open(&format!("sqlite:{}/a.db", dir.path().display())).await.unwrap();
        other.change(mark(1000)).await.unwrap();
        store.change(mark(2000)).await.unwrap();
        let marks = marks(&store).await;
        assert!(acknowledged.iter().chain(&[1000, 2000]).all(|n| marks.contains(n)));
    }

    /// What is acknowledged is committed: another connection sees it at once.
    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_answered_before_the_commit() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        let tasks: Vec<_> = (0..100_i64)
            .map(|n| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    store.write(async |tx: &Tx| run(tx, &format!("INSERT INTO mark VALUES ({n})")).await).await.unwrap();
                    assert!(marks(&store).await.contains(&n));
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }

    /// A client that goes away in the middle of its write is rolled back, and leaves no transaction open behind it.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_write_that_is_dropped_half_way_leaves_no_trace_and_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        for n in 0..20_i64 {
            let dropped = store.write(async |tx: &Tx| {
                run(tx, &format!("INSERT INTO mark VALUES ({n})")).await?;
                std::future::pending::<()>().await;
                Ok::<_, StoreError>(())
            });
            assert!(timeout(Duration::from_millis(5), dropped).await.is_err());
        }
        // Another process must be able to write: the open transaction was closed although nobody waits for it.
        let other = Store::open(&format!("sqlite:{}/a.db", dir.path().display())).await.unwrap();
        other.write(async |tx: &Tx| run(tx, "INSERT INTO mark VALUES (1000)").await).await.unwrap();
        store.write(async |tx: &Tx| run(tx, "INSERT INTO mark VALUES (2000)").await).await.unwrap();
        assert_eq!(marks(&store).await, [1000, 2000]);
    }

    /// Dropped while it queues for the shared commit, a finished write is wholly there or wholly absent.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_write_that_is_dropped_at_the_end_is_whole_or_absent() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        for n in 0..100_i64 {
            let work = store.write(async |tx: &Tx| {
                run(tx, &format!("INSERT INTO mark VALUES ({n})")).await?;
                run(tx, &format!("INSERT INTO mark VALUES ({})", n + 1000)).await
            });
            let _ = timeout(Duration::from_micros(u64::try_from(n).unwrap() * 20), work).await;
        }
        store.write(async |tx: &Tx| run(tx, "INSERT INTO mark VALUES (5000)").await).await.unwrap();
        let marks = marks(&store).await;
        for n in 0..100 {
            assert_eq!(marks.contains(&n), marks.contains(&(n + 1000)), "{n}");
        }
    }

    #[tokio::test]
    async fn the_readers_pool_refuses_to_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = a_store(&dir).await;
        let refused = sql::execute(&store.read().db(), "INSERT INTO mark VALUES (1)", []).await;
        assert!(refused.unwrap_err().to_string().contains("readonly"));
    }
}
