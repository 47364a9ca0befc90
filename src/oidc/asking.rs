//! What an authorization request really asks: the parameters of the address or the form, of a request that was pushed before
//! (RFC 9126), or of a signed one (RFC 9101), by value or by reference. Whoever reads the result need not know which.

use url::Url;
use uuid::Uuid;

use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use super::{client_keys, issuer, profile, request_object};
use crate::app::App;
use crate::model::{Hash, Timestamp};
use crate::store::clients::Client;

/// A request as it counts.
#[derive(Debug)]
pub struct Asked {
    /// Its parameters.
    pub params: Params,
    /// The pushed request that it is.
    pub pushed: Option<Uuid>,
}

/// What a browser brought.
pub async fn at_authorize(app: &App, client: &Client, params: Params, now: Timestamp) -> Result<Asked, OAuthError> {
    match params.get("request_uri") {
        Some(address) if address.starts_with(PUSHED) => pushed(app, client, address, now).await,
        _ if profile::of(client.settings.profile).pushed || client.settings.requests.pushed_only => Err(MUST_BE_PUSHED),
        Some(address) => {
            if params.get("request").is_some() {
                return Err(BOTH);
            }
            let object = fetched(app, client, address).await?;
            let signed = signed(app, client, &object, now).await?;
            Ok(Asked { params: laid_over(client, params.without(&["request_uri"]), signed), pushed: None })
        }
        None => Ok(Asked { params: as_sent(app, client, params, now).await?, pushed: None }),
    }
}

/// What a client pushes. It holds no address of another request (RFC 9126 section 2.1).
pub async fn when_pushed(app: &App, client: &Client, params: Params, now: Timestamp) -> Result<Params, OAuthError> {
    match params.get("request_uri") {
        Some(_) => Err(ErrorCode::InvalidRequest.because("a pushed request holds no request_uri")),
        None => as_sent(app, client, params, now).await,
    }
}

/// By parameters, or by a signed object among them.
async fn as_sent(app: &App, client: &Client, params: Params, now: Timestamp) -> Result<Params, OAuthError> {
    match params.get("request") {
        Some(object) => {
            let signed = signed(app, client, object, now).await?;
            Ok(laid_over(client, params.without(&["request"]), signed))
        }
        None if client.settings.requests.signed_only => Err(MUST_BE_SIGNED),
        None => Ok(params),
    }
}

async fn signed(app: &App, client: &Client, object: &str, now: Timestamp) -> Result<Params, OAuthError> {
    let client = client_keys::at_hand(app, client, object, now).await;
    request_object::read(object, &client, issuer(app), now)
}

/// OpenID Connect Core section 6.1 lets what stands beside a signed request count where it is silent; RFC 9101 section 6.3 does
/// not, and a client that takes signed requests only is meant by it. Who asks stands in both.
fn laid_over(client: &Client, beside: Params, signed: Params) -> Params {
    match profile::of(client.settings.profile).strict_request_objects || client.settings.requests.signed_only {
        true => Params::of([("client_id".to_owned(), client.client_id.clone())]).unwrap_or_default().overlaid(signed),
        false => beside.overlaid(signed),
    }
}

/// Row P26: bound to its client, for a minute, and good for one answer.
async fn pushed(app: &App, client: &Client, address: &str, now: Timestamp) -> Result<Asked, OAuthError> {
    let secret = Hash::of(address.trim_start_matches(PUSHED).as_bytes());
    let found = app.store.read().pushed_requests().find(&secret).await?.filter(|pushed| pushed.client_id == client.client_id);
    match found {
        Some(pushed) if !pushed.used && pushed.expires_at > now => {
            Ok(Asked { params: Params::parse(pushed.params.as_bytes())?, pushed: Some(pushed.id) })
        }
        _ => Err(ErrorCode::InvalidRequestUri.because("request_uri is not that of a request that this client pushed, or it is over")),
    }
}

/// OpenID Connect Core section 6.2: from an address that the client registered, and where its profile lets it. A fragment tells
/// one version from another and is not sent.
async fn fetched(app: &App, client: &Client, address: &str) -> Result<String, OAuthError> {
    if !profile::of(client.settings.profile).fetched_requests {
        return Err(ErrorCode::RequestUriNotSupported.because("request_uri is supported for pushed requests only"));
    }
    let unknown = ErrorCode::InvalidRequestUri.because("request_uri is not registered for this client");
    let known = client.settings.requests.request_uris.iter().any(|registered| registered == address);
    let mut url = Url::parse(address).ok().filter(|_| known).ok_or(unknown)?;
    url.set_fragment(None);
    let answer = app.tools.outbound.get(url).await.ok().filter(|answer| answer.status.is_success());
    let object = answer.and_then(|answer| String::from_utf8(answer.body).ok());
    object.map(|object| object.trim().to_owned()).ok_or(ErrorCode::InvalidRequestUri.because("request_uri could not be fetched"))
}

/// Where the addresses of pushed requests begin.
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";
const MUST_BE_PUSHED: OAuthError = ErrorCode::InvalidRequest.because("this client must push its requests: request_uri is missing");
const MUST_BE_SIGNED: OAuthError = ErrorCode::InvalidRequest.because("this client must sign its requests: request is missing");
const BOTH: OAuthError = ErrorCode::InvalidRequest.because("request and request_uri exclude each other");
