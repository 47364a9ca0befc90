//! The yes of somebody else, as those who ask for it and those who give it share it.

use crate::keys::{KeyStore, Purpose};
use crate::model::PersonId;
use crate::store::StoreError;
use crate::store::approvals::Approval;
use crate::store::people::People;

/// The stage's name in flow files.
pub const NAME: &str = "approval";
/// The word of a guardian in flow files and in the store.
pub const GUARDIAN: &str = "guardian";

/// The three numbers that a guardian chooses from: the right one among two others, the same ones each time.
pub fn choices(keys: &KeyStore, asked: &Approval) -> Vec<i32> {
    let mac = keys.mac(Purpose::Ticket, &[b"matching", asked.journey.0.as_bytes(), asked.number.as_bytes()]);
    let mut numbers = vec![asked.matching];
    for byte in mac.0.iter().map(|byte| 10 + i32::from(*byte) % 90) {
        if numbers.len() < 3 && !numbers.contains(&byte) {
            numbers.push(byte);
        }
    }
    numbers.sort_unstable();
    numbers
}

/// Whoever may decide for a pupil now: a guardian whose tie to them gives access to the records (row R17).
pub async fn may_decide(people: &People<'_>, guardian: PersonId, asked: &Approval) -> Result<bool, StoreError> {
    let Some(person) = asked.person.filter(|_| asked.by_whom.iter().any(|by| by == GUARDIAN)) else { return Ok(false) };
    let ties = people.relationships(person).await?;
    let tied = |allowed: bool| ties.iter().any(|tie| tie.guardian == guardian && tie.child == person && tie.can_access_records == allowed);
    Ok(tied(true) && !tied(false))
}
