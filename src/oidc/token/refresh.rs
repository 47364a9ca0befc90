//! A refresh token for the next one (RFC 6749 section 6, RFC 9700 section 4.14). Each is good once; whoever comes with
//! an old one has stolen it or was robbed, and either way the family ends (row P16). Where the district lets a client, the one
//! before the latest is answered once more within a few seconds: answers are lost on bad networks, and tokens are not two. Where
//! the profile binds tokens to their holder, the same one stays good.

use serde_json::json;

use super::Request;
use super::mint::Tokens;
use super::refresh_token::RefreshToken;
use crate::app::App;
use crate::model::{Scopes, Timestamp};
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{binding, claims, lifetimes, profile, restriction, target};
use crate::store::clients::Client;
use crate::store::events::Event;
use crate::store::tokens::{Family, Standing, rotation};
use crate::store::{StoreError, Tx};

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    let app = request.app;
    let text = request.params.need("refresh_token", "refresh_token is missing")?;
    let token = RefreshToken::read(text, &app.tools.keys).ok_or(NOT_GOOD)?;
    let standing = app.store.read().tokens().standing(token.family, request.now).await?.ok_or(NOT_GOOD)?;
    let family = &standing.family;
    if family.client_id != request.client.client_id {
        return Err(NOT_GOOD);
    }
    // Before an old token is told from the present one: whoever lacks the key can do nothing with either, and ends nothing.
    binding::may_refresh(request.client, family, request.holder.as_ref())?;
    let rotating = profile::of(request.client.settings.profile).rotating;
    let grace = if rotating { i64::from(request.client.settings.tokens.trust.refresh_grace) } else { 0 };
    let is_latest = token.generation == family.generation;
    if !is_latest && (grace == 0 || token.generation + 1 != family.generation) {
        return reused(request, family).await;
    }
    let scopes = narrowed(request, granted(app, request.client, &standing, request.now).await?)?;
    let (now, next) = (request.now, RefreshToken { generation: token.generation + i64::from(rotating), ..token });
    let extra = claims::in_id_token(app, request.client, family).await?;
    let target = target::granted(request.params, request.client, family.told.resource.as_deref())?;
    let tokens = request.mint().await?.for_audience(target).tokens(family, &scopes, Some(next), extra)?;
    let idle_until = lifetimes::after_refresh(family.offline, family.expires_at, now);
    // Mostly this one statement is all that there is to write.
    let step = rotation(token.family, token.generation, idle_until, now);
    if rotating && is_latest && tokens.to_keep().is_none() && app.store.change(step).await? == 1 {
        return Ok(tokens);
    }
    let repeated = event("refresh.repeated", family);
    let given = app
        .store
        .write(async |tx: &Tx| {
            let moved_on = match rotating {
                true => is_latest && tx.tokens().rotate(token.family, token.generation, idle_until, now).await?,
                false => tx.tokens().extend(token.family, token.generation, idle_until, now).await?,
            };
            if !moved_on {
                // The answer was lost on the way, or another of the client's own threads was a moment earlier: the same next token
                // again, so that never two are good (row P16).
                if grace == 0 || !tx.tokens().repeat(token.family, next.generation, Timestamp(now.0 - grace), now).await? {
                    return Ok(false);
                }
                tx.record(&repeated, now).await?;
            }
            tokens.keep(tx).await?;
            Ok::<_, StoreError>(true)
        })
        .await?;
    if given { Ok(tokens) } else { reused(request, family).await }
}

/// What a family still grants: everything that was true when the code was given out must still be (row P17). What the district took
/// from the client since is gone, too.
pub async fn granted(app: &App, client: &Client, standing: &Standing, now: Timestamp) -> Result<Scopes, OAuthError> {
    let family = &standing.family;
    if family.revoked_at.is_some() || family.idle_until <= now || family.expires_at <= now {
        return Err(NOT_GOOD);
    }
    if standing.alive().is_none() {
        return Err(ErrorCode::InvalidGrant.because("the person is no longer signed in"));
    }
    let settings = &client.settings;
    if !settings.first_party {
        let consented = app.store.read().consents().find(family.account, &family.client_id).await?;
        if !family.scopes.within(&consented) {
            return Err(ErrorCode::InvalidGrant.because("the person no longer allows it"));
        }
    }
    if !restriction::admits(app, client, family.account).await? {
        return Err(ErrorCode::InvalidGrant.because("this client is not for this person"));
    }
    Ok(family.scopes.only(|value| settings.scopes.has(value)))
}

/// RFC 6749 section 6: no more than was granted.
fn narrowed(request: &Request<'_>, granted: Scopes) -> Result<Scopes, OAuthError> {
    match request.params.get("scope").map(Scopes::parse) {
        None => Ok(granted),
        Some(asked) if asked.within(&granted) => Ok(asked),
        Some(_) => Err(ErrorCode::InvalidScope.because("scope has a value that was not granted")),
    }
}

async fn reused(request: &Request<'_>, family: &Family) -> Result<Tokens, OAuthError> {
    let (id, now) = (family.id, request.now);
    let event = event("refresh.reused", family);
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

fn event(kind: &'static str, family: &Family) -> Event {
    Event { detail: json!({ "client": family.client_id, "family": family.id.to_string() }), ..Event::of(kind) }
}

const NOT_GOOD: OAuthError = ErrorCode::InvalidGrant.because("the refresh token is not good");
