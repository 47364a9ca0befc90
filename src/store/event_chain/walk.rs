//! Walks along the chain: to look at all of it, and to forget its beginning.

use super::ends::End;
use super::link::{Link, link, seal};
use super::{BATCH, EventChain, Finding, Head, Mark, Pruned, Verified};
use crate::keys::KeyStore;
use crate::model::Timestamp;
use crate::store::{StoreError, Tx, sql};

/// A walk along the chain: where it stands, and what it has seen.
struct Walk<'a> {
    keys: &'a KeyStore,
    at: Head,
    events: u64,
    late: u64,
}

/// What is wrong, the first hundred of it.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl EventChain<'_> {
    /// Reads the whole chain. With a head that was written down elsewhere, also whether the log still holds it.
    pub async fn verify(&self, noted: Option<Head>) -> Result<Verified, StoreError> {
        let mut found = Findings::default();
        let anchor = self.checked(Mark::Anchor, &mut found).await?;
        let head = self.checked(Mark::Head, &mut found).await?;
        let mut walk = Walk { keys: self.keys, at: anchor.head(), events: 0, late: 0 };
        let mut same = noted.is_none_or(|noted| noted == walk.at || noted.place < walk.at.place);
        while walk.at.place < head.place {
            let links = self.links(walk.at.place, head.place, BATCH).await?;
            let goes_on = links.first().is_some_and(|first| first.place == walk.at.place + 1);
            // Forgetting goes on meanwhile: what it took is not missing.
            if !goes_on && self.restarted(&mut walk).await? {
                continue;
            }
            for link in &links {
                walk.step(link, &mut found);
                same |= noted == Some(walk.at);
            }
            if links.is_empty() {
                found.add(Finding::Unlinked(walk.at.place + 1, head.place));
                break;
            }
        }
        if walk.at.place == head.place && walk.at.seal != head.seal {
            found.add(Finding::Mark(Mark::Head));
        }
        self.look_beside(&head, &mut found).await?;
        if !same {
            found.add(Finding::NotTheSame);
        }
        Ok(Verified { events: walk.events, late: walk.late, forgotten: anchor.place, head: head.head(), findings: found.0 })
    }

    /// Forgets the events at the beginning of the chain that are older than `before`, in steps that keep nobody
    /// waiting, after looking at each of them once more.
    pub async fn prune(&self, before: Timestamp, now: Timestamp) -> Result<Pruned, StoreError> {
        let mut forgotten = 0;
        loop {
            let mut found = Findings::default();
            let anchor = self.checked(Mark::Anchor, &mut found).await?;
            let links = self.links(anchor.place, i64::MAX, BATCH).await?;
            let mut walk = Walk { keys: self.keys, at: anchor.head(), events: 0, late: 0 };
            let old = |link: &&Link| link.event.as_ref().is_none_or(|event| event.at < before);
            for link in links.iter().take_while(old) {
                walk.step(link, &mut found);
            }
            if let Some(finding) = found.0.into_iter().next() {
                return Ok(Pruned::Broken(finding));
            }
            if walk.events == 0 || !self.move_anchor(&anchor, walk.at, now).await? {
                return Ok(Pruned::Forgotten(forgotten));
            }
            forgotten += walk.events;
        }
    }

    async fn move_anchor(&self, old: &End, to: Head, now: Timestamp) -> Result<bool, StoreError> {
        let new = End { place: to.place, seal: to.seal, floor: 0, next_floor: 0, at: now };
        let work = async |tx: &Tx| {
            let there = (old.place > 0).then_some(old);
            if !self.set(tx, Mark::Anchor, there, &new).await? {
                return Ok(false);
            }
            let delete = "DELETE FROM events WHERE id IN (SELECT event FROM event_seals WHERE place <= $1)";
            sql::execute(&tx.db(), delete, [to.place.into()]).await?;
            sql::execute(&tx.db(), "DELETE FROM event_seals WHERE place <= $1", [to.place.into()]).await?;
            Ok::<_, StoreError>(true)
        };
        self.store.write(work).await
    }

    /// Begins again behind what was forgotten meanwhile; false if nothing was.
    async fn restarted(&self, walk: &mut Walk<'_>) -> Result<bool, StoreError> {
        let mut ignored = Findings::default();
        let anchor = self.checked(Mark::Anchor, &mut ignored).await?;
        let moved = anchor.place > walk.at.place;
        if moved {
            walk.at = anchor.head();
        }
        Ok(moved)
    }

    async fn links(&self, after: i64, up_to: i64, most: i64) -> Result<Vec<Link>, StoreError> {
        let select = "SELECT s.place, s.event, s.sealed_at, s.seal, e.id, e.kind, e.actor, e.person, e.school, e.detail, e.at \
                      FROM event_seals AS s LEFT JOIN events AS e ON e.id = s.event \
                      WHERE s.place > $1 AND s.place <= $2 ORDER BY s.place LIMIT $3";
        let rows = sql::rows(&self.store.read().db(), select, [after.into(), up_to.into(), most.into()]).await?;
        rows.iter().map(link).collect()
    }

    /// What no walk along the chain meets: links beyond its end, events below its floor that were never linked.
    async fn look_beside(&self, head: &End, found: &mut Findings) -> Result<(), StoreError> {
        let reader = self.store.read();
        let beyond = "SELECT place FROM event_seals WHERE place > COALESCE((SELECT place FROM event_marks WHERE name = 'head'), 0) \
                      ORDER BY place LIMIT 100";
        for row in sql::rows(&reader.db(), beyond, []).await? {
            found.add(Finding::Beyond(row.try_get("", "place")?));
        }
        let lowest = sql::row(&reader.db(), "SELECT MIN(id) AS id FROM events", []).await?;
        let lowest: Option<i64> = lowest.map_or(Ok(None), |row| row.try_get("", "id"))?;
        let mut from = lowest.unwrap_or(i64::MAX).saturating_sub(1);
        let unlinked = "SELECT e.id FROM events AS e WHERE e.id > $1 AND e.id <= $2 \
                        AND NOT EXISTS (SELECT 1 FROM event_seals AS s WHERE s.event = e.id) ORDER BY e.id LIMIT 100";
        while from < head.floor {
            let to = from.saturating_add(WINDOW).min(head.floor);
            for row in sql::rows(&reader.db(), unlinked, [from.into(), to.into()]).await? {
                found.add(Finding::Inserted(row.try_get("", "id")?));
            }
            from = to;
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// Goes on from the link as it is, right or wrong, so that each wrong one is told by itself.
    fn step(&mut self, link: &Link, found: &mut Findings) {
        let next = self.at.place + 1;
        if link.place > next {
            found.add(Finding::Unlinked(next, link.place - 1));
        }
        match &link.event {
            None => found.add(Finding::Removed(link.number)),
            // Behind a gap nothing says what this link was made from; the gap itself has been told.
            Some(_) if link.place > next => {}
            Some(fact) if seal(self.keys, self.at, fact, link.sealed_at) == link.seal => {}
            Some(fact) => found.add(Finding::Changed(fact.id)),
        }
        self.late += u64::from(link.event.as_ref().is_some_and(|fact| link.sealed_at.since(fact.at) > LATE));
        self.events += 1;
        self.at = Head { place: link.place, seal: link.seal };
    }
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        if self.0.len() < 100 {
            self.0.push(finding);
        }
    }
}

/// So many numbers in one look for events without a link.
const WINDOW: i64 = 20_000;
/// An event that is linked so many seconds after its instant is told.
const LATE: i64 = 3_600;
