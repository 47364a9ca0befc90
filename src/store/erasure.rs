//! Erasing somebody: every row that names them, in one transaction (`about::PLACES` says which). Their sign-ins are ended before, in the
//! same transaction, so that apps hear of it; the log stays, and its numbers mean nobody any more.

use super::about::{Fate, Names, OF_RECORDS, PLACES, Place};
use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::{AccountId, PersonId};

/// Rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Rows {
    /// The table.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
}

/// What is erased of whom.
pub struct Erasure<'a> {
    db: Db<'a>,
    person: PersonId,
    account: Option<AccountId>,
}

impl Reader<'_> {
    /// What would be erased of somebody.
    pub fn erasure(&self, person: PersonId, account: Option<AccountId>) -> Erasure<'_> {
        Erasure { db: self.db(), person, account }
    }
}

impl Tx {
    /// What is erased of somebody.
    pub fn erasure(&self, person: PersonId, account: Option<AccountId>) -> Erasure<'_> {
        Erasure { db: self.db(), person, account }
    }
}

impl Erasure<'_> {
    /// How many rows go, table by table, where any do; changes nothing.
    pub async fn count(&self) -> Result<Vec<Rows>, StoreError> {
        let mut found = Vec::new();
        for (table, of, whose) in self.rows().await? {
            let row = sql::row(&self.db, &format!("SELECT COUNT(*) AS n FROM {table} WHERE {of}"), whose).await?;
            let rows = row.map_or(Ok(0), |row| row.try_get::<i64>("", "n"))?;
            add(&mut found, table, u64::try_from(rows).unwrap_or_default());
        }
        Ok(found)
    }

    /// Takes them away, and their name from what is others'; how many rows went.
    pub async fn erase(&self) -> Result<Vec<Rows>, StoreError> {
        let mut gone = Vec::new();
        for (table, of, whose) in self.rows().await? {
            add(&mut gone, table, sql::execute(&self.db, &format!("DELETE FROM {table} WHERE {of}"), whose).await?);
        }
        for Place { table, column, names, .. } in PLACES.iter().filter(|place| place.fate == Fate::Blanked) {
            if let Some(whose) = self.named(*names) {
                sql::execute(&self.db, &format!("UPDATE {table} SET {column} = NULL WHERE {column} = $1"), [whose]).await?;
            }
        }
        Ok(gone)
    }

    /// Which rows of which tables go, in their order: what leans on a row goes before it.
    async fn rows(&self) -> Result<Vec<(&'static str, String, Vec<sea_orm::Value>)>, StoreError> {
        let person = || sea_orm::Value::from(self.person.0);
        let mut rows = vec![("list_waiters", "claim IN (SELECT journey FROM claim_cases WHERE person = $1)".to_owned(), vec![person()])];
        let of_person = within(&self.person.to_string());
        rows.push(("mail_proofs", format!("journey IN ({JOURNEYS})"), vec![of_person.clone()]));
        rows.push(("journeys", "draft LIKE $1".to_owned(), vec![of_person]));
        if let Some(account) = self.account {
            let whose = || vec![sea_orm::Value::from(account.0)];
            let of_account = within(&account.to_string());
            rows.push(("mail_proofs", format!("journey IN ({JOURNEYS})"), vec![of_account.clone()]));
            rows.push(("journeys", "draft LIKE $1".to_owned(), vec![of_account]));
            // A journey that is over remembers the session that began with it, and no more than a name.
            for session in sql::rows(&self.db, SESSIONS, whose()).await? {
                let session: uuid::Uuid = session.try_get("", "id")?;
                rows.push(("journeys", "ending LIKE $1".to_owned(), vec![within(&session.to_string())]));
            }
            rows.push(("access_tokens", format!("family IN ({FAMILIES})"), whose()));
            let of_sessions = ["chosen_in", "allowed_in", "stepped_in"].map(|column| format!("{column} IN ({SESSIONS})")).join(" OR ");
            rows.push(("grants", format!("family IN ({FAMILIES}) OR {of_sessions}"), whose()));
        }
        for (table, column) in OF_RECORDS {
            rows.push((table, format!("{column} IN ({RECORDS})"), vec![person()]));
        }
        for Place { table, column, names, .. } in PLACES.iter().filter(|place| place.fate == Fate::Goes) {
            rows.extend(self.named(*names).map(|whose| (*table, format!("{column} = $1"), vec![whose])));
        }
        Ok(rows)
    }

    fn named(&self, names: Names) -> Option<sea_orm::Value> {
        match names {
            Names::Person => Some(self.person.0.into()),
            Names::Account => self.account.map(|account| account.0.into()),
        }
    }
}

fn within(id: &str) -> sea_orm::Value {
    format!("%{id}%").into()
}

fn add(rows: &mut Vec<Rows>, table: &'static str, more: u64) {
    match rows.iter_mut().find(|known| known.table == table) {
        Some(known) => known.rows += more,
        None if more > 0 => rows.push(Rows { table, rows: more }),
        None => {}
    }
}

const JOURNEYS: &str = "SELECT id FROM journeys WHERE draft LIKE $1";
const FAMILIES: &str = "SELECT id FROM token_families WHERE account = $1";
const SESSIONS: &str = "SELECT id FROM sessions WHERE account = $1";
/// A record that was another person's before, or is now, stays theirs.
const RECORDS: &str = "SELECT u.source_id FROM roster_users u WHERE u.person = $1 \
    AND NOT EXISTS (SELECT 1 FROM roster_users o WHERE o.source_id = u.source_id AND o.person <> $1)";

#[cfg(test)]
mod tests {
    use super::super::about::tests::columns;
    use super::*;
    use crate::model::Timestamp;
    use crate::model::draft::PasswordHash;
    use crate::random::Random;
    use crate::store::Store;
    use crate::store::accounts::{Account, AccountState};
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    /// A row of a table, made up, which names this id in one column.
    async fn plant(store: &Store, random: &Random, (table, column, whose): (&str, &str, uuid::Uuid)) {
        let all = columns(store).await;
        let (mut names, mut values): (Vec<String>, Vec<sea_orm::Value>) = (Vec::new(), Vec::new());
        for (_, name, kind) in all.iter().filter(|(of, ..)| of == table) {
            // Numbered by the database itself.
            if name == "id" && !kind.starts_with("uuid") {
                continue;
            }
            let value: sea_orm::Value = match kind.as_str() {
                _ if name == column => whose.into(),
                _ if name == "announcement" => sql::row(&store.read().db(), "SELECT id FROM announcements LIMIT 1", [])
                    .await
                    .unwrap()
                    .map(|row| row.try_get::<uuid::Uuid>("", "id").unwrap())
                    .into(),
                kind if kind.starts_with("uuid") => uuid::Uuid::from_bytes(random.bytes()).into(),
                kind if kind.contains("blob") || kind.contains("bytea") || kind.contains("binary") => random.bytes::<16>().to_vec().into(),
                kind if kind.contains("bool") => true.into(),
                "integer" => 1_i32.into(),
                kind if kind.contains("int") => 1_i64.into(),
                _ => format!("{:x?}", random.bytes::<8>()).into(),
            };
            names.push(name.clone());
            values.push(value);
        }
        let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
        let insert = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        let planted = store.write(async |tx: &Tx| sql::execute(&tx.db(), &insert, values).await).await;
        assert_eq!(planted.unwrap_or_else(|error| panic!("{table}: {error}")), 1, "{table}");
    }

    /// Where an id stands, by table.
    async fn traces(store: &Store, id: uuid::Uuid) -> Vec<String> {
        let mut found = Vec::new();
        for (table, column, kind) in columns(store).await {
            let (of, value): (String, sea_orm::Value) = match kind.as_str() {
                kind if kind.starts_with("uuid") => (format!("{column} = $1"), id.into()),
                kind if kind.contains("char") || kind.contains("text") => (format!("{column} LIKE $1"), within(&id.to_string())),
                _ => continue,
            };
            let row = sql::row(&store.read().db(), &format!("SELECT COUNT(*) AS n FROM {table} WHERE {of}"), [value]).await.unwrap();
            if row.unwrap().try_get::<i64>("", "n").unwrap() > 0 && !found.contains(&table) {
                found.push(table);
            }
        }
        found
    }

    async fn somebody(store: &Store, random: &Random, username: &str) -> Account {
        let account = Account {
            id: AccountId::new(NOW, random),
            person: PersonId::new(NOW, random),
            username: username.to_owned(),
            state: AccountState::Claimed,
            language: None,
            claimed_by: "student-claim".to_owned(),
            assurance: "urn:preau:acr:identified".to_owned(),
            claimed_at: NOW,
        };
        let hash = PasswordHash("hash".to_owned());
        let add = async |tx: &Tx| {
            tx.accounts().claim(&account).await?;
            tx.accounts().set_password(account.id, &hash, NOW).await
        };
        store.write(add).await.unwrap();
        account
    }

    /// A row of every table that names somebody, and nothing of them is left but in the log and in what apps are still to hear; nothing
    /// of anybody else is touched.
    #[tokio::test]
    async fn every_row_that_names_somebody_goes_and_no_row_of_anybody_else() {
        for store in stores().await {
            let random = Random::seeded(7);
            let (gone, stays) = (somebody(&store, &random, "S1").await, somebody(&store, &random, "S2").await);
            for account in [&gone, &stays] {
                let ours = PLACES.iter().filter(|place| !["accounts", "passwords", "password_history"].contains(&place.table));
                for Place { table, column, names, .. } in ours {
                    let whose = if *names == Names::Account { account.id.0 } else { account.person.0 };
                    plant(&store, &random, (table, column, whose)).await;
                }
                let draft = format!(r#"{{"account":"{}","person":{{"value":"{}"}}}}"#, account.id, account.person);
                let journey = "INSERT INTO journeys (id, browser, flow, draft, typed, return_to, version, created_at, touched_at, expires_at) \
                               VALUES ($1, $2, 'sign-in', $3, '{}', '/', 1, 1, 1, 1)";
                let values = [uuid::Uuid::from_bytes(random.bytes()).into(), random.bytes::<32>().to_vec().into(), draft.into()];
                store.write(async |tx: &Tx| sql::execute(&tx.db(), journey, values).await).await.unwrap();
            }
            let before = traces(&store, stays.id.0).await;
            let look = store.read().erasure(gone.person, Some(gone.id)).count().await.unwrap();
            assert!(PLACES.iter().filter(|place| place.fate == Fate::Goes).all(|place| look.iter().any(|rows| rows.table == place.table)));
            assert_eq!(traces(&store, gone.id.0).await, before, "a look changes nothing");
            let erase = async |tx: &Tx| tx.erasure(gone.person, Some(gone.id)).erase().await;
            let erased = store.write(erase).await.unwrap();
            let sum = |rows: &[Rows]| rows.iter().map(|rows| rows.rows).sum::<u64>();
            assert!(sum(&erased) >= 30, "{erased:?}");
            let mut left: Vec<String> = traces(&store, gone.id.0).await;
            left.extend(traces(&store, gone.person.0).await);
            left.sort_unstable();
            left.dedup();
            assert_eq!(left, ["events", "logout_outbox"]);
            assert_eq!(traces(&store, stays.id.0).await, before, "somebody else's rows are all there");
            assert!(store.write(erase).await.unwrap().is_empty(), "there is nothing left to go");
        }
    }

    #[tokio::test]
    async fn an_erasure_that_is_cut_short_erased_nothing() {
        for store in stores().await {
            let random = Random::seeded(8);
            let gone = somebody(&store, &random, "S1").await;
            let cut = async |tx: &Tx| {
                tx.erasure(gone.person, Some(gone.id)).erase().await?;
                Err::<(), _>(StoreError::Unsafe("on purpose".to_owned()))
            };
            store.write(cut).await.unwrap_err();
            assert!(store.read().accounts().find(gone.id).await.unwrap().is_some());
            assert!(store.read().accounts().password(gone.id).await.unwrap().is_some());
        }
    }
}
