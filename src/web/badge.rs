//! Cards of the youngest, as those who read them and those who look after them share it: where and when they work, what
//! one that was read is worth, how it is taken back, and how the school hears that one sleeps.

use std::collections::BTreeSet;

use serde_json::json;

use super::visitor::given_name;
use super::{second_factor, session};
use crate::config::badges::{CardKind, Here};
use crate::flow::{FlowError, Step};
use crate::keys::KeyStore;
use crate::limits::{self, Rule};
use crate::model::{AccountId, Audience, BadgeId, Hash, JourneyId, Language, Letter, PersonId, Picture, Role, Timestamp};
use crate::policy::{self, LooksAfter};
use crate::random::{Random, Secret};
use crate::store::accounts::{Account, AccountState};
use crate::store::badges::{Badge, SecretKind, Taking};
use crate::store::events::Event;
use crate::store::families::Which;
use crate::store::people::{Org, People, Person};
use crate::store::{Reader, StoreError, Tx};
use crate::tools::Tools;

/// What a card that was read is worth at this moment.
#[derive(Clone, Debug)]
pub enum Read {
    /// It opens the way to its owner's pictures.
    Works {
        /// The card.
        badge: BadgeId,
        /// Its owner's account.
        account: AccountId,
    },
    /// It was printed here, and was taken back.
    Over,
    /// Too many wrong pictures: nothing is judged for a while.
    Asleep,
    /// It works, and its owner cannot come in by it: no account that is open, or one that asks for more than a card.
    NotOpen,
    /// It is no card of here, or not at this hour: whatever else may be true of it is not told.
    Elsewhere,
    /// Nobody here printed it.
    Unknown,
}

impl Read {
    /// The state of the page that says so.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Works { .. } => "read",
            Self::Over => "over",
            Self::Asleep => "asleep",
            Self::NotOpen => "not-open",
            Self::Elsewhere => "elsewhere",
            Self::Unknown => "unknown",
        }
    }
}

/// Cards of some school work in this network at this moment. Everywhere else they are never even looked at: a photograph of one
/// tells nothing and opens nothing.
pub fn works_here(tools: &Tools, network: &str, now: Timestamp) -> bool {
    let (badges, zone) = (&tools.config.badges, tools.config.district.zone());
    let at_school = tools.policy.is_school_network(network);
    badges.enabled && badges.work_for_somebody(&Here { network, at_school, now, zone: &zone })
}

/// The card of this pupil works in this network at this moment, by what one of their schools says, else the district.
pub async fn works_for(people: &People<'_>, tools: &Tools, pupil: &Person, network: &str, now: Timestamp) -> Result<bool, StoreError> {
    let (badges, zone) = (&tools.config.badges, tools.config.district.zone());
    let somewhere = works_here(tools, network, now);
    if !somewhere || badges.schools.is_empty() {
        return Ok(somewhere);
    }
    let here = Here { network, at_school: tools.policy.is_school_network(network), now, zone: &zone };
    for at in pupil.roles.iter().filter(|at| at.role == Role::Student) {
        if badges.work_at(&people.lineage(at.org).await?, &here) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a reader of squares types, or a camera opens: the address of a card, or what stands at its end.
pub fn token_of(typed: &str) -> Option<Secret> {
    let token = typed.trim().rsplit('/').next().unwrap_or_default();
    let plain = token.len() == TOKEN && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    plain.then(|| Secret::new(token))
}

/// What a card says, for its square.
pub fn link(issuer: &str, token: &Secret) -> Secret {
    Secret::new(format!("{issuer}{ADDRESS}/{}", token.expose()))
}

/// Looks at a card in a network. Changes nothing.
pub async fn read(reader: &Reader<'_>, tools: &Tools, token: &Secret, network: &str, now: Timestamp) -> Result<Read, StoreError> {
    let Some(badge) = reader.badges().by_token(&token.hash()).await? else { return Ok(Read::Unknown) };
    let person = reader.people().find(badge.person).await?;
    if let Some(pupil) = &person
        && !works_for(&reader.people(), tools, pupil, network, now).await?
    {
        return Ok(Read::Elsewhere);
    }
    if badge.revoked.is_some() {
        return Ok(Read::Over);
    }
    let Some(account) = reader.accounts().of_person(badge.person).await? else { return Ok(Read::NotOpen) };
    if !is_good(&reader.people(), tools, &account, person.as_ref()).await? || reader.second_factors().has_any(account.id).await? {
        return Ok(Read::NotOpen);
    }
    if limits::would_wait(reader, Rule::Badge, &subject(&tools.keys, account.id), now).await? {
        return Ok(Read::Asleep);
    }
    Ok(Read::Works { badge: badge.id, account: account.id })
}

/// The account and the person of a card, if they may come in by it now: asked once more where somebody does (row S07).
pub async fn owner(tx: &Tx, tools: &Tools, badge: BadgeId) -> Result<Option<(Account, Person)>, StoreError> {
    let Some(badge) = tx.badges().find(badge).await?.filter(|badge| badge.revoked.is_none()) else { return Ok(None) };
    let Some(account) = tx.accounts().of_person(badge.person).await? else { return Ok(None) };
    let person = tx.people().find(badge.person).await?;
    let good = is_good(&tx.people(), tools, &account, person.as_ref()).await?;
    Ok(person.filter(|_| good).map(|person| (account, person)))
}

/// The pupil is one for whom the district prints cards.
pub async fn is_meant(people: &People<'_>, tools: &Tools, person: &Person) -> Result<bool, StoreError> {
    let badges = &tools.config.badges;
    if !person.active || session::audience(person) != Audience::Student {
        return Ok(false);
    }
    let grade = badges.grades.is_empty() || person.grade.as_ref().is_some_and(|grade| badges.grades.contains(grade));
    if badges.only_at.is_empty() || !grade {
        return Ok(grade);
    }
    for at in &person.roles {
        if people.org(at.org).await?.is_some_and(|school| badges.only_at.contains(&school.source_id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn is_good(people: &People<'_>, tools: &Tools, account: &Account, person: Option<&Person>) -> Result<bool, StoreError> {
    match person {
        Some(person) if account.state == AccountState::Claimed => is_meant(people, tools, person).await,
        _ => Ok(false),
    }
}

/// The subject of tries beside the card of an account.
pub fn subject(keys: &KeyStore, account: AccountId) -> Hash {
    limits::subject(keys, &["badge", &account.to_string()])
}

/// What is shown beside a card, as it is hashed.
pub fn of_pictures(pictures: &[Picture]) -> Secret {
    let words: Vec<&str> = pictures.iter().map(|picture| picture.word()).collect();
    Secret::new(format!("pictures:{}", words.join(",")))
}

/// The same of digits.
pub fn of_pin(digits: &str) -> Secret {
    Secret::new(format!("pin:{digits}"))
}

/// What a child chooses here, where nothing was chosen yet.
pub fn kind(tools: &Tools) -> SecretKind {
    match tools.config.badges.secret {
        CardKind::Pictures => SecretKind::Pictures,
        CardKind::Pin => SecretKind::Pin,
    }
}

/// Seals what was tapped so far, for one journey.
pub fn seal(keys: &KeyStore, random: &Random, journey: JourneyId, tapped: &[Picture]) -> String {
    let words: Vec<&str> = tapped.iter().map(|picture| picture.word()).collect();
    second_factor::seal(keys, random, journey, "tapped", words.join(",").as_bytes())
}

/// Opens it again.
pub fn unseal(keys: &KeyStore, journey: JourneyId, sealed: &str) -> Result<Vec<Picture>, FlowError> {
    let text = second_factor::unseal(keys, journey, "tapped", sealed)?;
    let text = String::from_utf8(text).map_err(|_| FlowError::Broken("pictures that were tapped are no text".to_owned()))?;
    Ok(text.split(',').filter_map(Picture::from_word).collect())
}

/// Takes the card of a child back, and ends whatever it began; the card, and how many sign-ins ended. `None`: none worked.
pub async fn revoke(tx: &Tx, person: PersonId, taking: Taking<'_>, now: Timestamp) -> Result<Option<(BadgeId, usize)>, StoreError> {
    let Some(badge) = tx.badges().revoke(person, taking, now).await? else { return Ok(None) };
    let begun = tx.badges().sessions(person, now).await?;
    for session in &begun {
        tx.sessions().end(*session, now).await?;
    }
    let detail = json!({ "badge": badge, "why": taking.why, "sessions_ended": begun.len() });
    tx.record(&Event { actor: taking.by, person: Some(person), detail, ..Event::of("badge.revoked") }, now).await?;
    Ok(Some((badge, begun.len())))
}

/// Forgets what a child shows beside the card, and the tries on it: they choose anew. False if nothing was chosen.
pub async fn forget_secret(tx: &Tx, keys: &KeyStore, account: &Account, by: Option<AccountId>, now: Timestamp) -> Result<bool, StoreError> {
    limits::reset(tx, Rule::Badge, &subject(keys, account.id)).await?;
    if !tx.badges().forget_secret(account.id).await? {
        return Ok(false);
    }
    tx.record(&Event { actor: by, person: Some(account.person), ..Event::of("badge.secret-forgotten") }, now).await?;
    Ok(true)
}

/// A card that sleeps is judged again. False if none was tried.
pub async fn wake(tx: &Tx, keys: &KeyStore, account: &Account, by: Option<AccountId>, now: Timestamp) -> Result<bool, StoreError> {
    if !limits::reset(tx, Rule::Badge, &subject(keys, account.id)).await? {
        return Ok(false);
    }
    tx.record(&Event { actor: by, person: Some(account.person), ..Event::of("badge.woken") }, now).await?;
    Ok(true)
}

/// Five wrong ones in a row: the card sleeps, and the schools of the child hear of it.
pub async fn fell_asleep(step: &Step<'_>, badge: BadgeId, person: &Person, until: Timestamp) -> Result<(), FlowError> {
    let (tools, now) = (step.tools, step.now);
    let detail = json!({ "badge": badge, "until": until });
    step.tx.record(&Event { person: Some(person.id), detail, ..Event::of("badge.asleep") }, now).await?;
    let schools = schools(&step.tx.people(), person).await?;
    let class = step.tx.people().classes(person.id).await?.into_iter().find(|class| class.homeroom).map(|class| class.title);
    // Two children of one name are told apart by the class.
    let name = class.map_or_else(|| given_name(person).to_owned(), |class| format!("{} ({class})", given_name(person)));
    let language = tools.config.languages.first().copied().unwrap_or(Language::ALL[0]);
    let moment = |at| tools.pages.moment(language, at, now, &tools.config.district.zone());
    let addresses: BTreeSet<String> =
        schools.iter().map(|school| school.email.clone().unwrap_or_else(|| tools.config.district.help_address.clone())).collect();
    for to in addresses {
        let data = json!({ "name": name, "moment": moment(now), "until": moment(until) });
        let letter = Letter { kind: "badge-asleep".to_owned(), to, language, data, useless_after: Some(until) };
        step.tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
    }
    Ok(())
}

async fn schools(people: &People<'_>, person: &Person) -> Result<Vec<Org>, StoreError> {
    let mut schools: Vec<Org> = Vec::new();
    for at in person.roles.iter().filter(|at| at.role == Role::Student) {
        if let Some(school) = people.org(at.org).await?
            && schools.iter().all(|known| known.id != school.id)
        {
            schools.push(school);
        }
    }
    Ok(schools)
}

/// Pupils whose cards somebody looks after: a class, or a whole school that has no classes in the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// A class, else a school.
    pub is_class: bool,
    /// The source's id.
    pub source: String,
    /// What it is called.
    pub title: String,
    /// The name of its school.
    pub school: String,
}

impl Group {
    /// Its pupils, for the store.
    pub fn which(&self) -> Which<'_> {
        if self.is_class { Which::Class(&self.source) } else { Which::School(&self.source) }
    }
}

/// The groups whose cards somebody looks after, by the roster of now (row R17).
pub async fn groups(reader: &Reader<'_>, person: &Person) -> Result<Vec<Group>, StoreError> {
    let roles: Vec<Role> = person.roles.iter().map(|at| at.role).collect();
    let cares = |what: LooksAfter| roles.iter().any(|role| policy::looks_after_cards(*role) == Some(what));
    let badges = reader.badges();
    let mut groups = Vec::new();
    if cares(LooksAfter::Classes) {
        groups.extend(badges.taught(person.id).await?.into_iter().map(of_class));
    }
    if cares(LooksAfter::School) {
        let office: Vec<&str> =
            roles.iter().filter(|role| policy::looks_after_cards(**role) == Some(LooksAfter::School)).map(|role| role.word()).collect();
        for (source, name) in badges.schools_of(person.id, &office).await? {
            let classes = badges.of_school(&source).await?;
            let whole = Group { is_class: false, source, title: name.clone(), school: name };
            groups.extend(classes.into_iter().map(of_class));
            // Whoever is in no class is found there.
            groups.push(whole);
        }
    }
    let mut seen = BTreeSet::new();
    groups.retain(|group| seen.insert((group.is_class, group.source.clone())));
    Ok(groups)
}

/// Whether somebody looks after the card of a pupil now.
pub async fn may_look_after(reader: &Reader<'_>, staff: &Person, pupil: PersonId) -> Result<bool, StoreError> {
    for group in groups(reader, staff).await? {
        if reader.badges().is_among(pupil, &group.which()).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_class(class: crate::store::badges::ClassAt) -> Group {
    Group { is_class: true, source: class.source, title: class.title, school: class.school }
}

/// How a card stands, for those who look after it.
pub async fn standing(reader: &Reader<'_>, tools: &Tools, badge: &Badge, now: Timestamp) -> Result<&'static str, StoreError> {
    if badge.revoked.is_some() {
        return Ok("over");
    }
    let Some(account) = reader.accounts().of_person(badge.person).await? else { return Ok("not-open") };
    if account.state != AccountState::Claimed {
        return Ok("not-open");
    }
    let asleep = limits::would_wait(reader, Rule::Badge, &subject(&tools.keys, account.id), now).await?;
    Ok(if asleep { "asleep" } else { "works" })
}

/// Where a card leads.
pub const ADDRESS: &str = "/badge";
/// 256 bits in base64url.
const TOKEN: usize = 43;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_read_by_a_camera_and_by_a_reader_that_types() {
        let token = Random::seeded(1).secret();
        let link = link("https://id.ecole.example", &token);
        for typed in [link.expose(), token.expose(), &format!(" {}\r\n", link.expose())] {
            assert_eq!(token_of(typed).as_ref(), Some(&token), "{typed}");
        }
        for typed in ["", "https://id.ecole.example/badge/", "x", &format!("{}x", token.expose()), &format!("{}?", link.expose())] {
            assert!(token_of(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn what_is_tapped_is_sealed_for_its_journey() {
        let (keys, random) = (KeyStore::for_tests(), Random::seeded(1));
        let journeys = [JourneyId::new(Timestamp(1), &random), JourneyId::new(Timestamp(2), &random)];
        let tapped = [Picture::Cat, Picture::Sun];
        let sealed = seal(&keys, &random, journeys[0], &tapped);
        assert!(!sealed.contains("cat") && unseal(&keys, journeys[0], &sealed).unwrap() == tapped);
        assert!(unseal(&keys, journeys[1], &sealed).is_err());
    }
}
