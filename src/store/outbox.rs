//! Letters on their way out: written in the same transaction as their cause, wiped once they are delivered.

use super::{Db, Reader, StoreError, Tx};
use crate::keys::KeyStore;
use crate::model::{Letter, Timestamp};
use crate::random::Random;

/// The queries on the outbox.
pub struct Outbox<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Letters on their way out.
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox(self.db())
    }
}

impl Tx {
    /// Letters on their way out.
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox(self.db())
    }
}

impl Outbox<'_> {
    /// Adds a letter, sealed.
    pub async fn add(&self, _letter: &Letter, _keys: &KeyStore, _random: &Random, _now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }
}
