//! Fresh stores for tests: each store test runs on both databases.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database, Value};

use super::{Backend, Row, Store, StoreError, Tx, sql};
use crate::model::{OrgId, PersonId};

/// A fresh SQLite store and, where `PREAU_TEST_POSTGRES` holds the address of a server, a fresh PostgreSQL one.
pub async fn stores() -> Vec<Store> {
    let mut stores = vec![Store::open(&sqlite()).await.unwrap()];
    if let Some(url) = postgres().await {
        stores.push(Store::open(&url).await.unwrap());
    }
    stores
}

/// The address of a fresh SQLite database. Its folder is below the system's temporary one and stays when a test fails.
pub fn sqlite() -> String {
    let dir = tempfile::Builder::new().prefix("preau-test-").tempdir().unwrap();
    format!("sqlite:{}/preau.db", dir.keep().display())
}

/// The address of a fresh PostgreSQL database, where there is a server.
#[expect(clippy::disallowed_methods, reason = "the server for tests is no setting of the program")]
pub async fn postgres() -> Option<String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("PREAU_TEST_POSTGRES").ok()?;
    let name = format!("preau_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    Some(url.to_string())
}

/// Changes what stands in the database, as an import, a court or somebody with the file in their hands would; how many rows
/// it touched.
pub async fn execute(tx: &Tx, change: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
    sql::execute(&tx.db(), change, values).await
}

/// Everything that is committed, in answer to a question.
pub(crate) async fn rows(store: &Store, select: &str) -> Vec<Row> {
    sql::rows(&store.read().db(), select, []).await.unwrap()
}

/// Writes one pupil of one school into the roster: Léa Tremblay, number 0123456, grade 8.
pub async fn add_pupil(store: &Store, person: PersonId, school: OrgId) {
    let (person, school) = (person.0, school.0);
    let write = async |tx: &Tx| {
        let db = tx.db();
        let digest = || Value::from(vec![0_u8; 16]);
        let org = "INSERT INTO roster_orgs (source_id, from_generation, to_generation, digest, org, name, kind) \
                   VALUES ('tilleuls', 0, 9223372036854775807, $1, $2, 'École des Tilleuls', 'school')";
        sql::execute(&db, org, [digest(), school.into()]).await?;
        let user = "INSERT INTO roster_users (source_id, from_generation, to_generation, digest, person, active, given_name, family_name, \
                    number, email, grade, language, number_key, email_key) VALUES ('u1', 0, 9223372036854775807, $1, $2, TRUE, 'Léa', 'Tremblay', \
                    '0123456', 'lea@tilleuls.example', '8', 'fr', '123456', 'lea@tilleuls.example')";
        sql::execute(&db, user, [digest(), person.into()]).await?;
        let role = "INSERT INTO roster_roles (source_id, from_generation, to_generation, digest, user_source, org_source, role, is_primary) \
                    VALUES ('r1', 0, 9223372036854775807, $1, 'u1', 'tilleuls', 'student', TRUE)";
        sql::execute(&db, role, [digest()]).await
    };
    store.write(write).await.unwrap();
}

/// The pupil of [`add_pupil`] leaves: the next roster does not have them.
pub async fn pupil_leaves(store: &Store) {
    roster_becomes(store, "UPDATE roster_users SET active = FALSE WHERE source_id = 'u1'").await;
}

/// Changes the roster as an import would.
pub async fn roster_becomes(store: &Store, update: &str) {
    assert!(store.write(async |tx: &Tx| sql::execute(&tx.db(), update, []).await).await.unwrap() > 0, "{update}");
}

/// What stands in any column of any table, each value once, as its bytes: what somebody has who took the database along.
pub async fn every_value(store: &Store) -> BTreeSet<Vec<u8>> {
    let reader = store.read();
    let db = reader.db();
    let columns = match store.backend() {
        Backend::Sqlite => {
            "SELECT t.name AS held_in, c.name AS held_as, 'text' AS kind FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table'"
        }
        Backend::Postgres => {
            "SELECT c.table_name::text AS held_in, c.column_name::text AS held_as, c.data_type::text AS kind FROM information_schema.columns c \
             JOIN information_schema.tables t USING (table_schema, table_name) \
             WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
        }
    };
    let mut values = BTreeSet::new();
    for column in sql::rows(&db, columns, []).await.unwrap() {
        let said = |name: &str| column.try_get::<String>("", name).unwrap();
        let (table, name, kind) = (said("held_in"), said("held_as"), said("kind"));
        let hex = match (store.backend(), kind.as_str()) {
            (Backend::Sqlite, _) => format!("hex(CAST(\"{name}\" AS BLOB))"),
            (Backend::Postgres, "bytea") => format!("encode(\"{name}\", 'hex')"),
            (Backend::Postgres, _) => format!("encode(convert_to(\"{name}\"::text, 'UTF8'), 'hex')"),
        };
        let select = format!("SELECT DISTINCT {hex} AS hex FROM \"{table}\" WHERE \"{name}\" IS NOT NULL");
        for row in sql::rows(&db, &select, []).await.unwrap() {
            let hex: String = row.try_get("", "hex").unwrap();
            values.insert((0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect());
        }
    }
    values
}

/// How SQLite would answer a question, a line a step: each finds its rows by an index. With a whole district in the
/// roster, a step that walks through a table or copies a view is felt on every page.
pub async fn assert_quick(store: &Store, select: &str) {
    let places = select.matches('$').map(|_| Value::from(None::<i64>));
    let rows = sql::rows(&store.read().db(), &format!("EXPLAIN QUERY PLAN {select}"), places).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    // `roster_state`, which every view asks, has one row, and so has a question that finds nothing and is answered all the same.
    let one = ["SCAN now", "SCAN asked", "SCAN CONSTANT ROW"];
    let slow = |step: &&String| step.starts_with("MATERIALIZE") || step.starts_with("SCAN") && !one.contains(&step.as_str());
    assert_eq!(plan.iter().find(slow), None, "{select}: {plan:#?}");
}
