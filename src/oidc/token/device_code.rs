//! The device asks whether the person said yes (RFC 8628 sections 3.4 and 3.5), again and again until it hears tokens or an end. The
//! yes is spent by one conditional write, like a code.

use super::family;
use super::mint::Tokens;
use super::refresh_token::RefreshToken;
use super::{Request, Unspent};
use crate::model::Hash;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{restriction, target};
use crate::store::Tx;
use crate::store::clients::GrantType;
use crate::store::device_requests::{Answer, DeviceRequest};
use crate::store::grants::Issued;

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    let (app, now) = (request.app, request.now);
    let code = request.params.need("device_code", "device_code is missing")?;
    let found = app.store.read().device_requests().by_device_code(&Hash::of(code.as_bytes())).await?;
    let device = found.filter(|device| device.client_id == request.client.client_id).ok_or(NOT_GOOD)?;
    if device.expires_at <= now {
        return Err(ErrorCode::ExpiredToken.because("the device code is over; ask for another"));
    }
    if !app.store.write(async |tx: &Tx| tx.device_requests().polled(device.id, now).await).await? {
        return Err(ErrorCode::PollSlower.because("the device asks too often; the interval is five seconds longer now"));
    }
    match &device.answer {
        Answer::None => Err(ErrorCode::AuthorizationPending.because("the person has not answered yet")),
        Answer::Denied => Err(ErrorCode::AccessDenied.because("the person did not allow it")),
        Answer::Spent(_) => Err(NOT_GOOD),
        Answer::Allowed(issued) => buy(request, &device, issued).await,
    }
}

/// What was true at the yes must still be: the sign-in, the account, and that the client is for this person (rows P41, P45).
async fn buy(request: &Request<'_>, device: &DeviceRequest, issued: &Issued) -> Result<Tokens, OAuthError> {
    let (app, now) = (request.app, request.now);
    let session = app.store.read().sessions().live_by_id(issued.session, now).await?;
    let session = session.ok_or(ENDED)?;
    if !restriction::admits(app, request.client, issued.account).await? {
        return Err(ErrorCode::InvalidGrant.because("this client is not for this person"));
    }
    let mut family = family::of_device(app, device, issued, session.expires_at, now);
    family.told.holder.clone_from(&request.holder);
    let refresh = request.client.settings.grants.contains(&GrantType::RefreshToken);
    let refresh = refresh.then_some(RefreshToken { family: family.id, generation: family.generation });
    let target = target::asked(request.params, request.client)?;
    let tokens = request.mint().await?.for_audience(target).tokens(&family, &family.scopes, refresh, serde_json::Map::new())?;
    let spent = app
        .store
        .write(async |tx: &Tx| {
            if !tx.device_requests().spend(device.id, family.id, now).await? {
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
        Err(Unspent::Before) => Err(NOT_GOOD),
        Err(Unspent::Ended) => Err(ENDED),
        Err(Unspent::Broken(cause)) => Err(cause.into()),
    }
}

const ENDED: OAuthError = ErrorCode::InvalidGrant.because("the person is no longer signed in");
const NOT_GOOD: OAuthError = ErrorCode::InvalidGrant.because("the device code is not good");
