//! A service that was shown a token gets one for the next service behind it (RFC 8693): in the person's name, and saying that it is
//! the service that acts (`act`). Nobody ever gets a token as if they were the person; nor more than the first token allowed, nor for
//! longer. Which services a client may reach so, the district says.

use serde_json::json;

use super::Request;
use super::mint::{ACCESS_TOKEN_URN, Actor, Tokens};
use crate::model::Scopes;
use crate::oidc::access::{self, Access};
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{issuer, restriction};
use crate::store::clients::AuthMethod;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    for rule in RULES {
        rule(request)?;
    }
    let (app, client) = (request.app, request.client);
    let audience = audience(request)?;
    let text = request.params.need("subject_token", "subject_token is missing")?;
    let subject = access::find(app, text, request.now).await?.filter(|access| is_theirs(request, access)).ok_or(NOT_GOOD)?;
    let behalf = subject.behalf.as_ref().ok_or(NOT_GOOD)?;
    let admitted = restriction::admits_person(&app.store.read().people(), client, &behalf.person).await?;
    if !admitted {
        return Err(ErrorCode::InvalidGrant.because("this client is not for this person"));
    }
    let scopes = narrowed(request, &subject.says.scope)?;
    let actor = Actor { sub: client.client_id.clone(), act: subject.says.act.clone().map(Box::new) };
    if actor.depth() > MOST_ACTORS {
        return Err(ErrorCode::InvalidRequest.because("subject_token went through too many services"));
    }
    let tokens = request.mint().await?.for_audience(Some(audience)).delegated((&subject.says, &behalf.family), &scopes, actor)?;
    let event = Event {
        person: Some(behalf.person.id),
        detail: json!({ "client": client.client_id, "from": subject.says.client_id, "audience": audience, "scope": scopes }),
        ..Event::of("token.exchanged")
    };
    app.store
        .write(async |tx: &Tx| {
            tokens.keep(tx).await?;
            tx.record(&event, request.now).await?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(tokens)
}

type Rule = fn(&Request<'_>) -> Result<(), OAuthError>;

const RULES: &[Rule] = &[proven, of_access_tokens, for_access_tokens, itself];

/// Anybody could say that they are a client which proves nothing.
fn proven(request: &Request<'_>) -> Result<(), OAuthError> {
    match request.client.settings.auth_method == AuthMethod::None {
        true => Err(ErrorCode::UnauthorizedClient.because("a client that cannot prove itself exchanges nothing")),
        false => Ok(()),
    }
}

/// RFC 8693 section 2.1.
fn of_access_tokens(request: &Request<'_>) -> Result<(), OAuthError> {
    match request.params.need("subject_token_type", "subject_token_type is missing")? {
        ACCESS_TOKEN_URN => Ok(()),
        _ => Err(ErrorCode::InvalidRequest.because("subject_token_type must be that of an access token")),
    }
}

/// The same.
fn for_access_tokens(request: &Request<'_>) -> Result<(), OAuthError> {
    match request.params.get("requested_token_type") {
        None | Some(ACCESS_TOKEN_URN) => Ok(()),
        Some(_) => Err(ErrorCode::InvalidRequest.because("requested_token_type must be that of an access token")),
    }
}

/// The client acts, and proves who it is by asking. Another actor would be somebody whom it speaks for.
fn itself(request: &Request<'_>) -> Result<(), OAuthError> {
    match request.params.get("actor_token").or(request.params.get("actor_token_type")) {
        Some(_) => Err(ErrorCode::InvalidRequest.because("actor_token is not taken: the client itself is the actor")),
        None => Ok(()),
    }
}

/// By either name (section 2.1), one, and among those that the district lets this client reach. Our own endpoints are none.
fn audience<'a>(request: &'a Request<'_>) -> Result<&'a str, OAuthError> {
    let (audience, resource) = (request.params.get("audience"), request.params.get("resource"));
    let named = match (audience, resource) {
        (Some(named), None) | (None, Some(named)) => named,
        (None, None) => return Err(ErrorCode::InvalidRequest.because("audience is missing")),
        (Some(_), Some(_)) => {
            return Err(ErrorCode::InvalidTarget.because("audience and resource name one service, and one of them is enough"));
        }
    };
    match named != issuer(request.app) && request.client.settings.tokens.trust.exchange.contains(named) {
        true => Ok(named),
        false => Err(ErrorCode::InvalidTarget.because("audience is not one that this client is registered for")),
    }
}

/// A token that was given to this client, or shown to it: one for somebody else is not its to exchange.
fn is_theirs(request: &Request<'_>, access: &Access) -> bool {
    access.says.client_id == request.client.client_id
        || access.says.aud != issuer(request.app) && request.client.settings.tokens.trust.identifiers.contains(&access.says.aud)
}

/// No more than the token allowed, and than the client may ever ask.
fn narrowed(request: &Request<'_>, allowed: &Scopes) -> Result<Scopes, OAuthError> {
    let granted = allowed.only(|value| request.client.settings.scopes.has(value));
    match request.params.get("scope").map(Scopes::parse) {
        None => Ok(granted),
        Some(asked) if asked.within(&granted) => Ok(asked),
        Some(_) => Err(ErrorCode::InvalidScope.because("scope has a value that subject_token does not allow, or this client may not ask")),
    }
}

const MOST_ACTORS: usize = 4;
const NOT_GOOD: OAuthError = ErrorCode::InvalidRequest.because("subject_token is not good, or not this client's to exchange");
