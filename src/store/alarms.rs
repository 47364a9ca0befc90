//! What goes wrong in the whole district, and the alarms that it raised. Nothing here is written when somebody fails: the
//! server counts once a minute, so that no counter is everybody's (row R23).

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::Timestamp;

/// The queries on alarms.
pub struct Alarms<'a>(Db<'a>);

impl Reader<'_> {
    /// Alarms.
    pub fn alarms(&self) -> Alarms<'_> {
        Alarms(self.db())
    }
}

impl Tx {
    /// Alarms.
    pub fn alarms(&self) -> Alarms<'_> {
        Alarms(self.db())
    }
}

impl Alarms<'_> {
    /// How many different pairs of network and subject failed at this since `since`.
    pub async fn failures(&self, what: &str, since: Timestamp) -> Result<u64, StoreError> {
        let select = "SELECT COUNT(*) AS failures FROM throttle_failures WHERE at > $1 AND what = $2";
        let row = sql::row(&self.0, select, [since.0.into(), what.into()]).await?;
        row.map_or(Ok(0), |row| Ok(u64::try_from(row.try_get::<i64>("", "failures")?).unwrap_or_default()))
    }

    /// What an hour came to, counted since the epoch; `None` if nobody counted then.
    pub async fn hour(&self, what: &str, hour: i64) -> Result<Option<u64>, StoreError> {
        let select = "SELECT failures FROM failure_hours WHERE what = $1 AND hour = $2";
        let row = sql::row(&self.0, select, [what.into(), hour.into()]).await?;
        row.map(|row| Ok(u64::try_from(row.try_get::<i64>("", "failures")?).unwrap_or_default())).transpose()
    }

    /// Keeps what an hour came to, if it is more than what was kept.
    pub async fn keep_hour(&self, what: &str, hour: i64, failures: u64) -> Result<(), StoreError> {
        let upsert = "INSERT INTO failure_hours (what, hour, failures) VALUES ($1, $2, $3) ON CONFLICT (what, hour) DO UPDATE SET \
                      failures = CASE WHEN excluded.failures > failure_hours.failures THEN excluded.failures ELSE failure_hours.failures END";
        sql::execute(&self.0, upsert, [what.into(), hour.into(), count(failures)]).await?;
        Ok(())
    }

    /// Raises an alarm until `until`, or keeps it up; true for whoever raised it.
    pub async fn raise(&self, what: &str, failures: u64, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let values = || [what.into(), now.0.into(), until.0.into(), count(failures)];
        let insert = "INSERT INTO alarms (what, raised_at, until, failures) VALUES ($1, $2, $3, $4) ON CONFLICT (what) DO UPDATE SET \
                      raised_at = excluded.raised_at, until = excluded.until, failures = excluded.failures WHERE alarms.until <= $2";
        if sql::execute(&self.0, insert, values()).await? == 1 {
            return Ok(true);
        }
        let keep_up = "UPDATE alarms SET until = $3, failures = $4 WHERE what = $1 AND until > $2";
        sql::execute(&self.0, keep_up, values()).await?;
        Ok(false)
    }

    /// Until when there is an alarm, if there is one.
    pub async fn until(&self, what: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let row = sql::row(&self.0, "SELECT until FROM alarms WHERE what = $1 AND until > $2", [what.into(), now.0.into()]).await?;
        row.map(|row| Ok(Timestamp(row.try_get("", "until")?))).transpose()
    }

    /// Forgets hours before `hour`.
    pub async fn forget(&self, hour: i64) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM failure_hours WHERE hour < $1", [hour.into()]).await
    }
}

fn count(number: u64) -> sea_orm::Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}
