//! Who is the guardian that a family means? By what the school knows: the address on file, the name, a child's birth
//! date and school, the house number (B6, B9). Pure: whom the roster has is handed in. A match says who somebody is and
//! proves nothing (D1); the mailbox on file does that.

use serde::Deserialize;

use super::standing::is_for;
use crate::model::{Audience, OrgId};
use crate::people::{house_number_key, names_match};
use crate::store::cases::Cause;
use crate::store::people::Person;

/// Which child's birth date and school are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WhichChild {
    /// The youngest one: so no family needs to tell of all. Recomputed from the roster at each try.
    Youngest,
    /// Any of them.
    Any,
}

/// Somebody with the address, and the children whose records they may see.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub guardian: Person,
    pub children: Vec<Person>,
}

/// What was typed, as far as it was asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<'a> {
    pub given_name: Option<&'a str>,
    pub family_name: Option<&'a str>,
    /// `yyyy-mm-dd`.
    pub birth_date: Option<&'a str>,
    pub school: Option<OrgId>,
    pub civic_number: Option<&'a str>,
}

/// Who is meant: the place among the families, or why nobody is, and who was probably meant.
pub(super) fn meant(families: &[Family], facts: &Facts<'_>, which: Option<WhichChild>) -> Result<usize, (Cause, Option<usize>)> {
    let named: Vec<usize> = places(families, |family| is_named(&family.guardian, facts));
    let candidates = match (families.len(), named.as_slice()) {
        (0, _) => return Err((Cause::NoAddress, None)),
        (1, []) => return Err((Cause::GuardianName, Some(0))),
        (_, []) => return Err((Cause::GuardianName, None)),
        (_, named) => named,
    };
    let judged: Vec<(usize, Option<Cause>)> = candidates.iter().map(|place| (*place, wrong(&families[*place], facts, which))).collect();
    let right: Vec<usize> = judged.iter().filter(|(_, wrong)| wrong.is_none()).map(|(place, _)| *place).collect();
    match (right.as_slice(), judged.as_slice()) {
        ([one], _) => Ok(*one),
        ([_, _, ..], _) => Err((Cause::Ambiguous, None)),
        ([], [(one, Some(cause))]) => Err((*cause, Some(*one))),
        ([], [(_, Some(cause)), ..]) => Err((*cause, None)),
        ([], _) => Err((Cause::NoAddress, None)),
    }
}

fn places(families: &[Family], is: impl Fn(&Family) -> bool) -> Vec<usize> {
    families.iter().enumerate().filter(|(_, family)| is(family)).map(|(place, _)| place).collect()
}

/// Where the name is not asked, everybody bears it; where half of it is asked, half of it counts.
fn is_named(guardian: &Person, facts: &Facts<'_>) -> bool {
    let given = facts.given_name.unwrap_or(&guardian.given_name);
    let family = facts.family_name.unwrap_or(&guardian.family_name);
    names_match(given, family, guardian)
}

/// The first fact that is wrong of this family; nothing, if it is the one that is meant.
fn wrong(family: &Family, facts: &Facts<'_>, which: Option<WhichChild>) -> Option<Cause> {
    if !is_for(&family.guardian, Some(Audience::Guardian)) {
        return Some(Cause::OtherAudience);
    }
    if family.children.is_empty() {
        return Some(Cause::NoChild);
    }
    let asked = asked(&family.children, which);
    let born = |child: &&&Person| facts.birth_date.is_none_or(|day| child.birth_date.as_deref() == Some(day));
    let born: Vec<&&Person> = asked.iter().filter(born).collect();
    if born.is_empty() {
        return Some(Cause::ChildBirthDate);
    }
    let goes = |child: &Person| facts.school.is_none_or(|school| child.roles.iter().any(|at| at.org == school));
    if !born.iter().any(|child| goes(child)) {
        return Some(Cause::ChildSchool);
    }
    if !facts.civic_number.is_none_or(|typed| lives_at(family, typed)) {
        return Some(Cause::HouseNumber);
    }
    None
}

/// The children who may be meant: all, or the youngest, which twins are both.
fn asked(children: &[Person], which: Option<WhichChild>) -> Vec<&Person> {
    let youngest = children.iter().filter_map(|child| child.birth_date.as_deref()).max();
    let is_asked = |child: &&Person| which != Some(WhichChild::Youngest) || youngest.is_none() || child.birth_date.as_deref() == youngest;
    children.iter().filter(is_asked).collect()
}

/// The house of the guardian; where the school has none, that of the children.
fn lives_at(family: &Family, typed: &str) -> bool {
    let typed = house_number_key(typed);
    let key = |person: &Person| person.civic_number.as_deref().map(house_number_key).filter(|key| !key.is_empty());
    let of_children = || family.children.iter().filter_map(key).collect();
    let known: Vec<String> = key(&family.guardian).map_or_else(of_children, |key| vec![key]);
    !typed.is_empty() && known.contains(&typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PersonId, Role};
    use crate::store::people::RoleAt;

    fn org(number: u128) -> OrgId {
        OrgId(uuid::Uuid::from_u128(number))
    }

    fn person(given: &str, role: Option<(Role, u128)>) -> Person {
        let roles = role.map(|(role, school)| RoleAt { role, org: org(school), primary: true });
        Person {
            id: PersonId(uuid::Uuid::from_u128(given.bytes().map(u128::from).sum())),
            active: true,
            given_name: given.to_owned(),
            family_name: "Roy-Côté".to_owned(),
            middle_name: None,
            preferred_given_name: None,
            preferred_family_name: None,
            birth_date: None,
            student_number: None,
            email: Some("anne@famille.example".to_owned()),
            phone: None,
            sms: None,
            civic_number: None,
            language: None,
            grade: None,
            roles: roles.into_iter().collect(),
        }
    }

    fn child(given: &str, born: &str, school: u128) -> Person {
        Person { birth_date: Some(born.to_owned()), ..person(given, Some((Role::Student, school))) }
    }

    fn anne() -> Family {
        let guardian = Person { civic_number: Some("2445, app. 3".to_owned()), ..person("Anne", Some((Role::Parent, 1))) };
        Family { guardian, children: vec![child("Léa", "2012-05-06", 1), child("Noé", "2015-01-02", 2)] }
    }

    fn facts() -> Facts<'static> {
        Facts {
            given_name: Some("anne"),
            family_name: Some("Roy"),
            birth_date: Some("2015-01-02"),
            school: Some(org(2)),
            civic_number: Some("2445-B"),
        }
    }

    const YOUNGEST: Option<WhichChild> = Some(WhichChild::Youngest);
    const ANY: Option<WhichChild> = Some(WhichChild::Any);

    #[test]
    fn b09_the_youngest_child_is_asked_or_any_of_them() {
        let elder = Facts { birth_date: Some("2012-05-06"), school: Some(org(1)), ..facts() };
        assert_eq!(meant(&[anne()], &facts(), YOUNGEST), Ok(0));
        assert_eq!(meant(&[anne()], &elder, YOUNGEST), Err((Cause::ChildBirthDate, Some(0))));
        assert_eq!(meant(&[anne()], &elder, ANY), Ok(0));
        // A birth date of one child and the school of another are no child's.
        assert_eq!(meant(&[anne()], &Facts { school: Some(org(1)), ..facts() }, ANY), Err((Cause::ChildSchool, Some(0))));
        // A younger one came: the same facts are those of an elder child now.
        let mut family = anne();
        family.children.push(child("Zoé", "2019-09-09", 1));
        assert_eq!(meant(&[family], &facts(), YOUNGEST), Err((Cause::ChildBirthDate, Some(0))));
    }

    #[test]
    fn b09_twins_are_both_the_youngest_also_at_two_schools() {
        let mut family = anne();
        family.children.push(child("Max", "2015-01-02", 1));
        for school in [1, 2] {
            assert_eq!(meant(std::slice::from_ref(&family), &Facts { school: Some(org(school)), ..facts() }, YOUNGEST), Ok(0));
        }
    }

    #[test]
    fn b09_the_house_is_the_guardians_or_else_the_childrens() {
        for (typed, right) in [("2445", true), ("3-2445", true), ("2446", false), ("rue", false)] {
            let facts = Facts { civic_number: Some(typed), ..facts() };
            assert_eq!(meant(&[anne()], &facts, YOUNGEST).is_ok(), right, "{typed}");
        }
        let mut family = anne();
        family.guardian.civic_number = None;
        assert_eq!(meant(&[family.clone()], &facts(), YOUNGEST), Err((Cause::HouseNumber, Some(0))), "not on file is not right");
        family.children[0].civic_number = Some("2445".to_owned());
        assert_eq!(meant(&[family], &facts(), YOUNGEST), Ok(0));
    }

    #[test]
    fn e27_a_child_whose_records_are_shut_is_no_child() {
        let family = Family { children: Vec::new(), ..anne() };
        assert_eq!(meant(&[family], &facts(), YOUNGEST), Err((Cause::NoChild, Some(0))));
    }

    #[test]
    fn e14_whoever_also_works_at_the_school_is_not_opened_by_what_a_family_knows() {
        let mut family = anne();
        family.guardian.roles.push(RoleAt { role: Role::Teacher, org: org(1), primary: false });
        assert_eq!(meant(&[family], &facts(), YOUNGEST), Err((Cause::OtherAudience, Some(0))));
    }

    #[test]
    fn a_guardian_known_by_ties_alone_is_one() {
        let mut family = anne();
        family.guardian.roles.clear();
        assert_eq!(meant(&[family], &facts(), YOUNGEST), Ok(0));
    }

    /// Row E30: of two who share a mailbox the name tells; two of one name are nobody.
    #[test]
    fn e30_two_guardians_of_one_mailbox_are_told_apart_by_name() {
        let marc = Family { guardian: Person { given_name: "Marc".to_owned(), ..anne().guardian }, ..anne() };
        let both = [anne(), marc];
        assert_eq!(meant(&both, &facts(), YOUNGEST), Ok(0));
        assert_eq!(meant(&both, &Facts { given_name: Some("Marc"), ..facts() }, YOUNGEST), Ok(1));
        assert_eq!(meant(&both, &Facts { given_name: Some("Paul"), ..facts() }, YOUNGEST), Err((Cause::GuardianName, None)));
        assert_eq!(meant(&[anne(), anne()], &facts(), YOUNGEST), Err((Cause::Ambiguous, None)));
        // Where no name is asked they cannot be told apart.
        assert_eq!(meant(&both, &Facts { given_name: None, family_name: None, ..facts() }, YOUNGEST), Err((Cause::Ambiguous, None)));
    }

    #[test]
    fn b28_the_school_learns_which_fact_was_wrong() {
        assert_eq!(meant(&[], &facts(), YOUNGEST), Err((Cause::NoAddress, None)));
        assert_eq!(meant(&[anne()], &Facts { family_name: Some("Tremblay"), ..facts() }, YOUNGEST), Err((Cause::GuardianName, Some(0))));
        let only_address = Facts::default();
        assert_eq!(meant(&[anne()], &only_address, None), Ok(0));
    }
}
