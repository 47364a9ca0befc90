//! Whether a new source record is somebody we know, and whether a changed one still is who it was. Nobody is merged on
//! doubt, and a row that would turn one person into another waits for a human (A09).

use std::collections::{HashMap, HashSet};

use crate::model::PersonId;
use crate::people::{name_key, names_match};
use crate::store::people::Person;
use crate::store::roster::{Cell, Record};
use crate::store::roster_match::{Candidate, Key};

/// What a record says of a person's identity.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) master_id: Option<String>,
    pub(super) given_name: String,
    pub(super) family_name: String,
    pub(super) number_key: Option<String>,
    pub(super) email_key: Option<String>,
    pub(super) full_name_key: Option<String>,
    pub(super) birth_date: Option<String>,
    pub(super) user_ids: Vec<String>,
    pub(super) pupil: bool,
}

/// Whose a new record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// This person's, by this fact.
    Same(PersonId),
    /// Somebody new.
    New,
    /// Somebody new as far as we can tell; a human should look, for this reason.
    Doubt(&'static str),
}

/// Everybody that a batch of records could be.
#[derive(Default)]
pub(super) struct Pool {
    pub(super) by_key: HashMap<(Key, String), Vec<Candidate>>,
    pub(super) by_user_id: HashMap<String, Vec<PersonId>>,
    pub(super) pupils: HashSet<String>,
}

impl Identity {
    /// Of a record of `users.csv`, whose columns are in the store's order.
    pub(super) fn of(record: &Record, birth: Option<String>, pupil: bool, user_ids: Vec<String>) -> Self {
        let text = |place: usize| match record.cells.get(place) {
            Some(Cell::Text(text)) => text.clone(),
            _ => None,
        };
        Self {
            master_id: text(1),
            given_name: text(3).unwrap_or_default(),
            family_name: text(4).unwrap_or_default(),
            number_key: text(19),
            email_key: text(20),
            full_name_key: text(21),
            birth_date: birth.or_else(|| text(13)),
            user_ids,
            pupil,
        }
    }

    /// Two of name, birth date and number are not what they were; or, where nothing but the name and the address is
    /// known, all of these: this may be another person under an old id.
    pub(super) fn is_another_than(&self, old: &Candidate) -> bool {
        let differ = |left: &Option<String>, right: &Option<String>| left.is_some() && right.is_some() && left != right;
        let given = name_key(&self.given_name) != name_key(&old.given_name);
        let family = name_key(&self.family_name) != name_key(&old.family_name);
        let birth = differ(&self.birth_date, &old.birth_date);
        let number = differ(&self.number_key, &old.number_key);
        let changed = u8::from(given || family) + u8::from(birth) + u8::from(number);
        let nothing_else = old.birth_date.is_none() && old.number_key.is_none();
        changed >= 2 || (nothing_else && given && family && differ(&self.email_key, &old.email_key))
    }

    fn means(&self, candidate: &Candidate) -> bool {
        let known = bare(candidate);
        names_match(&self.given_name, &self.family_name, &known) && self.birth_agrees(candidate)
    }

    fn birth_agrees(&self, candidate: &Candidate) -> bool {
        match (&self.birth_date, &candidate.next_birth_date) {
            (Some(here), Some(there)) => here == there,
            _ => true,
        }
    }
}

impl Pool {
    /// Decides whose a new record is, and names the people whose guardians could settle a doubt.
    pub(super) fn decide(&self, who: &Identity) -> (Match, Vec<PersonId>) {
        let found = |key: Key, value: &Option<String>| {
            value.as_ref().and_then(|value| self.by_key.get(&(key, value.clone()))).map(Vec::as_slice).unwrap_or_default()
        };
        let none = Vec::new;
        if let Some(decided) = sole(found(Key::MasterId, &who.master_id), |_| true, "one userMasterIdentifier for several people") {
            return (decided, none());
        }
        let pupils_of_number: Vec<Candidate> = if who.pupil {
            found(Key::Number, &who.number_key).iter().filter(|one| self.pupils.contains(&one.source)).cloned().collect()
        } else {
            Vec::new()
        };
        let doubt = "the student number of somebody else, under another name or birth date";
        if let Some(decided) = sole(&pupils_of_number, |one| who.means(one), doubt) {
            return (decided, none());
        }
        let people: HashSet<PersonId> = who.user_ids.iter().filter_map(|id| self.by_user_id.get(id)).flatten().copied().collect();
        if let [person] = people.iter().copied().collect::<Vec<_>>().as_slice() {
            let by_name = found(Key::FullName, &who.full_name_key).iter().any(|one| one.person == *person && who.birth_agrees(one));
            let decided = if by_name { Match::Same(*person) } else { Match::Doubt("the userIds of somebody else, under another name") };
            return (decided, none());
        }
        let namesakes = found(Key::FullName, &who.full_name_key).iter().filter(|one| {
            let numbers_differ = who.number_key.is_some() && one.number_key.is_some();
            who.pupil
                && self.pupils.contains(&one.source)
                && who.birth_date.is_some()
                && one.next_birth_date == who.birth_date
                && !numbers_differ
        });
        let mut namesakes: Vec<PersonId> = namesakes.map(|one| one.person).collect();
        namesakes.dedup();
        if namesakes.is_empty() { (Match::New, namesakes) } else { (Match::Doubt("the name and birth date of somebody else"), namesakes) }
    }

    /// Makes a record findable for those that come after it in the same batch.
    pub(super) fn add(&mut self, who: &Identity, source: &str, person: PersonId) {
        let candidate = Candidate {
            source: source.to_owned(),
            person,
            given_name: who.given_name.clone(),
            family_name: who.family_name.clone(),
            number_key: who.number_key.clone(),
            email_key: who.email_key.clone(),
            birth_date: who.birth_date.clone(),
            next_birth_date: who.birth_date.clone(),
            active: true,
        };
        for (key, value) in [(Key::MasterId, &who.master_id), (Key::Number, &who.number_key), (Key::FullName, &who.full_name_key)] {
            if let Some(value) = value {
                self.by_key.entry((key, value.clone())).or_default().push(candidate.clone());
            }
        }
        for id in &who.user_ids {
            self.by_user_id.entry(id.clone()).or_default().push(person);
        }
        if who.pupil {
            self.pupils.insert(source.to_owned());
        }
    }
}

/// One person among the candidates that fit is the same; candidates of whom none or several fit are a doubt.
fn sole(candidates: &[Candidate], fits: impl Fn(&Candidate) -> bool, doubt: &'static str) -> Option<Match> {
    if candidates.is_empty() {
        return None;
    }
    let people: HashSet<PersonId> = candidates.iter().filter(|one| fits(one)).map(|one| one.person).collect();
    match people.iter().copied().collect::<Vec<_>>().as_slice() {
        [person] => Some(Match::Same(*person)),
        _ => Some(Match::Doubt(doubt)),
    }
}

fn bare(candidate: &Candidate) -> Person {
    Person {
        id: candidate.person,
        active: candidate.active,
        given_name: candidate.given_name.clone(),
        family_name: candidate.family_name.clone(),
        middle_name: None,
        preferred_given_name: None,
        preferred_family_name: None,
        birth_date: None,
        student_number: None,
        email: None,
        phone: None,
        sms: None,
        civic_number: None,
        language: None,
        grade: None,
        roles: Vec::new(),
    }
}
