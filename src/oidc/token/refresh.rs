//! A refresh token for the next one (RFC 6749 section 6, RFC 9700 section 4.14). Each is good once; whoever comes with
//! an old one has stolen it or was robbed, and either way the family ends (row P16). Where the profile binds tokens to their holder,
//! the same one stays good.

use serde_json::json;

use super::Request;
use super::mint::Tokens;
use super::refresh_token::RefreshToken;
use crate::model::Scopes;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{binding, claims, lifetimes, profile, restriction};
use crate::store::accounts::AccountState;
use crate::store::events::Event;
use crate::store::tokens::Family;
use crate::store::{StoreError, Tx};

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    let app = request.app;
    let text = request.params.need("refresh_token", "refresh_token is missing")?;
    let token = RefreshToken::read(text, &app.tools.keys).ok_or(NOT_GOOD)?;
    let family = app.store.read().tokens().find(token.family).await?.ok_or(NOT_GOOD)?;
    if family.client_id != request.client.client_id {
        return Err(NOT_GOOD);
    }
    // Before an old token is told from the present one: whoever lacks the key can do nothing with either, and ends nothing.
    binding::may_refresh(request.client, &family, request.holder.as_ref())?;
    if token.generation != family.generation {
        return reused(request, &family).await;
    }
    let scopes = still_granted(request, &family).await?;
    let rotating = profile::of(request.client.settings.profile).rotating;
    let (now, next) = (request.now, RefreshToken { generation: token.generation + i64::from(rotating), ..token });
    let extra = claims::in_id_token(app, request.client, &family).await?;
    let tokens = request.mint().tokens(&family, &scopes, Some(next), extra)?;
    let idle_until = lifetimes::after_refresh(family.offline, family.expires_at, now);
    let taken = app
        .store
        .write(async |tx: &Tx| match rotating {
            true => tx.tokens().rotate(token.family, token.generation, idle_until, now).await,
            false => tx.tokens().extend(token.family, token.generation, idle_until, now).await,
        })
        .await?;
    if taken { Ok(tokens) } else { reused(request, &family).await }
}

/// Everything that was true when the code was given out must still be (row P17); what is granted now.
async fn still_granted(request: &Request<'_>, family: &Family) -> Result<Scopes, OAuthError> {
    if family.revoked_at.is_some() || family.idle_until <= request.now || family.expires_at <= request.now {
        return Err(NOT_GOOD);
    }
    if !is_alive(request, family).await? {
        return Err(ErrorCode::InvalidGrant.because("the person is no longer signed in"));
    }
    let settings = &request.client.settings;
    if !settings.first_party {
        let consented = request.app.store.read().consents().find(family.account, &family.client_id).await?;
        if !family.scopes.within(&consented) {
            return Err(ErrorCode::InvalidGrant.because("the person no longer allows it"));
        }
    }
    if !restriction::admits(request.app, request.client, family.account).await? {
        return Err(ErrorCode::InvalidGrant.because("this client is not for this person"));
    }
    // RFC 6749 section 6: no more than was granted. What the district took from the client since is gone, too.
    let granted = family.scopes.only(|value| settings.scopes.has(value));
    match request.params.get("scope").map(Scopes::parse) {
        None => Ok(granted),
        Some(asked) if asked.within(&granted) => Ok(asked),
        Some(_) => Err(ErrorCode::InvalidScope.because("scope has a value that was not granted")),
    }
}

/// The session it grew from, or, for one that outlives its session, the account.
async fn is_alive(request: &Request<'_>, family: &Family) -> Result<bool, StoreError> {
    let reader = request.app.store.read();
    if family.offline {
        return Ok(reader.accounts().find(family.account).await?.is_some_and(|account| account.state == AccountState::Claimed));
    }
    Ok(reader.sessions().live_by_id(family.session, request.now).await?.is_some())
}

async fn reused(request: &Request<'_>, family: &Family) -> Result<Tokens, OAuthError> {
    let (id, now) = (family.id, request.now);
    let event = Event { detail: json!({ "client": family.client_id, "family": id.to_string() }), ..Event::of("refresh.reused") };
    request
        .app
        .store
        .write(async |tx: &Tx| {
            if tx.tokens().revoke(id, now).await? {
                tx.record(&event, now).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Err(ErrorCode::InvalidGrant.because("the refresh token was used before; what it bought was taken back"))
}

const NOT_GOOD: OAuthError = ErrorCode::InvalidGrant.because("the refresh token is not good");
