//! The sample app's half of OpenID Connect, as any school app would have it: the openidconnect crate over the one
//! outbound client. It knows an issuer's address, a client_id and a secret, and nothing of the program it is part of.

use std::collections::BTreeMap;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken, IdTokenFields, IssuerUrl, LanguageTag,
    LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    RefreshToken, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::model::{Language, Timestamp};
use crate::random::Random;
use crate::sources::Http;

/// An app that is registered with a provider.
pub struct RelyingParty {
    /// Whom it asks.
    pub issuer: IssuerUrl,
    /// Who it is.
    pub client_id: ClientId,
    /// What proves it (client_secret_basic).
    pub secret: ClientSecret,
    /// Where answers come.
    pub redirect_uri: RedirectUrl,
    /// Where the browser comes after signing out.
    pub after_sign_out: PostLogoutRedirectUrl,
    /// How it calls the provider.
    pub http: Http,
}

/// A sign-in that was begun: what must fit when the answer comes.
pub struct Pending {
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    provider: Provider,
}

/// What came of a sign-in.
pub struct Tokens {
    /// Every claim, of the ID token and of UserInfo.
    pub claims: Map<String, Value>,
    /// From then on the access token is over.
    pub expires_at: Timestamp,
    id_token: AppIdToken,
    subject: SubjectIdentifier,
    refresh: Option<RefreshToken>,
    provider: Provider,
}

/// What the provider sent to the redirect URI (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Debug, Default, Deserialize)]
pub struct Callback {
    /// Ours, returned.
    pub state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum NoTokens {
    /// The provider says no; this is its error word.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// It cannot be reached, or answers what cannot be read.
    #[error("the provider did not answer as it should: {0}")]
    Unreachable(String),
    /// What it answered is not trustworthy: an issuer, a signature, a nonce or a hash does not fit.
    #[error("the answer does not fit what was asked: {0}")]
    Untrusted(String),
}

impl RelyingParty {
    /// Begins a sign-in: the address to send the browser to, and what must be kept until it comes back.
    pub async fn begin(&self, random: &Random, language: Language) -> Result<(Url, Pending), NoTokens> {
        let provider = self.discover().await?;
        let verifier = PkceCodeVerifier::new(random.secret().expose().to_owned());
        let (state, nonce) = (random.secret(), random.secret());
        let (address, state, nonce) = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.expose().to_owned()),
                move || Nonce::new(nonce.expose().to_owned()),
            )
            .add_scopes(provider.scopes.iter().cloned())
            .add_ui_locale(LanguageTag::new(language.tag().to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok((address, Pending { state, nonce, verifier, provider }))
    }

    /// Takes the provider's answer to a sign-in that this browser began: issuer, code, ID token, UserInfo, in this order.
    pub async fn finish(&self, pending: Pending, callback: Callback, now: Timestamp) -> Result<Tokens, NoTokens> {
        let Pending { nonce, verifier, provider, .. } = pending;
        self.check_issuer(&provider, callback.iss.as_deref())?;
        if let Some(word) = callback.error {
            return Err(NoTokens::Refused(word));
        }
        let code = callback.code.ok_or_else(|| NoTokens::Untrusted("there is neither a code nor an error".to_owned()))?;
        let request = provider.client.exchange_code(AuthorizationCode::new(code)).map_err(unreachable)?;
        let response = request.set_pkce_verifier(verifier).request_async(&self.http).await.map_err(refused)?;
        let id_token = response.id_token().ok_or_else(|| NoTokens::Untrusted("there is no ID token".to_owned()))?.clone();
        let subject = check_id_token(&provider, &id_token, response.access_token(), &nonce)?;
        self.collect(provider, response, id_token, subject, now).await
    }

    /// Fresh tokens and fresh claims, without asking the person. A refresh token is good for one use: the caller lets
    /// one request at a time do this for a session.
    pub async fn refresh(&self, tokens: &Tokens, now: Timestamp) -> Result<Tokens, NoTokens> {
        let Some(refresh) = &tokens.refresh else { return Err(NoTokens::Refused("invalid_grant".to_owned())) };
        let request = tokens.provider.client.exchange_refresh_token(refresh).map_err(unreachable)?;
        let mut response = request.request_async(&self.http).await.map_err(refused)?;
        if response.refresh_token().is_none() {
            response.set_refresh_token(tokens.refresh.clone());
        }
        let id_token = match response.id_token() {
            // OpenID Connect Core section 12.2: the same person, and no nonce need be there.
            Some(fresh) => {
                let claims = fresh.claims(&tokens.provider.client.id_token_verifier(), |_: Option<&Nonce>| Ok(())).map_err(untrusted)?;
                if claims.subject() != &tokens.subject {
                    return Err(NoTokens::Untrusted("the refreshed tokens are another person's".to_owned()));
                }
                fresh.clone()
            }
            None => tokens.id_token.clone(),
        };
        self.collect(tokens.provider.clone(), response, id_token, tokens.subject.clone(), now).await
    }

    /// Where the browser goes to sign out at the provider too (RP-Initiated Logout); `None` where it does not offer it.
    pub fn sign_out(&self, tokens: &Tokens, language: Language) -> Option<Url> {
        let endpoint = tokens.provider.end_session.clone()?;
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&tokens.id_token)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.after_sign_out.clone())
            .add_ui_locale(LanguageTag::new(language.tag().to_owned()));
        Some(request.http_get_url())
    }

    /// Asked anew for each sign-in: they are few here, and a key that was changed is never missed.
    async fn discover(&self) -> Result<Provider, NoTokens> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.http).await.map_err(unreachable)?;
        let extra = metadata.additional_metadata().clone();
        let scopes = SCOPES.iter().map(|scope| Scope::new((*scope).to_owned()));
        let scopes = scopes.filter(|scope| metadata.scopes_supported().is_none_or(|known| known.contains(scope))).collect();
        let client = Client::from_provider_metadata(metadata, self.client_id.clone(), Some(self.secret.clone()))
            .set_redirect_uri(self.redirect_uri.clone());
        let says_issuer = extra.authorization_response_iss_parameter_supported;
        Ok(Provider { client, scopes, end_session: extra.end_session_endpoint, says_issuer })
    }

    /// RFC 9207 section 2.4: an answer of another provider is not for us.
    fn check_issuer(&self, provider: &Provider, iss: Option<&str>) -> Result<(), NoTokens> {
        match iss {
            Some(iss) if iss == self.issuer.as_str() => Ok(()),
            None if !provider.says_issuer => Ok(()),
            _ => Err(NoTokens::Untrusted("the answer comes from another issuer".to_owned())),
        }
    }

    async fn collect(
        &self,
        provider: Provider,
        response: AppTokenResponse,
        id_token: AppIdToken,
        subject: SubjectIdentifier,
        now: Timestamp,
    ) -> Result<Tokens, NoTokens> {
        let mut claims = claims_of(&id_token);
        let access = response.access_token().clone();
        if let Ok(request) = provider.client.user_info(access, Some(subject.clone())) {
            let told = request.request_async::<More, _, CoreGenderClaim>(&self.http).await.map_err(unreachable)?;
            claims.extend(object(&told));
        }
        let expires_at = now + response.expires_in().unwrap_or_default();
        let refresh = response.refresh_token().cloned();
        Ok(Tokens { claims, expires_at, id_token, subject, refresh, provider })
    }
}

impl Pending {
    /// The `state` that the answer must bring back.
    pub fn state(&self) -> &str {
        self.state.secret()
    }
}

/// The signature, issuer, audience and times are the crate's to check; the access token's hash is ours.
fn check_id_token(provider: &Provider, id_token: &AppIdToken, access: &AccessToken, nonce: &Nonce) -> Result<SubjectIdentifier, NoTokens> {
    let verifier = provider.client.id_token_verifier();
    let claims = id_token.claims(&verifier, nonce).map_err(untrusted)?;
    if let Some(expected) = claims.access_token_hash() {
        let key = id_token.signing_key(&verifier).map_err(untrusted)?;
        let actual = AccessTokenHash::from_token(access, id_token.signing_alg().map_err(untrusted)?, key).map_err(untrusted)?;
        if actual != *expected {
            return Err(NoTokens::Untrusted("the ID token was issued for another access token".to_owned()));
        }
    }
    Ok(claims.subject().clone())
}

/// The claims as they were sent. Only called on a token that was verified.
fn claims_of(id_token: &AppIdToken) -> Map<String, Value> {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn object<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn unreachable(error: impl std::error::Error) -> NoTokens {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    NoTokens::Unreachable(format!("{error}{cause}"))
}

fn untrusted(error: impl std::fmt::Display) -> NoTokens {
    NoTokens::Untrusted(error.to_string())
}

fn refused<E: std::error::Error + 'static>(error: RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>) -> NoTokens {
    match error {
        RequestTokenError::ServerResponse(response) => NoTokens::Refused(response.error().to_string()),
        other => unreachable(other),
    }
}

/// What discovery told about a provider.
#[derive(Clone)]
struct Provider {
    client: Client,
    scopes: Vec<Scope>,
    end_session: Option<EndSessionUrl>,
    says_issuer: bool,
}

/// What a provider may say of itself beyond OpenID Connect Discovery.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct MoreMetadata {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

/// Claims beyond the standard ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct More(BTreeMap<String, Value>);

impl AdditionalClaims for More {}

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
type AppIdToken = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Fields = IdTokenFields<More, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type AppTokenResponse = StandardTokenResponse<Fields, CoreTokenType>;
type Client = openidconnect::Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    AppTokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the app would like to know, beside `openid`, which the crate adds. It asks for what the provider has of it.
const SCOPES: &[&str] = &["profile", "email", "edu_roles", "edu_orgs", "edu_grade", "edu_student_number", "edu_children", "offline_access"];
