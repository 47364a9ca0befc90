//! The paper of a campaign (A1): a letter for everybody who is not ready, in the order in which classes hand them out. It
//! says where the account is opened and until when, and holds nothing that opens it.

use std::collections::{HashMap, HashSet};

use super::campaigns::{Refused, running};
use super::report::{Asked, Places, places};
use crate::app::App;
use crate::model::{Audience, PersonId};
use crate::store::campaigns::Campaign;
use crate::store::circle::Contact;
use crate::store::families::{Pupil, Which};
use crate::web::flow::start_address;

/// Somebody who is not ready, and the pupil through whom the letter is handed out.
pub struct Handed<'a> {
    /// Who.
    pub who: &'a Contact,
    /// The pupil: oneself, or a child.
    pub pupil: &'a Pupil,
}

/// Hears of everybody who gets a letter; what went wrong ends the walk.
pub type Each<'a> = &'a mut (dyn FnMut(Handed<'_>) -> std::io::Result<()> + Send);

/// Why there are no letters.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The campaign.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Letters are handed out in classes.
    #[error("letters are handed out through pupils: a campaign for staff has none")]
    NoPaper,
    /// The file.
    #[error("the letters cannot be written: {0}")]
    File(#[from] std::io::Error),
}

/// Walks through those who are not ready; who they are comes from the roster of now. `told` hears how many.
pub async fn letters(app: &App, campaign: &Campaign, told: &(dyn Fn(u64) + Sync), each: Each<'_>) -> Result<u64, Failed> {
    if campaign.audience == Audience::Staff {
        return Err(Failed::NoPaper);
    }
    let places_of = if campaign.schools.is_empty() { Places::Everywhere } else { Places::Schools(campaign.schools.clone()) };
    let asked = Asked { audience: campaign.audience, places: places_of, flow: None };
    let (mut seen, mut handed) = (HashSet::new(), 0);
    let reader = app.store.read();
    for (school, _) in places(&reader, &asked).await.map_err(Refused::from)? {
        let pupils = reader.families().pupils(Which::School(&school)).await.map_err(Refused::from)?;
        for chunk in pupils.chunks(CHUNK) {
            let whom = whom(app, campaign.audience, chunk).await?;
            let people: Vec<PersonId> = whom.values().flatten().copied().collect();
            let contacts = reader.circle().contacts(&people).await.map_err(Refused::from)?;
            for pupil in chunk {
                for person in whom.get(&pupil.id).into_iter().flatten() {
                    let Some(who) = contacts.get(person).filter(|who| !who.has_joined()) else { continue };
                    if seen.insert(*person) {
                        each(Handed { who, pupil })?;
                        handed += 1;
                    }
                }
            }
        }
        told(handed);
    }
    Ok(handed)
}

/// The campaign of a name that is under way.
pub async fn under_way(app: &App, name: &str) -> Result<Campaign, Refused> {
    running(app, name).await
}

/// Where its people begin.
pub fn address(app: &App, campaign: &Campaign) -> String {
    let start = app.flow(&campaign.flow).map_or_else(|| "/enroll".to_owned(), |flow| start_address(&flow));
    format!("{}{start}", app.tools.config.issuer.trim_end_matches('/'))
}

/// Pupil by pupil, whom a letter is for: the pupil, or the guardians who may see the records.
async fn whom(app: &App, audience: Audience, pupils: &[Pupil]) -> Result<HashMap<PersonId, Vec<PersonId>>, Refused> {
    if audience == Audience::Student {
        return Ok(pupils.iter().map(|pupil| (pupil.id, vec![pupil.id])).collect());
    }
    let ids: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
    let mut whom: HashMap<PersonId, Vec<PersonId>> = HashMap::new();
    for near in app.store.read().circle().near(&ids).await?.into_iter().filter(|near| near.hears) {
        whom.entry(near.child).or_default().push(near.guardian);
    }
    Ok(whom)
}

const CHUNK: usize = 512;
