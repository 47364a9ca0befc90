//! Whether a person can claim an account now. Asked when the roster matched and again in every write on the way, for
//! the school may take the person out or shut the account meanwhile (row E26).

use crate::model::{Audience, PersonId};
use crate::policy::{Naming, Policy};
use crate::store::StoreError;
use crate::store::accounts::{AccountState, Accounts};
use crate::store::cases::Cause;
use crate::store::people::{People, Person};
use crate::web::session;

/// How a person stands.
pub(super) enum Standing {
    /// May claim.
    Open(Box<Claimant>),
    /// May not, and why.
    Shut(Cause),
}

/// Somebody who may claim.
pub(super) struct Claimant {
    /// The person.
    pub person: Person,
    /// The name to sign in with.
    pub username: String,
}

/// How a person stands now. It asks the same questions of the store whatever the answer is (row E02).
pub(super) async fn standing(
    people: &People<'_>,
    accounts: &Accounts<'_>,
    policy: &Policy,
    audience: Option<Audience>,
    id: PersonId,
) -> Result<Standing, StoreError> {
    standing_with(people, accounts, policy, audience, id, None).await
}

/// The same for a person who said what address they have, where the school knows none.
pub(super) async fn standing_with(
    people: &People<'_>,
    accounts: &Accounts<'_>,
    policy: &Policy,
    audience: Option<Audience>,
    id: PersonId,
    email: Option<&str>,
) -> Result<Standing, StoreError> {
    let mut person = people.find(id).await?;
    if let Some(person) = &mut person {
        person.email = person.email.take().or(email.map(str::to_owned));
    }
    let ties = people.relationships(id).await?;
    let account = accounts.of_person(id).await?;
    // Whoever was invited by a name keeps it (E2).
    let given = account.as_ref().filter(|account| account.state == AccountState::Invited).map(|account| account.username.clone());
    let username = given.or_else(|| person.as_ref().and_then(|person| username(policy, person)));
    let holder = accounts.by_username(username.as_deref().unwrap_or_default()).await?;
    let Some(person) = person.filter(|person| person.active) else { return Ok(Standing::Shut(Cause::NotInRoster)) };
    if !is_for(&person, audience) {
        return Ok(Standing::Shut(Cause::OtherAudience));
    }
    // Row E27: whoever may see no child's records joins for nobody's sake.
    if audience == Some(Audience::Guardian) && !ties.iter().any(|tie| tie.guardian == id && tie.can_access_records) {
        return Ok(Standing::Shut(Cause::NoChild));
    }
    match account.as_ref().map(|account| account.state) {
        Some(AccountState::Claimed) => return Ok(Standing::Shut(Cause::AlreadyClaimed)),
        Some(AccountState::Disabled) => return Ok(Standing::Shut(Cause::Disabled)),
        // Reset by the school, it is open again (A29).
        Some(AccountState::Unclaimed | AccountState::Invited) | None => {}
    }
    match username.filter(|_| holder.is_none_or(|holder| holder.person == id)) {
        Some(username) => Ok(Standing::Open(Box::new(Claimant { person, username }))),
        None => Ok(Standing::Shut(Cause::UsernameTaken)),
    }
}

/// One of those whom the flow is for, and nothing more: who also works at the school has rights that a pupil's name and
/// number, or a family's address, must not open (E14).
pub(super) fn is_for(person: &Person, audience: Option<Audience>) -> bool {
    let Some(wanted) = audience else { return true };
    // A guardian may be known by ties to children alone.
    let known_by_ties = wanted == Audience::Guardian && person.roles.is_empty();
    (known_by_ties || person.roles.iter().any(|at| at.role.audience() == wanted)) && session::audience(person) == wanted
}

/// The name to sign in with; `None` if the roster lacks what it is made of.
pub(super) fn username(policy: &Policy, person: &Person) -> Option<String> {
    let naming = Naming {
        student_number: person.student_number.as_deref(),
        given_name: &person.given_name,
        family_name: &person.family_name,
        email: person.email.as_deref(),
    };
    policy.username(session::audience(person), &naming)
}
