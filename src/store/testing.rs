//! Fresh stores for tests: each store test runs on both databases.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};

use super::Store;

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
