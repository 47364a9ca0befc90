//! The passes over the files, in the order in which one needs what another wrote: schools before classes, roles and
//! birth dates before the people they help to tell apart, people before the ties between them.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::read::{Package, Rows, layout};
use super::super::report::{ImportError, Note};
use super::rows::{self, Reader, Said, TieSaid};
use super::stream::{self, Batch, Item, Standing};
use super::{Run, StoreError, Tx};
use crate::model::{ClassId, OrgId};
use crate::store::roster::{
    BIRTHS, CLASSES, COURSES, Cell, ENROLLMENTS, LOCAL, ORGS, ROLES, Record, SESSIONS, TIES, Table, USER_IDS, USERS,
};

/// One reading of one file for one kind of fact.
pub(super) struct Pass {
    pub(super) file: &'static str,
    /// What its changes are counted as.
    label: &'static str,
    pub(super) table: &'static Table,
    /// Records of this pass begin so; others of the same table come from another file.
    prefix: &'static str,
    reader: Reader,
    /// The reading of this file whose oddities are told.
    tells: bool,
}

/// Which rows of the store a bulk file had: one bit a row, whatever the file's size.
#[derive(Default)]
pub(super) struct Seen(Vec<u64>);

/// What a batch changes.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) insert: Vec<Record>,
    pub(super) close: Vec<i64>,
    pub(super) retire: Vec<i64>,
    /// Source ids of users whose row waits for a human.
    pub(super) review: Vec<String>,
}

/// The passes over this set; refuses a set that cannot be used.
pub(super) fn passes(package: &Package, notes: &mut Vec<Note>) -> Result<Vec<Pass>, ImportError> {
    let refused = |why: &str| Err(ImportError::Refused(why.to_owned()));
    if package.is_empty() {
        return refused("this is not a OneRoster set: no file of it has a name of the standard, such as users.csv");
    }
    check_manifest(package, notes)?;
    let columns = |file: &str, column: &str| -> Result<bool, ImportError> {
        let layout = layout(file).expect("a file that is read");
        Ok(package.read(file, |bytes| Ok(Rows::open(layout, bytes, &mut Vec::new())?.header.has(column)))?.unwrap_or(false))
    };
    let one_one = package.has("users.csv") && columns("users.csv", "role")?;
    if one_one && !columns("users.csv", "orgSourcedIds")? && !package.has("roles.csv") {
        return refused("users.csv lacks the column orgSourcedIds: nobody would belong to a school");
    }
    let everything: [(bool, Pass); 13] = [
        (true, pass("orgs.csv", &ORGS, "", rows::org)),
        (true, pass("academicSessions.csv", &SESSIONS, "", rows::session)),
        (true, pass("courses.csv", &COURSES, "", rows::course)),
        (true, pass("classes.csv", &CLASSES, "", rows::class)),
        (true, pass("roles.csv", &ROLES, "", rows::role)),
        (one_one && !package.has("roles.csv"), again("users.csv", &ROLES, "", rows::role_of_user)),
        (true, pass("demographics.csv", &BIRTHS, "", rows::birth)),
        (columns("users.csv", "userIds")?, again("users.csv", &USER_IDS, "", rows::user_ids)),
        (true, pass("users.csv", &USERS, "", rows::user)),
        (true, pass("userProfiles.csv", &USER_IDS, "profile:", nothing)),
        (columns("users.csv", "agentSourcedIds")?, again("users.csv", &TIES, "agent:", rows::agents)),
        (true, pass("relationships.csv", &TIES, "tie:", rows::relationship)),
        (true, pass("enrollments.csv", &ENROLLMENTS, "", rows::enrollment)),
    ];
    Ok(everything.into_iter().filter(|(wanted, pass)| *wanted && package.has(pass.file)).map(|(_, pass)| pass).collect())
}

fn pass(file: &'static str, table: &'static Table, prefix: &'static str, reader: Reader) -> Pass {
    Pass { file, label: file, table, prefix, reader, tells: true }
}

fn again(file: &'static str, table: &'static Table, prefix: &'static str, reader: Reader) -> Pass {
    let label = match table.name() {
        name if name == ROLES.name() => "users.csv: roles",
        name if name == TIES.name() => "users.csv: agents",
        _ => "users.csv: userIds",
    };
    Pass { file, label, table, prefix, reader, tells: false }
}

/// Of `userProfiles.csv` only the passwords are counted.
fn nothing(_row: &super::super::read::Row, _notes: &mut Vec<Note>) -> Vec<Said> {
    Vec::new()
}

/// The manifest must not promise a file that is not there: half a set would retire the other half.
fn check_manifest(package: &Package, notes: &mut Vec<Note>) -> Result<(), ImportError> {
    let layout = layout("manifest.csv").expect("a file that is read");
    let promised = package.read("manifest.csv", |bytes| {
        let mut rows = Rows::open(layout, bytes, notes)?;
        let mut promised = Vec::new();
        while let Some(row) = rows.next(notes)? {
            let file = row.get("propertyName").and_then(|name| name.strip_prefix("file.")).map(|name| format!("{name}.csv"));
            if matches!(row.get("value"), Some("bulk" | "delta")) {
                promised.extend(file);
            }
        }
        Ok(promised)
    })?;
    let Some(promised) = promised else {
        notes.push(Note::new("manifest.csv", 0, "", "", "missing: every file is understood by its content"));
        return Ok(());
    };
    match promised.iter().find(|file| !package.has(file)) {
        Some(file) => Err(ImportError::Refused(format!("the manifest announces {file}, and it is not in the set: export again"))),
        None => Ok(()),
    }
}

impl Run<'_> {
    /// Reads one file for one kind of fact, and writes what changed.
    pub(super) async fn pass(&mut self, pass: &Pass, delta: bool) -> Result<(), ImportError> {
        let package = std::sync::Arc::clone(&self.package);
        let (mut batches, reading) = stream::read(&package, pass.file, pass.reader, pass.tells);
        let mut seen = Seen::default();
        let mut rows = 0;
        while let Some(batch) = batches.recv().await {
            rows += batch.rows;
            (self.inputs.progress)(pass.file, rows);
            self.batch(pass, delta, batch, &mut seen).await?;
        }
        drop(batches);
        reading.await.map_err(|error| ImportError::Refused(format!("{} could not be read: {error}", pass.file)))??;
        if rows == 0 && pass.tells {
            self.report.note(Note::new(pass.file, 0, "", "", "no rows: the file says nothing, and what is known stays"));
        }
        if !delta && rows > 0 {
            self.retire_missing(pass, &seen).await?;
        }
        Ok(())
    }

    async fn batch(&mut self, pass: &Pass, delta: bool, batch: Batch, seen: &mut Seen) -> Result<(), ImportError> {
        if pass.tells {
            let counts = self.report.files.entry(pass.file).or_default();
            counts.rows += batch.rows;
            self.report.passwords_seen += batch.secrets;
        }
        batch.notes.into_iter().for_each(|note| self.report.note(note));
        let owners = batch.owners;
        let (forged, rest): (Vec<Item>, Vec<Item>) = batch.items.into_iter().partition(|item| names_ours(&item.said));
        for item in forged.iter().filter(|_| pass.tells) {
            let source = source_of(&item.said).unwrap_or_default();
            let done = "names a record of Préau's own, which no file may change: left out";
            self.report.note(Note::new(pass.file, item.line, "sourcedId", &source, done));
        }
        let items = if pass.table.name() == TIES.name() { self.who_is_tied(pass, rest).await? } else { rest };
        let written: HashSet<String> = items.iter().filter_map(|item| source_of(&item.said)).collect();
        let mut changes = self.compare(pass, items, seen).await?;
        if delta && !pass.tells {
            let facts = self.store.read();
            let owned = if pass.table.name() == TIES.name() {
                let people: Vec<_> = facts.facts().people_of(&owners).await?.into_values().collect();
                let prefixes: Vec<String> = owners.iter().map(|owner| format!("{}{owner}|", pass.prefix)).collect();
                let ties = facts.facts().ties_of(&people).await?;
                ties.into_iter().filter(|tie| prefixes.iter().any(|prefix| tie.source.starts_with(prefix))).collect()
            } else {
                facts.facts().owned(pass.table, &owners).await?
            };
            changes.close.extend(owned.into_iter().filter(|row| !written.contains(&row.source)).map(|row| row.id));
        }
        self.write(pass.table, changes).await
    }

    /// Compares facts with what the store has of them.
    async fn compare(&mut self, pass: &Pass, items: Vec<Item>, seen: &mut Seen) -> Result<Changes, ImportError> {
        let sources: Vec<String> = items.iter().filter_map(|item| source_of(&item.said)).collect();
        let known = self.store.read().facts().known(pass.table, &sources).await?;
        if pass.table.name() == USERS.name() {
            return self.compare_users(items, &known, seen).await;
        }
        let now = self.inputs.clock.now();
        let mut changes = Changes::default();
        let mut twice = HashSet::new();
        for item in items {
            let mut record = match item.said {
                Said::Fact(record) => record,
                Said::Keep(source) => {
                    known.get(&source).filter(|row| row.open).inspect(|row| seen.mark(row.id));
                    continue;
                }
                Said::Tie(_) => continue,
            };
            let before = known.get(&record.source);
            let written = before.is_some_and(|row| row.open && row.from == self.generation);
            if written || !twice.insert(record.source.clone()) {
                // A list inside one cell may repeat itself; a file may not.
                if pass.tells {
                    self.report.note(Note::new(pass.file, item.line, "sourcedId", &record.source, "stands twice: the first row is kept"));
                }
                continue;
            }
            let counts = self.report.files.entry(pass.label).or_default();
            before.filter(|row| row.open).inspect(|row| seen.mark(row.id));
            match before {
                Some(row) if item.standing == Standing::Deleted => {
                    if row.open {
                        changes.close.push(row.id);
                        counts.retired += 1;
                    }
                    continue;
                }
                None if item.standing == Standing::Deleted => continue,
                Some(row) if row.open && row.digest == record.digest() => continue,
                Some(row) if row.open => {
                    changes.close.push(row.id);
                    counts.changed += 1;
                }
                Some(_) => counts.returned += 1,
                None => counts.added += 1,
            }
            record.entity = before.and_then(|row| row.entity).or_else(|| fresh_entity(pass.table, now, self.inputs.random));
            changes.insert.push(record);
        }
        Ok(changes)
    }

    /// Names the people at both ends of ties; a tie whose ends are not known, or without a pupil, is told and left out.
    async fn who_is_tied(&mut self, pass: &Pass, items: Vec<Item>) -> Result<Vec<Item>, ImportError> {
        let mut ends: Vec<String> = Vec::new();
        for item in &items {
            if let Said::Tie(tie) = &item.said {
                ends.extend([tie.one.clone(), tie.other.clone()]);
            }
        }
        ends.sort_unstable();
        ends.dedup();
        let reader = self.store.read();
        let people = reader.facts().people_of(&ends).await?;
        let pupils = reader.facts().pupils(&ends).await?;
        let column = if pass.prefix == "agent:" { "agentSourcedIds" } else { "relationshipUserSourcedId" };
        let mut tied = Vec::with_capacity(items.len());
        for item in items {
            let Said::Tie(tie) = &item.said else {
                tied.push(item);
                continue;
            };
            let (Some(one), Some(other)) = (people.get(&tie.one), people.get(&tie.other)) else {
                let missing = if people.contains_key(&tie.one) { &tie.other } else { &tie.one };
                self.report.note(Note::new(pass.file, tie.line, column, missing, "nobody in the roster: the tie is left out"));
                continue;
            };
            let pair = match (tie.directed, pupils.contains(&tie.one), pupils.contains(&tie.other)) {
                (true, _, _) | (false, true, false) => Some((other, one)),
                (false, false, true) => Some((one, other)),
                (false, _, _) => None,
            };
            let Some((guardian, child)) = pair.filter(|(guardian, child)| guardian != child) else {
                self.report.note(Note::new(pass.file, tie.line, column, &tie.other, "no telling who is the child: the tie is left out"));
                continue;
            };
            let record = tie_record(tie, guardian.0, child.0);
            tied.push(Item { said: Said::Fact(record), ..item });
        }
        Ok(tied)
    }

    /// Bulk: whoever was known and is not in the file has left.
    async fn retire_missing(&mut self, pass: &Pass, seen: &Seen) -> Result<(), ImportError> {
        let mut after = 0;
        loop {
            let rows = self.store.read().facts().open_after(pass.table, after, 2000).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.id;
            let missing = rows.into_iter().filter(|row| {
                let ours = row.source.starts_with(LOCAL);
                row.from < self.generation && row.source.starts_with(pass.prefix) && !ours && !seen.has(row.id)
            });
            let (ids, sources): (Vec<i64>, Vec<String>) = missing.map(|row| (row.id, row.source)).unzip();
            if ids.is_empty() {
                continue;
            }
            self.report.files.entry(pass.label).or_default().retired += ids.len() as u64;
            let mut changes = Changes::default();
            if pass.table.name() == USERS.name() {
                self.tell_retired(&sources).await?;
                changes.retire = ids;
            } else {
                changes.close = ids;
            }
            self.write(pass.table, changes).await?;
        }
    }

    /// One short write under the lease.
    async fn write(&mut self, table: &'static Table, changes: Changes) -> Result<(), ImportError> {
        let Changes { insert, close, retire, review } = changes;
        let (id, generation, now) = (self.id, self.generation, self.inputs.clock.now());
        let idle = insert.is_empty() && close.is_empty() && retire.is_empty() && review.is_empty();
        if idle && now.since(self.renewed) < 10 {
            return Ok(());
        }
        let work = async |tx: &Tx| {
            if !tx.imports().renew(id, now).await? {
                return Ok(false);
            }
            tx.facts().close(table, generation, &close).await?;
            tx.facts().retire_users(generation, &retire).await?;
            tx.facts().insert(table, generation, &insert).await?;
            for source in &review {
                tx.facts().forget_one(&BIRTHS, "source_id", source, generation).await?;
                tx.facts().forget_one(&USER_IDS, "user_source", source, generation).await?;
            }
            Ok::<_, StoreError>(true)
        };
        self.renewed = now;
        if self.store.write(work).await? { Ok(()) } else { Err(ImportError::TakenOver) }
    }
}

impl Seen {
    pub(super) fn mark(&mut self, row: i64) {
        let row = usize::try_from(row).unwrap_or_default();
        if self.0.len() <= row / 64 {
            self.0.resize(row / 64 + 1, 0);
        }
        self.0[row / 64] |= 1 << (row % 64);
    }

    fn has(&self, row: i64) -> bool {
        let row = usize::try_from(row).unwrap_or_default();
        self.0.get(row / 64).is_some_and(|word| word & (1 << (row % 64)) != 0)
    }
}

fn source_of(said: &Said) -> Option<String> {
    match said {
        Said::Fact(record) => Some(record.source.clone()),
        Said::Keep(source) => Some(source.clone()),
        Said::Tie(_) => None,
    }
}

/// What is said is of somebody who came with a code, whom the source does not know.
fn names_ours(said: &Said) -> bool {
    let ours = |source: &str| source.starts_with(LOCAL);
    match said {
        Said::Fact(record) => {
            let of = match record.cells.first() {
                Some(Cell::Text(Some(user))) => user.as_str(),
                _ => "",
            };
            ours(&record.source) || ours(of)
        }
        Said::Keep(source) => ours(source),
        Said::Tie(tie) => ours(&tie.one) || ours(&tie.other),
    }
}

fn tie_record(tie: &TieSaid, guardian: Uuid, child: Uuid) -> Record {
    let mut cells = vec![Cell::Id(guardian), Cell::Id(child)];
    cells.extend(tie.cells.iter().cloned());
    Record { source: tie.source.clone(), entity: None, cells }
}

fn fresh_entity(table: &Table, now: crate::model::Timestamp, random: &crate::random::Random) -> Option<Uuid> {
    match table.name() {
        name if name == ORGS.name() => Some(OrgId::new(now, random).0),
        name if name == CLASSES.name() => Some(ClassId::new(now, random).0),
        _ => None,
    }
}
