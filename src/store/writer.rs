//! The way every change takes.
//!
//! On PostgreSQL each unit of work is a transaction of its own. On SQLite, where only one can write, those who wait
//! share one transaction (*group commit*): each works behind its own savepoint, goes to the end of the queue, and
//! whoever comes back to the head of it while the transaction is still open commits for all. Nobody is answered
//! before that commit.

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{Mutex, watch};

use super::{Backend, StoreError, Tx};

pub(super) struct Writer {
    backend: Backend,
    connection: DatabaseConnection,
    queue: Arc<Mutex<Option<Batch>>>,
}

/// The open transaction, and where those who wait for its commit hear of it.
struct Batch {
    transaction: DatabaseTransaction,
    outcome: watch::Sender<Option<Result<(), String>>>,
}

impl Writer {
    pub(super) fn new(backend: Backend, connection: DatabaseConnection) -> Self {
        Self { backend, connection, queue: Arc::default() }
    }

    pub(super) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    pub(super) async fn write<T, E: From<StoreError>>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        match self.backend {
            Backend::Postgres => self.write_alone(work).await,
            Backend::Sqlite => self.write_together(work).await,
        }
    }

    async fn write_alone<T, E: From<StoreError>>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        let tx = Tx(self.connection.begin().await.map_err(StoreError::from)?);
        let done = work(&tx).await?;
        tx.0.commit().await.map_err(StoreError::from)?;
        Ok(done)
    }

    async fn write_together<T, E: From<StoreError>>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        let mut queue = self.queue.lock().await;
        if queue.is_none() {
            *queue = Some(self.open_batch().await?);
        }
        let batch = queue.as_mut().expect("opened above");
        let mut outcome = batch.outcome.subscribe();
        // Dropped while it works (the client went away), the savepoint rolls back by itself and the closing still
        // happens, so that no transaction stays open without anybody to commit it.
        let closing = Closing(Some(Arc::clone(&self.queue)));
        let tx = Tx(batch.transaction.begin().await.map_err(StoreError::from)?);
        let done = work(&tx).await;
        match &done {
            Ok(_) => tx.0.commit().await.map_err(StoreError::from)?,
            Err(_) => tx.0.rollback().await.map_err(StoreError::from)?,
        }
        drop(queue);
        let closed = closing.close(&mut outcome).await;
        match (done, closed) {
            (Ok(done), Ok(())) => Ok(done),
            (Err(error), _) => Err(error),
            (Ok(_), Err(error)) => Err(error.into()),
        }
    }

    async fn open_batch(&self) -> Result<Batch, StoreError> {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        let transaction = self.connection.begin_with_options(options).await?;
        Ok(Batch { transaction, outcome: watch::Sender::new(None) })
    }
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
        match outcome.borrow().clone() {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(StoreError::Database(sea_orm::DbErr::Custom(error))),
            None => Err(StoreError::Database(sea_orm::DbErr::Custom("the shared commit was abandoned".to_owned()))),
        }
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

/// Commits the open batch, if there is one, and tells everybody who is in it.
async fn commit(head: &mut Option<Batch>) {
    let Some(Batch { transaction, outcome }) = head.take() else { return };
    let committed = transaction.commit().await.map_err(|error| error.to_string());
    outcome.send_replace(Some(committed));
}
