//! A school with one pupil who has an account, for the tests of the protocol.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use super::agent::Agent;
use crate::app::App;
use crate::clock::{Clock, FixedClock, SystemClock};
use crate::config::Config;
use crate::fetched::Fetched;
use crate::flow::loaded::Flows;
use crate::model::{AccountId, OrgId, PersonId, SessionId, Timestamp};
use crate::oidc;
use crate::outbound::{Outbound, Reach};
use crate::random::Random;
use crate::routes;
use crate::store::accounts::{Account, AccountState};
use crate::store::sessions::{SeenOn, Session};
use crate::store::{Store, StoreError, Tx, testing};

/// The program, a clock that stands, and the pupil.
pub struct World {
    /// The program.
    pub app: Arc<App>,
    /// All its addresses.
    pub router: Router,
    /// Its clock.
    pub clock: FixedClock,
    /// The pupil's account.
    pub account: AccountId,
    /// The pupil's school.
    pub school: OrgId,
}

impl World {
    /// On SQLite, on a day in the school year.
    pub async fn new() -> Self {
        Self::at(Timestamp(1_800_000_000), Store::open(&testing::sqlite()).await.unwrap()).await
    }

    /// On SQLite, now: for libraries that read the machine's clock.
    pub async fn now() -> Self {
        Self::at(SystemClock.now(), Store::open(&testing::sqlite()).await.unwrap()).await
    }

    /// One on each database.
    pub async fn both() -> Vec<Self> {
        let mut worlds = Vec::new();
        for store in testing::stores().await {
            worlds.push(Self::at(Timestamp(1_800_000_000), store).await);
        }
        worlds
    }

    /// On SQLite, with other settings than the usual.
    pub async fn with_settings(change: impl FnOnce(&mut Config)) -> Self {
        Self::of(Timestamp(1_800_000_000), Store::open(&testing::sqlite()).await.unwrap(), change, Reach::PublicAndLoopback).await
    }

    /// One on each database, with other settings than the usual.
    pub async fn both_with_settings(change: impl Fn(&mut Config)) -> Vec<Self> {
        let mut worlds = Vec::new();
        for store in testing::stores().await {
            worlds.push(Self::of(Timestamp(1_800_000_000), store, &change, Reach::PublicAndLoopback).await);
        }
        worlds
    }

    /// On SQLite, for a district of the public internet, which calls nobody inside.
    pub async fn public(change: impl FnOnce(&mut Config)) -> Self {
        Self::of(Timestamp(1_800_000_000), Store::open(&testing::sqlite()).await.unwrap(), change, Reach::Public).await
    }

    async fn at(now: Timestamp, store: Store) -> Self {
        Self::of(now, store, |_| {}, Reach::PublicAndLoopback).await
    }

    async fn of(now: Timestamp, store: Store, change: impl FnOnce(&mut Config), reach: Reach) -> Self {
        let clock = FixedClock::at(now);
        let random = Random::seeded(7);
        let (person, school, account) = (PersonId::new(now, &random), OrgId::new(now, &random), AccountId::new(now, &random));
        testing::add_pupil(&store, person, school).await;
        let wanted = Account {
            id: account,
            person,
            username: "S0123456".to_owned(),
            state: AccountState::Claimed,
            language: None,
            claimed_by: "student-claim".to_owned(),
            assurance: "urn:preau:acr:identified".to_owned(),
            claimed_at: now,
        };
        store.write(async |tx: &Tx| tx.accounts().claim(&wanted).await).await.unwrap();
        let mut config = Config::default();
        change(&mut config);
        let tools = crate::tools::Tools {
            clock: Arc::new(clock.clone()),
            random,
            keys: crate::keys::KeyStore::for_tests(),
            hasher: crate::password::Hasher::for_tests(),
            mailer: crate::mail::Mailer::memory(),
            policy: Default::default(),
            pages: crate::pages::Pages::load().unwrap(),
            charters: crate::charters::Charters::load(None).unwrap(),
            authorities: crate::authorities::testing::authority(),
            outbound: Outbound::new(reach),
            logos: Fetched::new(Outbound::new(reach), crate::web::logo::redraw),
            key_sets: Fetched::new(Outbound::new(reach), oidc::client_keys::read),
            sources: crate::sources::Sources::none(),
            config,
        };
        let app = Arc::new(App { tools, store, flows: Flows::for_tests(vec![], false) });
        let router = routes::router(Arc::clone(&app));
        Self { app, router, clock, account, school }
    }

    /// Who we are.
    pub fn issuer(&self) -> &str {
        oidc::issuer(&self.app)
    }

    /// A browser in which the pupil signed in just now.
    pub async fn signed_in(&self) -> Agent {
        let (now, random) = (self.app.now(), &self.app.tools.random);
        let secret = random.secret();
        let session = Session {
            id: SessionId::new(now, random),
            account: self.account,
            auth_time: now,
            acr: "urn:preau:acr:identified".to_owned(),
            amr: vec!["pwd".to_owned()],
            seen_at: now,
            expires_at: now + Duration::from_secs(10 * 3_600),
        };
        let idle = Duration::from_secs(30 * 60);
        self.app.store.write(async |tx: &Tx| tx.sessions().add(&session, &secret.hash(), idle, &SeenOn::default()).await).await.unwrap();
        let mut agent = Agent::new(self);
        agent.keep("__Host-sid", secret.expose());
        agent
    }

    /// Ends every session of the pupil, one by one, as signing out does.
    pub async fn end_session(&self) {
        let now = self.app.now();
        let end = async |tx: &Tx| {
            for session in tx.sessions().of_account(self.account, now).await? {
                tx.sessions().end(session.id, now).await?;
            }
            Ok::<_, StoreError>(())
        };
        self.app.store.write(end).await.unwrap();
    }
}
