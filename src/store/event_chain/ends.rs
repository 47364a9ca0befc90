//! The two ends of the chain, each a row under a MAC of its own.

use sea_orm::Value;

use crate::store::Row;

use super::link::Fact;
use super::walk::Findings;
use super::{EventChain, Finding, Head, Mark, START};
use crate::keys::{KeyStore, Purpose};
use crate::model::{Hash, Timestamp};
use crate::store::{Reader, StoreError, Tx, sql};

/// An end of the chain. Events up to the floor are all linked: those up to `next_floor` were linked at `at`, and what
/// had a lower number then, and was not yet committed, is by now, or never will be.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) place: i64,
    pub(super) seal: Hash,
    pub(super) floor: i64,
    pub(super) next_floor: i64,
    pub(super) at: Timestamp,
}

impl End {
    pub(super) const START: Self = Self { place: 0, seal: START.seal, floor: 0, next_floor: 0, at: Timestamp(0) };

    pub(super) fn head(&self) -> Head {
        Head { place: self.place, seal: self.seal }
    }

    /// The head after these events were linked too.
    pub(super) fn after(old: Option<&Self>, head: Head, linked: &[Fact], now: Timestamp) -> Self {
        let (place, seal) = (head.place, head.seal);
        let last = linked.last().map_or(0, |fact| fact.id);
        let Some(old) = old else { return Self { place, seal, floor: 0, next_floor: last, at: now } };
        // A full batch may have left some behind that are below the next floor.
        let settled = now.since(old.at) >= SETTLED && last >= old.next_floor;
        if settled { Self { place, seal, floor: old.next_floor, next_floor: last, at: now } } else { Self { place, seal, ..old.clone() } }
    }

    fn mac(&self, keys: &KeyStore, mark: Mark) -> Hash {
        let numbers = [self.place, self.floor, self.next_floor, self.at.0].map(i64::to_be_bytes);
        keys.mac(Purpose::Chain, &[mark.word().as_bytes(), &self.seal.0, &numbers.concat()])
    }
}

impl EventChain<'_> {
    /// Writes an end of the chain over the one that was read; false if it is another one by now.
    pub(super) async fn set(&self, tx: &Tx, mark: Mark, old: Option<&End>, new: &End) -> Result<bool, StoreError> {
        let mut values: Vec<Value> = vec![
            mark.word().into(),
            new.place.into(),
            new.seal.to_vec().into(),
            new.floor.into(),
            new.next_floor.into(),
            new.at.0.into(),
            new.mac(self.keys, mark).to_vec().into(),
        ];
        let statement = match old {
            None => {
                "INSERT INTO event_marks (name, place, seal, floor, next_floor, at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                 ON CONFLICT (name) DO NOTHING"
            }
            Some(old) => {
                values.extend([old.place.into(), old.seal.to_vec().into()]);
                "UPDATE event_marks SET place = $2, seal = $3, floor = $4, next_floor = $5, at = $6, mac = $7 \
                 WHERE name = $1 AND place = $8 AND seal = $9"
            }
        };
        Ok(sql::execute(&tx.db(), statement, values).await? == 1)
    }

    /// An end of the chain, for building on: one that is not ours is not built on, lest what it hides be sealed over.
    pub(super) async fn end(&self, mark: Mark) -> Result<Option<End>, StoreError> {
        let mut found = Findings::default();
        let end = self.checked(mark, &mut found).await?;
        if !found.0.is_empty() {
            let what = format!("the {} of the event log's chain is missing or was changed: see `audit verify`", mark.word());
            return Err(StoreError::Corrupt { table: "event_marks", what });
        }
        Ok((end.place > 0).then_some(end))
    }

    /// An end of the chain, for looking: what is wrong with it is a finding.
    pub(super) async fn checked(&self, mark: Mark, found: &mut Findings) -> Result<End, StoreError> {
        let reader = self.store.read();
        let row = sql::row(&reader.db(), "SELECT * FROM event_marks WHERE name = $1", [mark.word().into()]).await?;
        let Some(row) = row else {
            // There is no head only before the first link, and no anchor before the first pruning.
            let first = sql::row(&reader.db(), "SELECT MIN(place) AS place FROM event_seals", []).await?;
            let first = first.map_or(Ok(None), |row| row.try_get::<Option<i64>>("", "place"))?;
            let fine = match mark {
                Mark::Head => first.is_none() || self.came_meanwhile(&reader).await?,
                Mark::Anchor => true,
            };
            if !fine {
                found.add(Finding::Mark(mark));
            }
            return Ok(End::START);
        };
        let end = end(&row)?;
        let mac: Vec<u8> = row.try_get("", "mac")?;
        if end.mac(self.keys, mark).to_vec() != mac {
            found.add(Finding::Mark(mark));
        }
        Ok(end)
    }

    /// Whether the first links were made between two looks.
    async fn came_meanwhile(&self, reader: &Reader<'_>) -> Result<bool, StoreError> {
        Ok(sql::row(&reader.db(), "SELECT 1 AS n FROM event_marks WHERE name = 'head'", []).await?.is_some())
    }
}

fn end(row: &Row) -> Result<End, StoreError> {
    Ok(End {
        place: row.try_get("", "place")?,
        seal: sql::hash("event_marks", &row.try_get::<Vec<u8>>("", "seal")?)?,
        floor: row.try_get("", "floor")?,
        next_floor: row.try_get("", "next_floor")?,
        at: Timestamp(row.try_get("", "at")?),
    })
}

/// A transaction that was open so many seconds ago is over.
const SETTLED: i64 = 600;
