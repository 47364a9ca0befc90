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
/// The same of a teacher.
pub const TEACHER: &str = "teacher";

/// In what right somebody decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// A guardian whose tie gives access to the records.
    Guardian,
    /// A teacher of a class of the pupil.
    Teacher,
}

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

/// In what right somebody may decide for a pupil now, if in any: as a guardian whose tie to them gives access to the records, or as a
/// teacher of one of their classes, where the flow lets teachers (row R17).
pub async fn may_decide(people: &People<'_>, adult: PersonId, asked: &Approval) -> Result<Option<Right>, StoreError> {
    let Some(person) = asked.person.filter(|person| *person != adult) else { return Ok(None) };
    let says = |word: &str| asked.by_whom.iter().any(|by| by == word);
    let ties = people.relationships(person).await?;
    let tied = |allowed: bool| ties.iter().any(|tie| tie.guardian == adult && tie.child == person && tie.can_access_records == allowed);
    if says(GUARDIAN) && tied(true) && !tied(false) {
        return Ok(Some(Right::Guardian));
    }
    Ok((says(TEACHER) && people.teaches(adult, person).await?).then_some(Right::Teacher))
}
