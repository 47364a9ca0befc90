//! Registering relying parties: every rule on what a client may be, for the command line, the demo and whatever comes
//! later. A mistake is a value that names the field; nothing half-made is written.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use super::client_auth::{certificate, jws};
use super::redirect_uri::{self, Unfit};
use super::{binding, profile};
use crate::model::Timestamp;
use crate::random::{Random, Secret};
use crate::store::clients::{AuthMethod, Client, GrantType, ResponseType, Secrets, Settings};
use crate::store::events::Event;
use crate::store::{Store, StoreError, Tx};

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
    /// It has no secret to exchange.
    #[error("the client {0} proves itself without a secret")]
    NoSecret(String),
}

/// A client that was just made or got a new secret. The secret is told once: the store has its hash.
#[derive(Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// What it proves itself with, if by a secret.
    pub secret: Option<Secret>,
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

/// Registers a client.
pub async fn register(store: &Store, random: &Random, now: Timestamp, new: NewClient) -> Result<Result<Registered, Mistake>, StoreError> {
    let NewClient { client_id, name, settings } = new;
    let client_id = client_id.unwrap_or_else(|| BASE64_URL_SAFE_NO_PAD.encode(random.bytes::<15>()));
    let settings = Settings { sector: sector(&settings, &client_id), ..settings };
    if let Err(mistake) = check(&name, &settings) {
        return Ok(Err(mistake));
    }
    let secret = has_secret(settings.auth_method).then(|| random.secret());
    let secrets = Secrets { current: secret.as_ref().map(Secret::hash), previous: None };
    let client = Client { client_id, name, enabled: true, secrets, settings, created_at: now, updated_at: now };
    let taken = store
        .write(async |tx: &Tx| {
            if tx.clients().find(&client.client_id).await?.is_some() {
                return Ok(true);
            }
            tx.clients().add(&client).await?;
            tx.record(&event("client.registered", &client), now).await?;
            Ok::<_, StoreError>(false)
        })
        .await?;
    Ok(if taken { Err(Mistake::Taken(client.client_id)) } else { Ok(Registered { client, secret }) })
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
    client.updated_at = now;
    if let Err(mistake) = check(&client.name, &client.settings) {
        return Ok(Err(mistake));
    }
    save(store, now, "client.changed", client).await
}

/// Gives a client a new secret. The old one works for a day more, so that the app can be changed meanwhile.
pub async fn rotate_secret(
    store: &Store,
    random: &Random,
    now: Timestamp,
    client_id: &str,
) -> Result<Result<Registered, Mistake>, StoreError> {
    let Some(mut client) = store.read().clients().find(client_id).await? else {
        return Ok(Err(Mistake::Unknown(client_id.to_owned())));
    };
    if !has_secret(client.settings.auth_method) {
        return Ok(Err(Mistake::NoSecret(client_id.to_owned())));
    }
    let secret = random.secret();
    let previous = client.secrets.current.map(|old| (old, now + OVERLAP));
    client.secrets = Secrets { current: Some(secret.hash()), previous };
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

/// May a client be this?
pub fn check(name: &str, settings: &Settings) -> Result<(), Mistake> {
    RULES.iter().try_for_each(|rule| rule(name, settings))
}

type Rule = fn(&str, &Settings) -> Result<(), Mistake>;

const RULES: &[Rule] = &[
    readable_name,
    proves_itself,
    answers,
    addresses,
    request_addresses,
    somewhere_to_go,
    keys,
    strong_enough,
    public_client,
    bound_tokens,
    bound_once,
    certificate_subject,
    scope_values,
];

/// Row P29: a name is shown to people, who must see what it is.
fn readable_name(name: &str, _: &Settings) -> Result<(), Mistake> {
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    match (1..=100).contains(&name.trim().chars().count()) && !name.chars().any(hidden) {
        true => Ok(()),
        false => Err(Mistake::Name),
    }
}

/// Row P02.
fn addresses(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let lists = [("redirect URI", &settings.redirect_uris), ("post-logout redirect URI", &settings.post_logout_redirect_uris)];
    let listed = lists.into_iter().flat_map(|(field, list)| list.iter().map(move |address| (field, address)));
    let single = [
        ("launch URL", &settings.launch_url),
        ("logo", &settings.logo_uri),
        ("policy", &settings.policy_uri),
        ("terms", &settings.tos_uri),
    ];
    let single = single.into_iter().filter_map(|(field, address)| Some((field, address.as_ref()?)));
    for (field, address) in listed.chain(single) {
        redirect_uri::check(address).map_err(|why| Mistake::Address { field, address: address.clone(), why })?;
    }
    Ok(())
}

/// FAPI 2.0 Security Profile section 5.3.2.1: some profiles know no shared secret, and no client without any.
fn proves_itself(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match profile::of(settings.profile).auth_methods.contains(&settings.auth_method) {
        true => Ok(()),
        false => Err(Mistake::AuthMethod(settings.auth_method.word(), settings.profile.word())),
    }
}

/// RFC 7591 section 2.1, row P35.
fn answers(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let known = profile::of(settings.profile).response_types;
    let codes = settings.grants.contains(&GrantType::AuthorizationCode);
    // A client that nobody asks the authorization endpoint for has the usual answer, and no use for it.
    let unfit = |answer: &&ResponseType| !known.contains(answer) || **answer != ResponseType::Code && answer.has_code() && !codes;
    match settings.requests.response_types.iter().find(unfit) {
        Some(answer) => Err(Mistake::ResponseType(answer.words())),
        None => Ok(()),
    }
}

/// OpenID Connect Core section 6.2: a fragment tells one version of a request from another, and is no part of the address.
fn request_addresses(_: &str, settings: &Settings) -> Result<(), Mistake> {
    for address in &settings.requests.request_uris {
        let plain = address.split('#').next().unwrap_or_default();
        redirect_uri::check(plain).map_err(|why| Mistake::Address { field: "request URI", address: address.clone(), why })?;
    }
    Ok(())
}

/// RFC 6749 section 3.1.2.2.
fn somewhere_to_go(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let answered = settings.grants.contains(&GrantType::AuthorizationCode) || settings.grants.contains(&GrantType::Implicit);
    match answered && settings.redirect_uris.is_empty() {
        true => Err(Mistake::NoRedirectUri),
        false => Ok(()),
    }
}

/// RFC 7591 section 2: `private_key_jwt` and keys come together.
fn keys(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match (&settings.jwks, settings.auth_method) {
        (None, AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth) => Err(Mistake::NoKeys),
        (None, _) if settings.requests.signed_only => Err(Mistake::NoKeys),
        (Some(jwks), _) => jws::check_keys(jwks).map_err(Mistake::Keys),
        (None, _) => Ok(()),
    }
}

/// FAPI 2.0 Security Profile section 5.4: what signs, here and there, is what the profile knows.
fn strong_enough(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let known = profile::of(settings.profile).algorithms;
    let requests = [settings.requests.object_alg, settings.requests.response_alg].into_iter().flatten();
    let mut asked = [settings.id_token_alg, settings.access_token_alg].into_iter().chain(requests);
    match asked.find(|algorithm| !known.contains(algorithm)) {
        Some(algorithm) => Err(Mistake::Algorithm(algorithm.name(), settings.profile.word())),
        None => Ok(()),
    }
}

/// RFC 6749 section 4.4: only who can keep a secret.
fn public_client(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.auth_method == AuthMethod::None && settings.grants.contains(&GrantType::ClientCredentials) {
        true => Err(Mistake::PublicForItself),
        false => Ok(()),
    }
}

/// RFC 9449 section 5.2: what comes through the browser is bound to nobody.
fn bound_tokens(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.requests.response_types.iter().find(|answer| answer.has_token() && binding::is_demanded(settings)) {
        Some(answer) => Err(Mistake::Unbound(answer.words())),
        None => Ok(()),
    }
}

/// A token has one holder.
fn bound_once(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.binding.dpop_bound_access_tokens && settings.binding.tls_client_certificate_bound_access_tokens {
        true => Err(Mistake::BoundTwice),
        false => Ok(()),
    }
}

/// RFC 8705 section 2.1.2.
fn certificate_subject(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match (&settings.binding.tls_subject, settings.auth_method == AuthMethod::TlsClientAuth) {
        (None, false) => Ok(()),
        (Some(subject), true) if certificate::is_readable(subject) => Ok(()),
        _ => Err(Mistake::TlsSubject),
    }
}

/// RFC 6749 appendix A.4.
fn scope_values(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let fits = |value: &str| value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    match settings.scopes.iter().find(|value| !fits(value)) {
        Some(value) => Err(Mistake::Scope(value.to_owned())),
        None => Ok(()),
    }
}

/// OpenID Connect Core section 8.1: the one host of the redirect addresses. Several hosts are no sector, and a loopback
/// address is everybody's; such a client is a sector of its own.
fn sector(settings: &Settings, client_id: &str) -> String {
    if !settings.sector.is_empty() {
        return settings.sector.clone();
    }
    let mut hosts = settings.redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned));
    match hosts.next() {
        Some(first) if !LOOPBACKS.contains(&first.as_str()) && hosts.all(|host| host == first) => first,
        _ => format!("client:{client_id}"),
    }
}

fn has_secret(method: AuthMethod) -> bool {
    matches!(method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
}

fn event(kind: &'static str, client: &Client) -> Event {
    Event { detail: json!({ "client": client.client_id, "name": client.name, "enabled": client.enabled }), ..Event::of(kind) }
}

const LOOPBACKS: &[&str] = &["localhost", "127.0.0.1", "[::1]"];
const OVERLAP: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Algorithm;
    use crate::oidc::testing::client;
    use crate::store::clients::Profile;

    fn judge(change: impl FnOnce(&mut Settings)) -> Result<(), Mistake> {
        let mut settings = client().settings;
        change(&mut settings);
        check("Cahier", &settings)
    }

    #[test]
    fn p02_no_address_of_a_client_is_dangerous() {
        for address in ["javascript:x", "https://*", "https://a/#x", "http://a"] {
            let address = address.to_owned();
            let lists: [fn(&mut Settings, String); 4] = [
                |settings, address| settings.redirect_uris.push(address),
                |settings, address| settings.post_logout_redirect_uris.push(address),
                |settings, address| settings.launch_url = Some(address),
                |settings, address| settings.logo_uri = Some(address),
            ];
            for list in lists {
                let refused = judge(|settings| list(settings, address.clone()));
                assert!(matches!(refused, Err(Mistake::Address { .. })), "{address}: {refused:?}");
            }
        }
    }

    #[test]
    fn p29_a_name_is_what_it_looks_like() {
        assert_eq!(check("<script>alert(1)</script>", &client().settings), Ok(()), "it is shown as it stands");
        for name in ["", "  ", "a\u{202e}b", "a\0b", &"n".repeat(101)] {
            assert_eq!(check(name, &client().settings), Err(Mistake::Name), "{name:?}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert_eq!(judge(|settings| settings.redirect_uris.clear()), Err(Mistake::NoRedirectUri));
        assert_eq!(judge(|settings| settings.auth_method = AuthMethod::PrivateKeyJwt), Err(Mistake::NoKeys));
        assert_eq!(judge(|settings| settings.requests.signed_only = true), Err(Mistake::NoKeys));
        let with_keys = |keys| move |settings: &mut Settings| settings.jwks = Some(keys);
        assert!(matches!(judge(with_keys(json!({ "keys": [] }))), Err(Mistake::Keys(_))));
        assert!(matches!(judge(with_keys(json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }))), Err(Mistake::Keys(_))));
        let hybrid = |settings: &mut Settings| settings.requests.response_types.insert(ResponseType::CodeIdToken);
        assert_eq!(judge(|settings| _ = hybrid(settings)), Err(Mistake::ResponseType("code id_token")), "p35: not for a school app");
        let older = judge(|settings| {
            settings.profile = Profile::Openid;
            hybrid(settings);
            settings.requests.request_uris = vec!["https://rp.test/r.jwt#v2".to_owned()];
        });
        assert_eq!(older, Ok(()));
        assert_eq!(judge(|settings| settings.profile = Profile::Fapi2), Err(Mistake::AuthMethod("client_secret_basic", "fapi2")));
        let unbound = judge(|settings| {
            settings.profile = Profile::Openid;
            settings.binding.dpop_bound_access_tokens = true;
            settings.requests.response_types.insert(ResponseType::CodeToken);
        });
        assert_eq!(unbound, Err(Mistake::Unbound("code token")));
        assert!(matches!(
            judge(|settings| settings.requests.request_uris.push("http://rp.test/r".to_owned())),
            Err(Mistake::Address { .. })
        ));
        let public = judge(|settings| {
            settings.auth_method = AuthMethod::None;
            settings.grants.insert(GrantType::ClientCredentials);
        });
        assert_eq!(public, Err(Mistake::PublicForItself));
    }

    #[test]
    fn p10_what_signs_is_what_the_profile_knows() {
        let with = |profile, algorithm| {
            let mut settings = client().settings;
            (settings.profile, settings.id_token_alg, settings.access_token_alg) = (profile, algorithm, algorithm);
            strong_enough("Cahier", &settings)
        };
        for algorithm in Algorithm::ALL.iter().copied() {
            assert_eq!(with(Profile::SchoolApp, algorithm), Ok(()));
        }
        for algorithm in [Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert_eq!(with(Profile::Fapi2, algorithm), Ok(()));
        }
        for algorithm in [Algorithm::RS256, Algorithm::ES384] {
            assert_eq!(with(Profile::Fapi2, algorithm), Err(Mistake::Algorithm(algorithm.name(), "fapi2")));
        }
    }

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
