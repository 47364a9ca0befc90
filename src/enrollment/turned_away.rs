//! What becomes of a claim that does not go on: a case in the staff's queue, with the exact cause and what was typed,
//! sealed; and for the family a page that says neither. Tries of one journey are one case, so a case has the id of its
//! journey (A46, A47).

use crate::flow::{FlowError, Step};
use crate::model::{CaseId, Hash, PersonId};
use crate::store::cases::{Case, Cause};
pub use crate::web::cases::{Typed, typed_of};
use crate::web::cases::{free_number, seal};

/// Why somebody is turned away.
pub(super) struct Why {
    /// For the staff alone.
    pub cause: Cause,
    /// Whom the claim probably means.
    pub person: Option<PersonId>,
    /// The counter of the record.
    pub subject: Hash,
    /// What was typed; later on the way, what was typed at its beginning stays.
    pub typed: Option<Typed>,
}

/// Opens the case, or counts one more try of it, and leads the journey to the neutral page. What was chosen for the
/// account that will not be is wiped.
pub(super) async fn turn_away(step: &mut Step<'_>, why: Why) -> Result<(), FlowError> {
    let (cases, keys, random, now) = (step.tx.cases(), &step.tools.keys, &step.tools.random, step.now);
    let id = CaseId(step.journey.0);
    let known = cases.find(id).await?;
    let number = match &known {
        Some(case) => case.number.clone(),
        None => free_number(&cases, random).await?,
    };
    let typed = match (why.typed, known) {
        (Some(typed), _) => seal(keys, random, id, &typed),
        (None, Some(case)) => case.typed,
        (None, None) => seal(keys, random, id, &Typed::default()),
    };
    let case = Case {
        id,
        number,
        flow: step.flow.to_owned(),
        journey: step.journey,
        cause: why.cause,
        person: why.person,
        subject: why.subject,
        typed,
        tries: 1,
        opened_at: now,
        last_at: now,
    };
    cases.save(&case).await?;
    step.draft.person = None;
    step.draft.nobody = false;
    step.draft.email_shown = None;
    step.draft.password = None;
    step.draft.questions = None;
    step.draft.outside = None;
    step.draft.agreed = None;
    step.draft.preferences = None;
    step.draft.confirmed = false;
    step.draft.not_matched = Some(id);
    Ok(())
}
