//! Which guardians of which pupils have opened an account (C16, C17): a link for each pair, from which a report by person
//! (the children inside) and one by pupil (the guardians inside) are made. School by school.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::report::{Asked, Places, Refused, holds, places};
use crate::model::{Audience, PersonId, Timestamp};
use crate::store::Reader;
use crate::store::circle::{Contact, Near};
use crate::store::codes::Kind;
use crate::store::families::{Pupil, Which};

/// How a guardian stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Neither has an account nor could open one by what they hold.
    None,
    /// Holds a code or a provisional password that still opens.
    Invited,
    /// Has an account.
    Claimed,
}

/// A guardian of a pupil.
#[derive(Clone, Debug)]
pub struct Linked {
    /// Who.
    pub person: PersonId,
    /// As a list names them.
    pub contact: Contact,
    /// How they stand.
    pub state: State,
}

/// Hears of each pupil, with the guardians who may see the records.
pub type Each<'a> = &'a mut (dyn FnMut(&Pupil, &[Linked]) + Send);

impl State {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Invited => "invited",
            Self::Claimed => "claimed",
        }
    }
}

/// Walks through the pupils of these places; each once. `told` hears how many.
pub async fn links(
    reader: &Reader<'_>,
    where_to: Places,
    now: Timestamp,
    told: &(dyn Fn(u64) + Sync),
    each: Each<'_>,
) -> Result<(), Refused> {
    let of_class = matches!(where_to, Places::Class(_));
    let asked = Asked { audience: Audience::Guardian, places: where_to, flow: None };
    let mut seen = HashSet::new();
    for (id, _) in places(reader, &asked).await? {
        let which = if of_class { Which::Class(&id) } else { Which::School(&id) };
        let mut pupils = reader.families().pupils(which).await?;
        pupils.retain(|pupil| seen.insert(pupil.id));
        for chunk in pupils.chunks(CHUNK) {
            let ids: Vec<PersonId> = chunk.iter().map(|pupil| pupil.id).collect();
            let near: Vec<Near> = reader.circle().near(&ids).await?.into_iter().filter(|near| near.sees).collect();
            let mut guardians: Vec<PersonId> = near.iter().map(|near| near.guardian).collect();
            guardians.sort_unstable();
            guardians.dedup();
            let contacts = reader.circle().contacts(&guardians).await?;
            let on_paper = reader.codes().given(Kind::Activation, &guardians, now).await?;
            let by_mail = reader.codes().given(Kind::Security, &guardians, now).await?;
            let mut by_child: HashMap<PersonId, Vec<Linked>> = HashMap::new();
            for near in near {
                let Some(contact) = contacts.get(&near.guardian) else { continue };
                let holds_code = [&on_paper, &by_mail].iter().any(|given| given.get(&near.guardian) == Some(&true));
                let state = state(contact, holds_code, now);
                by_child.entry(near.child).or_default().push(Linked { person: near.guardian, contact: contact.clone(), state });
            }
            for pupil in chunk {
                each(pupil, by_child.get(&pupil.id).map(Vec::as_slice).unwrap_or_default());
            }
        }
        told(seen.len() as u64);
    }
    Ok(())
}

/// How somebody stands, who holds a code that still opens or not.
fn state(contact: &Contact, holds_code: bool, now: Timestamp) -> State {
    match () {
        () if contact.has_joined() => State::Claimed,
        () if holds(contact, holds_code, now) => State::Invited,
        () => State::None,
    }
}

const CHUNK: usize = 512;
