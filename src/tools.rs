//! What any stage or handler may use: clock, chance, keys, the password hasher, policy, pages, settings; and the mailer,
//! which is the courier's alone.

use std::sync::Arc;

use crate::authorities::Authorities;
use crate::charters::Charters;
use crate::clock::Clock;
use crate::config::Config;
use crate::fetched::Fetched;
use crate::keys::KeyStore;
use crate::mail::Mailer;
use crate::outbound::Outbound;
use crate::pages::Pages;
use crate::password::Hasher;
use crate::policy::Policy;
use crate::random::Random;
use crate::sources::Sources;

/// The program's tools. One value, made at start; a test makes its own with a clock that stands and seeded chance.
pub struct Tools {
    /// Asked once a request.
    pub clock: Arc<dyn Clock>,
    /// Unguessable bytes.
    pub random: Random,
    /// Seals, MACs and signatures.
    pub keys: KeyStore,
    /// Argon2id, in a bounded pool.
    pub hasher: Hasher,
    /// Where letters go, once the outbox hands them over.
    pub mailer: Mailer,
    /// What the district allows.
    pub policy: Policy,
    /// Templates and texts.
    pub pages: Pages,
    /// What people agree to.
    pub charters: Charters,
    /// Calls other servers.
    pub outbound: Outbound,
    /// Whose client certificates are believed.
    pub authorities: Authorities,
    /// Keys that clients keep at addresses of their own.
    pub key_sets: Fetched<serde_json::Value>,
    /// Logos of clients, drawn anew.
    pub logos: Fetched<Vec<u8>>,
    /// Other providers at which people may sign in.
    pub sources: Sources,
    /// The settings.
    pub config: Config,
}
