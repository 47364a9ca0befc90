//! Families who asked to be written to once the lists of the school have come (A4). The address is kept for that one
//! letter, sealed, and goes with it; a mailbox stands here once, however often it was typed.

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Hash, JourneyId, Language, Timestamp, WaiterId};

/// Somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Its id.
    pub id: WaiterId,
    /// The claim that was not matched.
    pub claim: JourneyId,
    /// The flow by which they come back.
    pub flow: String,
    /// The language they read.
    pub language: Language,
    /// Stands for the mailbox.
    pub mailbox: Hash,
    /// The address, sealed for this row.
    pub sealed: Vec<u8>,
    /// Since when they wait.
    pub since: Timestamp,
}

/// The queries on those who wait.
pub struct Waiters<'a>(Db<'a>);

impl Reader<'_> {
    /// Those who wait for the lists of the school.
    pub fn waiters(&self) -> Waiters<'_> {
        Waiters(self.db())
    }
}

impl Tx {
    /// Those who wait for the lists of the school.
    pub fn waiters(&self) -> Waiters<'_> {
        Waiters(self.db())
    }
}

impl Waiters<'_> {
    /// Adds somebody, in the place of whoever waited at the same mailbox.
    pub async fn save(&self, waiter: &Waiter) -> Result<(), StoreError> {
        let upsert = "INSERT INTO list_waiters (id, claim, flow, language, mailbox, sealed, since) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                      ON CONFLICT (mailbox) DO UPDATE SET id = excluded.id, claim = excluded.claim, flow = excluded.flow, \
                      language = excluded.language, sealed = excluded.sealed, since = excluded.since";
        let values = [
            waiter.id.0.into(),
            waiter.claim.0.into(),
            waiter.flow.as_str().into(),
            waiter.language.tag().into(),
            waiter.mailbox.to_vec().into(),
            waiter.sealed.clone().into(),
            waiter.since.0.into(),
        ];
        sql::execute(&self.0, upsert, values).await?;
        Ok(())
    }

    /// Those who waited before an instant, the longest first.
    pub async fn before(&self, instant: Timestamp, most: u32) -> Result<Vec<Waiter>, StoreError> {
        let select = "SELECT * FROM list_waiters WHERE since < $1 ORDER BY since, id LIMIT $2";
        sql::rows(&self.0, select, [instant.0.into(), i64::from(most).into()]).await?.iter().map(read).collect()
    }

    /// Those who wait because of one claim.
    pub async fn of_claim(&self, claim: JourneyId) -> Result<Vec<Waiter>, StoreError> {
        sql::rows(&self.0, "SELECT * FROM list_waiters WHERE claim = $1", [claim.0.into()]).await?.iter().map(read).collect()
    }

    /// They wait no more, and the address is gone; of two that race one gets true.
    pub async fn forget(&self, id: WaiterId) -> Result<bool, StoreError> {
        Ok(sql::execute(&self.0, "DELETE FROM list_waiters WHERE id = $1", [id.0.into()]).await? == 1)
    }

    /// Forgets those who have waited since before `instant`: no lists came.
    pub async fn forget_before(&self, instant: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM list_waiters WHERE since < $1", [instant.0.into()]).await
    }
}

fn read(row: &Row) -> Result<Waiter, StoreError> {
    let language: String = row.try_get("", "language")?;
    Ok(Waiter {
        id: WaiterId(row.try_get("", "id")?),
        claim: JourneyId(row.try_get("", "claim")?),
        flow: row.try_get("", "flow")?,
        language: Language::from_tag(&language).unwrap_or(Language::ALL[0]),
        mailbox: sql::hash("list_waiters", &row.try_get::<Vec<u8>>("", "mailbox")?)?,
        sealed: row.try_get("", "sealed")?,
        since: Timestamp(row.try_get("", "since")?),
    })
}
