//! What the tables of this folder are about.

use crate::model::{AccountId, SessionId, Timestamp};
pub use crate::store::clients::sample as client;
pub use crate::store::grants::sample as grant;
use crate::store::sessions::Session;
use uuid::Uuid;

/// A session, told apart by its number, of somebody who signed in then.
pub fn session(number: u128, auth_time: Timestamp) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(number)),
        account: AccountId(Uuid::from_u128(100)),
        auth_time,
        acr: "urn:preau:acr:identified".to_owned(),
        amr: vec!["pwd".to_owned()],
        seen_at: auth_time,
        expires_at: Timestamp(auth_time.0 + 36_000),
    }
}
