//! What the tables of this folder are about: a client, a request, a session.

use uuid::Uuid;

use crate::model::{AccountId, GrantId, Hash, SessionId, Timestamp};
use crate::store::clients::{Client, Secrets, Settings};
use crate::store::grants::{Grant, GrantState, Request};
use crate::store::sessions::Session;

/// A confidential client of `https://rp.test`.
pub fn client() -> Client {
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

/// A request of it that nobody answered yet.
pub fn grant(now: Timestamp) -> Grant {
    Grant {
        id: GrantId(Uuid::from_u128(1)),
        client_id: "app".to_owned(),
        browser: Hash::of(b"browser"),
        request: Request { redirect_uri: "https://rp.test/cb".to_owned(), ..Request::default() },
        created_at: now,
        expires_at: Timestamp(now.0 + 1_800),
        chosen_in: None,
        allowed_in: None,
        state: GrantState::Pending,
    }
}

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
