//! Runs of the import: one at a time, under a lease that a killed run lets lapse; their history; the last step.

use serde_json::Value as Json;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{ImportId, Timestamp};

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// `import` or `undo`.
    pub kind: String,
    /// `open`, `applied`, `nothing-changed`, `held`, `refused`, `dry-run` or `abandoned`.
    pub state: String,
    /// The file's or folder's name.
    pub source: String,
    /// The generation that it made visible.
    pub generation: Option<i64>,
    /// The run that it takes back.
    pub undoes: Option<ImportId>,
    /// The run that took it back.
    pub undone_by: Option<ImportId>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Counts.
    pub summary: Json,
}

/// Whether a run may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It writes this generation.
    Ready(i64),
    /// Another one is at work, or was killed: its lease ends then.
    Busy(Timestamp),
}

/// How the schedule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The last hour of the schedule that a node took.
    pub slot: Timestamp,
    /// What the files looked like when something last came of them.
    pub files: Option<String>,
    /// What came of them; empty: nothing yet.
    pub result: String,
    /// When.
    pub result_at: Timestamp,
}

/// How long a run may be silent before it counts as killed, in seconds.
pub const LEASE: i64 = 60;

/// The queries on runs.
pub struct Imports<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Runs of the import.
    pub fn imports(&self) -> Imports<'_> {
        Imports(self.db())
    }
}

impl Tx {
    /// Runs of the import.
    pub fn imports(&self) -> Imports<'_> {
        Imports(self.db())
    }
}

impl Imports<'_> {
    /// Takes the lease and writes the run down.
    pub async fn begin(&self, id: ImportId, kind: &str, source: &str, now: Timestamp) -> Result<Begun, StoreError> {
        let lease = "UPDATE roster_state SET import = $1, lease_until = $2 \
                     WHERE id = 1 AND (import IS NULL OR lease_until IS NULL OR lease_until <= $3)";
        if sql::execute(&self.0, lease, [id.0.into(), (now.0 + LEASE).into(), now.0.into()]).await? == 0 {
            let row = sql::row(&self.0, "SELECT lease_until FROM roster_state WHERE id = 1", []).await?;
            let until = row.map(|row| row.try_get::<Option<i64>>("", "lease_until")).transpose()?.flatten();
            return Ok(Begun::Busy(Timestamp(until.unwrap_or(now.0))));
        }
        sql::execute(&self.0, "UPDATE roster_imports SET state = 'abandoned', finished_at = $1 WHERE state = 'open'", [now.0.into()])
            .await?;
        let insert = "INSERT INTO roster_imports (id, kind, state, source, started_at, summary) VALUES ($1, $2, 'open', $3, $4, '{}')";
        sql::execute(&self.0, insert, [id.0.into(), kind.into(), source.into(), now.0.into()]).await?;
        Ok(Begun::Ready(self.generation().await? + 1))
    }

    /// Renews the lease; false if another run has taken it over.
    pub async fn renew(&self, id: ImportId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE roster_state SET lease_until = $2 WHERE id = 1 AND import = $1";
        Ok(sql::execute(&self.0, update, [id.0.into(), (now.0 + LEASE).into()]).await? == 1)
    }

    /// The last step: everybody sees the new generation. False if another run has taken the lease over.
    pub async fn publish(&self, id: ImportId, generation: i64, summary: &Json, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE roster_state SET generation = $2, applied_at = $3, import = NULL, lease_until = NULL \
                      WHERE id = 1 AND import = $1 AND generation = $2 - 1";
        if sql::execute(&self.0, update, [id.0.into(), generation.into(), now.0.into()]).await? == 0 {
            return Ok(false);
        }
        let close = "UPDATE roster_imports SET state = 'applied', generation = $2, finished_at = $3, summary = $4 WHERE id = $1";
        sql::execute(&self.0, close, [id.0.into(), generation.into(), now.0.into(), summary.to_string().into()]).await?;
        Ok(true)
    }

    /// Ends a run that changes nothing, and gives its lease back. A run that found the roster as it is confirms it:
    /// families are told the hour of the last import (A4).
    pub async fn end(&self, id: ImportId, state: &str, summary: &Json, now: Timestamp) -> Result<(), StoreError> {
        let release = "UPDATE roster_state SET import = NULL, lease_until = NULL WHERE id = 1 AND import = $1";
        let confirm = "UPDATE roster_state SET applied_at = $2 WHERE id = 1 AND import = $1 AND generation > 0";
        if state == "nothing-changed" {
            sql::execute(&self.0, confirm, [id.0.into(), now.0.into()]).await?;
        }
        sql::execute(&self.0, release, [id.0.into()]).await?;
        let close = "UPDATE roster_imports SET state = $2, finished_at = $3, summary = $4 WHERE id = $1";
        sql::execute(&self.0, close, [id.0.into(), state.into(), now.0.into(), summary.to_string().into()]).await?;
        Ok(())
    }

    /// Writes down that a set of files could not even be begun with.
    pub async fn refuse(&self, id: ImportId, source: &str, summary: &Json, now: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO roster_imports (id, kind, state, source, started_at, finished_at, summary) \
                      VALUES ($1, 'import', 'refused', $2, $3, $3, $4)";
        sql::execute(&self.0, insert, [id.0.into(), source.into(), now.0.into(), summary.to_string().into()]).await?;
        Ok(())
    }

    /// When the roster last became another one; `None` before the first import.
    pub async fn last_change(&self) -> Result<Option<Timestamp>, StoreError> {
        let select = "SELECT finished_at FROM roster_imports WHERE generation IS NOT NULL ORDER BY generation DESC LIMIT 1";
        let row = sql::row(&self.0, select, []).await?;
        Ok(row.map(|row| row.try_get::<Option<i64>>("", "finished_at")).transpose()?.flatten().map(Timestamp))
    }

    /// How the schedule stands.
    pub async fn scheduled(&self) -> Result<Scheduled, StoreError> {
        let row = sql::row(&self.0, "SELECT slot, files, result, result_at FROM roster_schedule WHERE id = 1", []).await?;
        let row = row.ok_or_else(|| StoreError::Corrupt { table: "roster_schedule", what: "its one row is gone".to_owned() })?;
        Ok(Scheduled {
            slot: Timestamp(row.try_get("", "slot")?),
            files: row.try_get("", "files")?,
            result: row.try_get("", "result")?,
            result_at: Timestamp(row.try_get("", "result_at")?),
        })
    }

    /// Takes an hour of the schedule; of several nodes one gets true.
    pub async fn take_slot(&self, before: Timestamp, slot: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE roster_schedule SET slot = $2 WHERE id = 1 AND slot = $1";
        Ok(sql::execute(&self.0, update, [before.0.into(), slot.0.into()]).await? == 1)
    }

    /// What came of the files of an hour of the schedule.
    pub async fn note_scheduled(&self, files: &str, result: &str, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE roster_schedule SET files = $1, result = $2, result_at = $3 WHERE id = 1";
        sql::execute(&self.0, update, [files.into(), result.into(), now.0.into()]).await?;
        Ok(())
    }

    /// Notes that a run takes another one back.
    pub async fn mark_undone(&self, undone: ImportId, by: ImportId) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE roster_imports SET undone_by = $2 WHERE id = $1", [undone.0.into(), by.0.into()]).await?;
        sql::execute(&self.0, "UPDATE roster_imports SET undoes = $2 WHERE id = $1", [by.0.into(), undone.0.into()]).await?;
        Ok(())
    }

    /// The generation that everybody sees.
    pub async fn generation(&self) -> Result<i64, StoreError> {
        let row = sql::row(&self.0, "SELECT generation FROM roster_state WHERE id = 1", []).await?;
        row.map_or(Ok(0), |row| row.try_get("", "generation"))
    }

    /// The latest runs, newest first.
    pub async fn history(&self, limit: u32) -> Result<Vec<Import>, StoreError> {
        let select = format!("SELECT * FROM roster_imports ORDER BY started_at DESC, id DESC LIMIT {limit}");
        sql::rows(&self.0, &select, []).await?.iter().map(import_of).collect()
    }

    /// A run by id.
    pub async fn find(&self, id: ImportId) -> Result<Option<Import>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM roster_imports WHERE id = $1", [id.0.into()]).await?;
        row.as_ref().map(import_of).transpose()
    }

    /// The last applied import that was not taken back: the only one that can be.
    pub async fn last_standing(&self) -> Result<Option<Import>, StoreError> {
        let select = "SELECT * FROM roster_imports WHERE kind = 'import' AND state = 'applied' AND undone_by IS NULL \
                      ORDER BY generation DESC LIMIT 1";
        sql::row(&self.0, select, []).await?.as_ref().map(import_of).transpose()
    }
}

fn import_of(row: &Row) -> Result<Import, StoreError> {
    let id = |column: &str| Ok::<_, StoreError>(row.try_get::<Option<uuid::Uuid>>("", column)?.map(ImportId));
    Ok(Import {
        id: ImportId(row.try_get("", "id")?),
        kind: row.try_get("", "kind")?,
        state: row.try_get("", "state")?,
        source: row.try_get("", "source")?,
        generation: row.try_get("", "generation")?,
        undoes: id("undoes")?,
        undone_by: id("undone_by")?,
        started_at: Timestamp(row.try_get("", "started_at")?),
        finished_at: row.try_get::<Option<i64>>("", "finished_at")?.map(Timestamp),
        summary: sql::json("roster_imports", &row.try_get::<String>("", "summary")?)?,
    })
}
