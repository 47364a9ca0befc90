//! A code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.6). The code is spent last, by one conditional write;
//! a wrong verifier is counted and leaves it alive for its owner, and a second right use takes everything back.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::family;
use super::mint::Tokens;
use super::refresh_token::RefreshToken;
use super::{Request, Unspent};
use crate::model::{FamilyId, Hash, Holder, Timestamp};
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{claims, restriction, target};
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::clients::GrantType;
use crate::store::events::Event;
use crate::store::grants::{Grant, GrantState};

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    let code = request.params.need("code", "code is missing")?;
    let app = request.app;
    let grant = app.store.read().grants().by_code(&Hash::of(code.as_bytes())).await?.ok_or(NOT_GOOD)?;
    for rule in RULES {
        rule(&grant, request)?;
    }
    if !verifier_fits(&grant, request) {
        app.store.write(async |tx: &Tx| tx.grants().count_wrong_verifier(grant.id).await).await?;
        return Err(ErrorCode::InvalidGrant.because("code_verifier does not fit the code_challenge"));
    }
    let issued = match &grant.state {
        GrantState::Pending => return Err(NOT_GOOD),
        GrantState::Exchanged { family, .. } => return replayed(request, &grant, *family).await,
        GrantState::Issued { until, .. } if *until <= request.now => return Err(ErrorCode::InvalidGrant.because("the code is over")),
        GrantState::Issued { issued, .. } => issued,
    };
    let session = app.store.read().sessions().live_by_id(issued.session, request.now).await?.ok_or(ENDED)?;
    if !restriction::admits(app, request.client, issued.account).await? {
        return Err(ErrorCode::InvalidGrant.because("this client is not for this person"));
    }
    let mut family = family::of_code(app, &grant, issued, session.expires_at, request.now);
    family.told.holder.clone_from(&request.holder);
    let refresh = request.client.settings.grants.contains(&GrantType::RefreshToken);
    let refresh = refresh.then_some(RefreshToken { family: family.id, generation: family.generation });
    let extra = claims::in_id_token(app, request.client, &family).await?;
    let target = target::granted(request.params, request.client, family.told.resource.as_deref())?;
    let tokens = request.mint().await?.for_audience(target).tokens(&family, &family.scopes, refresh, extra)?;
    let (id, now) = (grant.id, request.now);
    let spent = app
        .store
        .write(async |tx: &Tx| {
            if !tx.grants().spend(id, family.id, now).await? {
                return Err(Unspent::Before);
            }
            // The person may have signed out since we looked.
            if !tx.tokens().add(&family).await? {
                return Err(Unspent::Ended);
            }
            Ok(tokens.keep(tx).await?)
        })
        .await;
    match spent {
        Ok(()) => Ok(tokens),
        Err(Unspent::Before) => lost(request, &grant).await,
        Err(Unspent::Ended) => Err(ENDED),
        Err(Unspent::Broken(cause)) => Err(cause.into()),
    }
}

type Rule = fn(&Grant, &Request<'_>) -> Result<(), OAuthError>;

const RULES: &[Rule] = &[same_client, same_address, same_key];

/// RFC 6749 section 4.1.3, row P06: the code was issued to this client.
fn same_client(grant: &Grant, request: &Request<'_>) -> Result<(), OAuthError> {
    if grant.client_id == request.client.client_id { Ok(()) } else { Err(NOT_GOOD) }
}

/// RFC 6749 section 4.1.3, row P06: byte by byte the address of the authorization request.
fn same_address(grant: &Grant, request: &Request<'_>) -> Result<(), OAuthError> {
    match request.params.get("redirect_uri") == Some(grant.request.redirect_uri.as_str()) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidGrant.because("redirect_uri is not that of the authorization request")),
    }
}

/// RFC 9449 section 10: a code that was asked for with a key is for whoever holds it.
fn same_key(grant: &Grant, request: &Request<'_>) -> Result<(), OAuthError> {
    let holds = |key: &String| matches!(&request.holder, Some(Holder::Key(proven)) if proven == key);
    match grant.request.dpop_jkt.as_ref().is_none_or(holds) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidGrant.because("the code is bound to a key: a DPoP proof by that key is missing")),
    }
}

/// RFC 7636 sections 4.1 and 4.6, row P08.
fn verifier_fits(grant: &Grant, request: &Request<'_>) -> bool {
    let verifier = request.params.get("code_verifier").unwrap_or_default();
    // Row P08: what was asked for without a challenge is not to be had with a verifier.
    if grant.request.code_challenge.is_empty() {
        return verifier.is_empty();
    }
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'));
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    well_formed && challenge.as_bytes().ct_eq(grant.request.code_challenge.as_bytes()).into()
}

/// Somebody was a moment earlier, or the code ran out in between. Two right uses are one too many, also at once.
async fn lost(request: &Request<'_>, grant: &Grant) -> Result<Tokens, OAuthError> {
    match request.app.store.read().grants().find(grant.id).await?.map(|grant| grant.state) {
        Some(GrantState::Exchanged { family, .. }) => replayed(request, grant, family).await,
        _ => Err(NOT_GOOD),
    }
}

/// OAuth 2.1 section 4.1.3, row P04: what the first use bought is taken back.
async fn replayed(request: &Request<'_>, grant: &Grant, family: FamilyId) -> Result<Tokens, OAuthError> {
    let now: Timestamp = request.now;
    let event = Event { detail: json!({ "client": grant.client_id, "family": family.to_string() }), ..Event::of("code.replayed") };
    request
        .app
        .store
        .write(async |tx: &Tx| {
            if tx.tokens().revoke(family, now).await? {
                tx.record(&event, now).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Err(ErrorCode::InvalidGrant.because("the code was used before; what it bought was taken back"))
}

const NOT_GOOD: OAuthError = ErrorCode::InvalidGrant.because("the code is not good");
const ENDED: OAuthError = ErrorCode::InvalidGrant.because("the person is no longer signed in");
