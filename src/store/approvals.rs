//! What somebody else must say yes to. One a journey; of many decisions at once one counts (row R02's rule).

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, JourneyId, PersonId, Timestamp};

/// One question to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The journey that waits.
    pub journey: JourneyId,
    /// The number on its page, by which the school finds it.
    pub number: String,
    /// Who asks; nobody, where there is nobody to say yes to.
    pub person: Option<PersonId>,
    /// The flow.
    pub flow: String,
    /// Who may decide, by the words of the flow file.
    pub by_whom: Vec<String>,
    /// Two digits on the page; whoever decides must know them.
    pub matching: i32,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// From then on nobody decides.
    pub until: Timestamp,
    /// What was decided.
    pub decision: Option<Decision>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approved,
    /// No.
    Refused,
}

/// Who decides, and how.
#[derive(Clone, Debug)]
pub struct Deciding<'a> {
    /// What.
    pub decision: Decision,
    /// Whose account; the school's command line has none.
    pub by: Option<AccountId>,
    /// In words, for the log.
    pub reason: &'a str,
}

/// The queries on approvals.
pub struct Approvals<'a>(Db<'a>);

impl Reader<'_> {
    /// Approvals.
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals(self.db())
    }
}

impl Tx {
    /// Approvals.
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals(self.db())
    }
}

impl Decision {
    /// Its word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

impl Approvals<'_> {
    /// Asks; what this journey asked before is forgotten.
    pub async fn ask(&self, approval: &Approval) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM approvals WHERE journey = $1", [approval.journey.0.into()]).await?;
        let insert = "INSERT INTO approvals (journey, number, person, flow, by_whom, matching, asked_at, until) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = [
            approval.journey.0.into(),
            approval.number.clone().into(),
            approval.person.map(|person| person.0).into(),
            approval.flow.clone().into(),
            approval.by_whom.join(" ").into(),
            approval.matching.into(),
            approval.asked_at.0.into(),
            approval.until.0.into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// What a journey asked.
    pub async fn of_journey(&self, journey: JourneyId) -> Result<Option<Approval>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM approvals WHERE journey = $1", [journey.0.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The question of a number.
    pub async fn by_number(&self, number: &str) -> Result<Option<Approval>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM approvals WHERE number = $1", [number.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Those of real people that nobody has decided, the oldest first.
    pub async fn open(&self, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
        let select = "SELECT * FROM approvals WHERE decision IS NULL AND person IS NOT NULL AND until > $1 ORDER BY asked_at LIMIT 500";
        let rows = sql::rows(&self.0, select, [now.0.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// The same of one person.
    pub async fn open_of(&self, person: PersonId, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
        let select = "SELECT * FROM approvals WHERE person = $1 AND decision IS NULL AND until > $2 ORDER BY asked_at";
        let rows = sql::rows(&self.0, select, [person.0.into(), now.0.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// The same of the pupils of a teacher's classes.
    pub async fn open_of_pupils(&self, teacher: PersonId, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
        let rows = sql::rows(&self.0, OPEN_OF_PUPILS, [teacher.0.into(), now.0.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// Decides, once; false if it was decided before or is over.
    pub async fn decide(&self, number: &str, deciding: &Deciding<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE approvals SET decision = $2, decided_at = $3, decided_by = $4, reason = $5 \
                      WHERE number = $1 AND decision IS NULL AND person IS NOT NULL AND until > $3";
        let values = [
            number.into(),
            deciding.decision.word().into(),
            now.0.into(),
            deciding.by.map(|account| account.0).into(),
            deciding.reason.into(),
        ];
        Ok(sql::execute(&self.0, update, values).await? == 1)
    }

    /// Forgets what was over before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM approvals WHERE until < $1", [before.0.into()]).await
    }
}

fn read(row: &Row) -> Result<Approval, StoreError> {
    let decision: Option<String> = row.try_get("", "decision")?;
    Ok(Approval {
        journey: JourneyId(row.try_get("", "journey")?),
        number: row.try_get("", "number")?,
        person: row.try_get::<Option<uuid::Uuid>>("", "person")?.map(PersonId),
        flow: row.try_get("", "flow")?,
        by_whom: row.try_get::<String>("", "by_whom")?.split_whitespace().map(str::to_owned).collect(),
        matching: row.try_get("", "matching")?,
        asked_at: Timestamp(row.try_get("", "asked_at")?),
        until: Timestamp(row.try_get("", "until")?),
        decided_at: row.try_get::<Option<i64>>("", "decided_at")?.map(Timestamp),
        decision: decision.map(|word| if word == Decision::Approved.word() { Decision::Approved } else { Decision::Refused }),
    })
}

/// The few that wait are looked at first; the classes of a district are many.
const OPEN_OF_PUPILS: &str = "SELECT a.* FROM approvals a WHERE a.decision IS NULL AND a.person IS NOT NULL AND a.until > $2 \
    AND EXISTS (SELECT 1 FROM current_roster_users p \
    JOIN current_roster_enrollments pe ON pe.user_source = p.source_id AND pe.role = 'student' \
    JOIN current_roster_enrollments te ON te.class_source = pe.class_source AND te.role = 'teacher' \
    JOIN current_roster_users t ON t.source_id = te.user_source AND t.active \
    WHERE p.person = a.person AND p.active AND t.person = $1) ORDER BY a.asked_at LIMIT 100";
