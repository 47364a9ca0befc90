//! Devices that a family shares: whom the first page offers there. The cookie of such a device opens nothing and proves
//! nothing; it stands for a list of first names that its people asked for (A18).

use uuid::Uuid;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, Animal, Hash, Timestamp};

/// Somebody whom a device offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDevice {
    /// What a form names them by.
    pub id: Uuid,
    /// Their account.
    pub account: AccountId,
    /// The name to sign in with.
    pub username: String,
    /// The given name that they go by.
    pub given_name: String,
    /// Their picture.
    pub animal: Animal,
}

/// The queries on shared devices.
pub struct SharedDevices<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Devices that a family shares.
    pub fn shared_devices(&self) -> SharedDevices<'_> {
        SharedDevices(self.db())
    }
}

impl Tx {
    /// Devices that a family shares.
    pub fn shared_devices(&self) -> SharedDevices<'_> {
        SharedDevices(self.db())
    }
}

impl SharedDevices<'_> {
    /// Whom the device of this cookie's hash offers, in the order in which they came. Whoever has no open account, or has left
    /// the roster, is not among them.
    pub async fn people(&self, device: &Hash) -> Result<Vec<OnDevice>, StoreError> {
        let select = "SELECT d.id, d.account, d.animal, a.username, COALESCE(u.preferred_given_name, u.given_name) AS given_name \
                      FROM shared_device_people d JOIN accounts a ON a.id = d.account \
                      JOIN current_roster_users u ON u.person = a.person AND u.active \
                      WHERE d.device = $1 AND a.state = 'claimed' ORDER BY d.added_at, d.id, u.source_id";
        let rows = sql::rows(&self.0, select, [device.to_vec().into()]).await?;
        let mut people = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        // Two schools may both list somebody.
        people.dedup_by_key(|somebody| somebody.id);
        Ok(people)
    }

    /// A device of ours has this cookie's hash.
    pub async fn knows(&self, device: &Hash) -> Result<bool, StoreError> {
        let select = "SELECT id FROM shared_device_people WHERE device = $1 LIMIT 1";
        Ok(sql::row(&self.0, select, [device.to_vec().into()]).await?.is_some())
    }

    /// Offers an account on a device from now on, or gives it another picture; false if the device is full.
    pub async fn put(&self, device: &Hash, id: Uuid, account: AccountId, animal: Animal, now: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO shared_device_people (id, device, account, animal, added_at, used_at) SELECT $1, $2, $3, $4, $5, $5 \
                      WHERE (SELECT COUNT(*) FROM shared_device_people WHERE device = $2 AND account <> $3) < $6 \
                      ON CONFLICT (device, account) DO UPDATE SET animal = $4, used_at = $5";
        let values = [id.into(), device.to_vec().into(), account.0.into(), animal.word().into(), now.0.into(), MOST_PEOPLE.into()];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// Somebody was chosen: the device is in use.
    pub async fn used(&self, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE shared_device_people SET used_at = $2 WHERE id = $1", [id.into(), now.0.into()]).await?;
        Ok(())
    }

    /// Offers an account on a device no more.
    pub async fn remove(&self, device: &Hash, account: AccountId) -> Result<bool, StoreError> {
        let delete = "DELETE FROM shared_device_people WHERE device = $1 AND account = $2";
        Ok(sql::execute(&self.0, delete, [device.to_vec().into(), account.0.into()]).await? == 1)
    }

    /// Offers nobody on a device any more.
    pub async fn clear(&self, device: &Hash) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM shared_device_people WHERE device = $1", [device.to_vec().into()]).await
    }

    /// Forgets who was not chosen since `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM shared_device_people WHERE used_at < $1", [before.0.into()]).await
    }
}

fn record(row: &Row) -> Result<OnDevice, StoreError> {
    let animal: String = row.try_get("", "animal")?;
    Ok(OnDevice {
        id: row.try_get("", "id")?,
        account: AccountId(row.try_get("", "account")?),
        username: row.try_get("", "username")?,
        given_name: row.try_get("", "given_name")?,
        // A picture of a later release is no reason to lose the name.
        animal: Animal::from_word(&animal).unwrap_or(Animal::ALL[0]),
    })
}

/// A large family, with grandparents.
pub const MOST_PEOPLE: i64 = 8;
