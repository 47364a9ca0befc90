//! Relying parties: the apps that may ask Préau who somebody is. A secret is kept as its SHA-256; it has 256 bits, so
//! nothing slower is needed.

mod settings;
mod token_settings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub use self::settings::{
    AboutSettings, ApplicationType, AuthMethod, BindingSettings, GrantType, LogoutSettings, Profile, RequestSettings, ResponseType,
    SealedSecrets, SelfRegistered, Settings, SubjectType, TlsSubject,
};
pub use self::token_settings::{ContentAlgorithm, Encryption, KeyAlgorithm, TokenSettings, Trust, TrustedIssuer};
use super::{Db, Reader, Row, Store, StoreError, Tx, sql};
use crate::model::{Hash, Language, SessionId, Timestamp};

/// A relying party.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// The name it is known by in the protocol.
    pub client_id: String,
    /// The name that people read.
    pub name: String,
    /// Shut, it gets nothing, and what it has stops working.
    pub enabled: bool,
    /// What it proves itself with, if it has a secret.
    pub secrets: Secrets,
    /// Everything else.
    pub settings: Settings,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Client {
    /// Its name for a reader of this language.
    pub fn name_in(&self, language: Language) -> &str {
        self.settings.about.said_in("client_name", language).unwrap_or(&self.name)
    }
}

/// The secrets of a client: two while they are exchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// The one that was given out last.
    pub current: Option<Hash>,
    /// The one before it, and until when it still works.
    pub previous: Option<(Hash, Timestamp)>,
}

/// Clients as they were a moment ago, so that a token costs no look at the database for who asks. Bounded in number and
/// in age; what is spent or taken back is asked of the database itself.
#[derive(Default)]
pub(super) struct ClientCache(Mutex<HashMap<String, (Timestamp, Arc<Client>)>>);

impl Store {
    /// A client by its id, as it was at most `CACHED` seconds ago: a client that was shut on another node is shut here
    /// within that time (row S07).
    pub async fn client(&self, client_id: &str, now: Timestamp) -> Result<Option<Arc<Client>>, StoreError> {
        if let Some((since, client)) = self.clients.0.lock().expect("nothing panics while it holds the cache").get(client_id)
            && (0..CACHED).contains(&now.since(*since))
        {
            return Ok(Some(Arc::clone(client)));
        }
        let Some(client) = self.read().clients().find(client_id).await?.map(Arc::new) else { return Ok(None) };
        let mut cache = self.clients.0.lock().expect("nothing panics while it holds the cache");
        if cache.len() >= MOST_CACHED {
            cache.clear();
        }
        cache.insert(client_id.to_owned(), (now, Arc::clone(&client)));
        Ok(Some(client))
    }

    /// Asks the database again for this client: it was changed here.
    pub fn forget_client(&self, client_id: &str) {
        self.clients.0.lock().expect("nothing panics while it holds the cache").remove(client_id);
    }
}

/// The queries on clients.
pub struct Clients<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Relying parties.
    pub fn clients(&self) -> Clients<'_> {
        Clients(self.db())
    }
}

impl Tx {
    /// Relying parties.
    pub fn clients(&self) -> Clients<'_> {
        Clients(self.db())
    }
}

impl Clients<'_> {
    /// A client by its id; also one that is shut.
    pub async fn find(&self, client_id: &str) -> Result<Option<Client>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE client_id = $1"), [client_id.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// All clients, by name.
    pub async fn all(&self) -> Result<Vec<Client>, StoreError> {
        sql::rows(&self.0, &format!("{SELECT} ORDER BY name, client_id"), []).await?.iter().map(record).collect()
    }

    /// Adds a client.
    pub async fn add(&self, client: &Client) -> Result<(), StoreError> {
        let insert = "INSERT INTO clients (client_id, name, enabled, secret, previous_secret, previous_until, settings, created_at, \
                      updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        sql::execute(&self.0, insert, values(client)).await?;
        Ok(())
    }

    /// Writes what became of a client; false if it was removed meanwhile.
    pub async fn save(&self, client: &Client) -> Result<bool, StoreError> {
        let update = "UPDATE clients SET name = $2, enabled = $3, secret = $4, previous_secret = $5, previous_until = $6, settings = $7, \
                      created_at = $8, updated_at = $9 WHERE client_id = $1";
        Ok(sql::execute(&self.0, update, values(client)).await? == 1)
    }

    /// Removes a client, and with it every consent and every token it got; false if there was none.
    pub async fn remove(&self, client_id: &str) -> Result<bool, StoreError> {
        for table in [
            "grants",
            "pushed_requests",
            "device_requests",
            "access_tokens",
            "token_families",
            "consents",
            "session_clients",
            "logout_outbox",
        ] {
            sql::execute(&self.0, &format!("DELETE FROM {table} WHERE client_id = $1"), [client_id.into()]).await?;
        }
        Ok(sql::execute(&self.0, "DELETE FROM clients WHERE client_id = $1", [client_id.into()]).await? == 1)
    }
}

/// The open clients that a session reached, by name.
pub(super) async fn reached_by(db: &Db<'_>, session: SessionId) -> Result<Vec<Client>, StoreError> {
    let select = format!(
        "{SELECT} WHERE enabled AND client_id IN (SELECT client_id FROM session_clients WHERE session = $1) ORDER BY name, client_id"
    );
    sql::rows(db, &select, [session.0.into()]).await?.iter().map(record).collect()
}

impl Clients<'_> {
    /// Removes clients that registered themselves before an instant, that nobody of the district knows and nobody ever used.
    pub async fn forget_unused(&self, before: Timestamp) -> Result<(), StoreError> {
        let unused = format!(
            "{SELECT} WHERE created_at < $1 AND settings LIKE '%\"approved\":false%' \
             AND NOT EXISTS (SELECT 1 FROM token_families f WHERE f.client_id = clients.client_id) \
             AND NOT EXISTS (SELECT 1 FROM consents c WHERE c.client_id = clients.client_id)"
        );
        for row in sql::rows(&self.0, &unused, [before.0.into()]).await? {
            let client = record(&row)?;
            if client.settings.is_unknown() {
                self.remove(&client.client_id).await?;
            }
        }
        Ok(())
    }
}

fn values(client: &Client) -> [sea_orm::Value; 9] {
    let (previous, until) = client.secrets.previous.unzip();
    [
        client.client_id.clone().into(),
        client.name.clone().into(),
        client.enabled.into(),
        client.secrets.current.map(Hash::to_vec).into(),
        previous.map(Hash::to_vec).into(),
        until.map(|until| until.0).into(),
        serde_json::to_string(&client.settings).expect("settings have string keys").into(),
        client.created_at.0.into(),
        client.updated_at.0.into(),
    ]
}

fn record(row: &Row) -> Result<Client, StoreError> {
    let hash = |column: &str| -> Result<Option<Hash>, StoreError> {
        row.try_get::<Option<Vec<u8>>>("", column)?.map(|bytes| sql::hash("clients", &bytes)).transpose()
    };
    let until: Option<i64> = row.try_get("", "previous_until")?;
    Ok(Client {
        client_id: row.try_get("", "client_id")?,
        name: row.try_get("", "name")?,
        enabled: row.try_get("", "enabled")?,
        secrets: Secrets { current: hash("secret")?, previous: hash("previous_secret")?.zip(until.map(Timestamp)) },
        settings: sql::json("clients", &row.try_get::<String>("", "settings")?)?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        updated_at: Timestamp(row.try_get("", "updated_at")?),
    })
}

const SELECT: &str =
    "SELECT client_id, name, enabled, secret, previous_secret, previous_until, settings, created_at, updated_at FROM clients";

/// Seconds.
const CACHED: i64 = 2;
const MOST_CACHED: usize = 1_000;

/// A confidential client of `https://rp.test`, for tests.
#[cfg(test)]
pub fn sample() -> Client {
    Client {
        client_id: "app".to_owned(),
        name: "Cahier".to_owned(),
        enabled: true,
        secrets: Secrets { current: Some(Hash::of(b"secret")), previous: None },
        settings: Settings { redirect_uris: vec!["https://rp.test/cb".to_owned()], sector: "rp.test".to_owned(), ..Settings::default() },
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Role;
    use crate::store::testing::stores;

    #[tokio::test]
    async fn a_client_comes_back_as_it_was_kept() {
        for store in stores().await {
            let mut client = sample();
            client.secrets.previous = Some((Hash::of(b"old"), Timestamp(9)));
            client.settings.roles = BTreeSet::from([Role::Student]);
            store.write(async |tx: &Tx| tx.clients().add(&client).await).await.unwrap();
            assert_eq!(store.read().clients().find("app").await.unwrap(), Some(client.clone()));
            assert_eq!(store.read().clients().all().await.unwrap(), [client]);
            assert_eq!(store.read().clients().find("App").await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn s07_a_client_that_was_shut_is_shut_within_two_seconds_elsewhere_and_at_once_here() {
        for store in stores().await {
            store.write(async |tx: &Tx| tx.clients().add(&sample()).await).await.unwrap();
            let enabled = async |now| store.client("app", Timestamp(now)).await.unwrap().unwrap().enabled;
            assert!(enabled(100).await);
            let shut = Client { enabled: false, ..sample() };
            store.write(async |tx: &Tx| tx.clients().save(&shut).await).await.unwrap();
            assert!(!enabled(102).await);
            store.write(async |tx: &Tx| tx.clients().save(&sample()).await).await.unwrap();
            store.forget_client("app");
            assert!(enabled(102).await);
        }
    }
}
