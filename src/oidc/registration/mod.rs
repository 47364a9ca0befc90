//! Registering relying parties, for the command line, the demo, and apps that register themselves (`dynamic`). `rules` say
//! what a client may be; `metadata` is what it says of itself. A mistake is a value that names the field; nothing half-made
//! is written.

pub mod dynamic;
pub mod metadata;
pub mod rules;

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use self::rules::check;
use super::client_auth::sealed_secrets;
use super::redirect_uri::Unfit;
use crate::keys::KeyStore;
use crate::model::Timestamp;
use crate::random::{Random, Secret};
use crate::store::clients::{AuthMethod, Client, SealedSecrets, Secrets, Settings};
use crate::store::events::Event;
use crate::store::{Store, StoreError, Tx};

/// An old secret works for so long, where nobody says otherwise.
pub const GRACE: Duration = Duration::from_hours(24);

/// What stands in the way of a registration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// People must be able to read it.
    #[error("the name must have 1 to 100 characters and no control or direction marks")]
    Name,
    /// One of the addresses.
    #[error("{field} {address}: {why}")]
    Address {
        /// Which list it stands in.
        field: &'static str,
        /// As it was given.
        address: String,
        /// What is wrong with it.
        why: Unfit,
    },
    /// Codes need somewhere to go.
    #[error("a client for authorization_code needs at least one redirect URI")]
    NoRedirectUri,
    /// What its requests may be answered with.
    #[error("the response type {0} is none of the client's profile, or lacks the grant authorization_code")]
    ResponseType(&'static str),
    /// The client's profile and how it proves itself.
    #[error("a client of the profile {1} cannot prove itself by {0}")]
    AuthMethod(&'static str, &'static str),
    /// The keys of `private_key_jwt`.
    #[error("the key set {0}")]
    Keys(&'static str),
    /// `private_key_jwt` without keys.
    #[error("private_key_jwt, self_signed_tls_client_auth and signed requests need the client's public keys (--jwks)")]
    NoKeys,
    /// The client's profile and what signs its tokens.
    #[error("{0} does not sign for a client of the profile {1}: choose another algorithm (--alg)")]
    Algorithm(&'static str, &'static str),
    /// What its tokens are.
    #[error("{0}")]
    Tokens(&'static str),
    /// Anybody could say that they are such a client.
    #[error("a public client cannot use client_credentials")]
    PublicForItself,
    /// `tls_client_auth` and a subject come together.
    #[error("tls_client_auth needs whose certificate it is: one of the tls_client_auth_… values, well-formed; and nothing else does")]
    TlsSubject,
    /// Tokens are bound in one way.
    #[error("tokens are bound to a key (DPoP) or to a certificate, and not to both")]
    BoundTwice,
    /// Nothing can be bound on its way through a browser.
    #[error("the response type {0} brings tokens that are bound to nobody, and this client's must be")]
    Unbound(&'static str),
    /// A scope value that no request could carry.
    #[error("the scope value {0} is not printable ASCII")]
    Scope(String),
    /// Somebody has it.
    #[error("there is a client {0} already")]
    Taken(String),
    /// Nobody has it.
    #[error("there is no client {0}")]
    Unknown(String),
    /// Not metadata at all.
    #[error("the metadata must be one JSON object")]
    NoObject,
    /// A member of the metadata.
    #[error("{name} {expected}")]
    Member {
        /// Its name in the registry of RFC 7591.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Keys twice.
    #[error("jwks and jwks_uri exclude each other")]
    KeysTwice,
    /// The list that makes several hosts one sector.
    #[error("sector_identifier_uri {0}")]
    Sector(&'static str),
    /// A client that registered itself would see the `sub` of other apps.
    #[error("the redirect URIs would move the client to another sector: register it anew")]
    OtherSector,
    /// It has no secret to exchange.
    #[error("the client {0} proves itself without a secret")]
    NoSecret(String),
}

/// A client that was just made or got a new secret. The secret is told once: the store has its hash, and what is sealed.
#[derive(Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// What it proves itself with, if by a secret.
    pub secret: Option<Secret>,
}

/// What secrets are made with, and sealed.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    /// Chance.
    pub random: &'a Random,
    /// What seals the secret of a client that signs with it.
    pub keys: &'a KeyStore,
}

/// A client to be.
#[derive(Debug, Default)]
pub struct NewClient {
    /// Made up where none is given.
    pub client_id: Option<String>,
    /// The name that people read.
    pub name: String,
    /// Everything else.
    pub settings: Settings,
}

impl Registered {
    /// Writes it; false if somebody has its id already.
    async fn add(&self, tx: &Tx, now: Timestamp) -> Result<bool, StoreError> {
        if tx.clients().find(&self.client.client_id).await?.is_some() {
            return Ok(false);
        }
        tx.clients().add(&self.client).await?;
        tx.record(&event("client.registered", &self.client), now).await?;
        Ok(true)
    }
}

impl Client {
    /// The same with a secret, if its way to prove itself needs one and it has none, or none that it could sign with.
    fn with_a_secret(mut self, maker: Maker<'_>) -> (Self, Option<Secret>) {
        if !has_secret(self.settings.auth_method) {
            self.secrets = Secrets::default();
        }
        let signs = self.settings.auth_method == AuthMethod::ClientSecretJwt;
        if !signs {
            self.settings.sealed_secrets = SealedSecrets::default();
        }
        let lacks = self.secrets.current.is_none() || signs && self.settings.sealed_secrets.current.is_none();
        let secret = (has_secret(self.settings.auth_method) && lacks).then(|| maker.random.secret());
        if let Some(secret) = &secret {
            self.secrets = Secrets::default();
            self.settings.sealed_secrets = SealedSecrets::default();
            self.give(secret, maker);
        }
        (self, secret)
    }

    /// Puts a secret in the place of the current one.
    fn give(&mut self, secret: &Secret, maker: Maker<'_>) {
        self.secrets.current = Some(secret.hash());
        if self.settings.auth_method == AuthMethod::ClientSecretJwt {
            let sealed = sealed_secrets::seal(maker.keys, maker.random, &self.client_id, secret);
            self.settings.sealed_secrets.current = Some(sealed);
        }
    }
}

/// A client as it will be, with its id and its secret; nothing is written.
fn made(maker: Maker<'_>, now: Timestamp, new: NewClient) -> Result<Registered, Mistake> {
    let NewClient { client_id, name, settings } = new;
    let client_id = client_id.unwrap_or_else(|| BASE64_URL_SAFE_NO_PAD.encode(maker.random.bytes::<15>()));
    let settings = Settings { sector: sector(&settings, &client_id), ..settings };
    check(&name, &settings)?;
    let client = Client { client_id, name, enabled: true, secrets: Secrets::default(), settings, created_at: now, updated_at: now };
    let (client, secret) = client.with_a_secret(maker);
    Ok(Registered { client, secret })
}

/// Registers a client.
pub async fn register(store: &Store, maker: Maker<'_>, now: Timestamp, new: NewClient) -> Result<Result<Registered, Mistake>, StoreError> {
    let registered = match made(maker, now, new) {
        Ok(registered) => registered,
        Err(mistake) => return Ok(Err(mistake)),
    };
    match store.write(async |tx: &Tx| registered.add(tx, now).await).await? {
        true => Ok(Ok(registered)),
        false => Ok(Err(Mistake::Taken(registered.client.client_id))),
    }
}

/// Changes a client. Its sector stays, so that the `sub` of nobody changes.
pub async fn update(
    store: &Store,
    now: Timestamp,
    client_id: &str,
    change: impl FnOnce(&mut Client) + Send,
) -> Result<Result<Client, Mistake>, StoreError> {
    let Some(mut client) = store.read().clients().find(client_id).await? else {
        return Ok(Err(Mistake::Unknown(client_id.to_owned())));
    };
    let sector = client.settings.sector.clone();
    change(&mut client);
    client.settings.sector = sector;
    if client.settings.auth_method != AuthMethod::ClientSecretJwt {
        client.settings.sealed_secrets = SealedSecrets::default();
    }
    client.updated_at = now;
    if let Err(mistake) = check(&client.name, &client.settings) {
        return Ok(Err(mistake));
    }
    save(store, now, "client.changed", client).await
}

/// Gives a client a new secret. The old one works for `grace` more, so that the app can be changed meanwhile; the one before that
/// one no longer does.
pub async fn rotate_secret(
    store: &Store,
    maker: Maker<'_>,
    now: Timestamp,
    client_id: &str,
    grace: Duration,
) -> Result<Result<Registered, Mistake>, StoreError> {
    let Some(mut client) = store.read().clients().find(client_id).await? else {
        return Ok(Err(Mistake::Unknown(client_id.to_owned())));
    };
    if !has_secret(client.settings.auth_method) {
        return Ok(Err(Mistake::NoSecret(client_id.to_owned())));
    }
    let secret = maker.random.secret();
    let sealed = client.settings.sealed_secrets.current.take();
    let old = client.secrets.current.take().filter(|_| !grace.is_zero());
    client.secrets.previous = old.map(|old| (old, now + grace));
    client.settings.sealed_secrets.previous = sealed.filter(|_| client.secrets.previous.is_some());
    client.give(&secret, maker);
    client.updated_at = now;
    let saved = save(store, now, "client.secret-rotated", client).await?;
    Ok(saved.map(|client| Registered { client, secret: Some(secret) }))
}

/// Removes a client, with every consent and token it had.
pub async fn remove(store: &Store, now: Timestamp, client_id: &str) -> Result<Result<(), Mistake>, StoreError> {
    let event = Event { detail: json!({ "client": client_id }), ..Event::of("client.removed") };
    let removed = store
        .write(async |tx: &Tx| {
            let removed = tx.clients().remove(client_id).await?;
            if removed {
                tx.record(&event, now).await?;
            }
            Ok::<_, StoreError>(removed)
        })
        .await?;
    store.forget_client(client_id);
    Ok(if removed { Ok(()) } else { Err(Mistake::Unknown(client_id.to_owned())) })
}

async fn save(store: &Store, now: Timestamp, kind: &'static str, client: Client) -> Result<Result<Client, Mistake>, StoreError> {
    let saved = store
        .write(async |tx: &Tx| {
            let saved = tx.clients().save(&client).await?;
            if saved {
                tx.record(&event(kind, &client), now).await?;
            }
            Ok::<_, StoreError>(saved)
        })
        .await?;
    store.forget_client(&client.client_id);
    Ok(if saved { Ok(client) } else { Err(Mistake::Unknown(client.client_id)) })
}

/// OpenID Connect Core section 8.1: the one host of the redirect addresses. Several hosts are no sector, and a loopback
/// address is everybody's; such a client is a sector of its own.
fn sector(settings: &Settings, client_id: &str) -> String {
    if !settings.sector.is_empty() {
        return settings.sector.clone();
    }
    if let Some(listed) = settings.sector_identifier_uri.as_ref().and_then(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned)) {
        return listed;
    }
    let mut hosts = settings.redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned));
    match hosts.next() {
        Some(first) if !LOOPBACKS.contains(&first.as_str()) && hosts.all(|host| host == first) => first,
        _ => format!("client:{client_id}"),
    }
}

fn has_secret(method: AuthMethod) -> bool {
    matches!(method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::ClientSecretJwt)
}

fn event(kind: &'static str, client: &Client) -> Event {
    Event { detail: json!({ "client": client.client_id, "name": client.name, "enabled": client.enabled }), ..Event::of(kind) }
}

const LOOPBACKS: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p37_a_sector_is_one_host_or_the_client_itself() {
        let of = |uris: &[&str]| {
            sector(&Settings { redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(), ..Settings::default() }, "x")
        };
        assert_eq!(of(&["https://a.test/cb", "https://a.test:8443/other"]), "a.test");
        assert_eq!(of(&["https://a.test/cb", "https://b.test/cb"]), "client:x");
        assert_eq!(of(&["http://127.0.0.1:3000/cb"]), "client:x");
        assert_eq!(of(&[]), "client:x");
    }
}
