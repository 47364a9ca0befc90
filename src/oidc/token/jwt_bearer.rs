//! An issuer that the district trusts says who it is (RFC 7523 section 2.1): a client brings the assertion and gets an access token for
//! a few minutes, and nothing that lasts. The person did not sign in here, so nothing says that they did: no ID token, no `acr`, no
//! `auth_time` (row P38).

use serde_json::{Map, json};

use super::Request;
use super::family;
use super::mint::Tokens;
use crate::model::{Hash, Scopes, Timestamp};
use crate::oidc::client_auth::jws;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{issuer, paths, restriction, scopes, target};
use crate::store::accounts::{Account, AccountState};
use crate::store::clients::{AuthMethod, TrustedIssuer};
use crate::store::events::Event;
use crate::store::{StoreError, Tx};

/// What an assertion says, once it is believed.
struct Assertion {
    issuer: String,
    username: String,
    /// What stands for it in the store: it is good once.
    id: Hash,
    until: Timestamp,
}

pub(super) async fn exchange(request: &Request<'_>) -> Result<Tokens, OAuthError> {
    let (app, client, now) = (request.app, request.client, request.now);
    if client.settings.auth_method == AuthMethod::None {
        return Err(ErrorCode::UnauthorizedClient.because("a client that cannot prove itself brings nobody's word"));
    }
    let text = request.params.need("assertion", "assertion is missing")?;
    let assertion = believed(request, text).ok_or(NOT_GOOD)?;
    let scopes = asked(request)?;
    let target = target::asked(request.params, client)?;
    // Unknown, shut, and not for this client are one answer.
    let account = app.store.read().accounts().by_username(&assertion.username).await?.ok_or(NOT_GOOD)?;
    if !may_stand(request, &account, &scopes).await? {
        return Err(NOT_GOOD);
    }
    let mut family = family::of_assertion(app, client, &account, (&scopes, &assertion.issuer), now);
    family.told.holder.clone_from(&request.holder);
    let tokens = request.mint().await?.for_audience(target).tokens(&family, &scopes, None, Map::new())?;
    let event = Event {
        person: Some(account.person),
        detail: json!({ "client": client.client_id, "issuer": assertion.issuer, "scope": scopes }),
        ..Event::of("assertion.accepted")
    };
    let fresh = app
        .store
        .write(async |tx: &Tx| {
            let fresh = tx.tokens().remember_assertion(&assertion.id, assertion.until).await?;
            if fresh {
                // It grew from no session, so none can have ended.
                tx.tokens().add(&family).await?;
                tokens.keep(tx).await?;
                tx.record(&event, now).await?;
            }
            Ok::<_, StoreError>(fresh)
        })
        .await?;
    if fresh { Ok(tokens) } else { Err(NOT_GOOD) }
}

/// RFC 7523 section 3: signed by a key of an issuer that this client's registration names, for us, for a short while, and once.
fn believed(request: &Request<'_>, text: &str) -> Option<Assertion> {
    let claimed: Map<String, serde_json::Value> = jws::unverified(text)?;
    let named = claimed.get("iss")?.as_str()?;
    let TrustedIssuer { issuer: trusted, jwks } =
        request.client.settings.tokens.trust.issuers.iter().find(|trusted| trusted.issuer == named)?;
    let claims: Map<String, serde_json::Value> = serde_json::from_slice(&jws::verify(text, jwks)?).ok()?;
    let here = issuer(request.app);
    let endpoint = format!("{here}{}", paths::TOKEN);
    let is_us = |audience: &serde_json::Value| audience.as_str().is_some_and(|audience| audience == here || audience == endpoint);
    let for_us = match claims.get("aud")? {
        serde_json::Value::Array(several) => several.iter().any(is_us),
        one => is_us(one),
    };
    // A number that is not whole is no instant (row P13).
    let instant = |name: &str| claims.get(name).map(|value| value.as_i64().ok_or(())).transpose();
    let (exp, nbf, iat) = (instant("exp").ok()??, instant("nbf").ok()?, instant("iat").ok()?);
    let now = request.now.0;
    let alive = exp > now - SKEW && exp <= now + LONGEST_LIFE + SKEW;
    let begun = nbf.is_none_or(|nbf| nbf <= now + SKEW) && iat.is_none_or(|iat| iat <= now + SKEW && iat >= now - LONGEST_LIFE - SKEW);
    let jti = claims.get("jti")?.as_str().filter(|jti| !jti.is_empty() && jti.len() <= 256)?;
    (for_us && alive && begun && claims.get("iss")?.as_str() == Some(trusted)).then_some(Assertion {
        issuer: trusted.clone(),
        username: claims.get("sub")?.as_str()?.to_owned(),
        id: Hash::of(format!("assertion\n{trusted}\n{jti}").as_bytes()),
        until: Timestamp(exp + SKEW + 1),
    })
}

/// As at the authorization endpoint (row P40), and nothing that lasts.
fn asked(request: &Request<'_>) -> Result<Scopes, OAuthError> {
    let asked = scopes::known(&Scopes::parse(request.params.get("scope").unwrap_or_default()));
    if asked.is_empty() {
        return Err(ErrorCode::InvalidScope.because("scope is missing"));
    }
    match asked.within(&request.client.settings.scopes) && !asked.has("offline_access") {
        true => Ok(asked),
        false => Err(ErrorCode::InvalidScope.because("scope has a value that this client is not registered for")),
    }
}

/// Row P41: the account is open, the client is for its person, and the person allowed it before: nobody is there to be asked.
async fn may_stand(request: &Request<'_>, account: &Account, scopes: &Scopes) -> Result<bool, OAuthError> {
    let (app, client) = (request.app, request.client);
    if account.state != AccountState::Claimed || !restriction::admits(app, client, account.id).await? {
        return Ok(false);
    }
    let reader = app.store.read();
    if !reader.people().find(account.person).await?.is_some_and(|person| person.active) {
        return Ok(false);
    }
    Ok(client.settings.first_party || scopes.within(&reader.consents().find(account.id, &client.client_id).await?))
}

/// How far two clocks may differ.
const SKEW: i64 = 60;
const LONGEST_LIFE: i64 = 3_600;
const NOT_GOOD: OAuthError = ErrorCode::InvalidGrant.because("the assertion is not good for this client");
