//! Sessions at the counter. What opens one is spent by one conditional write, and so is its end (row R02's rule).

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, AddressSaid, CounterId, Hash, JourneyId, Language, OrgId, PersonId, Timestamp};

/// One session at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterSession {
    /// Its id, from which what opens it is derived under our key.
    pub id: CounterId,
    /// Who opened it.
    pub opened_by: AccountId,
    /// For whom.
    pub person: PersonId,
    /// At which school.
    pub school: OrgId,
    /// The language of its pages.
    pub language: Language,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its code is good until then; once it was entered, it is over then.
    pub until: Timestamp,
    /// When the code was used.
    pub entered_at: Option<Timestamp>,
    /// The journey at the counter.
    pub journey: Option<JourneyId>,
    /// How it ended, before its time was over.
    pub ended: Option<Ended>,
    /// What the person said of the address on file.
    pub address: Option<AddressSaid>,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The new password stands.
    Done,
    /// The office stopped it, or opened another for the same person. It left no trace.
    Stopped,
}

/// What opens a session, as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Secrets {
    /// That of the digits.
    pub code: Hash,
    /// That of the picture.
    pub token: Hash,
}

/// The queries on sessions at the counter.
pub struct CounterSessions<'a>(Db<'a>);

impl Reader<'_> {
    /// Sessions at the counter.
    pub fn counter_sessions(&self) -> CounterSessions<'_> {
        CounterSessions(self.db())
    }
}

impl Tx {
    /// Sessions at the counter.
    pub fn counter_sessions(&self) -> CounterSessions<'_> {
        CounterSessions(self.db())
    }
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

impl CounterSessions<'_> {
    /// Opens one; what was open for the same person is over, so that the newest alone counts.
    pub async fn add(&self, session: &CounterSession, secrets: &Secrets) -> Result<(), StoreError> {
        let before = "UPDATE counter_sessions SET ended_at = $2, ended = $3 WHERE person = $1 AND ended_at IS NULL";
        sql::execute(&self.0, before, [session.person.0.into(), session.opened_at.0.into(), Ended::Stopped.word().into()]).await?;
        let insert = "INSERT INTO counter_sessions (id, opened_by, person, school, language, code, token, opened_at, until) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = [
            session.id.0.into(),
            session.opened_by.0.into(),
            session.person.0.into(),
            session.school.0.into(),
            session.language.tag().into(),
            secrets.code.to_vec().into(),
            secrets.token.to_vec().into(),
            session.opened_at.0.into(),
            session.until.0.into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// One by id, also one that is over.
    pub async fn find(&self, id: CounterId) -> Result<Option<CounterSession>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM counter_sessions WHERE id = $1", [id.0.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The one that this secret, code or token, opens now.
    pub async fn opened_by_secret(&self, secret: &Hash, now: Timestamp) -> Result<Option<CounterSession>, StoreError> {
        let select = "SELECT * FROM counter_sessions WHERE (code = $1 OR token = $1) AND entered_at IS NULL AND ended_at IS NULL \
                      AND until > $2 ORDER BY opened_at DESC LIMIT 1";
        let row = sql::row(&self.0, select, [secret.to_vec().into(), now.0.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Uses its secret up; from now on it is this journey's, until `until`. False if somebody was faster, or it is over.
    pub async fn enter(&self, id: CounterId, journey: JourneyId, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE counter_sessions SET entered_at = $3, journey = $2, until = $4 \
                      WHERE id = $1 AND entered_at IS NULL AND ended_at IS NULL AND until > $3";
        Ok(sql::execute(&self.0, update, [id.0.into(), journey.0.into(), now.0.into(), until.0.into()]).await? == 1)
    }

    /// Ends it well, from its own journey; false if it is over or was stopped.
    pub async fn finish(&self, id: CounterId, journey: JourneyId, said: AddressSaid, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE counter_sessions SET ended_at = $3, ended = $4, address = $5 \
                      WHERE id = $1 AND journey = $2 AND ended_at IS NULL AND until > $3";
        let values = [id.0.into(), journey.0.into(), now.0.into(), Ended::Done.word().into(), said.word().into()];
        Ok(sql::execute(&self.0, update, values).await? == 1)
    }

    /// Stops it; false if it is over.
    pub async fn stop(&self, id: CounterId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE counter_sessions SET ended_at = $2, ended = $3 WHERE id = $1 AND ended_at IS NULL AND until > $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into(), Ended::Stopped.word().into()]).await? == 1)
    }

    /// Those that somebody opened since then, the newest first.
    pub async fn of(&self, opened_by: AccountId, since: Timestamp) -> Result<Vec<CounterSession>, StoreError> {
        let select = "SELECT * FROM counter_sessions WHERE opened_by = $1 AND opened_at > $2 ORDER BY opened_at DESC, id DESC LIMIT 50";
        let rows = sql::rows(&self.0, select, [opened_by.0.into(), since.0.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// Forgets what was over before `before`; the event log keeps what was done.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM counter_sessions WHERE until < $1", [before.0.into()]).await
    }
}

fn read(row: &Row) -> Result<CounterSession, StoreError> {
    let ended: Option<String> = row.try_get("", "ended")?;
    let address: Option<String> = row.try_get("", "address")?;
    Ok(CounterSession {
        id: CounterId(row.try_get("", "id")?),
        opened_by: AccountId(row.try_get("", "opened_by")?),
        person: PersonId(row.try_get("", "person")?),
        school: OrgId(row.try_get("", "school")?),
        language: Language::from_tag(&row.try_get::<String>("", "language")?).unwrap_or(Language::ALL[0]),
        opened_at: Timestamp(row.try_get("", "opened_at")?),
        until: Timestamp(row.try_get("", "until")?),
        entered_at: row.try_get::<Option<i64>>("", "entered_at")?.map(Timestamp),
        journey: row.try_get::<Option<uuid::Uuid>>("", "journey")?.map(JourneyId),
        ended: ended.map(|word| if word == Ended::Done.word() { Ended::Done } else { Ended::Stopped }),
        address: address.as_deref().and_then(AddressSaid::from_word),
    })
}
