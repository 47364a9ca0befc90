//! A client for itself (RFC 6749 section 4.4): no person, no refresh token, and nothing to write but a token that says nothing.

use super::Request;
use super::mint::Tokens;
use crate::model::Scopes;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::target;
use crate::store::clients::AuthMethod;

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    let settings = &request.client.settings;
    if settings.auth_method == AuthMethod::None {
        return Err(ErrorCode::UnauthorizedClient.because("a client that cannot prove itself gets nothing for itself"));
    }
    // What stands for a person opens nothing to a client by itself, and is left out rather than refused, because
    // libraries send one list for every grant.
    let asked = Scopes::parse(request.params.get("scope").unwrap_or_default());
    if asked.len() > 50 || !asked.within(&settings.scopes) {
        return Err(ErrorCode::InvalidScope.because("scope has a value that this client is not registered for"));
    }
    let target = target::asked(request.params, request.client)?;
    let tokens = request.mint().await?.for_audience(target).for_client(&asked.only(|value| !super::super::scopes::is_known(value)))?;
    if let Some(kept) = tokens.to_keep() {
        request.app.store.change(kept.addition()).await?;
    }
    Ok(tokens)
}
