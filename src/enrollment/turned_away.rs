//! What becomes of a claim that does not go on: a case in the staff's queue, with the exact cause and what was typed,
//! sealed; and for the family a page that says neither. Tries of one journey are one case, so a case has the id of its
//! journey (A46, A47).

use serde::{Deserialize, Serialize};

use crate::flow::{FlowError, Step};
use crate::keys::{KeyError, KeyStore, Place};
use crate::model::{CaseId, Hash, PersonId};
use crate::random::Random;
use crate::store::StoreError;
use crate::store::cases::{Case, Cases, Cause};

/// What a family typed, as it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The first name.
    pub given_name: String,
    /// The last name.
    pub family_name: String,
    /// The number.
    pub student_number: String,
    /// The birth date, `yyyy-mm-dd`, where it is asked.
    pub birth_date: Option<String>,
}

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
    step.draft.password = None;
    step.draft.questions = None;
    step.draft.outside = None;
    step.draft.agreed = None;
    step.draft.preferences = None;
    step.draft.confirmed = false;
    step.draft.not_matched = Some(id);
    Ok(())
}

/// What was typed in a case.
pub fn typed_of(keys: &KeyStore, case: &Case) -> Result<Typed, KeyError> {
    let plain = keys.unseal(place(&case.id.to_string()), &case.typed)?;
    serde_json::from_slice(&plain).map_err(|_| KeyError::Seal(TABLE))
}

fn seal(keys: &KeyStore, random: &Random, id: CaseId, typed: &Typed) -> Vec<u8> {
    let plain = serde_json::to_vec(typed).expect("its keys are strings");
    keys.seal(place(&id.to_string()), &plain, random)
}

fn place(row: &str) -> Place<'_> {
    Place { table: TABLE, column: "typed", row }
}

/// A number that can be read out on the telephone: too many for anybody to come upon another family's by chance.
async fn free_number(cases: &Cases<'_>, random: &Random) -> Result<String, StoreError> {
    loop {
        let number = format!("{:04}-{:04}", random.below(10_000), random.below(10_000));
        if cases.by_number(&number).await?.is_none() {
            return Ok(number);
        }
    }
}

const TABLE: &str = "claim_cases";
