//! Counters of tries. One row a rule and subject; every try is one statement, which counts it and says in the same
//! breath whether it may be judged, so that a hundred at once are a hundred and no node can be asked twice.

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{Hash, Timestamp};

/// What a counter allows: waits that grow, and an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The rule's word in the table.
    pub word: &'static str,
    /// After so many judged tries, so many seconds pass before the next; the last step that applies counts.
    pub waits: &'static [(u32, u32)],
    /// After so many judged tries in all, none is judged until somebody resets the counter.
    pub most: Option<u32>,
    /// When the tries that waits are counted from are forgotten.
    pub forget: Forget,
}

/// When tries are forgotten. The tries in all never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forget {
    /// When so many seconds have passed since the last one.
    AfterQuiet(u32),
    /// When so many seconds have passed since the first one.
    AfterWindow(u32),
    /// Only by a success.
    Never,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// It may be judged.
    pub admitted: bool,
    /// Judged tries since they were last forgotten, this one included.
    pub hits: u32,
    /// Judged tries in all.
    pub total: u32,
    /// When the next one may be judged.
    pub open_at: Timestamp,
}

/// The queries on counters.
pub struct Throttles<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Counters of tries.
    pub fn throttles(&self) -> Throttles<'_> {
        Throttles(self.db())
    }
}

impl Tx {
    /// Counters of tries.
    pub fn throttles(&self) -> Throttles<'_> {
        Throttles(self.db())
    }
}

impl Throttles<'_> {
    /// Counts a try, in one statement.
    pub async fn take(&self, bounds: &Bounds, subject: &Hash, now: Timestamp) -> Result<Counted, StoreError> {
        let values = [bounds.word.into(), subject.to_vec().into(), now.0.into()];
        let row = sql::row(&self.0, &take_sql(bounds), values).await?;
        let row = row.ok_or_else(|| corrupt("an upsert returned nothing"))?;
        Ok(Counted {
            admitted: row.try_get::<i64>("", "admitted")? == 1,
            hits: count(row.try_get("", "hits")?),
            total: count(row.try_get("", "total")?),
            open_at: Timestamp(row.try_get("", "open_at")?),
        })
    }

    /// Judged tries since they were last forgotten, in all, and when the next may be judged; counts nothing.
    pub async fn look(&self, word: &str, subject: &Hash) -> Result<Option<Counted>, StoreError> {
        let select = "SELECT hits, total, open_at FROM throttles WHERE rule = $1 AND subject = $2";
        let Some(row) = sql::row(&self.0, select, [word.into(), subject.to_vec().into()]).await? else { return Ok(None) };
        let open_at = Timestamp(row.try_get("", "open_at")?);
        Ok(Some(Counted { admitted: false, hits: count(row.try_get("", "hits")?), total: count(row.try_get("", "total")?), open_at }))
    }

    /// Every try that was ever sent, judged or not.
    pub async fn seen(&self, word: &str, subject: &Hash) -> Result<u64, StoreError> {
        let select = "SELECT seen FROM throttles WHERE rule = $1 AND subject = $2";
        let row = sql::row(&self.0, select, [word.into(), subject.to_vec().into()]).await?;
        let seen = row.map(|row| row.try_get::<i64>("", "seen")).transpose()?.unwrap_or_default();
        Ok(u64::try_from(seen).unwrap_or_default())
    }

    /// A success: tries are forgotten and nobody waits. It was no failed try itself; those in all stay.
    pub async fn clear(&self, word: &str, subject: &Hash) -> Result<(), StoreError> {
        let update = "UPDATE throttles SET hits = 0, open_at = 0, total = CASE WHEN total > 0 THEN total - 1 ELSE 0 END \
                      WHERE rule = $1 AND subject = $2";
        sql::execute(&self.0, update, [word.into(), subject.to_vec().into()]).await?;
        Ok(())
    }

    /// A try that was right is as if it had not been taken: what went wrong before it stays counted.
    pub async fn give_back(&self, word: &str, subject: &Hash) -> Result<(), StoreError> {
        let less = |count: &str| format!("{count} = CASE WHEN {count} > 0 THEN {count} - 1 ELSE 0 END");
        let update = format!("UPDATE throttles SET {}, {}, open_at = 0 WHERE rule = $1 AND subject = $2", less("hits"), less("total"));
        sql::execute(&self.0, &update, [word.into(), subject.to_vec().into()]).await?;
        Ok(())
    }

    /// Forgets everything, the tries in all too; false if there was nothing.
    pub async fn reset(&self, word: &str, subject: &Hash) -> Result<bool, StoreError> {
        let delete = "DELETE FROM throttles WHERE rule = $1 AND subject = $2";
        Ok(sql::execute(&self.0, delete, [word.into(), subject.to_vec().into()]).await? == 1)
    }

    /// Closes a counter as its last allowed try would: nothing is judged until somebody resets it.
    pub async fn close(&self, word: &str, most: u32, subject: &Hash, now: Timestamp) -> Result<(), StoreError> {
        let upsert = "INSERT INTO throttles (rule, subject, seen, hits, total, admitted, since, last_at, open_at) \
                      VALUES ($1, $2, 0, 0, $3, 0, $4, $4, 0) ON CONFLICT (rule, subject) DO UPDATE SET total = excluded.total";
        sql::execute(&self.0, upsert, [word.into(), subject.to_vec().into(), i64::from(most).into(), now.0.into()]).await?;
        Ok(())
    }

    /// Remembers that a try on `subject` from `network` went wrong; `what` was tried, by the word of an alarm.
    pub async fn failed(&self, network: &Hash, subject: &Hash, what: &str, now: Timestamp) -> Result<(), StoreError> {
        let upsert = "INSERT INTO throttle_failures (network, subject, at, what) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT (network, subject) DO UPDATE SET at = excluded.at";
        sql::execute(&self.0, upsert, [network.to_vec().into(), subject.to_vec().into(), now.0.into(), what.into()]).await?;
        Ok(())
    }

    /// On how many different subjects tries from `network` went wrong: since `lately`, and since `before`, which is
    /// the earlier of the two.
    pub async fn failures(&self, network: &Hash, lately: Timestamp, before: Timestamp) -> Result<(u32, u32), StoreError> {
        let select = "SELECT COUNT(*) AS long, COALESCE(SUM(CASE WHEN at > $2 THEN 1 ELSE 0 END), 0) AS short \
                      FROM throttle_failures WHERE network = $1 AND at > $3";
        let row = sql::row(&self.0, select, [network.to_vec().into(), lately.0.into(), before.0.into()]).await?;
        let row = row.ok_or_else(|| corrupt("a count has no answer"))?;
        Ok((count(row.try_get("", "short")?), count(row.try_get("", "long")?)))
    }

    /// Removes what no rule asks for any more: failures before `failures`, and counters without an end that nobody
    /// touched since `counters`.
    pub async fn prune(&self, failures: Timestamp, counters: Timestamp, endless: &[&str]) -> Result<u64, StoreError> {
        let mut gone = sql::execute(&self.0, "DELETE FROM throttle_failures WHERE at < $1", [failures.0.into()]).await?;
        for word in endless {
            let delete = "DELETE FROM throttles WHERE rule = $1 AND last_at < $2 AND open_at < $2";
            gone += sql::execute(&self.0, delete, [(*word).into(), counters.0.into()]).await?;
        }
        Ok(gone)
    }
}

/// The statement of a rule; its text is the same for every try, so a connection prepares it once.
fn take_sql(bounds: &Bounds) -> String {
    let open = match bounds.most {
        Some(most) => format!("(throttles.open_at <= $3 AND throttles.total < {most})"),
        None => "(throttles.open_at <= $3)".to_owned(),
    };
    let stale = match bounds.forget {
        Forget::AfterQuiet(seconds) => format!("(throttles.last_at + {seconds} <= $3)"),
        Forget::AfterWindow(seconds) => format!("(throttles.since + {seconds} <= $3)"),
        Forget::Never => "(1 = 0)".to_owned(),
    };
    let hits = format!("(CASE WHEN {stale} THEN 1 ELSE throttles.hits + 1 END)");
    let first = wait("1", bounds.waits);
    let next = wait(&hits, bounds.waits);
    format!(
        "INSERT INTO throttles (rule, subject, seen, hits, total, admitted, since, last_at, open_at) \
         VALUES ($1, $2, 1, 1, 1, 1, $3, $3, $3 + {first}) \
         ON CONFLICT (rule, subject) DO UPDATE SET \
         seen = throttles.seen + 1, \
         admitted = CASE WHEN {open} THEN 1 ELSE 0 END, \
         hits = CASE WHEN {open} THEN {hits} ELSE throttles.hits END, \
         total = CASE WHEN {open} THEN throttles.total + 1 ELSE throttles.total END, \
         since = CASE WHEN {open} AND {stale} THEN $3 ELSE throttles.since END, \
         last_at = CASE WHEN {open} THEN $3 ELSE throttles.last_at END, \
         open_at = CASE WHEN {open} THEN $3 + {next} ELSE throttles.open_at END \
         RETURNING admitted, hits, total, open_at"
    )
}

fn wait(hits: &str, waits: &[(u32, u32)]) -> String {
    let steps: String = waits.iter().rev().map(|(after, seconds)| format!(" WHEN {hits} >= {after} THEN {seconds}")).collect();
    if steps.is_empty() { "0".to_owned() } else { format!("CASE{steps} ELSE 0 END") }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt { table: "throttles", what: what.to_owned() }
}
