//! Who has joined and who has not, by school and class (A3): invited, joined, signed in at least once, never; and of those
//! who have not, for whom the roster leaves no way in, with the reason. School by school, so that a district of a hundred
//! thousand never stands in memory together.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::readiness::{Lacking, lacking};
use crate::flow::Flow;
use crate::model::{Audience, PersonId, Timestamp};
use crate::policy::Policy;
use crate::store::accounts::AccountState;
use crate::store::circle::{Around, Contact};
use crate::store::codes::Kind;
use crate::store::families::Which;
use crate::store::{Reader, StoreError};

/// Of whom it is told.
#[derive(Clone)]
pub struct Asked<'a> {
    /// Who should have joined.
    pub audience: Audience,
    /// Where.
    pub places: Places,
    /// By which flow: whoever it cannot let in is told with the reason.
    pub flow: Option<&'a Flow>,
}

/// Where people are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// In every school of the district.
    Everywhere,
    /// In these schools, by the source's ids.
    Schools(Vec<String>),
    /// In this class, by the source's id.
    Class(String),
}

/// How many stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// People.
    pub people: u64,
    /// Of them, those who hold a code or a provisional password that still opens.
    pub invited: u64,
    /// Those whose account is theirs.
    pub claimed: u64,
    /// Those of them who signed in at least once.
    pub signed_in: u64,
    /// Those who never did.
    pub never: u64,
    /// Those who have not joined and could not today.
    pub no_way_in: u64,
}

/// A school, a class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The source's id of a school; of a class its title.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many stand how.
    #[serde(flatten)]
    pub count: Count,
    /// Why there is no way in: how often each reason holds.
    pub why: BTreeMap<&'static str, u64>,
    /// Of a school, its classes: whoever has children in two stands in both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Group>,
}

/// The whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Everybody once.
    #[serde(flatten)]
    pub all: Group,
    /// By school: whoever belongs to two stands in both.
    pub schools: Vec<Group>,
}

/// Somebody who has not joined, for a list by which families are called.
pub struct Missing<'a> {
    /// The school.
    pub school: &'a str,
    /// The class; of a guardian, that of a child.
    pub class: &'a str,
    /// Who.
    pub who: &'a Contact,
    /// Holds something that still opens.
    pub invited: bool,
    /// Why there is no way in.
    pub why: &'a [&'static str],
}

/// Hears of everybody who has not joined.
pub type Each<'a> = &'a mut (dyn FnMut(Missing<'_>) + Send);

/// The roster has no such place.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No such school or class.
    #[error("the roster has no {0} with the sourcedId {1}")]
    Unknown(&'static str, String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One place of the walk: its id and name, and who belongs to it, by class.
struct Place {
    id: String,
    name: String,
    members: Vec<(String, PersonId)>,
}

struct Standing {
    contact: Contact,
    invited: bool,
}

/// Counts. `told` hears how many people were looked at, `each` hears of those who have not joined.
pub async fn report(
    reader: &Reader<'_>,
    policy: &Policy,
    asked: &Asked<'_>,
    now: Timestamp,
    told: &(dyn Fn(u64) + Sync),
    each: Each<'_>,
) -> Result<Report, Refused> {
    let without = match asked.flow {
        Some(flow) => lacking(reader, policy, flow, told).await?,
        None => Lacking::new(),
    };
    let mut walk = Walk { reader, without, now, all: Group::default(), seen: HashSet::new() };
    let mut schools = Vec::new();
    for (id, name) in places(reader, asked).await? {
        let place = members(reader, asked, id, name).await?;
        schools.push(walk.count(place, each).await?);
        told(walk.seen.len() as u64);
    }
    Ok(Report { all: walk.all, schools })
}

/// The walk from place to place.
struct Walk<'a> {
    reader: &'a Reader<'a>,
    without: Lacking,
    now: Timestamp,
    /// Everybody once.
    all: Group,
    /// Who was counted in it.
    seen: HashSet<PersonId>,
}

/// The places that are meant, each once.
pub(super) async fn places(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<Vec<(String, String)>, Refused> {
    let circle = reader.circle();
    match &asked.places {
        Places::Everywhere => Ok(circle.schools(if asked.audience == Audience::Staff { Around::Staff } else { Around::Pupils }).await?),
        Places::Class(id) => match circle.name(Which::Class(id)).await? {
            Some(name) => Ok(vec![(id.clone(), name)]),
            None => Err(Refused::Unknown("class", id.clone())),
        },
        Places::Schools(ids) => {
            let mut found = Vec::new();
            for id in ids.iter().collect::<BTreeSet<_>>() {
                let name = circle.name(Which::School(id)).await?.ok_or_else(|| Refused::Unknown("school", id.clone()))?;
                found.push((id.clone(), name));
            }
            Ok(found)
        }
    }
}

async fn members(reader: &Reader<'_>, asked: &Asked<'_>, id: String, name: String) -> Result<Place, StoreError> {
    if asked.audience == Audience::Staff {
        let members = reader.circle().staff(&id).await?.into_iter().map(|person| (String::new(), person)).collect();
        return Ok(Place { id, name, members });
    }
    let of_class = matches!(asked.places, Places::Class(_));
    let which = if of_class { Which::Class(&id) } else { Which::School(&id) };
    let pupils = reader.families().pupils(which).await?;
    let class = |class: &Option<String>| if of_class { name.clone() } else { class.clone().unwrap_or_default() };
    let classes: HashMap<PersonId, String> = pupils.iter().map(|pupil| (pupil.id, class(&pupil.class))).collect();
    let mut members = Vec::new();
    if asked.audience == Audience::Student {
        members.extend(pupils.iter().map(|pupil| (class(&pupil.class), pupil.id)));
    } else {
        let ids: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
        for chunk in ids.chunks(CHUNK) {
            let near = reader.circle().near(chunk).await?;
            members.extend(near.iter().filter(|near| near.sees).map(|near| (classes[&near.child].clone(), near.guardian)));
        }
    }
    // A class is told with its school.
    let name = pupils.first().filter(|_| of_class).map_or(name, |pupil| pupil.school_name.clone());
    Ok(Place { id, name, members })
}

impl Walk<'_> {
    /// Counts a place, and in the whole whoever was not counted there before.
    async fn count(&mut self, place: Place, each: &mut (dyn FnMut(Missing<'_>) + Send)) -> Result<Group, StoreError> {
        let mut by_class: BTreeMap<String, HashSet<PersonId>> = BTreeMap::new();
        for (class, person) in place.members {
            by_class.entry(class).or_default().insert(person);
        }
        let people: HashSet<PersonId> = by_class.values().flatten().copied().collect();
        let standing = self.standings(people.into_iter().collect()).await?;
        let mut school = Group { id: place.id, name: place.name, ..Group::default() };
        for (person, one) in &standing {
            let why = self.without.get(person).map(Vec::as_slice).unwrap_or_default();
            school.add(one, why);
            if self.seen.insert(*person) {
                self.all.add(one, why);
            }
        }
        for (class, people) in by_class {
            let mut group = Group { id: class.clone(), name: class.clone(), ..Group::default() };
            let stands = |person: &PersonId| Some((standing.get(person)?, self.without.get(person).map(Vec::as_slice).unwrap_or_default()));
            let mut members: Vec<(&Standing, &[&'static str])> = people.iter().filter_map(stands).collect();
            members.sort_by_cached_key(|(one, _)| by_name(&one.contact));
            for (one, why) in members {
                group.add(one, why);
                if !one.contact.has_joined() {
                    each(Missing { school: &school.name, class: &class, who: &one.contact, invited: one.invited, why });
                }
            }
            if !class.is_empty() {
                school.classes.push(group);
            }
        }
        Ok(school)
    }

    async fn standings(&self, people: Vec<PersonId>) -> Result<HashMap<PersonId, Standing>, StoreError> {
        let mut standing = HashMap::with_capacity(people.len());
        for chunk in people.chunks(CHUNK) {
            let contacts = self.reader.circle().contacts(chunk).await?;
            let on_paper = self.reader.codes().given(Kind::Activation, chunk, self.now).await?;
            let by_mail = self.reader.codes().given(Kind::Security, chunk, self.now).await?;
            for (person, contact) in contacts {
                let code = [&on_paper, &by_mail].iter().any(|given| given.get(&person) == Some(&true));
                let invited = holds(&contact, code, self.now);
                standing.insert(person, Standing { contact, invited });
            }
        }
        Ok(standing)
    }
}

/// Has not joined, and holds a code or a provisional password that still opens.
pub(super) fn holds(contact: &Contact, code: bool, now: Timestamp) -> bool {
    let password = contact
        .account
        .as_ref()
        .is_some_and(|account| account.state == AccountState::Invited && account.given_until.is_some_and(|until| until > now));
    !contact.has_joined() && (code || password)
}

impl Group {
    fn add(&mut self, one: &Standing, why: &[&'static str]) {
        let account = one.contact.account.as_ref();
        let joined = one.contact.has_joined();
        let signed_in = joined && account.is_some_and(|account| account.signed_in_at.is_some());
        self.count.people += 1;
        self.count.invited += u64::from(one.invited);
        self.count.claimed += u64::from(joined);
        self.count.signed_in += u64::from(signed_in);
        self.count.never += u64::from(!signed_in);
        if !joined && !why.is_empty() {
            self.count.no_way_in += 1;
            why.iter().for_each(|why| *self.why.entry(why).or_default() += 1);
        }
    }
}

fn by_name(contact: &Contact) -> (String, String, String) {
    (contact.family_name.to_lowercase(), contact.given_name.to_lowercase(), contact.source.clone())
}

const CHUNK: usize = 512;
