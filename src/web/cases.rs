//! How a case comes into the staff's queue: a claim that did not go on, or a request. What was typed is sealed; the number
//! can be read out on the telephone (A46, B25).

use serde::{Deserialize, Serialize};

use crate::keys::{KeyError, KeyStore, Place};
use crate::model::CaseId;
use crate::random::Random;
use crate::store::StoreError;
use crate::store::cases::{Case, Cases};

/// What a family typed, as it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The first name; in a request the whole name.
    pub given_name: String,
    /// The last name.
    pub family_name: String,
    /// The number.
    pub student_number: String,
    /// The birth date, `yyyy-mm-dd`, where it is asked: the pupil's own, or of a guardian the child's.
    pub birth_date: Option<String>,
    /// The address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// The telephone by day.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// The child's school: its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub school: String,
    /// The house number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub civic_number: String,
    /// The child whom a request is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub child: String,
    /// The child's grade.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub grade: String,
    /// In the family's own words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Whoever asks is signed in, or has proven the mailbox on file.
    #[serde(skip_serializing_if = "is_false")]
    pub proven: bool,
}

/// What was typed in a case.
pub fn typed_of(keys: &KeyStore, case: &Case) -> Result<Typed, KeyError> {
    let plain = keys.unseal(place(&case.id.to_string()), &case.typed)?;
    serde_json::from_slice(&plain).map_err(|_| KeyError::Seal(TABLE))
}

/// Seals what was typed, for the case of this id.
pub fn seal(keys: &KeyStore, random: &Random, id: CaseId, typed: &Typed) -> Vec<u8> {
    let plain = serde_json::to_vec(typed).expect("its keys are strings");
    keys.seal(place(&id.to_string()), &plain, random)
}

/// A number that can be read out on the telephone: too many for anybody to come upon another family's by chance.
pub async fn free_number(cases: &Cases<'_>, random: &Random) -> Result<String, StoreError> {
    loop {
        let number = format!("{:04}-{:04}", random.below(10_000), random.below(10_000));
        if cases.by_number(&number).await?.is_none() {
            return Ok(number);
        }
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: TABLE, column: "typed", row }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

const TABLE: &str = "claim_cases";
