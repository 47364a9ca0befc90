//! Who of the roster could join by a flow today, and why the others could not: counted before the letters go out, so that
//! the school can mend its records first (`preau flow try`, B29).

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::flow::Flow;
use crate::flow::need::Need;
use crate::model::{Audience, Hash, PersonId};
use crate::people::{email_key, number_key};
use crate::policy::{Naming, Policy};
use crate::store::accounts::{AccountState, username_key};
use crate::store::roll::Entry;
use crate::store::{Reader, StoreError};

/// What a flow would do with the roster of today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Those whom the flow is for.
    pub people: u64,
    /// Of them, those who have an account already.
    pub claimed: u64,
    /// Those who could finish it today.
    pub ready: u64,
    /// Those who could not.
    pub not_ready: u64,
    /// Why not: by reason, the most frequent first. Somebody may lack several things.
    pub why: Vec<Reason>,
}

/// One reason for which people cannot join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Its word.
    pub reason: &'static str,
    /// What staff reads.
    pub explanation: &'static str,
    /// How many.
    pub people: u64,
    /// The first few, by the source's ids.
    pub such_as: Vec<String>,
}

/// Why some people cannot join, by person: those who can are not in it.
pub type Lacking = HashMap<PersonId, Vec<&'static str>>;

/// Looks at everybody. `told` hears how many were looked at.
pub async fn readiness(reader: &Reader<'_>, policy: &Policy, flow: &Flow, told: &(dyn Fn(u64) + Sync)) -> Result<Readiness, StoreError> {
    Ok(everybody(reader, Count::of(policy, flow), told).await?.end())
}

/// The same, person by person: the words of the reasons.
pub async fn lacking(reader: &Reader<'_>, policy: &Policy, flow: &Flow, told: &(dyn Fn(u64) + Sync)) -> Result<Lacking, StoreError> {
    let count = Count { lacking: Some(Lacking::new()), ..Count::of(policy, flow) };
    Ok(everybody(reader, count, told).await?.lacking.unwrap_or_default())
}

async fn everybody<'c>(reader: &Reader<'_>, mut count: Count<'c>, told: &(dyn Fn(u64) + Sync)) -> Result<Count<'c>, StoreError> {
    let (mut after, mut seen) = (None, 0);
    loop {
        let people = reader.roll().after(after).await?;
        let Some(last) = people.last() else { return Ok(count) };
        after = Some(last.person);
        seen += people.len() as u64;
        people.iter().for_each(|entry| count.add(entry));
        told(seen);
    }
}

/// The count as it grows. Of people who look alike it keeps a digest each, not the people.
struct Count<'a> {
    policy: &'a Policy,
    audience: Option<Audience>,
    needs: Vec<Need>,
    /// What a stage finds people by.
    finds: Vec<Need>,
    brings_address: bool,
    done: Readiness,
    why: BTreeMap<Why, (u64, Vec<String>)>,
    alike: HashMap<u128, First>,
    names: HashSet<u128>,
    /// Where it is asked, the reasons person by person.
    lacking: Option<Lacking>,
}

/// The first of those who look alike.
struct First {
    person: PersonId,
    source: String,
    /// It is among those who cannot join.
    counted: bool,
}

/// Why somebody cannot join.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Lacks(Need),
    Disabled,
    AlsoStaff,
    Alike,
    NoUsername,
    UsernameShared,
}

impl<'a> Count<'a> {
    fn of(policy: &'a Policy, flow: &Flow) -> Self {
        let asks: Vec<_> = flow.stages.iter().map(|bound| bound.stage.asks()).collect();
        let mut needs: Vec<Need> = asks.iter().flat_map(|asks| asks.needs.iter().copied()).collect();
        needs.sort_unstable();
        needs.dedup();
        let brings_address = asks.iter().any(|asks| asks.brings_address);
        let finds = asks.into_iter().find(|asks| asks.finds).map(|asks| asks.needs).unwrap_or_default();
        Self {
            policy,
            audience: flow.audience,
            needs,
            finds,
            brings_address,
            done: Readiness::default(),
            why: BTreeMap::new(),
            alike: HashMap::new(),
            names: HashSet::new(),
            lacking: None,
        }
    }

    fn add(&mut self, entry: &Entry) {
        if !self.is_for(entry) {
            return;
        }
        self.done.people += 1;
        if entry.account == Some(AccountState::Claimed) {
            self.done.claimed += 1;
            return;
        }
        let mut why: Vec<Why> = self.needs.iter().filter(|need| lacks(entry, **need)).map(|need| Why::Lacks(*need)).collect();
        why.extend((entry.account == Some(AccountState::Disabled)).then_some(Why::Disabled));
        why.extend(
            (self.audience.is_some() && entry.audiences.contains(&Audience::Staff) && self.audience != Some(Audience::Staff))
                .then_some(Why::AlsoStaff),
        );
        why.extend(self.name_trouble(entry));
        if why.is_empty() && self.looks_like_another(entry) {
            why.push(Why::Alike);
        }
        self.done.not_ready += u64::from(!why.is_empty());
        self.done.ready += u64::from(why.is_empty());
        for why in why {
            self.note(why, entry.person, &entry.source);
        }
    }

    /// A guardian may be one by a tie alone.
    fn is_for(&self, entry: &Entry) -> bool {
        match self.audience {
            None => true,
            Some(Audience::Guardian) => entry.audiences.contains(&Audience::Guardian) || !entry.children.is_empty(),
            Some(audience) => entry.audiences.contains(&audience),
        }
    }

    fn name_trouble(&mut self, entry: &Entry) -> Option<Why> {
        let naming = Naming {
            student_number: entry.number.as_deref(),
            given_name: &entry.given_name,
            family_name: &entry.family_name,
            email: entry.email.as_deref(),
        };
        let Some(username) = self.policy.username(self.audience.unwrap_or(Audience::Student), &naming) else {
            let asked = entry.email.is_none() && self.brings_address;
            return (!asked).then_some(Why::NoUsername);
        };
        // Of those who share one, the first to come gets it.
        (!self.names.insert(digest(&username_key(&username)))).then_some(Why::UsernameShared)
    }

    /// Then neither is found: the first of the two is counted with the second.
    fn looks_like_another(&mut self, entry: &Entry) -> bool {
        if self.finds.is_empty() {
            return false;
        }
        let facts: Vec<String> = self.finds.iter().map(|need| fact(entry, *need)).collect();
        let first = match self.alike.entry(digest(&facts.join("\u{1f}"))) {
            Slot::Vacant(slot) => {
                slot.insert(First { person: entry.person, source: entry.source.clone(), counted: false });
                return false;
            }
            Slot::Occupied(slot) => slot.into_mut(),
        };
        if !std::mem::replace(&mut first.counted, true) {
            let (person, source) = (first.person, first.source.clone());
            self.done.ready -= 1;
            self.done.not_ready += 1;
            self.note(Why::Alike, person, &source);
        }
        true
    }

    fn note(&mut self, why: Why, person: PersonId, source: &str) {
        if let Some(lacking) = &mut self.lacking {
            lacking.entry(person).or_default().push(why.words().0);
        }
        let (people, such_as) = self.why.entry(why).or_default();
        *people += 1;
        if such_as.len() < EXAMPLES {
            such_as.push(source.to_owned());
        }
    }

    fn end(mut self) -> Readiness {
        let reason = |(why, (people, such_as)): (Why, (u64, Vec<String>))| {
            let (reason, explanation) = why.words();
            Reason { reason, explanation, people, such_as }
        };
        self.done.why = self.why.into_iter().map(reason).collect();
        self.done.why.sort_by_key(|reason| std::cmp::Reverse(reason.people));
        self.done
    }
}

impl Why {
    /// Its word, and what staff reads.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Lacks(need) => (need.word(), need.lack()),
            Self::Disabled => ("disabled", "the school shut the account"),
            Self::AlsoStaff => ("also-staff", "they also work for the district, and this way of joining is not for staff"),
            Self::Alike => ("alike", "the flow cannot tell them from somebody else who has all the same facts"),
            Self::NoUsername => ("no-username", "the roster lacks what the name to sign in with is made of"),
            Self::UsernameShared => ("username-shared", "the name to sign in with would be another's too: the first to come gets it"),
        }
    }
}

fn lacks(entry: &Entry, need: Need) -> bool {
    let children = &entry.children;
    match need {
        Need::Names => entry.given_name.trim().is_empty() || entry.family_name.trim().is_empty(),
        Need::StudentNumber => entry.number.is_none(),
        Need::BirthDate => entry.birth_date.is_none(),
        Need::Email => entry.email.is_none(),
        Need::CivicNumber => entry.civic_number.is_none(),
        Need::School => entry.audiences.is_empty() && !children.iter().any(|child| child.at_school),
        Need::Child => children.is_empty(),
        Need::AnyChildsBirthDate => !children.is_empty() && children.iter().all(|child| child.birth_date.is_none()),
        Need::EveryChildsBirthDate => children.iter().any(|child| child.birth_date.is_none()),
    }
}

/// What of a person a stage compares; what it only asks of children tells nobody apart.
fn fact(entry: &Entry, need: Need) -> String {
    let said = |fact: &Option<String>| fact.clone().unwrap_or_default();
    match need {
        Need::Names => entry.name_key.clone(),
        Need::StudentNumber => number_key(&said(&entry.number)),
        Need::BirthDate => said(&entry.birth_date),
        Need::Email => email_key(&said(&entry.email)),
        Need::CivicNumber => said(&entry.civic_number),
        Need::School | Need::Child | Need::AnyChildsBirthDate | Need::EveryChildsBirthDate => String::new(),
    }
}

fn digest(facts: &str) -> u128 {
    let digest = Hash::of(facts.as_bytes());
    u128::from_be_bytes(*digest.0.first_chunk().expect("SHA-256 has more than 16 bytes"))
}

const EXAMPLES: usize = 5;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::flow::definition;
    use crate::model::Timestamp;
    use crate::random::Random;
    use crate::store::roll::Child;

    const FLOW: &str = "feature = 'enrollment'\naudience = 'student'\nassurance = 'urn:preau:acr:identified'\n[[stage]]\nuse = 'roster-match'\n\
                        fields = ['given_name', 'family_name', 'student_number', 'birth_date']\nalready_claimed = 'neutral'\n\
                        [[stage]]\nuse = 'set-password'\n";

    fn pupil(source: &str, number: Option<&str>, born: Option<&str>) -> Entry {
        Entry {
            person: PersonId::new(Timestamp(1), &Random::seeded(1)),
            source: source.to_owned(),
            given_name: "Léa".to_owned(),
            family_name: "Roy".to_owned(),
            name_key: "lea roy".to_owned(),
            number: number.map(str::to_owned),
            email: None,
            birth_date: born.map(str::to_owned),
            civic_number: None,
            audiences: HashSet::from([Audience::Student]),
            account: None,
            children: Vec::new(),
        }
    }

    fn counted(people: &[Entry]) -> Readiness {
        let flow = definition::parse("x", "x.toml", FLOW, &[&super::super::FEATURE]).unwrap();
        let policy = Policy::default();
        let mut count = Count::of(&policy, &flow);
        people.iter().for_each(|entry| count.add(entry));
        count.end()
    }

    fn reasons(found: &Readiness) -> Vec<(&str, u64)> {
        found.why.iter().map(|reason| (reason.reason, reason.people)).collect()
    }

    #[test]
    fn b29_everybody_is_ready_or_lacks_something_that_is_named() {
        let born = Some("2012-05-01");
        let claimed = Entry { account: Some(AccountState::Claimed), ..pupil("c", Some("5"), born) };
        let guardian = Entry { audiences: HashSet::from([Audience::Guardian]), ..pupil("g", None, None) };
        let found = counted(&[pupil("a", Some("1"), born), pupil("b", Some("2"), None), pupil("d", None, None), claimed, guardian]);
        assert_eq!((found.people, found.claimed, found.ready, found.not_ready), (4, 1, 1, 2));
        assert_eq!(reasons(&found), [("no-birth-date", 2), ("no-student-number", 1), ("no-username", 1)]);
        assert_eq!(found.why[0].such_as, ["b", "d"]);
    }

    #[test]
    fn b29_of_two_who_look_alike_neither_is_ready() {
        let born = Some("2012-05-01");
        let found = counted(&[pupil("a", Some("1"), born), pupil("b", Some("0001"), born), pupil("c", Some("1"), Some("2011-01-01"))]);
        assert_eq!((found.people, found.ready, found.not_ready), (3, 0, 3));
        assert_eq!(reasons(&found), [("alike", 2), ("username-shared", 1)]);
    }

    #[test]
    fn e14_staff_who_is_also_a_parent_is_told_apart() {
        let mut both = pupil("a", Some("1"), Some("2012-05-01"));
        both.audiences.insert(Audience::Staff);
        both.children.push(Child { person: both.person, birth_date: None, at_school: true });
        assert_eq!(reasons(&counted(&[both])), [("also-staff", 1)]);
    }
}
