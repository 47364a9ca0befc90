//! Campaigns (A1): «everybody has joined before the tenth of August». An audience, its schools, a flow, a last day; and
//! reminders so many days before, only to those who are not ready: guardians and staff themselves, and of pupils the
//! guardians who may be written to. No letter holds a secret, each leaves once, and none after the campaign was ended.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use super::reminding::{is_day, last_day};
use super::report::{Asked, Places, Refused as NoPlace, Report, places, report};
use crate::app::App;
use crate::flow::Flow;
use crate::model::{Audience, CampaignId, Language, Letter, PersonId, Timestamp};
use crate::store::campaigns::Campaign;
use crate::store::circle::Contact;
use crate::store::events::Event;
use crate::store::families::Which;
use crate::store::{StoreError, Tx};
use crate::web::flow::start_address;

/// What is asked of a new campaign.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// By which staff know it.
    pub name: String,
    /// The flow.
    pub flow: String,
    /// Who is to join.
    pub audience: Audience,
    /// The schools, by the source's ids; none: all.
    pub schools: Vec<String>,
    /// Its last day.
    pub until: Date,
    /// So many days before, whoever is not ready is reminded.
    pub days: Vec<u16>,
}

/// Why there is no such campaign.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No such flow, or not one by which people join.
    #[error("there is no way to join that is called {0}; `preau flow list` shows them")]
    NoFlow(String),
    /// The flow is for others.
    #[error("the flow {flow} is for {of}, not for {not}")]
    OtherAudience {
        /// Which.
        flow: String,
        /// Whom it is for.
        of: &'static str,
        /// Whom the campaign is for.
        not: &'static str,
    },
    /// Its last day is over.
    #[error("{0} is over: name a day to come")]
    Over(Date),
    /// There is one of this name.
    #[error("there is a campaign {0} already; `preau campaign list` shows them")]
    NameTaken(String),
    /// There is none of this name, or it was ended.
    #[error("there is no campaign {0} that is under way; `preau campaign list` shows them")]
    Unknown(String),
    /// The roster has no such place.
    #[error(transparent)]
    Place(#[from] NoPlace),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of reminders, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reminded {
    /// People who are not ready.
    pub not_ready: u64,
    /// Letters.
    pub letters: u64,
    /// Those whom no letter reaches: no address of theirs, and of a pupil none of a guardian who may be written to.
    pub not_reached: u64,
}

/// Makes a campaign, or only looks what it would be, with how ready everybody is now.
pub async fn create(app: &App, wanted: Wanted, dry_run: bool, told: &(dyn Fn(u64) + Sync)) -> Result<(Campaign, Report), Refused> {
    let now = app.now();
    let flow = joining(app, &wanted.flow)?;
    if let Some(of) = flow.audience.filter(|of| *of != wanted.audience) {
        return Err(Refused::OtherAudience { flow: wanted.flow, of: of.word(), not: wanted.audience.word() });
    }
    let until = end_of(app, wanted.until).filter(|until| *until > now).ok_or(Refused::Over(wanted.until))?;
    let mut days = wanted.days;
    days.sort_unstable_by(|one, other| other.cmp(one));
    days.dedup();
    let campaign = Campaign {
        id: CampaignId::new(now, &app.tools.random),
        name: wanted.name,
        flow: wanted.flow,
        audience: wanted.audience,
        schools: wanted.schools,
        until,
        days,
        made_at: now,
        reminded: None,
        ended_at: None,
    };
    if app.store.read().campaigns().by_name(&campaign.name).await?.is_some() {
        return Err(Refused::NameTaken(campaign.name));
    }
    let found = stands(app, &campaign, told).await?;
    if !dry_run {
        let work = async |tx: &Tx| {
            let made = tx.campaigns().add(&campaign).await?;
            if made {
                let detail = json!({ "campaign": campaign.name, "flow": campaign.flow, "schools": campaign.schools });
                tx.record(&Event { detail, ..Event::of("campaign.made") }, now).await?;
            }
            Ok::<_, StoreError>(made)
        };
        if !app.store.write(work).await? {
            return Err(Refused::NameTaken(campaign.name));
        }
    }
    Ok((campaign, found))
}

/// Its last day, in the district.
pub fn last_day_of(app: &App, campaign: &Campaign) -> Date {
    last_day(&app.tools, campaign.until)
}

/// How ready everybody is now.
pub async fn stands(app: &App, campaign: &Campaign, told: &(dyn Fn(u64) + Sync)) -> Result<Report, Refused> {
    let flow = app.flow(&campaign.flow);
    let asked = asked(campaign, flow.as_deref());
    Ok(report(&app.store.read(), &app.tools.policy, &asked, app.now(), told, &mut |_| {}).await?)
}

/// Ends a campaign: nobody is reminded any more.
pub async fn end(app: &App, name: &str) -> Result<Campaign, Refused> {
    let now = app.now();
    let campaign = running(app, name).await?;
    let work = async |tx: &Tx| {
        let ended = tx.campaigns().end(campaign.id, now).await?;
        if ended {
            tx.record(&Event { detail: json!({ "campaign": campaign.name }), ..Event::of("campaign.ended") }, now).await?;
        }
        Ok::<_, StoreError>(ended)
    };
    if app.store.write(work).await? { Ok(campaign) } else { Err(Refused::Unknown(name.to_owned())) }
}

/// Reminds now, beside the days of the campaign; on one day once. `dry_run` only counts.
pub async fn remind_now(app: &App, name: &str, dry_run: bool, told: &(dyn Fn(u64) + Sync)) -> Result<Reminded, Refused> {
    let campaign = running(app, name).await?;
    let today = i32::try_from(app.now().0 / A_DAY).unwrap_or_default();
    let done = Pass { app, campaign: &campaign, step: BY_HAND + today, dry_run, told }.walk().await?;
    if !dry_run {
        note(app, &campaign, None, &done).await?;
    }
    Ok(done)
}

/// That people were reminded stands in the event log: of what, at which step, how many; not who.
async fn note(app: &App, campaign: &Campaign, days: Option<u16>, done: &Reminded) -> Result<(), StoreError> {
    let detail = json!({ "campaign": campaign.name, "days_before": days, "letters": done.letters });
    let event = Event { detail, ..Event::of("campaign.reminded") };
    app.store.write(async |tx: &Tx| tx.record(&event, app.now()).await).await
}

/// Writes the reminders that are due, of every campaign; how many letters. One node at a time has a campaign in hand.
pub async fn remind_due(app: &App) -> Result<u64, StoreError> {
    let mut letters = 0;
    for campaign in app.store.read().campaigns().all().await? {
        let now = app.now();
        let Some(days) = due(&campaign, now).filter(|_| is_day(&app.tools, now)) else { continue };
        let mine = app.store.write(async |tx: &Tx| tx.campaigns().lease(campaign.id, now, now + LEASE).await).await?;
        if !mine {
            continue;
        }
        let pass = Pass { app, campaign: &campaign, step: days.into(), dry_run: false, told: &|_| {} };
        let done = pass.walk().await;
        let reminded = done.as_ref().ok().map(|_| days);
        app.store.write(async |tx: &Tx| tx.campaigns().release(campaign.id, reminded).await).await?;
        letters += match done {
            Ok(done) => {
                note(app, &campaign, Some(days), &done).await?;
                done.letters
            }
            Err(NoPlace::Store(error)) => return Err(error),
            // A school of the campaign left the roster: nobody is there to be reminded.
            Err(NoPlace::Unknown(..)) => 0,
        };
    }
    Ok(letters)
}

/// The step whose day has come and whose reminders are not all written: of several that were missed only the last, and none
/// of a day before the campaign was made.
fn due(campaign: &Campaign, now: Timestamp) -> Option<u16> {
    // The morning of the day that lies so many days before the last one.
    let morning = |days: u16| campaign.until.0 - (i64::from(days) + 1) * A_DAY;
    let come = campaign.days.iter().copied().filter(|days| morning(*days) <= now.0 && campaign.made_at.0 < morning(*days));
    come.min().filter(|days| campaign.is_running(now) && campaign.reminded.is_none_or(|reminded| *days < reminded))
}

pub(super) async fn running(app: &App, name: &str) -> Result<Campaign, Refused> {
    let found = app.store.read().campaigns().by_name(name).await?;
    found.filter(|campaign| campaign.is_running(app.now())).ok_or_else(|| Refused::Unknown(name.to_owned()))
}

fn joining(app: &App, name: &str) -> Result<Arc<Flow>, Refused> {
    app.flow(name).filter(|flow| flow.feature.name == "enrollment").ok_or_else(|| Refused::NoFlow(name.to_owned()))
}

fn asked<'a>(campaign: &Campaign, flow: Option<&'a Flow>) -> Asked<'a> {
    let places = if campaign.schools.is_empty() { Places::Everywhere } else { Places::Schools(campaign.schools.clone()) };
    Asked { audience: campaign.audience, places, flow }
}

/// The end of a day on the schools' clock.
fn end_of(app: &App, day: Date) -> Option<Timestamp> {
    let midnight = day.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight());
    let instant = app.tools.config.district.zone().to_ambiguous_timestamp(midnight).compatible().ok()?;
    Some(Timestamp(instant.as_second()))
}

/// One walk through a campaign's people.
struct Pass<'a> {
    app: &'a App,
    campaign: &'a Campaign,
    step: i32,
    dry_run: bool,
    told: &'a (dyn Fn(u64) + Sync),
}

/// Somebody to write to, and the children it is about.
struct Reader<'a> {
    person: PersonId,
    contact: &'a Contact,
    children: Option<String>,
}

impl Pass<'_> {
    async fn walk(&self) -> Result<Reminded, NoPlace> {
        let mut done = Reminded::default();
        if self.campaign.audience == Audience::Student {
            self.of_pupils(&mut done).await?;
            return Ok(done);
        }
        let mut seen = HashSet::new();
        for (school, _) in places(&self.app.store.read(), &asked(self.campaign, None)).await? {
            let mut people = self.people(&school).await?;
            people.retain(|person| seen.insert(*person));
            for chunk in people.chunks(AT_ONCE) {
                let contacts = self.app.store.read().circle().contacts(chunk).await?;
                let not_ready: Vec<Reader<'_>> = chunk
                    .iter()
                    .filter_map(|person| Some((*person, contacts.get(person)?)))
                    .filter(|(_, contact)| !contact.has_joined())
                    .map(|(person, contact)| Reader { person, contact, children: None })
                    .collect();
                done.not_ready += not_ready.len() as u64;
                done.not_reached += not_ready.iter().filter(|reader| reader.contact.address().is_none()).count() as u64;
                done.letters += self.write(&not_ready).await?;
            }
            (self.told)(seen.len() as u64);
        }
        Ok(done)
    }

    /// Guardians who may be written to, or those who work there.
    async fn people(&self, school: &str) -> Result<Vec<PersonId>, StoreError> {
        let reader = self.app.store.read();
        if self.campaign.audience == Audience::Staff {
            return reader.circle().staff(school).await;
        }
        let pupils: Vec<PersonId> = reader.families().pupils(Which::School(school)).await?.into_iter().map(|pupil| pupil.id).collect();
        let mut people = Vec::new();
        for chunk in pupils.chunks(CHUNK) {
            people.extend(reader.circle().near(chunk).await?.into_iter().filter(|near| near.hears).map(|near| near.guardian));
        }
        people.sort_unstable();
        people.dedup();
        Ok(people)
    }

    /// Pupils do not look after themselves: their guardians hear of it, in one letter for all their children; a pupil whose
    /// guardians have no address hears of it at their own.
    async fn of_pupils(&self, done: &mut Reminded) -> Result<(), NoPlace> {
        let reader = self.app.store.read();
        let mut children: HashMap<PersonId, Contact> = HashMap::new();
        let mut guardians: HashMap<PersonId, Vec<PersonId>> = HashMap::new();
        for (school, _) in places(&reader, &asked(self.campaign, None)).await? {
            let pupils: Vec<PersonId> = reader.families().pupils(Which::School(&school)).await?.into_iter().map(|pupil| pupil.id).collect();
            for chunk in pupils.chunks(CHUNK) {
                let mut contacts = reader.circle().contacts(chunk).await?;
                contacts.retain(|person, contact| !contact.has_joined() && !children.contains_key(person));
                let not_ready: Vec<PersonId> = contacts.keys().copied().collect();
                for near in reader.circle().near(&not_ready).await?.into_iter().filter(|near| near.hears) {
                    guardians.entry(near.guardian).or_default().push(near.child);
                }
                children.extend(contacts);
            }
            (self.told)(children.len() as u64);
        }
        done.not_ready = children.len() as u64;
        let mut reached = HashSet::new();
        let mut people: Vec<PersonId> = guardians.keys().copied().collect();
        people.sort_unstable();
        for chunk in people.chunks(AT_ONCE) {
            let contacts = reader.circle().contacts(chunk).await?;
            let with_address: Vec<(PersonId, &Contact)> = chunk
                .iter()
                .filter_map(|person| Some((*person, contacts.get(person)?)))
                .filter(|(_, contact)| contact.address().is_some())
                .collect();
            let readers: Vec<Reader<'_>> = with_address
                .into_iter()
                .map(|(person, contact)| {
                    reached.extend(guardians[&person].iter().copied());
                    let mut names: Vec<&str> = guardians[&person].iter().map(|child| children[child].given_name.as_str()).collect();
                    names.sort_unstable();
                    Reader { person, contact, children: Some(names.join(", ")) }
                })
                .collect();
            done.letters += self.write(&readers).await?;
        }
        let mut alone: Vec<Reader<'_>> = children
            .iter()
            .filter(|(child, _)| !reached.contains(*child))
            .map(|(child, contact)| Reader { person: *child, contact, children: None })
            .collect();
        alone.sort_by_key(|reader| reader.person);
        done.not_reached = alone.iter().filter(|reader| reader.contact.address().is_none()).count() as u64;
        for chunk in alone.chunks(AT_ONCE) {
            done.letters += self.write(chunk).await?;
        }
        Ok(())
    }

    /// Writes to those who have an address and were not written to at this step; how many letters.
    async fn write(&self, readers: &[Reader<'_>]) -> Result<u64, StoreError> {
        let letters: Vec<(PersonId, Letter)> = readers.iter().filter_map(|reader| Some((reader.person, self.letter(reader)?))).collect();
        if self.dry_run || letters.is_empty() {
            return Ok(letters.len() as u64);
        }
        let (campaign, tools, now) = (self.campaign, &self.app.tools, self.app.now());
        let work = async |tx: &Tx| {
            // Ended meanwhile: nobody is reminded of it.
            if !tx.campaigns().renew(campaign.id, now + LEASE).await? {
                return Ok(0);
            }
            let mut written = 0;
            for (person, letter) in &letters {
                if tx.reminders().once(campaign.id.0, *person, campaign.until, self.step, now).await? {
                    tx.outbox().add(letter, &tools.keys, &tools.random, now).await?;
                    written += 1;
                }
            }
            Ok::<_, StoreError>(written)
        };
        self.app.store.write(work).await
    }

    fn letter(&self, reader: &Reader<'_>) -> Option<Letter> {
        let (tools, campaign) = (&self.app.tools, self.campaign);
        let config = &tools.config;
        let to = reader.contact.address()?.to_owned();
        let language = reader.contact.reads().or(config.languages.first().copied()).unwrap_or(Language::ALL[0]);
        let start = self.app.flow(&campaign.flow).map_or_else(|| "/enroll".to_owned(), |flow| start_address(&flow));
        let data = json!({
            "name": reader.contact.given_name,
            "children": reader.children,
            "until": tools.pages.day(language, last_day(tools, campaign.until)),
            "address": format!("{}{start}", config.issuer.trim_end_matches('/')),
        });
        Some(Letter { kind: "campaign-reminder".to_owned(), to, language, data, useless_after: Some(campaign.until) })
    }
}

const A_DAY: i64 = 86_400;
const CHUNK: usize = 512;
/// Letters in one write.
const AT_ONCE: usize = 100;
/// How long a node may be silent before another goes on.
const LEASE: Duration = Duration::from_mins(5);
/// Reminders by hand have steps of their own, one a day.
const BY_HAND: i32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(made_at: i64, reminded: Option<u16>) -> Campaign {
        Campaign {
            id: CampaignId(uuid::Uuid::nil()),
            name: "rentrée".to_owned(),
            flow: "student-claim".to_owned(),
            audience: Audience::Student,
            schools: Vec::new(),
            until: Timestamp(100 * A_DAY),
            days: vec![14, 7, 1],
            made_at: Timestamp(made_at),
            reminded,
            ended_at: None,
        }
    }

    #[test]
    fn a03_a_reminder_is_due_on_its_day_and_a_missed_one_is_not_sent_late_beside_the_next() {
        let at = |day: i64| Timestamp(day * A_DAY + 9 * 3_600);
        // The last day is day 99; fourteen days before is day 85.
        assert_eq!(due(&campaign(0, None), at(84)), None);
        assert_eq!(due(&campaign(0, None), at(85)), Some(14));
        assert_eq!(due(&campaign(0, Some(14)), at(86)), None);
        assert_eq!(due(&campaign(0, None), at(93)), Some(7), "that of 14 days was missed");
        assert_eq!(due(&campaign(0, Some(7)), at(98)), Some(1));
        assert_eq!(due(&campaign(0, Some(1)), at(99)), None);
        assert_eq!(due(&campaign(0, None), at(100)), None, "over");
        assert_eq!(due(&campaign(90 * A_DAY, None), at(90)), None, "made after that of 14 days");
        assert_eq!(due(&Campaign { ended_at: Some(Timestamp(1)), ..campaign(0, None) }, at(98)), None);
    }
}
