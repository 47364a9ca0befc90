//! Whom a client's tokens are bound to: which clients must have theirs bound, by what, and what a bound refresh token asks for.
//! A token that is bound is of no use to whoever steals it.

use axum::http::HeaderMap;

use super::client_auth::certificate;
use super::error::{ErrorCode, OAuthError};
use super::{dpop, paths, profile};
use crate::app::App;
use crate::flow::Origin;
use crate::model::{Holder, Timestamp};
use crate::store::clients::{AuthMethod, Client, Settings};
use crate::store::tokens::Family;

/// Must every token of this client be bound? By its registration (RFC 9449 section 5.2, RFC 8705 section 3.4), or by its profile
/// (FAPI 2.0 Security Profile section 5.3.2.1).
pub fn is_demanded(settings: &Settings) -> bool {
    let binding = &settings.binding;
    binding.dpop_bound_access_tokens
        || binding.tls_client_certificate_bound_access_tokens
        || profile::of(settings.profile).sender_constrained
}

/// Who alone may use what a token request gets: by the client's registration whoever holds its certificate, else whoever holds the
/// key of the proof.
pub async fn of_token_request(
    app: &App,
    client: &Client,
    (origin, headers): (&Origin, &HeaderMap),
    now: Timestamp,
) -> Result<Option<Holder>, OAuthError> {
    let call = dpop::Call { method: "POST", path: paths::TOKEN, headers, access_token: None };
    let key = dpop::proven(app, client, &call, now).await?;
    match (key, &origin.certificate) {
        (Some(_), _) if client.settings.binding.tls_client_certificate_bound_access_tokens => Err(TWO_WAYS),
        (Some(key), _) => Ok(Some(Holder::Key(key))),
        (None, Some(shown)) if client.settings.binding.tls_client_certificate_bound_access_tokens => {
            Ok(Some(Holder::Certificate(certificate::thumbprint(shown))))
        }
        (None, None) if client.settings.binding.tls_client_certificate_bound_access_tokens => Err(NO_CERTIFICATE),
        (None, _) if is_demanded(&client.settings) => Err(NO_PROOF),
        (None, _) => Ok(None),
    }
}

/// Is what was shown with an access token what it is bound to? A token that is not bound comes alone.
pub async fn is_held(app: &App, client: &Client, (bound, shown): (Option<&Holder>, &Shown<'_>), now: Timestamp) -> Result<(), OAuthError> {
    match (shown.with_proof, bound) {
        (false, None) => Ok(()),
        (true, None) => Err(ErrorCode::InvalidToken.because("the token is bound to no key: its scheme is Bearer")),
        (true, Some(Holder::Key(key))) => match dpop::proven(app, client, &shown.call, now).await? {
            Some(proven) if proven == *key => Ok(()),
            Some(_) => Err(ErrorCode::InvalidToken.because("the token is bound to another key than the DPoP proof's")),
            None => Err(NO_PROOF),
        },
        (false, Some(Holder::Key(_))) => Err(ErrorCode::InvalidToken.because("the token is bound to a key: its scheme is DPoP")),
        (false, Some(Holder::Certificate(bound))) => {
            match shown.certificate.is_some_and(|shown| certificate::thumbprint(shown) == *bound) {
                true => Ok(()),
                false => {
                    Err(ErrorCode::InvalidToken.because("the token is bound to a certificate, and this request came with none or another"))
                }
            }
        }
        (true, Some(Holder::Certificate(_))) => {
            Err(ErrorCode::InvalidToken.because("the token is bound to a certificate: its scheme is Bearer"))
        }
    }
}

/// How an access token was presented.
pub struct Shown<'a> {
    /// Under the scheme that says that a proof comes along (RFC 9449 section 7.1).
    pub with_proof: bool,
    /// The request, for the proof.
    pub call: dpop::Call<'a>,
    /// The certificate of its sender.
    pub certificate: Option<&'a [u8]>,
}

/// What was bound stays bound. The refresh token of a public client is bound itself, to the same holder; a confidential client
/// proves itself anyway, and may change its key (RFC 9449 section 5, RFC 8705 section 4).
pub fn may_refresh(client: &Client, family: &Family, holder: Option<&Holder>) -> Result<(), OAuthError> {
    match (&family.told.holder, holder) {
        (None, _) => Ok(()),
        (Some(Holder::Key(_)), None) => Err(NO_PROOF),
        (Some(Holder::Certificate(_)), None) => Err(NO_CERTIFICATE),
        (Some(bound), Some(shown)) if bound == shown || client.settings.auth_method != AuthMethod::None => Ok(()),
        (Some(_), Some(_)) => Err(ErrorCode::InvalidGrant.because("the refresh token is bound to another holder")),
    }
}

const NO_PROOF: OAuthError = ErrorCode::InvalidDpopProof.because("this request needs a DPoP proof: the header DPoP is missing");
const NO_CERTIFICATE: OAuthError =
    ErrorCode::InvalidRequest.because("this client's tokens are bound to its certificate, and the request came without one");
const TWO_WAYS: OAuthError =
    ErrorCode::InvalidRequest.because("this client's tokens are bound to its certificate: the header DPoP has no use here");
