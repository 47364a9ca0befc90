//! The public keys of a client: those it is registered with.

use serde_json::Value;

use crate::app::App;
use crate::model::Timestamp;
use crate::store::clients::Client;

/// The key set that `token` should verify under; `None` for a client without keys.
pub async fn for_token(_app: &App, client: &Client, _token: &str, _now: Timestamp) -> Option<Value> {
    client.settings.jwks.clone()
}
