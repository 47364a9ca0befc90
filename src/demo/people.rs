//! The people to try a demonstration with: who they are, and whom of the district to choose. Chosen are those whose
//! facts are complete and lead to them alone, so that a claim that fails is a fault of ours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Audience, OrgId, PersonId, Role};
use crate::people::{email_key, full_name_key, number_key};
use crate::roster::{self, Generated, SyntheticPerson};
use crate::store::people::Person as Known;
use crate::store::{Store, StoreError};

/// What somebody is, and whether there is an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    StudentUnclaimed,
    Student,
    GuardianUnclaimed,
    Guardian,
    Teacher,
    Secretary,
    Counsellor,
    DistrictAdmin,
}

/// One of them, with what a flow asks for. It has no `Debug`: a password stands in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What this is.
    pub kind: Kind,
    /// The name to sign in with; of an account that is not claimed, the name it will have.
    pub username: String,
    /// The password, where there is an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// As the school writes it.
    pub given_name: String,
    /// As the school writes it.
    pub family_name: String,
    /// The number on the school's paper.
    pub student_number: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// The address on file.
    pub email: Option<String>,
    /// The school's name.
    pub school: Option<String>,
    /// The house number.
    pub civic_number: Option<String>,
    /// The language the school writes to this person in.
    pub language: Option<String>,
    /// The children of a guardian.
    #[serde(default)]
    pub children: Vec<Child>,
    /// The code of the letter that a guardian without an account got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The code of the mail that a guardian without an account got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_code: Option<String>,
    /// The provisional password of the letter that somebody without an account got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional_password: Option<String>,
    /// Recall questions with their answers, where there are some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_answers: Vec<Recalled>,
}

/// A guardian's child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// As the school writes it.
    pub given_name: String,
    /// As the school writes it.
    pub family_name: String,
    /// The number on the school's paper.
    pub student_number: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// The school's name.
    pub school: Option<String>,
}

/// A recall question and what was answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {
    /// Its id in the catalogue.
    pub question: String,
    /// In clear.
    pub answer: String,
}

/// Somebody who was chosen, before there is an account.
pub struct Chosen {
    /// The record of the roster.
    pub known: Known,
    /// The facts, with a name to sign in with that is still empty.
    pub person: Person,
}

/// Too few fit.
#[derive(Debug, thiserror::Error)]
pub enum Choosing {
    /// The district is too small.
    #[error("the district has too few people of the kind {0:?} whose facts are complete; ask for more pupils with --students")]
    TooFew(Kind),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Kind {
    /// Every kind, in the order of the contract, and how many there are at least and at most.
    pub const ALL: &'static [(Self, usize, usize)] = &[
        (Self::StudentUnclaimed, 5, 10),
        (Self::Student, 2, 2),
        (Self::GuardianUnclaimed, 5, 10),
        (Self::Guardian, 2, 2),
        (Self::Teacher, 2, 2),
        (Self::Secretary, 2, 2),
        (Self::Counsellor, 2, 2),
        (Self::DistrictAdmin, 2, 2),
    ];

    /// There is an account from the beginning.
    pub fn has_account(self) -> bool {
        !matches!(self, Self::StudentUnclaimed | Self::GuardianUnclaimed)
    }

    /// Whose rules apply.
    pub fn audience(self) -> Audience {
        match self {
            Self::StudentUnclaimed | Self::Student => Audience::Student,
            Self::GuardianUnclaimed | Self::Guardian => Audience::Guardian,
            _ => Audience::Staff,
        }
    }

    /// Several of them, in words.
    pub fn heading(self) -> &'static str {
        match self {
            Self::StudentUnclaimed | Self::Student => "Pupils",
            Self::GuardianUnclaimed | Self::Guardian => "Guardians",
            Self::Teacher => "Teachers",
            Self::Secretary => "Secretaries",
            Self::Counsellor => "Counsellors",
            Self::DistrictAdmin => "District administrators",
        }
    }

    fn synthetic(self) -> roster::Kind {
        match self {
            Self::StudentUnclaimed | Self::Student => roster::Kind::Student,
            Self::GuardianUnclaimed | Self::Guardian => roster::Kind::Guardian,
            Self::Teacher => roster::Kind::Teacher,
            Self::Secretary => roster::Kind::Secretary,
            Self::Counsellor => roster::Kind::Counsellor,
            Self::DistrictAdmin => roster::Kind::DistrictAdmin,
        }
    }

    fn is_role(self, role: Role) -> bool {
        match self {
            Self::Teacher => role == Role::Teacher,
            Self::Secretary => role == Role::Secretary,
            Self::Counsellor => role == Role::Counselor,
            Self::DistrictAdmin => role == Role::DistrictAdministrator,
            _ => role.audience() == self.audience(),
        }
    }
}

/// Chooses people of each kind, of French and of English schools in turn. Those with an account come first, so that the
/// others may be fewer in a small district; among these come first whose names every keyboard has.
pub async fn choose(store: &Store, made: &Generated) -> Result<Vec<Chosen>, Choosing> {
    let mut all: Vec<Chosen> = Vec::new();
    let (with, without): (Vec<_>, Vec<_>) = Kind::ALL.iter().copied().partition(|(kind, ..)| kind.has_account());
    for (kind, least, most) in with.into_iter().chain(without) {
        let mut found: Vec<Chosen> = Vec::new();
        for candidate in made.examples.iter().filter(|one| one.kind == kind.synthetic() && one.hard_case.is_none()) {
            if let Some(chosen) = look_up(store, kind, candidate).await?
                && !all.iter().any(|other| other.known.id == chosen.known.id)
            {
                found.push(chosen);
            }
        }
        let mut found = in_turn(found);
        found.truncate(most);
        if found.len() < least {
            return Err(Choosing::TooFew(kind));
        }
        if !kind.has_account() {
            found.sort_by_key(|chosen| !(chosen.person.given_name.is_ascii() && chosen.person.family_name.is_ascii()));
        }
        all.append(&mut found);
    }
    all.sort_by_key(|chosen| chosen.person.kind);
    Ok(all)
}

/// The first of each language, then the second of each, and so on.
fn in_turn(found: Vec<Chosen>) -> Vec<Chosen> {
    let mut seen = BTreeMap::<_, usize>::new();
    let mut ranked: Vec<(usize, Chosen)> = Vec::new();
    for chosen in found {
        let rank = seen.entry(chosen.known.language).or_default();
        *rank += 1;
        ranked.push((*rank, chosen));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, chosen)| chosen).collect()
}

/// The candidate as the imported roster has them; `None` unless their facts are complete and theirs alone.
async fn look_up(store: &Store, kind: Kind, candidate: &SyntheticPerson) -> Result<Option<Chosen>, StoreError> {
    let reader = store.read();
    let people = reader.people();
    let by_key = match (&candidate.student_number, &candidate.email) {
        (Some(number), _) => people.by_number(&number_key(number)).await?,
        (None, Some(email)) => people.by_email(&email_key(email)).await?,
        (None, None) => return Ok(None),
    };
    let [known] = by_key.as_slice() else { return Ok(None) };
    if kind.audience() == Audience::Student {
        let namesakes = people.by_name(&full_name_key(&known.given_name, &known.family_name)).await?;
        if namesakes.iter().any(|other| other.id != known.id && other.birth_date == known.birth_date) {
            return Ok(None);
        }
    }
    let mut children = Vec::new();
    for tie in people.relationships(known.id).await?.iter().filter(|tie| tie.guardian == known.id && tie.can_access_records) {
        children.extend(child(store, tie.child).await?);
    }
    let school = school_of(store, kind, known).await?;
    let person = facts(kind, known, school, children);
    Ok(is_complete(&person).then(|| Chosen { known: known.clone(), person }))
}

async fn child(store: &Store, id: PersonId) -> Result<Option<Child>, StoreError> {
    let Some(known) = store.read().people().find(id).await? else { return Ok(None) };
    let school = school_of(store, Kind::Student, &known).await?;
    let Known { given_name, family_name, student_number, birth_date, .. } = known;
    Ok(Some(Child { given_name, family_name, student_number, birth_date, school }))
}

async fn school_of(store: &Store, kind: Kind, known: &Known) -> Result<Option<String>, StoreError> {
    let org: Option<OrgId> = known.roles.iter().find(|at| kind.is_role(at.role)).map(|at| at.org);
    let Some(org) = org else { return Ok(None) };
    Ok(store.read().people().org(org).await?.map(|org| org.name))
}

fn facts(kind: Kind, known: &Known, school: Option<String>, children: Vec<Child>) -> Person {
    Person {
        kind,
        username: String::new(),
        password: None,
        given_name: known.given_name.clone(),
        family_name: known.family_name.clone(),
        student_number: known.student_number.clone(),
        birth_date: known.birth_date.clone(),
        email: known.email.clone(),
        school,
        civic_number: known.civic_number.clone(),
        language: known.language.map(|language| language.tag().to_owned()),
        children,
        code: None,
        security_code: None,
        provisional_password: None,
        security_answers: Vec::new(),
    }
}

/// Everything a flow may ask of such a person is there.
fn is_complete(person: &Person) -> bool {
    let has_role = person.school.is_some();
    let asked = match person.kind.audience() {
        Audience::Student => person.student_number.is_some() && person.birth_date.is_some(),
        Audience::Guardian => {
            let whole = |child: &Child| child.birth_date.is_some() && child.student_number.is_some() && child.school.is_some();
            person.email.is_some() && person.civic_number.is_some() && !person.children.is_empty() && person.children.iter().all(whole)
        }
        Audience::Staff => person.email.is_some(),
    };
    has_role && asked
}

#[cfg(test)]
pub mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clock::FixedClock;
    use crate::model::Timestamp;
    use crate::random::Random;
    use crate::store::testing;

    /// Somebody with the longest names there are.
    pub fn person(kind: Kind) -> Person {
        let pupil = kind.audience() == Audience::Student;
        let username = if pupil { "S0100001" } else { "jeanchristophe.deschenesouellet1234@courriel.example" };
        let child = Child {
            given_name: "Zoé".to_owned(),
            family_name: "Roy".to_owned(),
            student_number: Some("0100002".to_owned()),
            birth_date: Some("2012-05-06".to_owned()),
            school: Some("École des Érables".to_owned()),
        };
        Person {
            kind,
            username: username.to_owned(),
            password: kind.has_account().then(|| "thunder-thimble-trumpet-volcano".to_owned()),
            given_name: "Jean-Christophe".to_owned(),
            family_name: "Deschênes-Ouellet".to_owned(),
            student_number: pupil.then(|| "0100001".to_owned()),
            birth_date: pupil.then(|| "2012-05-06".to_owned()),
            email: (!pupil).then(|| username.to_owned()),
            school: Some("École Notre-Dame-des-Vents".to_owned()),
            civic_number: (kind.audience() == Audience::Guardian).then(|| "12".to_owned()),
            language: Some("fr".to_owned()),
            children: if kind.audience() == Audience::Guardian { vec![child] } else { Vec::new() },
            code: None,
            security_code: None,
            provisional_password: None,
            security_answers: Vec::new(),
        }
    }

    /// The smallest district, and one of the size that browser tests use: whoever is offered is found by what they type.
    #[tokio::test]
    async fn everybody_who_is_offered_is_found_by_their_facts_and_nobody_else_is() {
        for students in [60, 200] {
            let dir = tempfile::tempdir().unwrap();
            let district = roster::District { students, seed: 1, version: roster::Version::V1_2 };
            let made = roster::generate(dir.path(), &district, &|_| {}).unwrap();
            let (store, random) = (Store::open(&testing::sqlite()).await.unwrap(), Random::seeded(1));
            let clock = FixedClock::at(Timestamp(1_800_000_000));
            let inputs = roster::Inputs { clock: &clock, random: &random, progress: &|_, _| {} };
            roster::import(&store, &inputs, dir.path(), &roster::Options::default()).await.unwrap();

            let chosen = choose(&store, &made).await.unwrap();
            let ids: BTreeSet<_> = chosen.iter().map(|one| one.known.id).collect();
            assert_eq!(ids.len(), chosen.len(), "nobody is offered twice");
            for (kind, least, most) in Kind::ALL {
                let many = chosen.iter().filter(|one| one.person.kind == *kind).count();
                assert!((*least..=*most).contains(&many), "{many} of {kind:?}");
                let tongues: BTreeSet<_> = chosen.iter().filter(|one| one.person.kind == *kind).map(|one| one.known.language).collect();
                assert_eq!(tongues.len(), 2, "French and English {kind:?}");
            }
            for one in chosen.iter().filter(|one| one.person.kind.audience() == Audience::Student) {
                let people = store.read();
                let found = people.people().by_number(one.person.student_number.as_deref().unwrap().trim_start_matches('0')).await.unwrap();
                assert_eq!(found.len(), 1);
                assert!(crate::people::names_match(&one.person.given_name, &one.person.family_name, &found[0]));
            }
        }
    }

    #[test]
    fn a_guardian_of_a_child_without_a_birth_date_is_not_offered() {
        let mut guardian = person(Kind::GuardianUnclaimed);
        assert!(is_complete(&guardian));
        guardian.children[0].birth_date = None;
        assert!(!is_complete(&guardian));
        guardian.children.clear();
        assert!(!is_complete(&guardian));
    }

    #[test]
    fn a_pupil_needs_number_birth_date_and_school_and_staff_an_address() {
        type Take = fn(&mut Person);
        let takes: [(Kind, Take); 5] = [
            (Kind::StudentUnclaimed, |pupil| pupil.student_number = None),
            (Kind::StudentUnclaimed, |pupil| pupil.birth_date = None),
            (Kind::StudentUnclaimed, |pupil| pupil.school = None),
            (Kind::Teacher, |teacher| teacher.email = None),
            (Kind::GuardianUnclaimed, |guardian| guardian.civic_number = None),
        ];
        for (place, (kind, take)) in takes.into_iter().enumerate() {
            let mut person = person(kind);
            assert!(is_complete(&person), "{place}");
            take(&mut person);
            assert!(!is_complete(&person), "{place}");
        }
    }
}
