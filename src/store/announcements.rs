//! Announcements of the school, and the inboxes they lie in (C21 to C24). Each person gets each at most once, by one
//! conditional write, in the same write as the copy by mail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, AnnouncementId, Language, PersonId, Timestamp};

/// One announcement.
#[derive(Clone, Debug, PartialEq)]
pub struct Announcement {
    /// Its id.
    pub id: AnnouncementId,
    /// Who made it; `None`: the command line.
    pub made_by: Option<AccountId>,
    /// For whom, in the words of the command.
    pub asked: serde_json::Value,
    /// What it says, by language.
    pub words: BTreeMap<Language, Words>,
    /// When.
    pub made_at: Timestamp,
    /// When everybody had got it.
    pub done_at: Option<Timestamp>,
}

/// What an announcement says in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// Plain text; an empty line begins another paragraph.
    pub text: String,
}

/// An announcement in somebody's inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// What.
    pub announcement: Announcement,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// The queries on announcements.
pub struct Announcements<'a>(Db<'a>);

impl Reader<'_> {
    /// Announcements.
    pub fn announcements(&self) -> Announcements<'_> {
        Announcements(self.db())
    }
}

impl Tx {
    /// Announcements.
    pub fn announcements(&self) -> Announcements<'_> {
        Announcements(self.db())
    }
}

impl Announcement {
    /// What it says in a language, or in the first that it has.
    pub fn said(&self, language: Language) -> Option<&Words> {
        self.words.get(&language).or_else(|| self.words.values().next())
    }
}

impl Announcements<'_> {
    /// Writes one down; nobody has it yet.
    pub async fn add(&self, made: &Announcement) -> Result<(), StoreError> {
        let insert = "INSERT INTO announcements (id, made_by, asked, words, made_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            made.id.0.into(),
            made.made_by.map(|account| account.0).into(),
            made.asked.to_string().into(),
            serde_json::to_string(&made.words).expect("its keys are strings").into(),
            made.made_at.0.into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// Takes its delivery in hand until an instant; false if somebody else has it, or it is done.
    pub async fn lease(&self, id: AnnouncementId, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let update =
            "UPDATE announcements SET lease_until = $3 WHERE id = $1 AND done_at IS NULL AND (lease_until IS NULL OR lease_until <= $2)";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into(), until.0.into()]).await? == 1)
    }

    /// Keeps it in hand.
    pub async fn renew(&self, id: AnnouncementId, until: Timestamp) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE announcements SET lease_until = $2 WHERE id = $1", [id.0.into(), until.0.into()]).await?;
        Ok(())
    }

    /// Everybody has it.
    pub async fn finish(&self, id: AnnouncementId, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE announcements SET done_at = $2, lease_until = NULL WHERE id = $1 AND done_at IS NULL";
        sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await?;
        Ok(())
    }

    /// Those whose delivery was cut short: nobody has them in hand.
    pub async fn unfinished(&self, now: Timestamp) -> Result<Vec<Announcement>, StoreError> {
        let select =
            "SELECT * FROM announcements WHERE done_at IS NULL AND (lease_until IS NULL OR lease_until <= $1) ORDER BY made_at, id";
        sql::rows(&self.0, select, [now.0.into()]).await?.iter().map(read).collect()
    }

    /// Lays it into an inbox; false if it lies there.
    pub async fn deliver(&self, id: AnnouncementId, person: PersonId, now: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO inbox (announcement, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(sql::execute(&self.0, insert, [id.0.into(), person.0.into(), now.0.into()]).await? == 1)
    }

    /// The latest ones, with how many got each and how many have read it.
    pub async fn latest(&self, most: u32) -> Result<Vec<(Announcement, u64, u64)>, StoreError> {
        let select = "SELECT a.*, (SELECT COUNT(*) FROM inbox i WHERE i.announcement = a.id) AS got, \
                      (SELECT COUNT(*) FROM inbox i WHERE i.announcement = a.id AND i.read_at IS NOT NULL) AS seen \
                      FROM announcements a ORDER BY a.made_at DESC, a.id DESC LIMIT $1";
        let count = |row: &Row, column: &str| Ok::<_, StoreError>(row.try_get::<i64>("", column)?.unsigned_abs());
        let rows = sql::rows(&self.0, select, [i64::from(most).into()]).await?;
        rows.iter().map(|row| Ok((read(row)?, count(row, "got")?, count(row, "seen")?))).collect()
    }

    /// Somebody's inbox, the latest first.
    pub async fn of_person(&self, person: PersonId, most: u32) -> Result<Vec<Received>, StoreError> {
        let select = format!("{INBOX} ORDER BY i.at DESC, a.id DESC LIMIT $2");
        sql::rows(&self.0, &select, [person.0.into(), i64::from(most).into()]).await?.iter().map(received).collect()
    }

    /// One of them, if it lies in this inbox.
    pub async fn find(&self, person: PersonId, id: AnnouncementId) -> Result<Option<Received>, StoreError> {
        let row = sql::row(&self.0, &format!("{INBOX} AND a.id = $2"), [person.0.into(), id.0.into()]).await?;
        row.as_ref().map(received).transpose()
    }

    /// It was read; the first time counts.
    pub async fn read(&self, person: PersonId, id: AnnouncementId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE inbox SET read_at = $3 WHERE person = $1 AND announcement = $2 AND read_at IS NULL";
        Ok(sql::execute(&self.0, update, [person.0.into(), id.0.into(), now.0.into()]).await? == 1)
    }

    /// How many are not read yet.
    pub async fn unread(&self, person: PersonId) -> Result<u64, StoreError> {
        let row = sql::row(&self.0, UNREAD, [person.0.into()]).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get::<i64>("", "n"))?.unsigned_abs())
    }

    /// Forgets those that were made before an instant, one at a time; false when none is left.
    pub async fn forget(&self, before: Timestamp) -> Result<bool, StoreError> {
        let first = "SELECT id FROM announcements WHERE made_at < $1 LIMIT 1";
        let Some(row) = sql::row(&self.0, first, [before.0.into()]).await? else { return Ok(false) };
        let id: uuid::Uuid = row.try_get("", "id")?;
        let some = "DELETE FROM inbox WHERE announcement = $1 AND person IN (SELECT person FROM inbox WHERE announcement = $1 LIMIT 1000)";
        if sql::execute(&self.0, some, [id.into()]).await? < 1000 {
            sql::execute(&self.0, "DELETE FROM announcements WHERE id = $1", [id.into()]).await?;
        }
        Ok(true)
    }
}

fn received(row: &Row) -> Result<Received, StoreError> {
    Ok(Received { announcement: read(row)?, read_at: row.try_get::<Option<i64>>("", "read_at")?.map(Timestamp) })
}

fn read(row: &Row) -> Result<Announcement, StoreError> {
    Ok(Announcement {
        id: AnnouncementId(row.try_get("", "id")?),
        made_by: row.try_get::<Option<uuid::Uuid>>("", "made_by")?.map(AccountId),
        asked: sql::json(TABLE, &row.try_get::<String>("", "asked")?)?,
        words: sql::json(TABLE, &row.try_get::<String>("", "words")?)?,
        made_at: Timestamp(row.try_get("", "made_at")?),
        done_at: row.try_get::<Option<i64>>("", "done_at")?.map(Timestamp),
    })
}

const TABLE: &str = "announcements";
const INBOX: &str = "SELECT a.*, i.read_at FROM inbox i JOIN announcements a ON a.id = i.announcement WHERE i.person = $1";
const UNREAD: &str = "SELECT COUNT(*) AS n FROM inbox WHERE person = $1 AND read_at IS NULL";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn an_inbox_is_found_by_its_owner() {
        let store = &stores().await[0];
        for select in [INBOX, UNREAD] {
            assert_quick(store, select).await;
        }
    }

    #[tokio::test]
    async fn c23_each_lies_in_an_inbox_once_and_the_first_reading_counts() {
        for store in stores().await {
            let (id, person) = (AnnouncementId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
            let words = BTreeMap::from([(Language::French, Words { subject: "Sortie".to_owned(), text: "Demain".to_owned() })]);
            let made = Announcement { id, made_by: None, asked: serde_json::json!({}), words, made_at: Timestamp(5), done_at: None };
            store.write(async |tx: &Tx| tx.announcements().add(&made).await).await.unwrap();
            let deliver = async |tx: &Tx| tx.announcements().deliver(id, person, Timestamp(6)).await;
            assert!(store.write(deliver).await.unwrap() && !store.write(deliver).await.unwrap());
            let reader = store.read();
            assert_eq!(reader.announcements().unread(person).await.unwrap(), 1);
            let read = async |tx: &Tx| tx.announcements().read(person, id, Timestamp(7)).await;
            assert!(store.write(read).await.unwrap() && !store.write(read).await.unwrap());
            assert_eq!(reader.announcements().unread(person).await.unwrap(), 0);
            assert_eq!(reader.announcements().latest(5).await.unwrap(), [(made.clone(), 1, 1)]);
            assert_eq!(reader.announcements().find(PersonId(uuid::Uuid::from_u128(3)), id).await.unwrap(), None, "somebody else's");
            assert_eq!(reader.announcements().unfinished(Timestamp(8)).await.unwrap().len(), 1);
            store.write(async |tx: &Tx| tx.announcements().finish(id, Timestamp(9)).await).await.unwrap();
            let forget = async |tx: &Tx| tx.announcements().forget(Timestamp(10)).await;
            assert!(store.write(forget).await.unwrap() && !store.write(forget).await.unwrap());
        }
    }
}
