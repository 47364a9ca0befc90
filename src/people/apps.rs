//! Whose an app is: at which schools, and to which roles, the district offers it, and who may sign in to it (B2). A
//! guardian's schools are those of the children whose records they may see.

use std::collections::BTreeSet;

use super::children_of;
use crate::model::{Audience, OrgId, PersonId, Role};
use crate::store::StoreError;
use crate::store::clients::Settings;
use crate::store::people::{People, Person};

/// The schools of a guardian's children.
pub async fn schools_of_children(people: &People<'_>, guardian: PersonId) -> Result<BTreeSet<OrgId>, StoreError> {
    let children = children_of(people, guardian).await?;
    Ok(children.into_iter().flat_map(|child| child.roles).map(|at| at.org).collect())
}

/// The app stands on this person's home page.
pub fn is_offered(app: &Settings, person: &Person, children_at: &BTreeSet<OrgId>) -> bool {
    fits(&app.schools, &app.roles, person, children_at)
}

/// This person may sign in to the app: whoever it is offered to, and people of other schools where the district leaves it open
/// to them.
pub fn may_sign_in(app: &Settings, person: &Person, children_at: &BTreeSet<OrgId>) -> bool {
    let schools = if app.other_schools { &BTreeSet::new() } else { &app.schools };
    fits(schools, &app.roles, person, children_at)
}

/// One of the person's roles is one of these, at one of these schools; where none is named, any.
fn fits(schools: &BTreeSet<OrgId>, roles: &BTreeSet<Role>, person: &Person, children_at: &BTreeSet<OrgId>) -> bool {
    if schools.is_empty() && roles.is_empty() {
        return true;
    }
    let here = |role: Role, org: OrgId| {
        let by_child = role.audience() == Audience::Guardian && !schools.is_disjoint(children_at);
        schools.is_empty() || schools.contains(&org) || by_child
    };
    person.active && person.roles.iter().any(|at| (roles.is_empty() || roles.contains(&at.role)) && here(at.role, at.org))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::people::RoleAt;

    fn person(roles: Vec<RoleAt>) -> Person {
        Person {
            id: PersonId(uuid::Uuid::nil()),
            active: true,
            given_name: String::new(),
            family_name: String::new(),
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
            roles,
        }
    }

    #[test]
    fn b02_an_app_is_offered_at_its_schools_and_open_to_others_if_the_district_says_so() {
        let (here, there) = (OrgId(uuid::Uuid::from_u128(1)), OrgId(uuid::Uuid::from_u128(2)));
        let person = |role, org| person(vec![RoleAt { role, org, primary: true }]);
        let none = BTreeSet::new();
        let app = |schools: &[OrgId], roles: &[Role], other_schools| Settings {
            schools: schools.iter().copied().collect(),
            roles: roles.iter().copied().collect(),
            other_schools,
            ..Settings::default()
        };
        let (pupil, parent) = (person(Role::Student, here), person(Role::Parent, there));
        // Schools, roles, open to others; is the pupil offered it, may the pupil sign in; the same for the parent of a child here.
        type Row<'a> = (&'a [OrgId], &'a [Role], bool, [bool; 4]);
        let table: &[Row<'_>] = &[
            (&[], &[], false, [true, true, true, true]),
            (&[here], &[], false, [true, true, true, true]),
            (&[here], &[Role::Parent], false, [false, false, true, true]),
            (&[there], &[], true, [false, true, true, true]),
            (&[there], &[Role::Student], false, [false, false, false, false]),
            (&[there], &[Role::Student], true, [false, true, false, false]),
        ];
        let children_at = BTreeSet::from([here]);
        for (place, (schools, roles, open, expected)) in table.iter().enumerate() {
            let app = app(schools, roles, *open);
            let of = |person: &Person, children_at| [is_offered(&app, person, children_at), may_sign_in(&app, person, children_at)];
            assert_eq!([of(&pupil, &none), of(&parent, &children_at)].concat(), expected, "{place}");
        }
        let gone = Person { active: false, ..pupil };
        assert!(!may_sign_in(&app(&[here], &[], false), &gone, &none));
    }
}
