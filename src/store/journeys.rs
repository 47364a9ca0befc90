//! Journeys: people on their way through a flow. A journey belongs to the browser whose cookie's hash it holds, and
//! moves only by the one answer that finds it at the version it was asked at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Draft, Hash, Journey, JourneyId, LocalPath, SessionId, Timestamp};

/// A journey as the store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Itself. A closed one has an empty draft.
    pub journey: Journey,
    /// The hash of the cookie that opens it.
    pub browser: Hash,
    /// What was typed at each stage, by the stage's word and the field's name; never a secret (A43).
    pub typed: Typed,
    /// How it ended, if it has.
    pub ending: Option<Ending>,
}

/// What was typed, by stage and by field.
pub type Typed = BTreeMap<String, BTreeMap<String, String>>;

/// What is kept of a finished journey, for a reload of its last page and for a click that came twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// When it ended.
    pub at: Timestamp,
    /// Where the person goes from here.
    pub to: LocalPath,
    /// The session that began with it.
    pub session: Option<SessionId>,
    /// The name to sign in with, where the last page says it.
    pub username: Option<String>,
}

/// The queries on journeys.
pub struct Journeys<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Journeys.
    pub fn journeys(&self) -> Journeys<'_> {
        Journeys(self.db())
    }
}

impl Tx {
    /// Journeys.
    pub fn journeys(&self) -> Journeys<'_> {
        Journeys(self.db())
    }
}

impl Journeys<'_> {
    /// Begins a journey; false if it was begun already by the same form, sent twice (row E22).
    pub async fn add(&self, journey: &Journey, browser: &Hash) -> Result<bool, StoreError> {
        let insert = "INSERT INTO journeys (id, browser, flow, draft, typed, return_to, version, created_at, touched_at, expires_at) \
                      VALUES ($1, $2, $3, $4, '{}', $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let values = [
            journey.id.0.into(),
            browser.to_vec().into(),
            journey.flow.clone().into(),
            text(&journey.draft).into(),
            journey.return_to.as_str().into(),
            journey.version.into(),
            journey.created_at.0.into(),
            journey.touched_at.0.into(),
            journey.expires_at.0.into(),
        ];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// A journey by id, also one that is over or closed.
    pub async fn find(&self, id: JourneyId) -> Result<Option<Kept>, StoreError> {
        let select = "SELECT id, browser, flow, draft, typed, return_to, version, created_at, touched_at, expires_at, ending FROM journeys \
                      WHERE id = $1";
        let row = sql::row(&self.0, select, [id.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// Takes the turn of the answer that was asked at `version`, before it is judged: of two that race one gets true,
    /// and the other waits for it and gets false.
    pub async fn take_turn(&self, id: JourneyId, version: i64, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE journeys SET version = version + 1, touched_at = $3 \
                      WHERE id = $1 AND version = $2 AND closed_at IS NULL AND expires_at > $3";
        Ok(sql::execute(&self.0, update, [id.0.into(), version.into(), now.0.into()]).await? == 1)
    }

    /// Keeps what the turn brought, and the cookie that opens the journey from now on (row E15).
    pub async fn save(&self, id: JourneyId, draft: &Draft, typed: &Typed, browser: &Hash) -> Result<(), StoreError> {
        let update = "UPDATE journeys SET draft = $2, typed = $3, browser = $4 WHERE id = $1";
        sql::execute(&self.0, update, [id.0.into(), text(draft).into(), text(typed).into(), browser.to_vec().into()]).await?;
        Ok(())
    }

    /// Leads a journey on through another flow, until another end.
    pub async fn go_over(&self, id: JourneyId, flow: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE journeys SET flow = $2, expires_at = $3 WHERE id = $1 AND closed_at IS NULL";
        sql::execute(&self.0, update, [id.0.into(), flow.into(), expires_at.0.into()]).await?;
        Ok(())
    }

    /// Ends a journey: what it knew is wiped, and how it ended is kept until `until` (row E17).
    pub async fn close(&self, id: JourneyId, ending: &Ending, browser: &Hash, until: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE journeys SET draft = '{}', typed = '{}', browser = $2, ending = $3, closed_at = $4, expires_at = $5 \
                      WHERE id = $1 AND closed_at IS NULL";
        let values = [id.0.into(), browser.to_vec().into(), text(ending).into(), ending.at.0.into(), until.0.into()];
        sql::execute(&self.0, update, values).await?;
        Ok(())
    }

    /// Where it leads from now on.
    pub async fn lead_to(&self, id: JourneyId, to: &LocalPath) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE journeys SET return_to = $2 WHERE id = $1", [id.0.into(), to.as_str().into()]).await?;
        Ok(())
    }

    /// Gives a journey up that somebody else stops; one that has ended stays.
    pub async fn stop(&self, id: JourneyId) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM journeys WHERE id = $1 AND closed_at IS NULL", [id.0.into()]).await?;
        Ok(())
    }

    /// Gives a journey up, as if it had never begun.
    pub async fn drop(&self, id: JourneyId) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM journeys WHERE id = $1", [id.0.into()]).await?;
        Ok(())
    }

    /// Forgets what was over before `before` (A42: a half-done claim is cleanly undone).
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM journeys WHERE expires_at < $1", [before.0.into()]).await
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("its keys are strings")
}

fn record(row: &Row) -> Result<Kept, StoreError> {
    let at = |column: &str| Ok::<_, StoreError>(Timestamp(row.try_get("", column)?));
    let return_to: String = row.try_get("", "return_to")?;
    let ending: Option<String> = row.try_get("", "ending")?;
    let journey = Journey {
        id: JourneyId(row.try_get("", "id")?),
        flow: row.try_get("", "flow")?,
        draft: sql::json(TABLE, &row.try_get::<String>("", "draft")?)?,
        return_to: LocalPath::try_from(return_to).map_err(|what| StoreError::Corrupt { table: TABLE, what })?,
        created_at: at("created_at")?,
        touched_at: at("touched_at")?,
        expires_at: at("expires_at")?,
        version: row.try_get("", "version")?,
    };
    Ok(Kept {
        journey,
        browser: sql::hash(TABLE, &row.try_get::<Vec<u8>>("", "browser")?)?,
        typed: sql::json(TABLE, &row.try_get::<String>("", "typed")?)?,
        ending: ending.map(|ending| sql::json(TABLE, &ending)).transpose()?,
    })
}

const TABLE: &str = "journeys";
