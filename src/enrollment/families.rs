//! Reads the families that an address on file belongs to, for the match of a guardian. As many questions are asked of the
//! store whoever has the address, or nobody (row E02).

use super::guardian_match::Family;
use crate::model::PersonId;
use crate::people::children_of;
use crate::store::StoreError;
use crate::store::people::People;

/// Everybody with this address, with the children whose records they may see (E27): by the roster's ties, never by typing.
pub(super) async fn families(people: &People<'_>, email_key: &str) -> Result<Vec<Family>, StoreError> {
    let mut found = Vec::new();
    let mut asked = 1;
    for guardian in people.by_email(email_key).await? {
        let children = children(people, guardian.id).await?;
        asked += 3 + 2 * children.len();
        found.push(Family { guardian, children });
    }
    // A large family costs more; nobody learns from it but that it is large.
    for _ in asked..USUAL_QUESTIONS {
        people.relationships(NOBODY).await?;
    }
    Ok(found)
}

/// The pupils of the roster whose records this guardian may see now, the eldest first.
pub(super) async fn children(people: &People<'_>, guardian: PersonId) -> Result<Vec<crate::store::people::Person>, StoreError> {
    let mut children = children_of(people, guardian).await?;
    children.sort_by(|one, other| (&one.birth_date, &one.given_name).cmp(&(&other.birth_date, &other.given_name)));
    Ok(children)
}

/// A guardian with three children.
const USUAL_QUESTIONS: usize = 10;
const NOBODY: PersonId = PersonId(uuid::Uuid::nil());
