//! Addresses that people changed, and the way back from each: a token that went to the mailbox from before, of which the
//! store has a MAC (row R16).

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, Hash, Timestamp};

/// One change of an account's own address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressChange {
    /// Whose.
    pub account: AccountId,
    /// The account's own address until then, if it had one.
    pub before: Option<String>,
    /// The one that was proven.
    pub after: String,
    /// The MAC of the token that takes it back.
    pub undo: Hash,
    /// From then on it stands.
    pub until: Timestamp,
}

/// The queries on changes.
pub struct AddressChanges<'a>(Db<'a>);

impl Reader<'_> {
    /// Addresses that people changed.
    pub fn address_changes(&self) -> AddressChanges<'_> {
        AddressChanges(self.db())
    }
}

impl Tx {
    /// Addresses that people changed.
    pub fn address_changes(&self) -> AddressChanges<'_> {
        AddressChanges(self.db())
    }
}

impl AddressChanges<'_> {
    /// Remembers a change.
    pub async fn add(&self, change: &AddressChange) -> Result<(), StoreError> {
        let insert = "INSERT INTO address_changes (account, before, after, undo, until) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            change.account.0.into(),
            change.before.clone().into(),
            change.after.clone().into(),
            change.undo.to_vec().into(),
            change.until.0.into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// The change that a token takes back, while it can.
    pub async fn open(&self, undo: &Hash, now: Timestamp) -> Result<Option<AddressChange>, StoreError> {
        let select = "SELECT * FROM address_changes WHERE undo = $1 AND undone_at IS NULL AND until > $2";
        let row = sql::row(&self.0, select, [undo.to_vec().into(), now.0.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Takes it back; of many at once one gets the change. Later changes of the account fall with it: whoever made them had
    /// the address.
    pub async fn undo(&self, undo: &Hash, now: Timestamp) -> Result<Option<AddressChange>, StoreError> {
        let update = "UPDATE address_changes SET undone_at = $2 WHERE undo = $1 AND undone_at IS NULL AND until > $2 RETURNING *";
        let Some(row) = sql::row(&self.0, update, [undo.to_vec().into(), now.0.into()]).await? else { return Ok(None) };
        let change = read(&row)?;
        let later = "UPDATE address_changes SET undone_at = $2 WHERE account = $1 AND undone_at IS NULL AND until > $3";
        sql::execute(&self.0, later, [change.account.0.into(), now.0.into(), change.until.0.into()]).await?;
        Ok(Some(change))
    }

    /// Forgets what has stood since before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM address_changes WHERE until < $1", [before.0.into()]).await
    }
}

fn read(row: &Row) -> Result<AddressChange, StoreError> {
    Ok(AddressChange {
        account: AccountId(row.try_get("", "account")?),
        before: row.try_get("", "before")?,
        after: row.try_get("", "after")?,
        undo: sql::hash(TABLE, &row.try_get::<Vec<u8>>("", "undo")?)?,
        until: Timestamp(row.try_get("", "until")?),
    })
}

const TABLE: &str = "address_changes";
