//! Reminders: each is written down in the same write as its letter, so that nobody is reminded twice of the same thing,
//! whichever node does it; and whom to remind of an invitation that ends (E3).

use uuid::Uuid;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Language, PersonId, Timestamp};

/// What somebody is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// A code that came by mail.
    MailedCode,
    /// A code on paper, in a guardian's name.
    CodeOnPaper,
    /// A provisional password on paper.
    ProvisionalPassword,
}

/// An invitation that ends, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The code's id, or the account's.
    pub cause: Uuid,
    /// Whose it is.
    pub person: PersonId,
    /// When it ends.
    pub until: Timestamp,
    /// The name to greet with.
    pub name: String,
    /// The address on file.
    pub email: String,
    /// The language the school writes in.
    pub language: Option<Language>,
}

/// Which of them: those that end within `most` seconds and not within `least`, and were given a day before the step at the
/// latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// So many days before the end; a number of its own for every step.
    pub days: u16,
    /// The next step is so many days before the end; 0: there is none.
    pub next: u16,
}

/// The queries on reminders.
pub struct Reminders<'a>(Db<'a>);

impl Reader<'_> {
    /// Reminders.
    pub fn reminders(&self) -> Reminders<'_> {
        Reminders(self.db())
    }
}

impl Tx {
    /// Reminders.
    pub fn reminders(&self) -> Reminders<'_> {
        Reminders(self.db())
    }
}

impl Ends {
    /// Each.
    pub const ALL: &'static [Self] = &[Self::MailedCode, Self::CodeOnPaper, Self::ProvisionalPassword];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::MailedCode => "mail",
            Self::CodeOnPaper => "paper",
            Self::ProvisionalPassword => "password",
        }
    }

    fn select(self) -> String {
        match self {
            Self::MailedCode => CODES.replace("KIND", "security"),
            Self::CodeOnPaper => CODES.replace("KIND", "activation"),
            Self::ProvisionalPassword => PASSWORDS.to_owned(),
        }
    }
}

impl Reminders<'_> {
    /// Writes a reminder down; false if it was written before.
    pub async fn once(&self, cause: Uuid, person: PersonId, until: Timestamp, step: i32, now: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO reminders (cause, person, until, step, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let values = [cause.into(), person.0.into(), until.0.into(), step.into(), now.0.into()];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// The next invitations that end, and whose people were not reminded of it at this step: not one of somebody who has
    /// joined meanwhile, who has no address, or who left.
    pub async fn ending(&self, kind: Ends, step: Step, now: Timestamp, most: u32) -> Result<Vec<Ending>, StoreError> {
        let days = i64::from(step.days) * A_DAY;
        let values = [
            (now.0 + i64::from(step.next) * A_DAY).into(),
            (now.0 + days).into(),
            (days + A_DAY).into(),
            i32::from(step.days).into(),
            i64::from(most).into(),
        ];
        sql::rows(&self.0, &kind.select(), values).await?.iter().map(ending).collect()
    }

    /// Forgets what nothing asks for any more: reminders of what ended before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM reminders WHERE until < $1", [before.0.into()]).await
    }
}

fn ending(row: &Row) -> Result<Ending, StoreError> {
    Ok(Ending {
        cause: row.try_get("", "cause")?,
        person: PersonId(row.try_get("", "person")?),
        until: Timestamp(row.try_get("", "until")?),
        name: row.try_get("", "given")?,
        email: row.try_get("", "email")?,
        language: row.try_get::<Option<String>>("", "language")?.as_deref().and_then(Language::from_tag),
    })
}

const A_DAY: i64 = 86_400;
const CODES: &str = "SELECT c.id AS cause, c.guardian AS person, c.expires_at AS until, u.email, u.language, \
    COALESCE(u.preferred_given_name, u.given_name) AS given \
    FROM codes c JOIN code_batches b ON b.id = c.batch AND b.ready_at IS NOT NULL \
    JOIN current_roster_users u ON u.person = c.guardian AND u.active AND u.email LIKE '%@%' \
    WHERE c.used_at IS NULL AND c.revoked_at IS NULL AND c.kind = 'KIND' AND c.expires_at > $1 AND c.expires_at <= $2 \
    AND c.issued_at <= c.expires_at - $3 \
    AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.person = c.guardian AND a.state IN ('claimed', 'disabled')) \
    AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.cause = c.id AND r.person = c.guardian AND r.until = c.expires_at AND r.step = $4) \
    ORDER BY c.expires_at, c.id, u.source_id LIMIT $5";
const PASSWORDS: &str = "SELECT a.id AS cause, a.person AS person, p.expires_at AS until, u.email, u.language, \
    COALESCE(u.preferred_given_name, u.given_name) AS given \
    FROM passwords p JOIN accounts a ON a.id = p.account AND a.state = 'invited' \
    JOIN current_roster_users u ON u.person = a.person AND u.active AND u.email LIKE '%@%' \
    WHERE p.expires_at IS NOT NULL AND p.expires_at > $1 AND p.expires_at <= $2 AND p.set_at <= p.expires_at - $3 \
    AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.cause = a.id AND r.person = a.person AND r.until = p.expires_at AND r.step = $4) \
    ORDER BY p.expires_at, a.id, u.source_id LIMIT $5";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn nobody_is_found_by_walking_through_the_district() {
        let store = &stores().await[0];
        for kind in Ends::ALL {
            let select = kind.select();
            assert_quick(store, select.split(" ORDER BY").next().unwrap()).await;
        }
    }

    #[tokio::test]
    async fn of_two_nodes_one_writes_a_reminder() {
        for store in stores().await {
            let (cause, person) = (Uuid::from_u128(1), PersonId(Uuid::from_u128(2)));
            let once = async |tx: &Tx| tx.reminders().once(cause, person, Timestamp(900), 7, Timestamp(1)).await;
            assert!(store.write(once).await.unwrap());
            assert!(!store.write(once).await.unwrap());
            let other_end = async |tx: &Tx| tx.reminders().once(cause, person, Timestamp(901), 7, Timestamp(1)).await;
            assert!(store.write(other_end).await.unwrap(), "given again, it ends on another day");
            assert_eq!(store.write(async |tx: &Tx| tx.reminders().forget(Timestamp(901)).await).await.unwrap(), 1);
        }
    }
}
