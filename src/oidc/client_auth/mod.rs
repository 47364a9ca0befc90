//! How a client proves itself at the token endpoint (RFC 6749 section 2.3, OpenID Connect Core section 9). Unknown and
//! wrong are one answer, and wrong ones are counted (row P42).

pub mod assertion;
pub mod certificate;
pub mod jwk;
pub mod jws;
pub mod sealed_secrets;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::error::{ErrorCode, OAuthError};
use super::params::{self, Params};
use super::{client_keys, paths, profile};
use crate::app::App;
use crate::flow::Origin;
use crate::limits::{self, Rule, Taken};
use crate::model::{Hash, Timestamp};
use crate::random::Secret;
use crate::store::Tx;
use crate::store::clients::{AuthMethod, Client, Secrets};

/// What a client came with.
struct Presented {
    client_id: String,
    proof: Proof,
}

enum Proof {
    Basic(Secret),
    Post(Secret),
    Assertion(String),
    Nothing,
}

/// Reads the body of a request to the token endpoint, which must be a form.
pub fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, OAuthError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Params::parse(body);
    }
    Err(ErrorCode::InvalidRequest.because("the body must be application/x-www-form-urlencoded"))
}

/// The client that proved itself, open and in its registered way.
pub async fn authenticate(
    app: &App,
    origin: &Origin,
    headers: &HeaderMap,
    params: &Params,
    now: Timestamp,
) -> Result<Arc<Client>, OAuthError> {
    let presented = presented(headers, params)?;
    let known = app.store.client(&presented.client_id, now).await?;
    if let Some(client) = proven(app, known.clone(), &presented, origin, now).await? {
        return Ok(client);
    }
    // As it was a moment ago it did not prove itself; its secret or its keys may have been exchanged since, by another process.
    app.store.forget_client(&presented.client_id);
    let client = app.store.client(&presented.client_id, now).await?.filter(|client| Some(client) != known.as_ref());
    if client.is_some()
        && let Some(client) = proven(app, client, &presented, origin, now).await?
    {
        return Ok(client);
    }
    count(app, &presented.client_id, origin, now).await?;
    Err(NOT_PROVEN)
}

/// The client, if it is open and this is its proof.
async fn proven(
    app: &App,
    client: Option<Arc<Client>>,
    presented: &Presented,
    origin: &Origin,
    now: Timestamp,
) -> Result<Option<Arc<Client>>, OAuthError> {
    let client = client.filter(|client| client.enabled);
    let proven = proves(app, client.as_deref(), (&presented.proof, origin), now).await?;
    Ok(client.filter(|_| proven))
}

/// Row P42: wrong ones wait, by client and network. A right one is never asked to: nobody guesses 256 bits, and the app
/// of one school must not be shut by the mistake of another behind the same address.
async fn count(app: &App, client_id: &str, origin: &Origin, now: Timestamp) -> Result<(), OAuthError> {
    let subject = limits::subject(&app.tools.keys, &["client-secret", client_id, &origin.network]);
    match app.store.write(async |tx: &Tx| limits::take(tx, Rule::ClientSecret, &subject, now).await).await? {
        Taken::Wait(until) => Err(OAuthError::slow_down(now, until)),
        Taken::Go { .. } | Taken::Closed => Ok(()),
    }
}

async fn proves(app: &App, client: Option<&Client>, (proof, origin): (&Proof, &Origin), now: Timestamp) -> Result<bool, OAuthError> {
    // For a client that nobody knows the same work is done, on secrets that nobody has.
    let none = Secrets::default();
    let secrets = client.map_or(&none, |client| &client.secrets);
    let method = client.map(|client| client.settings.auth_method);
    Ok(match proof {
        Proof::Basic(secret) => secret_fits(secrets, secret, now) & (method == Some(AuthMethod::ClientSecretBasic)),
        Proof::Post(secret) => secret_fits(secrets, secret, now) & (method == Some(AuthMethod::ClientSecretPost)),
        // Whoever says nothing may have shown a certificate before.
        Proof::Nothing => match (method, &origin.certificate) {
            (Some(AuthMethod::None), _) => true,
            (Some(_), Some(shown)) => match client {
                Some(client) => shows_its_own(app, client, shown, now).await,
                None => false,
            },
            _ => false,
        },
        Proof::Assertion(jwt) => match client {
            Some(client) => spend_assertion(app, client, jwt, now).await?,
            None => false,
        },
    })
}

/// Hashes are compared, not secrets, and both have 256 bits: what time tells is of no use to anybody.
fn secret_fits(secrets: &Secrets, secret: &Secret, now: Timestamp) -> bool {
    let presented = secret.hash();
    let fits = |kept: Option<Hash>| bool::from(subtle::ConstantTimeEq::ct_eq(&kept.unwrap_or(Hash([0; 32])).0[..], &presented.0[..]));
    let previous = secrets.previous.filter(|(_, until)| *until > now).map(|(hash, _)| hash);
    (fits(secrets.current) & secrets.current.is_some()) | (fits(previous) & previous.is_some())
}

/// RFC 8705 section 2: of the registered subject, by an authority that is believed; or of one of the client's own keys.
async fn shows_its_own(app: &App, client: &Client, shown: &[u8], now: Timestamp) -> bool {
    let settings = &client.settings;
    match settings.auth_method {
        AuthMethod::TlsClientAuth => {
            let subject = settings.binding.tls_subject.as_ref();
            subject.is_some_and(|subject| certificate::is_of(shown, subject)) && app.tools.authorities.issued(shown, now)
        }
        AuthMethod::SelfSignedTlsClientAuth => {
            let client = client_keys::at_hand(app, client, "", now).await;
            client.settings.jwks.as_ref().is_some_and(|jwks| certificate::is_among(shown, jwks))
        }
        _ => false,
    }
}

/// RFC 7523 section 3, row P15: an assertion is good for one use.
async fn spend_assertion(app: &App, client: &Client, jwt: &str, now: Timestamp) -> Result<bool, OAuthError> {
    let audiences = audiences(app, client);
    let assertion = match client.settings.auth_method {
        AuthMethod::PrivateKeyJwt => {
            let client = client_keys::at_hand(app, client, jwt, now).await;
            assertion::check(jwt, &client, &audiences, now)
        }
        AuthMethod::ClientSecretJwt => {
            let secrets = sealed_secrets::open(&app.tools.keys, client, now)?;
            assertion::check_shared(jwt, client, &secrets, &audiences, now)
        }
        _ => None,
    };
    let Some(assertion) = assertion else { return Ok(false) };
    Ok(app.store.write(async |tx: &Tx| tx.tokens().remember_assertion(&assertion.id, assertion.until).await).await?)
}

/// Whom an assertion may be for: us, by our name or by that of an endpoint (RFC 7523 section 3, RFC 9126 section 2), or by our name
/// alone where the profile is of this day.
fn audiences(app: &App, client: &Client) -> Vec<String> {
    let endpoints: &[&str] = if profile::of(client.settings.profile).issuer_alone { &[] } else { &[paths::TOKEN, paths::PAR] };
    [super::issuer(app).to_owned()].into_iter().chain(endpoints.iter().flat_map(|path| paths::addresses(app, path))).collect()
}

/// RFC 6749 section 2.3: one way and no more.
fn presented(headers: &HeaderMap, params: &Params) -> Result<Presented, OAuthError> {
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let (authorization, another) = (authorizations.next(), authorizations.next());
    let in_body = params.get("client_secret");
    let assertion = params.get("client_assertion").or(params.get("client_assertion_type"));
    if usize::from(authorization.is_some()) + usize::from(in_body.is_some()) + usize::from(assertion.is_some()) > 1 || another.is_some() {
        return Err(ErrorCode::InvalidRequest.because("a client proves itself in one way only"));
    }
    let presented = match (authorization, in_body, assertion) {
        (Some(value), _, _) => basic(value.as_bytes()).ok_or(NOT_PROVEN)?,
        (_, _, Some(_)) => return by_assertion(params),
        (_, Some(secret), _) => Presented { client_id: named(params)?, proof: Proof::Post(Secret::new(secret)) },
        _ => Presented { client_id: named(params)?, proof: Proof::Nothing },
    };
    match params.get("client_id").is_none_or(|named| named == presented.client_id) {
        true => Ok(presented),
        false => Err(ErrorCode::InvalidRequest.because("client_id is not that of the Authorization header")),
    }
}

fn named(params: &Params) -> Result<String, OAuthError> {
    params.get("client_id").map(str::to_owned).ok_or(NOT_PROVEN)
}

/// RFC 7521 section 4.2: `client_id` may be left out; who it is stands in the assertion, which is read only to find the
/// keys that it must fit.
fn by_assertion(params: &Params) -> Result<Presented, OAuthError> {
    if params.get("client_assertion_type") != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return Err(ErrorCode::InvalidRequest.because("client_assertion_type is not that of a JWT"));
    }
    let jwt = params.need("client_assertion", "client_assertion is missing")?;
    let subject = assertion::claimed_subject(jwt).ok_or(NOT_PROVEN)?;
    match params.get("client_id").is_none_or(|named| named == subject) {
        true => Ok(Presented { client_id: subject, proof: Proof::Assertion(jwt.to_owned()) }),
        false => Err(NOT_PROVEN),
    }
}

/// RFC 6749 section 2.3.1: name and secret are form-encoded before they are put together.
fn basic(value: &[u8]) -> Option<Presented> {
    if value.len() > LONGEST_HEADER {
        return None;
    }
    let value = std::str::from_utf8(value).ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = zeroize::Zeroizing::new(BASE64_STANDARD.decode(encoded.trim_start_matches(' ')).ok()?);
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let client_id = params::decode(&decoded[..colon])?;
    let secret = params::decode(&decoded[colon + 1..])?;
    Some(Presented { client_id, proof: Proof::Basic(Secret::new(secret)) })
}

const NOT_PROVEN: OAuthError = ErrorCode::InvalidClient.because("the client is not known, or did not prove itself in its registered way");
const LONGEST_HEADER: usize = 2 * 1024;

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(authorization: Option<&str>, body: &str) -> Result<(String, &'static str), &'static str> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let presented = presented(&headers, &Params::parse(body.as_bytes()).unwrap()).map_err(|error| error.code.word())?;
        Ok((
            presented.client_id,
            match presented.proof {
                Proof::Basic(_) => "basic",
                Proof::Post(_) => "post",
                Proof::Assertion(_) => "assertion",
                Proof::Nothing => "nothing",
            },
        ))
    }

    fn header_of(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    #[test]
    fn a_client_comes_in_one_way() {
        assert_eq!(read(Some(&header_of("app:s")), ""), Ok(("app".to_owned(), "basic")));
        assert_eq!(read(Some(&header_of("app:s")), "client_id=app"), Ok(("app".to_owned(), "basic")));
        assert_eq!(read(None, "client_id=app&client_secret=s"), Ok(("app".to_owned(), "post")));
        assert_eq!(read(None, "client_id=app"), Ok(("app".to_owned(), "nothing")));
        assert_eq!(read(Some(&header_of("app:s")), "client_secret=s"), Err("invalid_request"));
        assert_eq!(read(Some(&header_of("app:s")), "client_id=b"), Err("invalid_request"));
        assert_eq!(read(None, "client_id=app&client_secret=s&client_assertion=x"), Err("invalid_request"));
        assert_eq!(read(None, ""), Err("invalid_client"));
    }

    #[test]
    fn name_and_secret_are_form_encoded_in_basic() {
        let Some(Presented { client_id, proof: Proof::Basic(secret) }) = basic(header_of("a%3Ab:s%2Be+c%25").as_bytes()) else { panic!() };
        assert_eq!((client_id.as_str(), secret.expose()), ("a:b", "s+e c%"));
    }

    #[test]
    fn p43_a_malformed_header_is_no_client() {
        let long = format!("Basic {}", "A".repeat(8 * 1024));
        let no_colon = header_of("app");
        let bad_escape = header_of("app:%zz");
        for value in ["Basic", "Basic ", "Basic !!!!", "Bearer x", "Basic YXBwOnM", &long, &no_colon, &bad_escape] {
            assert_eq!(read(Some(value), ""), Err("invalid_client"), "{}", &value[..value.len().min(20)]);
        }
        assert!(basic(b"Basic \xff").is_none());
        assert!(basic(header_of("").as_bytes()).is_none());
        assert!(basic(format!("Basic {}", BASE64_STANDARD.encode(b"app:\xff")).as_bytes()).is_none());
    }

    #[test]
    fn two_secrets_work_while_they_are_exchanged() {
        let (old, new, now) = (Secret::new("old"), Secret::new("new"), Timestamp(100));
        let secrets = Secrets { current: Some(new.hash()), previous: Some((old.hash(), Timestamp(200))) };
        assert!(secret_fits(&secrets, &new, now) && secret_fits(&secrets, &old, now));
        assert!(!secret_fits(&secrets, &old, Timestamp(200)) && !secret_fits(&secrets, &Secret::new("x"), now));
        assert!(!secret_fits(&Secrets::default(), &Secret::new(""), now));
    }
}
