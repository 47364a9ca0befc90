//! The pass over people: new records find their person or become one, changed ones stay who they were.

use std::collections::{HashMap, HashSet};

use super::super::report::{ImportError, Note};
use super::Run;
use super::matching::{Identity, Match, Pool};
use super::passes::{Changes, Seen};
use super::rows::Said;
use super::stream::{Item, Standing};
use crate::model::PersonId;
use crate::store::roster::{Cell, Known, Record};
use crate::store::roster_match::{Candidate, Key};

impl Run<'_> {
    /// Compares user rows with what the store has of them.
    pub(super) async fn compare_users(
        &mut self,
        items: Vec<Item>,
        known: &HashMap<String, Known>,
        seen: &mut Seen,
    ) -> Result<Changes, ImportError> {
        let mut changes = Changes::default();
        let mut changed = Vec::new();
        let mut new = Vec::new();
        let mut twice = HashSet::new();
        for mut item in items {
            let source = match &item.said {
                Said::Fact(record) => record.source.clone(),
                Said::Keep(source) => {
                    known.get(source).filter(|row| row.open).inspect(|row| seen.mark(row.id));
                    continue;
                }
                Said::Tie(_) => continue,
            };
            let before = known.get(&source).copied();
            if before.is_some_and(|row| row.open && row.from == self.generation) || !twice.insert(source.clone()) {
                self.report.note(Note::new("users.csv", item.line, "sourcedId", &source, "stands twice: the first row is kept"));
                continue;
            }
            before.filter(|row| row.open).inspect(|row| seen.mark(row.id));
            let Said::Fact(record) = &mut item.said else { continue };
            match before {
                None if item.standing == Standing::Deleted => {}
                None => new.push(item),
                Some(row) if item.standing == Standing::Deleted => {
                    if row.open && row.active {
                        changes.retire.push(row.id);
                        self.report.files.entry("users.csv").or_default().retired += 1;
                        self.report.sample("retired", || name_of(record));
                    }
                }
                Some(row) => {
                    let active = matches!(record.cells.first(), Some(Cell::Flag(Some(true))));
                    if !row.open || row.digest != record.digest() || row.active != active {
                        changed.push((row, active, item));
                    }
                }
            }
        }
        self.changed_users(changed, &mut changes).await?;
        self.new_users(new, &mut changes).await?;
        Ok(changes)
    }

    /// Examples of those who leave.
    pub(super) async fn tell_retired(&mut self, sources: &[String]) -> Result<(), ImportError> {
        let some = &sources[..sources.len().min(5)];
        let found = self.store.read().facts().candidates(Key::Source, some, self.generation - 1).await?;
        for one in found.into_values().flatten() {
            self.report.sample("retired", || format!("{} {} ({})", one.given_name, one.family_name, one.source));
        }
        Ok(())
    }

    async fn changed_users(&mut self, changed: Vec<(Known, bool, Item)>, changes: &mut Changes) -> Result<(), ImportError> {
        let sources: Vec<String> = changed.iter().filter_map(|(_, _, item)| record_of(item)).map(|record| record.source.clone()).collect();
        let reader = self.store.read();
        let old = reader.facts().candidates(Key::Source, &sources, self.generation - 1).await?;
        let births = reader.facts().births(&sources).await?;
        for (row, active, item) in changed {
            let Said::Fact(mut record) = item.said else { continue };
            let who = Identity::of(&record, births.get(&record.source).cloned(), false, Vec::new());
            let before = old.get(&record.source).and_then(|found| found.first());
            if before.is_some_and(|before| who.is_another_than(before)) && !self.options.accept.contains(&record.source) {
                self.hold_row(&record, item.line);
                changes.review.push(record.source);
                continue;
            }
            let counts = self.report.files.entry("users.csv").or_default();
            let kind = match (row.open && row.active, active) {
                (true, false) => {
                    counts.retired += 1;
                    "retired"
                }
                (false, true) => {
                    counts.returned += 1;
                    "returned"
                }
                _ => {
                    counts.changed += 1;
                    "changed"
                }
            };
            self.report.sample(kind, || name_of(&record));
            if row.open {
                changes.close.push(row.id);
            }
            record.entity = row.entity;
            changes.insert.push(record);
        }
        Ok(())
    }

    fn hold_row(&mut self, record: &Record, line: u64) {
        let source = &record.source;
        self.report.reviews.push(format!("{} would become another person; accept it with --accept-change {source}", name_of(record)));
        self.report.note(Note::new(
            "users.csv",
            line,
            "sourcedId",
            source,
            "two of name, birth date and number changed at once: held for review, and what is known stays",
        ));
    }

    async fn new_users(&mut self, new: Vec<Item>, changes: &mut Changes) -> Result<(), ImportError> {
        let records: Vec<&Record> = new.iter().filter_map(record_of).collect();
        let sources: Vec<String> = records.iter().map(|record| record.source.clone()).collect();
        let reader = self.store.read();
        let births = reader.facts().births(&sources).await?;
        let pupils = reader.facts().pupils(&sources).await?;
        let identities: Vec<Identity> = new
            .iter()
            .filter_map(|item| record_of(item).map(|record| (item, record)))
            .map(|(item, record)| {
                let pupil = pupils.contains(&record.source);
                Identity::of(record, births.get(&record.source).cloned(), pupil, item.user_ids.clone())
            })
            .collect();
        let mut pool = self.pool(&identities).await?;
        let now = self.inputs.clock.now();
        for (item, who) in new.into_iter().zip(identities) {
            let Said::Fact(mut record) = item.said else { continue };
            let (decided, namesakes) = pool.decide(&who);
            let person = match decided {
                Match::Same(person) => person,
                Match::New => PersonId::new(now, self.inputs.random),
                Match::Doubt(reason) => match self.shares_guardian(&item.agents, &namesakes).await? {
                    Some(person) => person,
                    None => {
                        let done = format!("{reason}: kept apart; look at both");
                        self.report.note(Note::new("users.csv", item.line, "sourcedId", &record.source, done));
                        PersonId::new(now, self.inputs.random)
                    }
                },
            };
            pool.add(&who, &record.source, person);
            self.report.files.entry("users.csv").or_default().added += 1;
            self.report.sample("added", || name_of(&record));
            record.entity = Some(person.0);
            changes.insert.push(record);
        }
        Ok(())
    }

    /// Everybody whom these could be.
    async fn pool(&self, identities: &[Identity]) -> Result<Pool, ImportError> {
        let reader = self.store.read();
        let facts = reader.facts();
        let mut pool = Pool::default();
        let keys = |key: fn(&Identity) -> Option<&String>| -> Vec<String> { identities.iter().filter_map(key).cloned().collect() };
        let wanted = [
            (Key::MasterId, keys(|who| who.master_id.as_ref())),
            (Key::Number, keys(|who| who.number_key.as_ref().filter(|_| who.pupil))),
            (Key::FullName, keys(|who| who.full_name_key.as_ref().filter(|_| who.pupil || !who.user_ids.is_empty()))),
        ];
        for (key, mut values) in wanted {
            values.sort_unstable();
            values.dedup();
            for (value, found) in facts.candidates(key, &values, self.generation - 1).await? {
                pool.by_key.insert((key, value), found);
            }
        }
        let ids: Vec<String> = identities.iter().flat_map(|who| who.user_ids.iter().cloned()).collect();
        pool.by_user_id = facts.by_user_id(&ids).await?;
        let mut candidates: Vec<String> = pool.by_key.values().flatten().map(|one: &Candidate| one.source.clone()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        for candidates in candidates.chunks(5000) {
            pool.pupils.extend(facts.pupils(candidates).await?);
        }
        Ok(pool)
    }

    /// The one namesake who has a guardian in common with this row.
    async fn shares_guardian(&self, agents: &[String], namesakes: &[PersonId]) -> Result<Option<PersonId>, ImportError> {
        let reader = self.store.read();
        let guardians: HashSet<PersonId> = reader.facts().people_of(agents).await?.into_values().collect();
        let mut same = Vec::new();
        for namesake in namesakes {
            if reader.facts().guardians(*namesake).await?.iter().any(|guardian| guardians.contains(guardian)) {
                same.push(*namesake);
            }
        }
        Ok(if let [person] = same.as_slice() { Some(*person) } else { None })
    }
}

fn record_of(item: &Item) -> Option<&Record> {
    if let Said::Fact(record) = &item.said { Some(record) } else { None }
}

fn name_of(record: &Record) -> String {
    let text = |place: usize| match record.cells.get(place) {
        Some(Cell::Text(Some(text))) => text.as_str(),
        _ => "",
    };
    format!("{} {} ({})", text(3), text(4), record.source).trim().to_owned()
}
