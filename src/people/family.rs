//! Whose parent somebody is, now.

use crate::model::PersonId;
use crate::store::StoreError;
use crate::store::people::{People, Person};

/// The people of the roster whose records this guardian may see now: by the roster's ties, never by typing (row E27).
pub async fn children_of(people: &People<'_>, guardian: PersonId) -> Result<Vec<Person>, StoreError> {
    let mut children = Vec::new();
    for tie in people.relationships(guardian).await? {
        if tie.guardian == guardian && tie.can_access_records {
            children.extend(people.find(tie.child).await?.filter(|child| child.active));
        }
    }
    Ok(children)
}
