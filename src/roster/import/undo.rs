//! Taking an import back: a new generation in which everything is as it was before, made and published as an import is.

use serde_json::json;

use super::super::report::ImportError;
use super::{Inputs, begin, forget};
use crate::model::ImportId;
use crate::store::events::Event;
use crate::store::roster::TABLES;
use crate::store::roster_imports::Import;
use crate::store::{Store, StoreError, Tx};

/// Takes the last import back, and tells how many facts come back and go. With `dry_run` it only tells.
pub async fn undo(
    store: &Store,
    inputs: &Inputs<'_>,
    which: ImportId,
    dry_run: bool,
) -> Result<Vec<(&'static str, u64, u64)>, ImportError> {
    let undone = undoable(store, which).await?;
    let since = undone.generation.unwrap_or_default();
    let (id, generation) = begin(store, inputs, "undo", &undone.source).await?;
    for table in TABLES {
        let mut more = true;
        while more {
            let now = inputs.clock.now();
            let step = async |tx: &Tx| {
                let ours = tx.imports().renew(id, now).await?;
                let more = ours && tx.facts().restore(table, since, generation).await?;
                Ok::<_, StoreError>((ours, more))
            };
            let ours;
            (ours, more) = store.write(step).await?;
            if !ours {
                return Err(ImportError::TakenOver);
            }
        }
    }
    let mut counts = Vec::new();
    for table in TABLES {
        let (back, gone) = store.read().facts().changes(table, generation).await?;
        counts.push((table.name(), back, gone));
    }
    let summary = json!({ "facts": counts });
    let now = inputs.clock.now();
    if dry_run {
        forget(store, inputs, id, generation).await?;
        store.write(async |tx: &Tx| tx.imports().end(id, "dry-run", &summary, now).await).await?;
        return Ok(counts);
    }
    let work = async |tx: &Tx| {
        let done = tx.imports().publish(id, generation, &summary, now).await?;
        if done {
            tx.imports().mark_undone(which, id).await?;
            let event = Event { detail: json!({ "import": which, "by": id }), ..Event::of("roster.undone") };
            tx.record(&event, now).await?;
        }
        Ok::<_, StoreError>(done)
    };
    if store.write(work).await? { Ok(counts) } else { Err(ImportError::TakenOver) }
}

/// Only the last import that stands can be taken back: what came after it stands on it.
async fn undoable(store: &Store, which: ImportId) -> Result<Import, ImportError> {
    let refused = |why: String| Err(ImportError::Refused(why));
    let reader = store.read();
    let Some(import) = reader.imports().find(which).await? else {
        return refused(format!("there is no import {which}: `preau roster history` lists them"));
    };
    if import.undone_by.is_some() {
        return refused(format!("import {which} was taken back already"));
    }
    match reader.imports().last_standing().await? {
        Some(last) if last.id == which => Ok(import),
        Some(last) => refused(format!("import {} came later and stands on this one: take that one back first", last.id)),
        None => refused("no import is in force: there is nothing to take back".to_owned()),
    }
}
