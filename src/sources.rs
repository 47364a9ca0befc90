//! Other OpenID providers at which people may sign in (E9): Préau as a relying party, by the openidconnect crate over the
//! one outbound client. Authorization code with PKCE, state and nonce. It knows no page, no person and no store: it makes
//! an address to send the browser to, and reads what came back. What a provider says of itself is kept for an hour, and
//! asked anew at once where a signature does not fit.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGrantType, CoreIdToken, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AsyncHttpClient, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LanguageTag, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::sources::SourceSettings;
use crate::model::{Language, Timestamp};
use crate::outbound::{Outbound, OutboundError};
use crate::random::Secret;

/// The providers of the settings.
pub struct Sources {
    http: Http,
    /// Where answers come.
    redirect_uri: String,
    all: Vec<SourceSettings>,
    known: Mutex<HashMap<String, (Timestamp, Provider)>>,
}

/// What ties an answer to the journey that asked. All of it is derived from the journey, and none of it is stored.
pub struct Ties {
    /// Comes back with the answer.
    pub state: Secret,
    /// Stands in the ID token.
    pub nonce: Secret,
    /// Proves to the provider that we asked (PKCE).
    pub verifier: Secret,
}

/// What the browser brought back (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Debug, Default)]
pub struct Answer {
    /// The code.
    pub code: String,
    /// Or the provider's error word.
    pub error: String,
    /// Which provider says so.
    pub iss: String,
}

/// Whom the provider says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its own name for the person, for ever.
    pub subject: String,
    /// What the settings' claim holds; nothing, if it is missing or is neither a text nor a number.
    pub claim: Option<String>,
}

/// Why nobody is told.
#[derive(Debug, thiserror::Error)]
pub enum NotTold {
    /// The person said no there, or may not; its error word.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// It cannot be reached, or answers what cannot be read.
    #[error("the provider does not answer as it should: {0}")]
    Silent(String),
    /// What it answered is not to be believed: an issuer, a signature, an audience, a time, a nonce or a hash.
    #[error("the answer is not to be believed: {0}")]
    Untrusted(String),
}

impl Sources {
    /// Those of the settings; answers come to `redirect_uri`.
    pub fn new(all: Vec<SourceSettings>, outbound: Outbound, redirect_uri: String) -> Self {
        Self { http: Http(outbound), redirect_uri, all, known: Mutex::default() }
    }

    /// None.
    #[cfg(test)]
    pub fn none() -> Self {
        Self::new(Vec::new(), Outbound::new(crate::outbound::Reach::PublicAndLoopback), String::new())
    }

    /// All, in the order of the settings.
    pub fn all(&self) -> &[SourceSettings] {
        &self.all
    }

    /// The one of a name.
    pub fn get(&self, name: &str) -> Option<&SourceSettings> {
        self.all.iter().find(|source| source.name == name)
    }

    /// Where the browser goes to sign in there.
    pub async fn address(&self, source: &SourceSettings, ties: &Ties, language: Language, now: Timestamp) -> Result<String, NotTold> {
        let provider = self.provider(source, now, false).await?;
        let (state, nonce) = (ties.state.expose().to_owned(), ties.nonce.expose().to_owned());
        let verifier = PkceCodeVerifier::new(ties.verifier.expose().to_owned());
        let (address, ..) = provider
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scopes(source.scopes.iter().cloned().map(Scope::new))
            .add_ui_locale(LanguageTag::new(language.tag().to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(address.to_string())
    }

    /// Takes the answer: issuer, code, ID token, in this order.
    pub async fn told(&self, source: &SourceSettings, ties: &Ties, answer: &Answer, now: Timestamp) -> Result<Told, NotTold> {
        let provider = self.provider(source, now, false).await?;
        // RFC 9207 section 2.4: an answer of another provider is not for us.
        let silent_by_right = answer.iss.is_empty() && !provider.says_issuer;
        if answer.iss != source.issuer && !silent_by_right {
            return Err(NotTold::Untrusted("it comes from another issuer".to_owned()));
        }
        if !answer.error.is_empty() {
            return Err(NotTold::Refused(answer.error.chars().take(LONGEST_WORD).collect()));
        }
        let request = provider.client.exchange_code(AuthorizationCode::new(answer.code.clone())).map_err(silent)?;
        let verifier = PkceCodeVerifier::new(ties.verifier.expose().to_owned());
        let tokens = request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(refused)?;
        let id_token = tokens.id_token().ok_or_else(|| NotTold::Untrusted("there is no ID token".to_owned()))?;
        let nonce = Nonce::new(ties.nonce.expose().to_owned());
        let hash_of = |provider: &Provider| check(provider, id_token, tokens.access_token(), &nonce, now);
        match hash_of(&provider) {
            // Its keys may have changed since they were asked for.
            Err(ClaimsVerificationError::SignatureVerification(_)) => hash_of(&self.provider(source, now, true).await?),
            checked => checked,
        }
        .map_err(untrusted)?;
        let claims = payload(id_token);
        let text = |name: &str| match claims.get(name) {
            Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let subject = text("sub").ok_or_else(|| NotTold::Untrusted("there is no subject".to_owned()))?;
        Ok(Told { subject, claim: text(&source.claim) })
    }

    /// What a provider says of itself, from the last hour unless it is to be fresh.
    async fn provider(&self, source: &SourceSettings, now: Timestamp, fresh: bool) -> Result<Provider, NotTold> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&source.name).cloned();
        if let Some((_, provider)) = known.filter(|(at, _)| !fresh && now.since(*at) < KEPT) {
            return Ok(provider);
        }
        let issuer = IssuerUrl::new(source.issuer.clone()).map_err(silent)?;
        let redirect_uri = RedirectUrl::new(self.redirect_uri.clone()).map_err(silent)?;
        let metadata = Metadata::discover_async(issuer, &self.http).await.map_err(silent)?;
        let says_issuer = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        let (id, secret) = (ClientId::new(source.client_id.clone()), ClientSecret::new(source.client_secret.clone()));
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(redirect_uri);
        let provider = Provider { client, says_issuer };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(source.name.clone(), (now, provider.clone()));
        Ok(provider)
    }
}

/// Signature, issuer, audience, times and nonce are the crate's to check, by our clock; the access token's hash is ours.
fn check(
    provider: &Provider,
    id_token: &CoreIdToken,
    access: &openidconnect::AccessToken,
    nonce: &Nonce,
    now: Timestamp,
) -> Result<(), ClaimsVerificationError> {
    let instant = move || chrono::DateTime::from_timestamp(now.0, 0).unwrap_or_default();
    let verifier = provider.client.id_token_verifier().set_time_fn(instant);
    let claims = id_token.claims(&verifier, nonce)?;
    let Some(expected) = claims.access_token_hash() else { return Ok(()) };
    let other = |error: &dyn std::fmt::Display| ClaimsVerificationError::Other(error.to_string());
    let algorithm = id_token.signing_alg().map_err(|error| other(&error))?;
    let key = id_token.signing_key(&verifier).map_err(|error| other(&error))?;
    match AccessTokenHash::from_token(access, algorithm, key) {
        Ok(actual) if actual == *expected => Ok(()),
        _ => Err(ClaimsVerificationError::Other("the ID token was issued for another access token".to_owned())),
    }
}

/// The claims as they were sent. Only called on a token that was verified.
fn payload(id_token: &CoreIdToken) -> Map<String, Value> {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn silent(error: impl std::error::Error) -> NotTold {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    NotTold::Silent(format!("{error}{cause}"))
}

fn untrusted(error: impl std::fmt::Display) -> NotTold {
    NotTold::Untrusted(error.to_string())
}

fn refused<E: std::error::Error + 'static>(error: RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>) -> NotTold {
    match error {
        RequestTokenError::ServerResponse(response) => NotTold::Refused(response.error().to_string()),
        other => silent(other),
    }
}

/// The outbound client, in the words of the openidconnect crate.
pub struct Http(pub Outbound);

/// A call that did not work.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The request cannot be sent at all.
    #[error("the request cannot be sent: {0}")]
    Request(String),
    /// It was sent or refused by the outbound client.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = request.try_into().map_err(|error| HttpError::Request(format!("{error}")))?;
            let answer = self.0.send(request).await?;
            let mut response = HttpResponse::new(answer.body);
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}

/// What discovery told about a provider.
#[derive(Clone)]
struct Provider {
    client: Client,
    says_issuer: bool,
}

/// What a provider may say of itself beyond OpenID Connect Discovery.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct MoreMetadata {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Seconds for which what a provider says of itself is kept.
const KEPT: i64 = 3_600;
/// Of the provider's error word, which goes into our log.
const LONGEST_WORD: usize = 60;
