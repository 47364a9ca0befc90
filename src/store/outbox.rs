//! Letters on their way out: written in the same transaction as their cause, wiped once they are delivered.

use super::{Db, Reader, StoreError, Tx, sql};
use crate::keys::{KeyStore, Place};
use crate::model::{Letter, LetterId, Timestamp};
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
    pub async fn add(&self, letter: &Letter, keys: &KeyStore, random: &Random, now: Timestamp) -> Result<(), StoreError> {
        let id = LetterId::new(now, random);
        let plain = serde_json::to_vec(letter).expect("a letter is plain data");
        let sealed = keys.seal(place(&id.to_string()), &plain, random);
        let insert = "INSERT INTO outbox (id, kind, language, sealed, created_at, next_at, tries, useless_after) \
                      VALUES ($1, $2, $3, $4, $5, $5, 0, $6)";
        let values = [
            id.0.into(),
            letter.kind.as_str().into(),
            letter.language.tag().into(),
            sealed.into(),
            now.0.into(),
            letter.useless_after.map(|at| at.0).into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "outbox", column: "sealed", row }
}
