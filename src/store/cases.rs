//! The staff's queue of failed claims: the exact cause, which the family never sees, and what was typed, sealed.

use serde::{Deserialize, Serialize};

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{CaseId, Hash, JourneyId, PersonId, Timestamp};

/// One failed claim. Its number is on the family's page, so that whoever helps finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What the family reads out.
    pub number: String,
    /// The flow in which it happened.
    pub flow: String,
    /// The journey in which it happened: tries of one journey are one case.
    pub journey: JourneyId,
    /// Why the last try failed.
    pub cause: Cause,
    /// Whom the claim probably meant.
    pub person: Option<PersonId>,
    /// The counter of the record, which `claim reset` clears.
    pub subject: Hash,
    /// What was typed, sealed for this row.
    pub typed: Vec<u8>,
    /// How often the family tried.
    pub tries: i32,
    /// The first try.
    pub opened_at: Timestamp,
    /// The last try.
    pub last_at: Timestamp,
}

/// Why a claim failed (systems.md A46).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The roster has no such number and no such name.
    NoRecord,
    /// The number is there, the name is near to it: an accent, a letter, a word.
    NameDiffers,
    /// The number is there, the name is another.
    OtherName,
    /// The name is there, the number is another.
    OtherNumber,
    /// Name and number are right, the birth date is not.
    WrongBirthDate,
    /// The account was claimed before.
    AlreadyClaimed,
    /// The person is known but not in the present roster.
    NotInRoster,
    /// No roster was imported yet, or what was typed is newer than the last import.
    NotYetImported,
    /// Several people answer to it.
    Ambiguous,
    /// Too many tries on this record; this one was not judged.
    Throttled,
    /// The account is shut by the school.
    Disabled,
    /// The person has a role that this way of joining is not for.
    OtherAudience,
    /// The name to sign in with is another account's, or the roster lacks what it is made of.
    UsernameTaken,
    /// No guardian has the address on file (B28).
    NoAddress,
    /// A guardian has the address; the name is another.
    GuardianName,
    /// The guardian is right; the child's birth date is not.
    ChildBirthDate,
    /// The guardian is right; the child's school is not.
    ChildSchool,
    /// The guardian is right; the house number is not, or is not on file.
    HouseNumber,
    /// The guardian has no child in the roster whose records they may see (E27).
    NoChild,
    /// A request: help, in the family's own words (B25).
    Help,
    /// A request about a page, a password, a mail: for the help desk (D16).
    Technical,
    /// A request: the address on file is an old one (B6, B28).
    AddressChanged,
    /// A request: a child is missing (B31).
    ChildMissing,
    /// A request: what the school holds is wrong (D11).
    DetailsWrong,
    /// Somebody of this name is the child's guardian, and may not see the child's records.
    Restricted,
}

/// The queries on failed claims.
pub struct Cases<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Failed claims.
    pub fn cases(&self) -> Cases<'_> {
        Cases(self.db())
    }
}

impl Tx {
    /// Failed claims.
    pub fn cases(&self) -> Cases<'_> {
        Cases(self.db())
    }
}

impl Cases<'_> {
    /// Adds a case, or counts one more try of its journey.
    pub async fn save(&self, case: &Case) -> Result<(), StoreError> {
        let upsert = "INSERT INTO claim_cases (id, number, flow, journey, cause, person, subject, typed, tries, opened_at, last_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                      ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, person = excluded.person, subject = excluded.subject, \
                      typed = excluded.typed, tries = claim_cases.tries + 1, last_at = excluded.last_at, closed_at = NULL";
        let values = [
            case.id.0.into(),
            case.number.as_str().into(),
            case.flow.as_str().into(),
            case.journey.0.into(),
            case.cause.word().into(),
            case.person.map(|person| person.0).into(),
            case.subject.to_vec().into(),
            case.typed.clone().into(),
            case.tries.into(),
            case.opened_at.0.into(),
            case.last_at.0.into(),
        ];
        sql::execute(&self.0, upsert, values).await?;
        Ok(())
    }

    /// A case by id.
    pub async fn find(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM claim_cases WHERE id = $1", [id.0.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// A case by its number.
    pub async fn by_number(&self, number: &str) -> Result<Option<Case>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM claim_cases WHERE number = $1", [number.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The open cases, the newest first.
    pub async fn open(&self, most: u32) -> Result<Vec<Case>, StoreError> {
        let select = "SELECT * FROM claim_cases WHERE closed_at IS NULL ORDER BY last_at DESC, number LIMIT $1";
        let rows = sql::rows(&self.0, select, [i64::from(most).into()]).await?;
        rows.iter().map(read).collect()
    }

    /// Closes what a person's claim or a reset has answered; how many there were. Requests wait for an answer of their own.
    pub async fn close(&self, person: Option<PersonId>, subject: &Hash, now: Timestamp) -> Result<u64, StoreError> {
        let requests = Cause::ALL.iter().filter(|cause| cause.is_request()).map(|cause| format!("'{}'", cause.word()));
        let update = format!(
            "UPDATE claim_cases SET closed_at = $1 WHERE closed_at IS NULL AND (person = $2 OR subject = $3) AND cause NOT IN ({})",
            requests.collect::<Vec<_>>().join(", ")
        );
        sql::execute(&self.0, &update, [now.0.into(), person.map(|person| person.0).into(), subject.to_vec().into()]).await
    }

    /// The journeys of the open cases that [`Cases::close`] would close.
    pub async fn journeys_about(&self, person: Option<PersonId>, subject: &Hash) -> Result<Vec<JourneyId>, StoreError> {
        let select = "SELECT journey FROM claim_cases WHERE closed_at IS NULL AND (person = $1 OR subject = $2)";
        let rows = sql::rows(&self.0, select, [person.map(|person| person.0).into(), subject.to_vec().into()]).await?;
        rows.iter().map(|row| Ok(JourneyId(row.try_get("", "journey")?))).collect()
    }

    /// Closes one case, of whatever kind; false if it was closed.
    pub async fn close_one(&self, id: CaseId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE claim_cases SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1)
    }
}

impl Cause {
    /// Every cause.
    pub const ALL: &'static [Self] = &[
        Self::NoRecord,
        Self::NameDiffers,
        Self::OtherName,
        Self::OtherNumber,
        Self::WrongBirthDate,
        Self::AlreadyClaimed,
        Self::NotInRoster,
        Self::NotYetImported,
        Self::Ambiguous,
        Self::Throttled,
        Self::Disabled,
        Self::OtherAudience,
        Self::UsernameTaken,
        Self::NoAddress,
        Self::GuardianName,
        Self::ChildBirthDate,
        Self::ChildSchool,
        Self::HouseNumber,
        Self::NoChild,
        Self::Help,
        Self::Technical,
        Self::AddressChanged,
        Self::ChildMissing,
        Self::DetailsWrong,
        Self::Restricted,
    ];

    /// Somebody asks for something; no claim went wrong.
    pub fn is_request(self) -> bool {
        matches!(self, Self::Help | Self::Technical | Self::AddressChanged | Self::ChildMissing | Self::DetailsWrong)
    }

    /// Its word in the store and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoRecord => "no-record",
            Self::NameDiffers => "name-differs",
            Self::OtherName => "other-name",
            Self::OtherNumber => "other-number",
            Self::WrongBirthDate => "wrong-birth-date",
            Self::AlreadyClaimed => "already-claimed",
            Self::NotInRoster => "not-in-roster",
            Self::NotYetImported => "not-yet-imported",
            Self::Ambiguous => "ambiguous",
            Self::Throttled => "throttled",
            Self::Disabled => "disabled",
            Self::OtherAudience => "other-audience",
            Self::UsernameTaken => "username-taken",
            Self::NoAddress => "no-address",
            Self::GuardianName => "guardian-name",
            Self::ChildBirthDate => "child-birth-date",
            Self::ChildSchool => "child-school",
            Self::HouseNumber => "house-number",
            Self::NoChild => "no-child",
            Self::Help => "help",
            Self::Technical => "technical",
            Self::AddressChanged => "address-changed",
            Self::ChildMissing => "child-missing",
            Self::DetailsWrong => "details-wrong",
            Self::Restricted => "restricted",
        }
    }

    /// What staff reads.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::NoRecord => "the roster has neither this number nor this name",
            Self::NameDiffers => "the number is right; the name differs by an accent, a letter or a word",
            Self::OtherName => "the number is somebody else's, or the name is quite another",
            Self::OtherNumber => "the name is right; the number is another",
            Self::WrongBirthDate => "name and number are right; the birth date is not",
            Self::AlreadyClaimed => "the account was claimed before: sign-in or recovery helps, or a reset",
            Self::NotInRoster => "the person left the roster",
            Self::NotYetImported => "no roster has been imported yet",
            Self::Ambiguous => "several people in the roster answer to it",
            Self::Throttled => "too many tries on this record; reset it once you know who is asking",
            Self::Disabled => "the account is shut",
            Self::OtherAudience => "the person also has a role that this way of joining is not for",
            Self::UsernameTaken => "the name to sign in with is another account's, or the roster lacks what it is made of",
            Self::NoAddress => "no guardian in the roster has this e-mail address",
            Self::GuardianName => "the address is a guardian's; the name is another",
            Self::ChildBirthDate => "the guardian is right; the child's birth date is not",
            Self::ChildSchool => "the guardian is right; the child's school is another",
            Self::HouseNumber => "the guardian is right; the house number is another, or is not on file",
            Self::NoChild => "the guardian has no child in the roster whose records they may see",
            Self::Help => "a request for help",
            Self::Technical => "a technical request, which went to the help desk",
            Self::AddressChanged => "a request: the e-mail address on file is an old one",
            Self::ChildMissing => "a request: a child is missing from the guardian's children",
            Self::DetailsWrong => "a request: what the school holds is wrong",
            Self::Restricted => "a guardian of this name may not see the child's records, and holds a code without a name for that child",
        }
    }
}

fn read(row: &Row) -> Result<Case, StoreError> {
    let cause: String = row.try_get("", "cause")?;
    let cause = Cause::ALL.iter().copied().find(|known| known.word() == cause);
    Ok(Case {
        id: CaseId(row.try_get("", "id")?),
        number: row.try_get("", "number")?,
        flow: row.try_get("", "flow")?,
        journey: JourneyId(row.try_get("", "journey")?),
        cause: cause.ok_or_else(|| StoreError::Corrupt { table: "claim_cases", what: "an unknown cause".to_owned() })?,
        person: row.try_get::<Option<uuid::Uuid>>("", "person")?.map(PersonId),
        subject: sql::hash("claim_cases", &row.try_get::<Vec<u8>>("", "subject")?)?,
        typed: row.try_get("", "typed")?,
        tries: row.try_get("", "tries")?,
        opened_at: Timestamp(row.try_get("", "opened_at")?),
        last_at: Timestamp(row.try_get("", "last_at")?),
    })
}
