//! Badges: the cards of the youngest, each known by the hash of what its square says, and what a child shows beside the
//! card. A child has one card that works at a time; the index of the table sees to it.

use sea_orm::Value;

use super::families::Which;
use super::roster::{padded, places};
use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::draft::PasswordHash;
use crate::model::{AccountId, BadgeId, Hash, PersonId, SessionId, Timestamp};

/// A card that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// By which it is listed and taken back.
    pub id: BadgeId,
    /// Whose it is.
    pub person: PersonId,
    /// The hash of what its square says.
    pub token: Hash,
    /// When it was printed.
    pub issued_at: Timestamp,
    /// When somebody last came in by it.
    pub used_at: Option<Timestamp>,
    /// When it was taken back, and why.
    pub revoked: Option<(Timestamp, String)>,
}

/// What a child shows beside the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// Three pictures, in order.
    Pictures,
    /// Four to six digits.
    Pin,
}

/// Its hash, under the rules of passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSecret {
    /// Of which kind.
    pub kind: SecretKind,
    /// The hash.
    pub hash: PasswordHash,
    /// When it was chosen.
    pub set_at: Timestamp,
}

/// Who takes a card back, and why.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// Whose account; the command line has none.
    pub by: Option<AccountId>,
    /// In words, for the list.
    pub why: &'a str,
}

/// The queries on badges.
pub struct Badges<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Badges.
    pub fn badges(&self) -> Badges<'_> {
        Badges(self.db())
    }
}

impl Tx {
    /// Badges.
    pub fn badges(&self) -> Badges<'_> {
        Badges(self.db())
    }
}

impl SecretKind {
    /// Its word in the store and on pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pictures => "pictures",
            Self::Pin => "pin",
        }
    }
}

impl Badges<'_> {
    /// Adds a card. Those of the same child that worked must be taken back before, in the same write.
    pub async fn add(&self, badge: &Badge) -> Result<(), StoreError> {
        let insert = "INSERT INTO badges (id, person, token, issued_at) VALUES ($1, $2, $3, $4)";
        let values = [badge.id.0.into(), badge.person.0.into(), badge.token.to_vec().into(), badge.issued_at.0.into()];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// The card whose square says what has this hash, whatever became of it.
    pub async fn by_token(&self, token: &Hash) -> Result<Option<Badge>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE token = $1"), [token.to_vec().into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// A card by id.
    pub async fn find(&self, id: BadgeId) -> Result<Option<Badge>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE id = $1"), [id.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The card of a child that works.
    pub async fn of_person(&self, person: PersonId) -> Result<Option<Badge>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE person = $1 AND revoked_at IS NULL"), [person.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The card of each of these children that works, else the newest, whatever became of it.
    pub async fn newest(&self, people: &[PersonId]) -> Result<Vec<Badge>, StoreError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let people = padded(people);
        let select = format!(
            "{SELECT} WHERE person IN ({}) ORDER BY person, CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, \
             issued_at DESC, id DESC",
            places(1, people.len())
        );
        let rows = sql::rows(&self.0, &select, people.iter().map(|person| Value::from(person.0))).await?;
        let mut newest = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        newest.dedup_by_key(|badge| badge.person);
        Ok(newest)
    }

    /// Somebody comes in by a card: true while it works. It is held until this write is over, so that whoever takes it back
    /// then finds the session that it began.
    pub async fn used(&self, id: BadgeId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE badges SET used_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1)
    }

    /// Takes the card of a child back, in one conditional write, and ends what was begun by it; which card it was, if one
    /// worked.
    pub async fn revoke(&self, person: PersonId, taking: Taking<'_>, now: Timestamp) -> Result<Option<BadgeId>, StoreError> {
        let update =
            "UPDATE badges SET revoked_at = $2, revoked_by = $3, revoked_why = $4 WHERE person = $1 AND revoked_at IS NULL RETURNING id";
        let values = [person.0.into(), now.0.into(), taking.by.map(|account| account.0).into(), taking.why.into()];
        let row = sql::row(&self.0, update, values).await?;
        row.map(|row| Ok(BadgeId(row.try_get("", "id")?))).transpose()
    }

    /// The sign-ins of a child that a card began and that are not over.
    pub async fn sessions(&self, person: PersonId, now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let select = "SELECT s.id, s.amr FROM accounts a JOIN sessions s ON s.account = a.id \
                      WHERE a.person = $1 AND s.ended_at IS NULL AND s.expires_at > $2";
        let mut begun = Vec::new();
        for row in sql::rows(&self.0, select, [person.0.into(), now.0.into()]).await? {
            if row.try_get::<String>("", "amr")?.split_whitespace().any(|method| method == QR) {
                begun.push(SessionId(row.try_get("", "id")?));
            }
        }
        Ok(begun)
    }

    /// What the owner of an account shows beside the card, if it was chosen.
    pub async fn secret(&self, account: AccountId) -> Result<Option<CardSecret>, StoreError> {
        let row = sql::row(&self.0, "SELECT kind, hash, set_at FROM badge_secrets WHERE account = $1", [account.0.into()]).await?;
        row.as_ref().map(secret).transpose()
    }

    /// Keeps what was chosen, where nothing was: of two that choose at once one gets true.
    pub async fn choose(&self, account: AccountId, chosen: &CardSecret) -> Result<bool, StoreError> {
        let insert = "INSERT INTO badge_secrets (account, kind, hash, set_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let values = [account.0.into(), chosen.kind.word().into(), chosen.hash.0.clone().into(), chosen.set_at.0.into()];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// Whether this is still what is shown beside the card; if so it stays so until this write is over.
    pub async fn hold_secret(&self, account: AccountId, hash: &PasswordHash) -> Result<bool, StoreError> {
        let update = "UPDATE badge_secrets SET hash = hash WHERE account = $1 AND hash = $2";
        Ok(sql::execute(&self.0, update, [account.0.into(), hash.0.clone().into()]).await? == 1)
    }

    /// Forgets it: the child chooses anew with the next use of the card. False if there was nothing.
    pub async fn forget_secret(&self, account: AccountId) -> Result<bool, StoreError> {
        Ok(sql::execute(&self.0, "DELETE FROM badge_secrets WHERE account = $1", [account.0.into()]).await? == 1)
    }
}

/// The classes that somebody may look after cards in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassAt {
    /// The source's id.
    pub source: String,
    /// What it is called.
    pub title: String,
    /// The name of its school.
    pub school: String,
}

impl Badges<'_> {
    /// The classes in which a person teaches or helps, by title.
    pub async fn taught(&self, person: PersonId) -> Result<Vec<ClassAt>, StoreError> {
        classes(&sql::rows(&self.0, TAUGHT, [person.0.into()]).await?)
    }

    /// The classes of a school in which somebody is a pupil, by title.
    pub async fn of_school(&self, school: &str) -> Result<Vec<ClassAt>, StoreError> {
        classes(&sql::rows(&self.0, OF_SCHOOL, [school.into()]).await?)
    }

    /// The schools, by the source's ids, at which an account of the office with a role at these places works: a district's
    /// own are those below it.
    pub async fn schools_of(&self, person: PersonId, roles: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let mut schools = Vec::new();
        for row in sql::rows(&self.0, WORKS_AT, [person.0.into()]).await? {
            let role: String = row.try_get("", "role")?;
            let school = (row.try_get("", "source_id")?, row.try_get("", "name")?);
            if roles.contains(&role.as_str()) && !schools.contains(&school) {
                schools.push(school);
            }
        }
        Ok(schools)
    }

    /// Whether a pupil is in one of these classes, or goes to one of these schools, by the source's ids.
    pub async fn is_among(&self, pupil: PersonId, which: &Which<'_>) -> Result<bool, StoreError> {
        let (select, id) = match which {
            Which::Class(id) => (IN_CLASS, *id),
            Which::School(id) => (AT_SCHOOL, *id),
            Which::Records(_) | Which::People(_) => return Ok(false),
        };
        Ok(sql::row(&self.0, select, [pupil.0.into(), id.into()]).await?.is_some())
    }
}

fn classes(rows: &[Row]) -> Result<Vec<ClassAt>, StoreError> {
    let class = |row: &Row| {
        Ok(ClassAt { source: row.try_get("", "source_id")?, title: row.try_get("", "title")?, school: row.try_get("", "school")? })
    };
    rows.iter().map(class).collect()
}

fn record(row: &Row) -> Result<Badge, StoreError> {
    let revoked: Option<i64> = row.try_get("", "revoked_at")?;
    let why: Option<String> = row.try_get("", "revoked_why")?;
    Ok(Badge {
        id: BadgeId(row.try_get("", "id")?),
        person: PersonId(row.try_get("", "person")?),
        token: sql::hash("badges", &row.try_get::<Vec<u8>>("", "token")?)?,
        issued_at: Timestamp(row.try_get("", "issued_at")?),
        used_at: row.try_get::<Option<i64>>("", "used_at")?.map(Timestamp),
        revoked: revoked.map(|at| (Timestamp(at), why.unwrap_or_default())),
    })
}

fn secret(row: &Row) -> Result<CardSecret, StoreError> {
    let word: String = row.try_get("", "kind")?;
    let kind = [SecretKind::Pictures, SecretKind::Pin].into_iter().find(|kind| kind.word() == word);
    Ok(CardSecret {
        kind: kind.ok_or_else(|| StoreError::Corrupt { table: "badge_secrets", what: format!("the kind {word:?}") })?,
        hash: PasswordHash(row.try_get("", "hash")?),
        set_at: Timestamp(row.try_get("", "set_at")?),
    })
}

/// The word of a card in `amr`.
pub const QR: &str = "qr";
const SELECT: &str = "SELECT id, person, token, issued_at, used_at, revoked_at, revoked_why FROM badges";
const TAUGHT: &str = "SELECT DISTINCT c.source_id, c.title, o.name AS school FROM current_roster_users u \
    JOIN current_roster_enrollments e ON e.user_source = u.source_id AND e.role IN ('teacher', 'aide') \
    JOIN current_roster_classes c ON c.source_id = e.class_source JOIN current_roster_orgs o ON o.source_id = c.school_source \
    WHERE u.person = $1 AND u.active ORDER BY c.title, c.source_id";
const OF_SCHOOL: &str = "SELECT c.source_id, c.title, o.name AS school FROM current_roster_classes c \
    JOIN current_roster_orgs o ON o.source_id = c.school_source WHERE c.school_source = $1 AND c.homeroom \
    AND EXISTS (SELECT 1 FROM current_roster_enrollments e WHERE e.class_source = c.source_id AND e.role = 'student') \
    ORDER BY c.title, c.source_id";
const WORKS_AT: &str = "SELECT r.role, o.source_id, o.name FROM current_roster_users u \
    JOIN current_roster_roles r ON r.user_source = u.source_id \
    JOIN current_roster_orgs o ON o.source_id = r.org_source OR o.parent_source = r.org_source \
    WHERE u.person = $1 AND u.active AND o.kind = 'school' ORDER BY o.name, o.source_id";
const IN_CLASS: &str = "SELECT 1 AS one FROM current_roster_users u JOIN current_roster_enrollments e ON e.user_source = u.source_id \
    AND e.role = 'student' WHERE u.person = $1 AND u.active AND e.class_source = $2 LIMIT 1";
const AT_SCHOOL: &str = "SELECT 1 AS one FROM current_roster_users u JOIN current_roster_roles r ON r.user_source = u.source_id \
    AND r.role = 'student' WHERE u.person = $1 AND u.active AND r.org_source = $2 LIMIT 1";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::testing::{assert_quick, stores};

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const LOST: Taking<'_> = Taking { by: None, why: "lost" };

    fn badge(number: u128, person: u128) -> Badge {
        Badge {
            id: BadgeId(uuid::Uuid::from_u128(number)),
            person: PersonId(uuid::Uuid::from_u128(person)),
            token: Hash::of(&number.to_be_bytes()),
            issued_at: Timestamp(NOW.0 + i64::try_from(number).unwrap()),
            used_at: None,
            revoked: None,
        }
    }

    #[tokio::test]
    async fn a_child_has_one_card_that_works_also_when_two_are_printed_at_once() {
        for store in stores().await {
            let store = Arc::new(store);
            let printing = (1..=8).map(|number| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let print = async |tx: &Tx| {
                        tx.badges().revoke(badge(number, 7).person, LOST, NOW).await?;
                        tx.badges().add(&badge(number, 7)).await
                    };
                    store.write(print).await.is_ok()
                })
            });
            let mut printed = 0;
            for done in printing.collect::<Vec<_>>() {
                printed += usize::from(done.await.unwrap());
            }
            assert!(printed >= 1);
            let person = badge(1, 7).person;
            let live = async || store.read().badges().of_person(person).await.unwrap();
            let working = live().await.expect("one works");
            assert_eq!(store.read().badges().by_token(&working.token).await.unwrap(), Some(working.clone()));
            let taken = store.write(async |tx: &Tx| tx.badges().revoke(person, LOST, NOW).await).await.unwrap();
            assert_eq!((taken, live().await), (Some(working.id), None));
            let used = async |tx: &Tx| tx.badges().used(working.id, NOW).await;
            assert!(!store.write(used).await.unwrap(), "it opens nothing any more");
            assert_eq!(store.write(async |tx: &Tx| tx.badges().revoke(person, LOST, NOW).await).await.unwrap(), None);
            let kept = store.read().badges().by_token(&working.token).await.unwrap().unwrap();
            assert_eq!(kept.revoked, Some((NOW, "lost".to_owned())), "the reader can say what became of it");
        }
    }

    #[tokio::test]
    async fn of_thirty_two_that_choose_at_once_one_does() {
        for store in stores().await {
            let store = Arc::new(store);
            let account = AccountId(uuid::Uuid::from_u128(1));
            let choosing = (0..32).map(|number| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let chosen = CardSecret { kind: SecretKind::Pictures, hash: PasswordHash(format!("hash {number}")), set_at: NOW };
                    (store.write(async |tx: &Tx| tx.badges().choose(account, &chosen).await).await.unwrap(), chosen)
                })
            });
            let mut won = Vec::new();
            for done in choosing.collect::<Vec<_>>() {
                let (chose, what) = done.await.unwrap();
                won.extend(chose.then_some(what));
            }
            assert_eq!(won.len(), 1);
            assert_eq!(store.read().badges().secret(account).await.unwrap().as_ref(), won.first());
            let (hash, other) = (&won[0].hash, PasswordHash("another".to_owned()));
            let work = async |tx: &Tx| {
                assert!(tx.badges().hold_secret(account, hash).await? && !tx.badges().hold_secret(account, &other).await?);
                assert!(tx.badges().forget_secret(account).await? && !tx.badges().forget_secret(account).await?);
                tx.badges().hold_secret(account, hash).await
            };
            assert!(!store.write(work).await.unwrap());
        }
    }

    #[tokio::test]
    async fn no_card_and_no_class_is_found_by_walking_through_the_district() {
        let store = &stores().await[0];
        for condition in ["token = $1", "id = $1", "person = $1 AND revoked_at IS NULL", "person IN ($1, $2)"] {
            assert_quick(store, &format!("{SELECT} WHERE {condition}")).await;
        }
        for select in [TAUGHT, OF_SCHOOL, IN_CLASS, AT_SCHOOL] {
            assert_quick(store, select).await;
        }
    }
}
