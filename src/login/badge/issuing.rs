//! Printing cards: one for each pupil of a class, a school, or a list. What the squares say leaves the program once, on paper;
//! the store keeps hashes. No card opens anything before the file that holds it is whole, and then all of a run do at once, and
//! those in whose place they stand open nothing any more.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::json;

use crate::model::{BadgeId, Timestamp};
use crate::random::Secret;
use crate::store::accounts::AccountState;
use crate::store::badges::{Badge, Taking};
use crate::store::events::Event;
use crate::store::families::{Pupil, Which};
use crate::store::{Reader, Store, StoreError, Tx};
use crate::tools::Tools;
use crate::web::badge;

/// For whom cards are asked.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// These pupils, by the source's ids.
    Students(Vec<String>),
    /// A class, by the source's id.
    Class(String),
    /// A school, by the source's id.
    School(String),
}

/// A card on its way to paper.
#[derive(Clone, Debug)]
pub struct ForPaper {
    /// Whose it is.
    pub pupil: Pupil,
    /// What its square says.
    pub link: Secret,
    /// What the store will keep.
    pub badge: Badge,
}

/// What came of it, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Cards.
    pub badges: u64,
    /// Earlier ones that open nothing any more.
    pub replaced: u64,
    /// Pupils who get one and whose account is not open yet: the card works once it is.
    pub without_account: u64,
    /// Pupils for whom the settings print none: another school, another grade, or they also work for the district.
    pub not_meant: u64,
}

/// Why there are no cards.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The settings.
    #[error("there are no badges in this district: set badges.enabled, and where they work (docs/admin/badges.md)")]
    Off,
    /// The roster has no such school or class.
    #[error("the roster has no {0} with the sourcedId {1}")]
    Unknown(&'static str, String),
    /// The roster has no such pupils.
    #[error("the roster has no pupil with the sourcedId {}", .0.join(", "))]
    NoPupil(Vec<String>),
    /// Nobody would get one.
    #[error("nobody of them gets a badge: {0} pupils are of another school or grade than badges.only_at and badges.grades name")]
    Nobody(u64),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The pupils who are meant, in the order in which cards are handed out, and what would come of it. Changes nothing.
pub async fn plan(reader: &Reader<'_>, tools: &Tools, wanted: &Wanted) -> Result<(Vec<Pupil>, Summary), Refused> {
    if !tools.config.badges.enabled {
        return Err(Refused::Off);
    }
    let mut summary = Summary::default();
    let mut meant = Vec::new();
    for pupil in pupils(reader, wanted).await? {
        let person = reader.people().find(pupil.id).await?;
        let is_meant = match &person {
            Some(person) => badge::is_meant(&reader.people(), tools, person).await?,
            None => false,
        };
        if !is_meant {
            summary.not_meant += 1;
            continue;
        }
        let account = reader.accounts().of_person(pupil.id).await?;
        summary.without_account += u64::from(account.is_none_or(|account| account.state != AccountState::Claimed));
        summary.replaced += u64::from(reader.badges().of_person(pupil.id).await?.is_some());
        meant.push(pupil);
    }
    if meant.is_empty() {
        return Err(Refused::Nobody(summary.not_meant));
    }
    summary.badges = meant.len() as u64;
    Ok((meant, summary))
}

/// A card for each of them. Nothing is written: they open nothing yet.
pub fn make(tools: &Tools, pupils: Vec<Pupil>, now: Timestamp) -> Vec<ForPaper> {
    let card = |pupil: Pupil| {
        let token = tools.random.secret();
        let link = badge::link(&tools.config.issuer, &token);
        let id = BadgeId::new(now, &tools.random);
        let badge = Badge { id, person: pupil.id, token: token.hash(), issued_at: now, used_at: None, revoked: None };
        ForPaper { pupil, link, badge }
    };
    pupils.into_iter().map(card).collect()
}

/// They are on paper: all of them open something from now on, and those before them nothing. How many those were.
pub async fn publish(store: &Store, cards: &[ForPaper], now: Timestamp) -> Result<u64, StoreError> {
    let publish = async |tx: &Tx| {
        let mut replaced = 0;
        for ForPaper { badge, .. } in cards {
            let before = badge::revoke(tx, badge.person, Taking { by: None, why: "printed again" }, now).await?;
            replaced += u64::from(before.is_some());
            tx.badges().add(badge).await?;
            let detail = json!({ "badge": badge.id, "instead_of": before.map(|(badge, _)| badge) });
            tx.record(&Event { person: Some(badge.person), detail, ..Event::of("badge.issued") }, now).await?;
        }
        Ok::<_, StoreError>(replaced)
    };
    store.write(publish).await
}

/// The pupils of an order, by the roster of now.
pub async fn pupils(reader: &Reader<'_>, wanted: &Wanted) -> Result<Vec<Pupil>, Refused> {
    let families = reader.families();
    let (which, kind) = match wanted {
        Wanted::Class(id) => (Which::Class(id), Some(("class", id))),
        Wanted::School(id) => (Which::School(id), Some(("school", id))),
        Wanted::Students(ids) => (Which::Records(ids), None),
    };
    if let Some((kind, id)) = kind
        && !families.knows(which).await?
    {
        return Err(Refused::Unknown(kind, id.clone()));
    }
    let found = families.pupils(which).await?;
    if let Wanted::Students(ids) = wanted {
        let known: HashSet<&str> = found.iter().map(|pupil| pupil.source.as_str()).collect();
        let missing: Vec<String> = ids.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
        if !missing.is_empty() {
            return Err(Refused::NoPupil(missing));
        }
    }
    Ok(found)
}
