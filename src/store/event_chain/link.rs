//! Links: what of an event is linked, and how.

use crate::store::Row;

use super::Head;
use crate::keys::{KeyStore, Purpose};
use crate::model::{Hash, Timestamp};
use crate::store::{StoreError, sql};

/// An event, as it is linked: its detail is the text of the row, whatever a reader would make of it.
pub(super) struct Fact {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) actor: Option<uuid::Uuid>,
    pub(super) person: Option<uuid::Uuid>,
    pub(super) school: Option<uuid::Uuid>,
    pub(super) detail: String,
    pub(super) at: Timestamp,
}

/// A link, with its event where that is still there.
pub(super) struct Link {
    pub(super) place: i64,
    pub(super) number: i64,
    pub(super) sealed_at: Timestamp,
    pub(super) seal: Hash,
    pub(super) event: Option<Fact>,
}

pub(super) fn seal(keys: &KeyStore, before: Head, fact: &Fact, sealed_at: Timestamp) -> Hash {
    let numbers = [before.place + 1, sealed_at.0, fact.id, fact.at.0].map(i64::to_be_bytes).concat();
    let id = |id: &Option<uuid::Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let (actor, person, school) = (id(&fact.actor), id(&fact.person), id(&fact.school));
    let parts = [&b"event"[..], &before.seal.0[..], &numbers, fact.kind.as_bytes(), &actor, &person, &school, fact.detail.as_bytes()];
    keys.mac(Purpose::Chain, &parts)
}

pub(super) fn fact(row: &Row) -> Result<Fact, StoreError> {
    Ok(Fact {
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        actor: row.try_get("", "actor")?,
        person: row.try_get("", "person")?,
        school: row.try_get("", "school")?,
        detail: row.try_get("", "detail")?,
        at: Timestamp(row.try_get("", "at")?),
    })
}

pub(super) fn link(row: &Row) -> Result<Link, StoreError> {
    let there: Option<i64> = row.try_get("", "id")?;
    Ok(Link {
        place: row.try_get("", "place")?,
        number: row.try_get("", "event")?,
        sealed_at: Timestamp(row.try_get("", "sealed_at")?),
        seal: sql::hash("event_seals", &row.try_get::<Vec<u8>>("", "seal")?)?,
        event: there.map(|_| fact(row)).transpose()?,
    })
}
