//! Campaigns: one clear ask of many people, with a last day (A1).

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Audience, CampaignId, Timestamp};

/// One campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// By which staff know it.
    pub name: String,
    /// The flow by which people join.
    pub flow: String,
    /// Who is to join.
    pub audience: Audience,
    /// The schools, by the source's ids; none: all.
    pub schools: Vec<String>,
    /// The end of its last day.
    pub until: Timestamp,
    /// So many days before, whoever is not ready is reminded.
    pub days: Vec<u16>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The last of these days whose reminders are all written.
    pub reminded: Option<u16>,
    /// When it was ended before its day.
    pub ended_at: Option<Timestamp>,
}

/// The queries on campaigns.
pub struct Campaigns<'a>(Db<'a>);

impl Reader<'_> {
    /// Campaigns.
    pub fn campaigns(&self) -> Campaigns<'_> {
        Campaigns(self.db())
    }
}

impl Tx {
    /// Campaigns.
    pub fn campaigns(&self) -> Campaigns<'_> {
        Campaigns(self.db())
    }
}

impl Campaign {
    /// Its reminders may leave.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.until > now
    }
}

impl Campaigns<'_> {
    /// Adds one; false if there is one of this name.
    pub async fn add(&self, campaign: &Campaign) -> Result<bool, StoreError> {
        let insert = "INSERT INTO campaigns (id, name, flow, audience, schools, until, days, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                      ON CONFLICT DO NOTHING";
        let values = [
            campaign.id.0.into(),
            campaign.name.as_str().into(),
            campaign.flow.as_str().into(),
            campaign.audience.word().into(),
            serde_json::json!(campaign.schools).to_string().into(),
            campaign.until.0.into(),
            serde_json::json!(campaign.days).to_string().into(),
            campaign.made_at.0.into(),
        ];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// All of them, the latest first.
    pub async fn all(&self) -> Result<Vec<Campaign>, StoreError> {
        sql::rows(&self.0, "SELECT * FROM campaigns ORDER BY made_at DESC, id DESC", []).await?.iter().map(read).collect()
    }

    /// The one of a name.
    pub async fn by_name(&self, name: &str) -> Result<Option<Campaign>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM campaigns WHERE name = $1", [name.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Ends it; false if it was ended.
    pub async fn end(&self, id: CampaignId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE campaigns SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1)
    }

    /// Takes its reminders in hand until an instant; false if another node has them, or it was ended.
    pub async fn lease(&self, id: CampaignId, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let update =
            "UPDATE campaigns SET lease_until = $3 WHERE id = $1 AND ended_at IS NULL AND (lease_until IS NULL OR lease_until <= $2)";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into(), until.0.into()]).await? == 1)
    }

    /// Keeps them in hand; false if it was ended meanwhile.
    pub async fn renew(&self, id: CampaignId, until: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE campaigns SET lease_until = $2 WHERE id = $1 AND ended_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), until.0.into()]).await? == 1)
    }

    /// All reminders of a day are written; or only the hand is taken away.
    pub async fn release(&self, id: CampaignId, reminded: Option<u16>) -> Result<(), StoreError> {
        let update = "UPDATE campaigns SET lease_until = NULL, reminded = COALESCE($2, reminded) WHERE id = $1";
        sql::execute(&self.0, update, [id.0.into(), reminded.map(i32::from).into()]).await?;
        Ok(())
    }
}

fn read(row: &Row) -> Result<Campaign, StoreError> {
    let audience: String = row.try_get("", "audience")?;
    let audience = Audience::from_word(&audience).ok_or(StoreError::Corrupt { table: TABLE, what: audience })?;
    Ok(Campaign {
        id: CampaignId(row.try_get("", "id")?),
        name: row.try_get("", "name")?,
        flow: row.try_get("", "flow")?,
        audience,
        schools: sql::json(TABLE, &row.try_get::<String>("", "schools")?)?,
        until: Timestamp(row.try_get("", "until")?),
        days: sql::json(TABLE, &row.try_get::<String>("", "days")?)?,
        made_at: Timestamp(row.try_get("", "made_at")?),
        reminded: row.try_get::<Option<i32>>("", "reminded")?.and_then(|days| u16::try_from(days).ok()),
        ended_at: row.try_get::<Option<i64>>("", "ended_at")?.map(Timestamp),
    })
}

const TABLE: &str = "campaigns";
