//! Who are you? What is typed is looked for among the pupils of the roster: by the number, whatever its form (A34), and
//! by names as families write them (A31); or among the guardians: by the address on file and what the school knows of
//! the family (B6, B9). The try is counted on the record before it is judged, also on a number or an address that nobody
//! has (E04); and whoever is not found, is not the only one, or may not claim sees one and the same page (E01): a pupil
//! the neutral page, a guardian the page that waits for a letter, like everybody else (B12).

use async_trait::async_trait;
use serde::{Deserialize, Deserializer};

use super::families::families;
use super::guardian_match::{Facts, WhichChild, meant};
use super::pages;
use super::standing::{Standing, is_for, standing};
use super::turned_away::{Typed, Why, turn_away, typed_of};
use crate::flow::need::{Asks, Need};
use crate::flow::{Flow, FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Network, Rule, Taken};
use crate::model::draft::{Mailbox, Proven};
use crate::model::{Audience, Draft, FieldError, Hash, OrgId, PersonId};
use crate::people::{day, email_key, full_name_key, house_number_key, is_address, name_key, names_match, number_key};
use crate::store::cases::Cause;
use crate::store::people::Person;

/// Asks for what the school knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RosterMatch {
    #[serde(deserialize_with = "fields")]
    fields: Vec<Field>,
    already_claimed: AlreadyClaimed,
    /// Of a guardian: whose birth date and school are asked.
    #[serde(default)]
    child: Option<WhichChild>,
}

/// A field of the page, by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Field {
    GivenName,
    FamilyName,
    StudentNumber,
    BirthDate,
    Email,
    School,
    CivicNumber,
}

/// What is said of an account that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AlreadyClaimed {
    /// That it does, and the ways in (A51).
    Say,
    /// Nothing: the neutral page.
    Neutral,
}

/// What was found out before the write.
enum Before {
    Seen(Seen),
    Network(Network),
}

/// What the roster says to what was typed.
struct Seen {
    /// Whose counter the try is taken from.
    subject: Hash,
    found: Found,
    /// Whose address on file a guardian typed.
    hears: Option<PersonId>,
}

#[derive(Debug, PartialEq, Eq)]
enum Found {
    One(PersonId),
    Nobody(Cause, Option<PersonId>),
}

#[async_trait]
impl Stage for RosterMatch {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.person.is_none() && !draft.nobody
    }

    /// Row E06, D1: a match of a guardian goes nowhere but to the proof of the mailbox on file.
    fn check(&self, flow: &Flow) -> Result<(), String> {
        let place = flow.stages.iter().position(|bound| bound.name == NAME).unwrap_or_default();
        let next = flow.stages.get(place + 1).map(|bound| bound.name);
        let of_child = [Field::BirthDate, Field::School].iter().any(|field| self.fields.contains(field));
        let wrong = match self.is_of_guardians() {
            false if self.child.is_some() => "`child` is for guardians, who are found by `email`",
            false if flow.audience == Some(Audience::Guardian) => "guardians are found by `email`; add it to `fields`",
            false => return Ok(()),
            true if flow.audience != Some(Audience::Guardian) => "who is found by `email` is a guardian: add `audience = \"guardian\"`",
            true if next != Some(super::email_proof::NAME) => "facts prove nothing: the stage behind it must be `email-proof`",
            true if self.already_claimed != AlreadyClaimed::Neutral => "`already_claimed` must be \"neutral\": the letter says it",
            true if of_child && self.child.is_none() => "`child` is missing: \"youngest\" or \"any\"",
            true if !of_child && self.child.is_some() => "`child` is there, and no birth date or school is asked",
            true => return Ok(()),
        };
        Err(wrong.to_owned())
    }

    /// Until the mailbox is proven, what was typed can be typed anew: another address, another name.
    fn take_back(&self, draft: &mut Draft) -> bool {
        draft.not_matched = None;
        if self.is_of_guardians() && draft.email_shown.is_none() {
            draft.person = None;
            draft.nobody = false;
            draft.mailbox = None;
        }
        self.is_open(draft)
    }

    fn asks(&self) -> Asks {
        let need = |field: &Field| match field {
            Field::GivenName | Field::FamilyName => Need::Names,
            Field::StudentNumber => Need::StudentNumber,
            Field::BirthDate => match self.child {
                None => Need::BirthDate,
                Some(WhichChild::Any) => Need::AnyChildsBirthDate,
                Some(WhichChild::Youngest) => Need::EveryChildsBirthDate,
            },
            Field::Email => Need::Email,
            Field::School => Need::School,
            Field::CivicNumber => Need::CivicNumber,
        };
        let child = self.is_of_guardians().then_some(Need::Child);
        Asks { needs: self.fields.iter().map(need).chain(child).collect(), finds: true, ..Asks::default() }
    }

    /// After a try that failed, what became of it: until the person corrects it, wherever the journey is opened.
    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let case = match look.draft.not_matched {
            Some(case) => look.reader.cases().find(case).await?,
            None => None,
        };
        let Some(case) = case else { return Ok(Screen::of(&self.form(look).await?)) };
        if case.cause == Cause::AlreadyClaimed && self.already_claimed == AlreadyClaimed::Say {
            let typed = typed_of(&look.tools.keys, &case).map_err(|error| FlowError::Broken(error.to_string()))?;
            return Ok(Screen::of(&pages::AlreadyClaimed::of(case.number, &typed.student_number, |path| look.link(path))));
        }
        // The same for every case: what changed is the roster, whatever it says of this one.
        let newer = look.reader.imports().last_change().await?.is_some_and(|changed| changed > case.last_at);
        Ok(Screen::of(&pages::NotMatched::of(case.number, newer)))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let Ok(typed) = self.read(form) else { return Ok(Prepared::Nothing) };
        let tools = look.tools;
        match limits::claim_network(&look.reader, &tools.keys, &tools.policy, &look.visitor.network, look.now).await? {
            Network::Open => {}
            Network::Challenge { .. } if look.visitor.challenge_passed => {}
            asked => return Ok(Prepared::made(Before::Network(asked))),
        }
        Ok(Prepared::made(Before::Seen(match self.is_of_guardians() {
            true => self.seek_guardian(look, form, &typed).await?,
            false => self.seek(look, &typed).await?,
        })))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        step.draft.not_matched = None;
        let typed = match self.read(form) {
            Ok(typed) => typed,
            Err(wrong) => return Ok(Outcome::Again(wrong)),
        };
        let first = self.fields[0].name();
        let seen = match prepared.take::<Before>() {
            Some(Before::Seen(seen)) => seen,
            Some(Before::Network(Network::Closed { until })) => {
                return Ok(Outcome::Wait(vec![FieldError::of(first, "roster-match-wait")], until));
            }
            Some(Before::Network(Network::LettersOnly { until })) => {
                return Ok(Outcome::Wait(vec![FieldError::of(first, "roster-match-letters")], until));
            }
            Some(Before::Network(_)) | None => return Ok(Outcome::Challenge),
        };
        self.judge(step, typed, seen).await
    }
}

impl RosterMatch {
    fn is_of_guardians(&self) -> bool {
        self.fields.contains(&Field::Email)
    }

    async fn form(&self, look: &Look<'_>) -> Result<pages::RosterMatch, FlowError> {
        let now = jiff::Timestamp::from_second(look.now.0).unwrap_or_default();
        let today = look.tools.config.district.zone().to_datetime(now).date();
        let schools = match self.fields.contains(&Field::School) {
            true => look.reader.people().schools().await?,
            false => Vec::new(),
        };
        let choice = |school: crate::store::people::Org| pages::Choice { value: school.id.to_string(), label: school.name };
        Ok(pages::RosterMatch {
            asks: self.fields.iter().map(|field| field.name().to_owned()).collect(),
            schools: schools.into_iter().map(choice).collect(),
            today: today.to_string(),
            of: match (self.is_of_guardians(), self.child) {
                (false, _) => "pupil",
                (true, Some(WhichChild::Youngest)) => "youngest",
                (true, _) => "child",
            },
        })
    }

    /// What was typed, if every field that is asked holds something.
    fn read(&self, form: &Form) -> Result<Typed, Vec<FieldError>> {
        let wrong: Vec<FieldError> = self.fields.iter().filter_map(|field| field.wrong(form.text(field.name()))).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let typed = |field: Field| form.text(field.name()).to_owned();
        Ok(Typed {
            given_name: typed(Field::GivenName),
            family_name: typed(Field::FamilyName),
            student_number: typed(Field::StudentNumber),
            birth_date: self.fields.contains(&Field::BirthDate).then(|| day(&typed(Field::BirthDate))).flatten(),
            email: typed(Field::Email),
            school: typed(Field::School),
            civic_number: typed(Field::CivicNumber),
            ..Typed::default()
        })
    }

    /// Looks for the pupil. The same questions are asked whatever the answers are (row E02).
    async fn seek(&self, look: &Look<'_>, typed: &Typed) -> Result<Seen, FlowError> {
        let (people, keys) = (look.reader.people(), &look.tools.keys);
        let key = number_key(&typed.student_number);
        let bearers = people.by_number(&key).await?;
        let left = people.left_by_number(&key).await?;
        let orders = [(&typed.given_name, &typed.family_name), (&typed.family_name, &typed.given_name)];
        let [straight, swapped] = orders.map(|(first, last)| full_name_key(first, last));
        let called = people.called(&straight, &swapped).await?;
        let imported = people.roster_of().await?.is_some();
        let mut found = match bearers.as_slice() {
            _ if !imported => Found::Nobody(Cause::NotYetImported, None),
            [] => nobody_with_the_number(&left, &called),
            some => among(some, typed, look.audience),
        };
        let suspect = found.suspect().unwrap_or(NOBODY);
        let stands = standing(&people, &look.reader.accounts(), &look.tools.policy, look.audience, suspect).await?;
        if let (Found::One(person), Standing::Shut(cause)) = (&found, stands) {
            found = Found::Nobody(cause, Some(*person));
        }
        let subject = match bearers.as_slice() {
            [one] => limits::subject_of_record(keys, one.id),
            _ => limits::subject_of_number(keys, &key),
        };
        Ok(Seen { subject, found, hears: None })
    }

    /// Looks for the guardian, in the same way.
    async fn seek_guardian(&self, look: &Look<'_>, form: &Form, typed: &Typed) -> Result<Seen, FlowError> {
        let (people, keys) = (look.reader.people(), &look.tools.keys);
        let families = families(&people, &email_key(&typed.email)).await?;
        let asked = |field: Field| self.fields.contains(&field).then(|| form.text(field.name()));
        let facts = Facts {
            given_name: asked(Field::GivenName),
            family_name: asked(Field::FamilyName),
            birth_date: typed.birth_date.as_deref(),
            school: asked(Field::School).map(|id| id.parse().unwrap_or(NO_SCHOOL)),
            civic_number: asked(Field::CivicNumber),
        };
        let imported = people.roster_of().await?.is_some();
        let person = |place: usize| families[place].guardian.id;
        let mut found = match meant(&families, &facts, self.child) {
            _ if !imported => Found::Nobody(Cause::NotYetImported, None),
            Ok(place) => Found::One(person(place)),
            Err((cause, probably)) => Found::Nobody(cause, probably.map(person)),
        };
        let suspect = found.suspect().unwrap_or(NOBODY);
        let stands = standing(&people, &look.reader.accounts(), &look.tools.policy, look.audience, suspect).await?;
        if let (Found::One(person), Standing::Shut(cause)) = (&found, stands) {
            found = Found::Nobody(cause, Some(*person));
        }
        let subject = match families.as_slice() {
            [one] => limits::subject_of_record(keys, one.guardian.id),
            _ => limits::subject_of_mailbox(keys, &typed.email),
        };
        let hears = found.suspect().or(families.first().map(|family| family.guardian.id));
        Ok(Seen { subject, found, hears })
    }

    /// Counts the try, and only then looks at what it was worth.
    async fn judge(&self, step: &mut Step<'_>, mut typed: Typed, seen: Seen) -> Result<Outcome, FlowError> {
        let Seen { subject, found, hears } = seen;
        if self.is_of_guardians() {
            // Staff reads the school's name.
            let school = step.tx.people().org(typed.school.parse().unwrap_or(NO_SCHOOL)).await?;
            typed.school = school.map(|school| school.name).unwrap_or_default();
            step.draft.mailbox = Some(Mailbox { typed: Some(typed.email.clone()), hears, ..Mailbox::default() });
        }
        let taken = limits::take(step.tx, Rule::RecordClaim, &subject, step.now).await?;
        let suspect = found.suspect().unwrap_or(NOBODY);
        // Once more, inside the write: it is the only judge.
        let stands = standing(&step.tx.people(), &step.tx.accounts(), &step.tools.policy, step.audience, suspect).await?;
        let (cause, person) = match (taken, found, stands) {
            (Taken::Wait(_) | Taken::Closed, Found::One(person) | Found::Nobody(_, Some(person)), _) => (Cause::Throttled, Some(person)),
            (Taken::Wait(_) | Taken::Closed, Found::Nobody(_, None), _) => (Cause::Throttled, None),
            (Taken::Go { .. }, Found::Nobody(cause, person), _) => (cause, person),
            (Taken::Go { .. }, Found::One(person), Standing::Shut(cause)) => (cause, Some(person)),
            (Taken::Go { .. }, Found::One(person), Standing::Open(_)) => {
                limits::give_back(step.tx, Rule::RecordClaim, &subject).await?;
                if let Taken::Go { .. } = limits::take(step.tx, Rule::ClaimsBegun, &subject, step.now).await? {
                    matched(step, person);
                    return Ok(Outcome::Next);
                }
                (Cause::Throttled, Some(person))
            }
        };
        limits::failed_claim(step.tx, &step.tools.keys, &step.visitor.network, &subject, step.now).await?;
        turn_away(step, Why { cause, person, subject, typed: Some(typed) }).await?;
        // On to the page that waits for a letter, like everybody else (B12).
        step.draft.nobody = self.is_of_guardians();
        Ok(Outcome::Next)
    }
}

impl Found {
    /// Whom it means, or probably means.
    fn suspect(&self) -> Option<PersonId> {
        match self {
            Self::One(person) => Some(*person),
            Self::Nobody(_, probably) => *probably,
        }
    }
}

/// Somebody else at the same screen chooses a password of their own.
fn matched(step: &mut Step<'_>, person: PersonId) {
    let draft = &mut *step.draft;
    if draft.chosen_for.replace(person) != Some(person) {
        draft.password = None;
        draft.questions = None;
        draft.email_shown = None;
        draft.children_seen = false;
        draft.details_seen = false;
        draft.outside = None;
        draft.agreed = None;
        draft.preferences = None;
        draft.confirmed = false;
    }
    draft.person = Some(Proven { value: person, at: step.now });
}

/// The roster has no such number among its pupils.
fn nobody_with_the_number(left: &[PersonId], called: &[PersonId]) -> Found {
    match (left, called) {
        ([person], _) => Found::Nobody(Cause::NotInRoster, Some(*person)),
        ([_, _, ..], _) => Found::Nobody(Cause::NotInRoster, None),
        ([], [person]) => Found::Nobody(Cause::OtherNumber, Some(*person)),
        ([], [_, _, ..]) => Found::Nobody(Cause::OtherNumber, None),
        ([], []) => Found::Nobody(Cause::NoRecord, None),
    }
}

/// Who of those who bear the number is meant.
fn among(bearers: &[Person], typed: &Typed, audience: Option<Audience>) -> Found {
    let named: Vec<&Person> = bearers.iter().filter(|person| names_match(&typed.given_name, &typed.family_name, person)).collect();
    let born = |person: &&&Person| typed.birth_date.as_ref().is_none_or(|day| person.birth_date.as_ref() == Some(day));
    let right: Vec<&&Person> = named.iter().filter(born).collect();
    match (right.as_slice(), named.as_slice()) {
        ([one], _) if is_for(one, audience) => Found::One(one.id),
        ([one], _) => Found::Nobody(Cause::OtherAudience, Some(one.id)),
        ([_, _, ..], _) => Found::Nobody(Cause::Ambiguous, None),
        ([], [one]) => Found::Nobody(Cause::WrongBirthDate, Some(one.id)),
        ([], [_, _, ..]) => Found::Nobody(Cause::WrongBirthDate, None),
        ([], []) => {
            let near: Vec<&Person> = bearers.iter().filter(|person| nearly(typed, person)).collect();
            match (near.as_slice(), bearers) {
                ([one], _) => Found::Nobody(Cause::NameDiffers, Some(one.id)),
                ([], [one]) => Found::Nobody(Cause::OtherName, Some(one.id)),
                ([], _) => Found::Nobody(Cause::OtherName, None),
                _ => Found::Nobody(Cause::NameDiffers, None),
            }
        }
    }
}

/// The names differ by a letter or two, or one of the two is right: a slip, which the school sees at a glance.
fn nearly(typed: &Typed, person: &Person) -> bool {
    let close = |typed: &str, written: &str| {
        let (typed, written) = (name_key(typed), name_key(written));
        typed == written || strsim::osa_distance(&typed, &written) <= 1 + written.chars().count() / 6
    };
    let given = [Some(&person.given_name), person.preferred_given_name.as_ref()];
    let family = [Some(&person.family_name), person.preferred_family_name.as_ref()];
    let any = |typed: &str, written: [Option<&String>; 2]| written.into_iter().flatten().any(|written| close(typed, written));
    any(&typed.given_name, given) && any(&typed.family_name, family)
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::StudentNumber => "student_number",
            Self::BirthDate => "birth_date",
            Self::Email => "email",
            Self::School => "school",
            Self::CivicNumber => "civic_number",
        }
    }

    /// What is wrong with what was typed, before anybody is looked for.
    fn wrong(self, typed: &str) -> Option<FieldError> {
        let longest = if self == Self::StudentNumber { LONGEST_NUMBER } else { LONGEST_NAME };
        let long = typed.chars().count() > longest;
        match self {
            Self::GivenName if name_key(typed).is_empty() => Some(FieldError::of("given_name", "given-name-missing")),
            Self::FamilyName if name_key(typed).is_empty() => Some(FieldError::of("family_name", "family-name-missing")),
            Self::StudentNumber if number_key(typed).is_empty() => Some(FieldError::of("student_number", "student-number-missing")),
            Self::GivenName | Self::FamilyName if long => Some(FieldError::of(self.name(), "name-long").with("most", longest)),
            Self::StudentNumber if long => Some(FieldError::of("student_number", "student-number-long").with("most", longest)),
            Self::BirthDate if typed.is_empty() => Some(FieldError::of("birth_date", "birth-date-missing")),
            Self::BirthDate if day(typed).is_none() => Some(FieldError::of("birth_date", "birth-date-odd")),
            Self::Email if typed.is_empty() => Some(FieldError::of("email", "email-missing")),
            Self::Email if !is_address(typed) || typed.len() > LONGEST_ADDRESS => Some(FieldError::of("email", "email-odd")),
            Self::School if typed.is_empty() => Some(FieldError::of("school", "school-missing")),
            Self::CivicNumber if house_number_key(typed).is_empty() || long => Some(FieldError::of("civic_number", "civic-number-odd")),
            _ => None,
        }
    }
}

/// The fields of a flow, each once: a number and both names, by which a pupil is found; or an address, by which a
/// guardian is, with whatever else the school knows.
fn fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Field>, D::Error> {
    let fields = Vec::<Field>::deserialize(deserializer)?;
    let of_guardians = fields.contains(&Field::Email);
    let needed: &[Field] = match of_guardians {
        true => &[],
        false => &[Field::GivenName, Field::FamilyName, Field::StudentNumber],
    };
    let foreign: &[Field] = if of_guardians { &[Field::StudentNumber] } else { &[Field::School, Field::CivicNumber] };
    if let Some(foreign) = foreign.iter().find(|foreign| fields.contains(foreign)) {
        let who = if of_guardians { "a guardian, who is found by `email`" } else { "a pupil, who is found by number and names" };
        return Err(serde::de::Error::custom(format!("`fields` holds `{}`, which is not asked of {who}", foreign.name())));
    }
    if let Some(missing) = needed.iter().find(|needed| !fields.contains(needed)) {
        return Err(serde::de::Error::custom(format!("`fields` needs `{}`: a pupil is found by number and names", missing.name())));
    }
    if let Some(twice) = fields.iter().enumerate().find(|(place, field)| fields[..*place].contains(field)) {
        return Err(serde::de::Error::custom(format!("`fields` holds `{}` twice", twice.1.name())));
    }
    Ok(fields)
}

const LONGEST_NAME: usize = 120;
const LONGEST_NUMBER: usize = 40;
const LONGEST_ADDRESS: usize = 254;
/// The stage's name in flow files.
pub(super) const NAME: &str = "roster-match";
/// No school is this one.
const NO_SCHOOL: OrgId = OrgId(uuid::Uuid::nil());
/// Nobody is this person; the store is asked for somebody all the same.
pub(super) const NOBODY: PersonId = PersonId(uuid::Uuid::nil());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OrgId, Role};
    use crate::store::people::RoleAt;

    fn pupil(given: &str, family: &str, born: Option<&str>) -> Person {
        let school = OrgId(uuid::Uuid::nil());
        Person {
            id: PersonId(uuid::Uuid::from_u128(u128::from(given.len() as u64 * 100 + family.len() as u64))),
            active: true,
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            middle_name: None,
            preferred_given_name: None,
            preferred_family_name: None,
            birth_date: born.map(str::to_owned),
            student_number: Some("0123456".to_owned()),
            email: None,
            phone: None,
            sms: None,
            civic_number: None,
            language: None,
            grade: None,
            roles: vec![RoleAt { role: Role::Student, org: school, primary: true }],
        }
    }

    fn typed(given: &str, family: &str, born: Option<&str>) -> Typed {
        Typed {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            student_number: "123456".to_owned(),
            birth_date: born.map(str::to_owned),
            ..Typed::default()
        }
    }

    fn stage(text: &str) -> Result<RosterMatch, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a46_the_school_learns_exactly_why_nobody_was_found() {
        let zoe = [pupil("Zoé", "Tremblay-Gagnon", Some("2012-03-04"))];
        let of = |typed: &Typed, bearers: &[Person]| match among(bearers, typed, Some(Audience::Student)) {
            Found::One(_) => None,
            Found::Nobody(cause, person) => Some((cause, person.is_some())),
        };
        assert_eq!(of(&typed("zoe", "gagnon", None), &zoe), None);
        assert_eq!(of(&typed("zoe", "gagnon", Some("2012-03-04")), &zoe), None);
        assert_eq!(of(&typed("zoe", "gagnon", Some("2012-04-03")), &zoe), Some((Cause::WrongBirthDate, true)));
        assert_eq!(of(&typed("Zoée", "Tremblay-Gagnon", None), &zoe), Some((Cause::NameDiffers, true)));
        assert_eq!(of(&typed("Zoé", "Trembley-Gagnon", None), &zoe), Some((Cause::NameDiffers, true)));
        assert_eq!(of(&typed("Noé", "Roy", None), &zoe), Some((Cause::OtherName, true)));
        let twins = [zoe[0].clone(), pupil("Zoé", "Tremblay", Some("2013-01-01"))];
        assert_eq!(of(&typed("zoe", "tremblay", None), &twins), Some((Cause::Ambiguous, false)));
        assert_eq!(of(&typed("zoe", "tremblay", Some("2013-01-01")), &twins), None, "the birth date tells them apart");
        assert_eq!(of(&typed("Noé", "Roy", None), &twins), Some((Cause::OtherName, false)));
    }

    #[test]
    fn e14_whoever_also_works_at_the_school_does_not_join_as_a_pupil() {
        let mut both = pupil("Zoé", "Roy", None);
        both.roles.push(RoleAt { role: Role::Teacher, org: OrgId(uuid::Uuid::nil()), primary: false });
        assert_eq!(
            among(&[both.clone()], &typed("Zoé", "Roy", None), Some(Audience::Student)),
            Found::Nobody(Cause::OtherAudience, Some(both.id))
        );
    }

    #[test]
    fn a_number_that_no_pupil_has_is_told_from_one_that_left() {
        let (one, two) = (PersonId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
        assert_eq!(nobody_with_the_number(&[], &[]), Found::Nobody(Cause::NoRecord, None));
        assert_eq!(nobody_with_the_number(&[], &[one]), Found::Nobody(Cause::OtherNumber, Some(one)));
        assert_eq!(nobody_with_the_number(&[], &[one, two]), Found::Nobody(Cause::OtherNumber, None));
        assert_eq!(nobody_with_the_number(&[one], &[two]), Found::Nobody(Cause::NotInRoster, Some(one)));
    }

    #[test]
    fn a_flow_must_ask_for_number_and_names_and_misspelt_words_are_refused() {
        assert!(stage("fields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'").is_ok());
        for wrong in [
            "fields = ['given_name', 'family_name']\nalready_claimed = 'say'",
            "fields = ['given_name', 'family_name', 'student_number', 'given_name']\nalready_claimed = 'say'",
            "fields = ['given_name', 'family_name', 'student_numbre']\nalready_claimed = 'say'",
            "fields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'tell'",
            "fields = ['given_name', 'family_name', 'student_number']",
            "fields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'\ntries = 3",
        ] {
            assert!(stage(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_missing_is_said_at_its_field_and_all_at_once() {
        let stage = stage("fields = ['family_name', 'given_name', 'student_number', 'birth_date']\nalready_claimed = 'neutral'").unwrap();
        let form = |values: &[(&str, &str)]| Form(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        let wrong = stage.read(&form(&[("given_name", " - "), ("student_number", &"1".repeat(41))])).unwrap_err();
        let said: Vec<_> = wrong.iter().map(|error| (error.field.as_str(), error.message.id.as_str())).collect();
        assert_eq!(
            said,
            [
                ("family_name", "family-name-missing"),
                ("given_name", "given-name-missing"),
                ("student_number", "student-number-long"),
                ("birth_date", "birth-date-missing"),
            ]
        );
    }
}
