//! The logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4): for one app, about one session, good for two
//! minutes. Its `typ` keeps it from being taken for an ID token (row P12).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::keys::KeyError;
use crate::model::Timestamp;
use crate::oidc::{issuer, subject};
use crate::store::clients::Client;
use crate::store::logout_outbox::Owed;

/// What stands in it. A nonce does not, by the specification.
#[derive(Debug, Serialize, Deserialize)]
pub struct LogoutToken {
    /// Who issued it.
    pub iss: String,
    /// Whose session it was, in the client's own words.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// What tells it from others.
    pub jti: String,
    /// That it is one.
    pub events: Value,
    /// The session, as this client knows it.
    pub sid: String,
}

/// Signed like the client's ID tokens; made when it is sent, so that one that waited a day is as fresh as any.
pub fn logout_token(app: &App, client: &Client, owed: &Owed, now: Timestamp) -> Result<String, KeyError> {
    let keys = &app.tools.keys;
    let token = LogoutToken {
        iss: issuer(app).to_owned(),
        sub: subject::of(keys, client, owed.account),
        aud: client.client_id.clone(),
        iat: now.0,
        exp: now.0 + LIFE,
        jti: BASE64_URL_SAFE_NO_PAD.encode(app.tools.random.bytes::<16>()),
        events: json!({ EVENT: {} }),
        sid: subject::session(keys, client, owed.session),
    };
    keys.sign(client.settings.id_token_alg, LOGOUT_TYPE, &token)
}

/// The `typ` of its header.
pub const LOGOUT_TYPE: &str = "logout+jwt";
/// The member of `events` that makes it one.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds (row P28).
const LIFE: i64 = 120;
