//! What a client calls a person and a session. It never changes with name, address or school, and two clients cannot
//! tell by it that they know the same pupil (row P37).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::keys::{KeyStore, Purpose};
use crate::model::{AccountId, Hash, SessionId};
use crate::store::clients::{Client, SubjectType};

/// The `sub` of an account for a client (OpenID Connect Core section 8.1).
pub fn of(keys: &KeyStore, client: &Client, account: AccountId) -> String {
    let sector = match client.settings.subject {
        SubjectType::Pairwise => client.settings.sector.as_bytes(),
        SubjectType::Public => b"",
    };
    text(&keys.mac(Purpose::Subject, &[b"sub", sector, account.0.as_bytes()]))
}

/// The `sid` of a session for a client: as opaque as `sub`, for the same reason.
pub fn session(keys: &KeyStore, client: &Client, session: SessionId) -> String {
    text(&keys.mac(Purpose::Subject, &[b"sid", client.client_id.as_bytes(), session.0.as_bytes()]))
}

fn text(hash: &Hash) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hash.0)
}
