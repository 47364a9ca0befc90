//! The public keys of a client, where it registered them: in its registration, or at an address of its own (`jwks_uri`). Keys
//! at an address are read anew when a signature names one that is not among them (OpenID Connect Core section 10.1.1).

use std::borrow::Cow;

use serde_json::Value;

use super::client_auth::jws;
use crate::app::App;
use crate::model::Timestamp;
use crate::outbound::Answer;
use crate::store::clients::Client;

/// The client with its keys at hand, whichever way it registered them, for checking `jwt`. Without any, nothing that it
/// signed fits.
pub async fn at_hand<'c>(app: &App, client: &'c Client, jwt: &str, now: Timestamp) -> Cow<'c, Client> {
    let Some(address) = &client.settings.jwks_uri else { return Cow::Borrowed(client) };
    let mut keys = app.tools.key_sets.get(address, now).await;
    if keys.as_deref().is_none_or(|keys| !jws::names_one_of(jwt, keys)) {
        keys = app.tools.key_sets.again(address, now).await;
    }
    let mut client = client.clone();
    client.settings.jwks = keys.as_deref().cloned();
    Cow::Owned(client)
}

/// A key set, if it is one that a client could have registered.
pub fn read(answer: &Answer) -> Option<Value> {
    let keys = serde_json::from_slice(&answer.body).ok()?;
    jws::check_keys(&keys).is_ok().then_some(keys)
}
