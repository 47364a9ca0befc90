//! What a relying party is registered with, in the order of RFC 7591 and OpenID Connect Registration. It is kept as one
//! JSON value: a new member needs a default and no migration.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::TokenSettings;
use crate::keys::Algorithm;
use crate::model::{Hash, Language, OrgId, Role, Scopes};

/// What a client is registered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where answers may go, each checked when it was registered.
    pub redirect_uris: Vec<String>,
    /// Where the browser may go after signing out.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where the app begins, for the list on a person's home page.
    pub launch_url: Option<String>,
    /// Its logo.
    pub logo_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Its terms.
    pub tos_uri: Option<String>,
    /// Where it begins a sign-in that somebody else asks it for (OpenID Connect Core section 4).
    pub initiate_login_uri: Option<String>,
    /// What else it says of itself.
    pub about: AboutSettings,
    /// It registered itself (RFC 7591); nothing for one that an administrator registered.
    pub registered_itself: Option<SelfRegistered>,
    /// One of the district's own: nobody is asked for consent.
    pub first_party: bool,
    /// How it proves itself at the token endpoint.
    pub auth_method: AuthMethod,
    /// Its secrets themselves, if it signs with them (`client_secret_jwt`).
    #[serde(skip_serializing_if = "SealedSecrets::is_empty")]
    pub sealed_secrets: SealedSecrets,
    /// Its public keys (RFC 7517), for `private_key_jwt`.
    pub jwks: Option<serde_json::Value>,
    /// Or where they stand.
    pub jwks_uri: Option<String>,
    /// The grants it may use.
    pub grants: BTreeSet<GrantType>,
    /// The scope values it may ask for (row P40).
    pub scopes: Scopes,
    /// Which `sub` it sees.
    pub subject: SubjectType,
    /// The host that pairwise subjects are made for (OpenID Connect Core section 8.1).
    pub sector: String,
    /// The list of redirect addresses that makes several hosts one sector.
    pub sector_identifier_uri: Option<String>,
    /// What signs its ID tokens.
    pub id_token_alg: Algorithm,
    /// What signs its access tokens.
    pub access_token_alg: Algorithm,
    /// The rules of the protocol that hold for it.
    pub profile: Profile,
    /// What its authorization requests may be.
    pub requests: RequestSettings,
    /// How it hears that somebody signed out.
    pub logout: LogoutSettings,
    /// What its tokens are.
    pub tokens: TokenSettings,
    /// What its tokens are bound to.
    pub binding: BindingSettings,
    /// It is offered to people of these schools; empty: of all.
    pub schools: BTreeSet<OrgId>,
    /// People of other schools may sign in too, though it is not offered to them.
    pub other_schools: bool,
    /// Only people with one of these roles; empty: all.
    pub roles: BTreeSet<Role>,
}

/// What a client says of itself that nobody here acts upon, for whoever looks after apps (RFC 7591 section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AboutSettings {
    /// On a server, or on people's own devices.
    pub application_type: ApplicationType,
    /// Its page.
    pub client_uri: Option<String>,
    /// Who looks after it: addresses of mail.
    pub contacts: Vec<String>,
    /// The software that it is, whoever runs it.
    pub software_id: Option<String>,
    /// Its version.
    pub software_version: Option<String>,
    /// What it says otherwise in other languages, by the whole name of the member: `client_name#fr` (OpenID Connect Registration
    /// section 2.1).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_language: BTreeMap<String, String>,
}

impl AboutSettings {
    /// What may be said by language.
    pub const BY_LANGUAGE: &'static [&'static str] = &["client_name", "client_uri", "policy_uri", "tos_uri"];

    /// A member in the words for readers of this language: those of the language itself before those of a country.
    pub fn said_in(&self, member: &str, language: Language) -> Option<&str> {
        let fits =
            |name: &str| name.strip_prefix(member).and_then(|rest| rest.strip_prefix('#')).and_then(Language::from_tag) == Some(language);
        self.by_language.iter().filter(|(name, _)| fits(name)).min_by_key(|(name, _)| name.len()).map(|(_, said)| said.as_str())
    }
}

/// Where an app runs (OpenID Connect Registration section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// On a server, or in a browser.
    #[default]
    Web,
    /// On a person's own device.
    Native,
}

/// A client that registered itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfRegistered {
    /// What stands for the token with which it looks after its registration (RFC 7592).
    pub token: Hash,
    /// The district knows it: it came with an initial access token, or an administrator said yes afterwards.
    pub approved: bool,
}

/// The secrets of a client that signs with them, sealed (row I15) and in base64url; of every other client the store has hashes alone. The hashes
/// beside them say until when the earlier one is good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SealedSecrets {
    /// The one that was given out last.
    pub current: Option<String>,
    /// The one before it.
    pub previous: Option<String>,
}

impl SealedSecrets {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a client proves itself at the token endpoint (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
    /// A JWT signed with its secret.
    ClientSecretJwt,
    /// A JWT signed by its own key (RFC 7523).
    PrivateKeyJwt,
    /// A certificate of a believed authority, for its registered subject (RFC 8705 section 2.1).
    TlsClientAuth,
    /// A certificate of one of its own keys (RFC 8705 section 2.2).
    SelfSignedTlsClientAuth,
    /// Not at all: PKCE alone ties the code to who asked for it.
    None,
}

/// A grant of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A code from the authorization endpoint.
    AuthorizationCode,
    /// A refresh token.
    RefreshToken,
    /// The client for itself.
    ClientCredentials,
    /// A device without a browser, whose code a person types elsewhere (RFC 8628).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// A token that it was shown, for the next service (RFC 8693).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// The word of an issuer that the district trusts (RFC 7523 section 2.1).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
    /// Tokens through the browser. No grant of the token endpoint: it says in registrations what the response types say again
    /// (RFC 7591 section 2.1).
    Implicit,
}

/// Which `sub` a client sees (OpenID Connect Core section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// One of its own: two apps cannot tell that they know the same pupil (row P37).
    #[default]
    Pairwise,
    /// The same for all such clients.
    Public,
}

/// The set of rules that hold for a client (`oidc.md`, three tensions); `oidc::profile` says what each demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Code only, PKCE with S256 always.
    #[default]
    SchoolApp,
    /// Everything that OpenID Connect Core allows, as it is registered: for apps of ten years ago.
    Openid,
    /// FAPI 2.0 Security Profile: pushed requests, keys instead of secrets, tokens bound to their holder.
    Fapi2,
}

/// What the authorization endpoint answers with (OAuth 2.0 Multiple Response Type Encoding Practices), in the words of
/// a registration, which are a set: `token id_token` is `id_token token`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words are the specifications' own")]
pub enum ResponseType {
    #[default]
    #[serde(rename = "code")]
    Code,
    #[serde(rename = "id_token")]
    IdToken,
    #[serde(rename = "id_token token")]
    IdTokenToken,
    #[serde(rename = "code id_token")]
    CodeIdToken,
    #[serde(rename = "code token")]
    CodeToken,
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
    #[serde(rename = "token")]
    Token,
    #[serde(rename = "none")]
    None,
}

/// What a client's authorization requests may be, and what they are where they say nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestSettings {
    /// What it may ask to be answered with.
    pub response_types: BTreeSet<ResponseType>,
    /// Addresses of request objects that may be fetched (OpenID Connect Core section 6.2).
    pub request_uris: Vec<String>,
    /// What must sign its request objects; any of ours if it did not say.
    pub object_alg: Option<Algorithm>,
    /// Only requests that it pushed (RFC 9126 section 6).
    pub pushed_only: bool,
    /// Only requests that it signed (RFC 9101 section 10.5).
    pub signed_only: bool,
    /// What signs answers to it (JARM section 3).
    pub response_alg: Option<Algorithm>,
    /// Seconds since the person proved who they are, where a request does not say.
    pub default_max_age: Option<u32>,
    /// The assurance wished for, where a request does not say.
    pub default_acr_values: Vec<String>,
    /// The assurance without which nobody comes in, whatever a request says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_acr: Option<String>,
}

/// How a client hears that a session is over, in the order of OpenID Connect Back-Channel Logout 1.0 section 2.2 and OpenID
/// Connect Front-Channel Logout 1.0 section 2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogoutSettings {
    /// Where its server is sent a logout token.
    pub backchannel_logout_uri: Option<String>,
    /// It needs `sid` in that token. Every token of ours has it.
    pub backchannel_logout_session_required: bool,
    /// What the person's browser loads in a frame of the signed-out page.
    pub frontchannel_logout_uri: Option<String>,
    /// It needs `iss` and `sid` there. We always say them.
    pub frontchannel_logout_session_required: bool,
}

/// What a client's tokens are bound to, so that they are of no use to whoever steals them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BindingSettings {
    /// It gets no token without a proof that it holds a key (RFC 9449 section 5.2). One that sends a proof gets a bound token anyway.
    pub dpop_bound_access_tokens: bool,
    /// Its proofs must hold a nonce of ours (RFC 9449 section 8).
    pub dpop_nonces: bool,
    /// Its tokens are bound to the certificate that it shows (RFC 8705 section 3).
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whose certificate it proves itself by, for `tls_client_auth`.
    pub tls_subject: Option<TlsSubject>,
}

/// Whose a certificate is, in the words of RFC 8705 section 2.1.2: one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TlsSubject {
    /// A distinguished name (RFC 4514).
    #[serde(rename = "tls_client_auth_subject_dn")]
    Dn(String),
    /// A host.
    #[serde(rename = "tls_client_auth_san_dns")]
    SanDns(String),
    /// A URI.
    #[serde(rename = "tls_client_auth_san_uri")]
    SanUri(String),
    /// An address.
    #[serde(rename = "tls_client_auth_san_ip")]
    SanIp(std::net::IpAddr),
    /// An address of mail.
    #[serde(rename = "tls_client_auth_san_email")]
    SanEmail(String),
}

impl TlsSubject {
    /// The words of a registration, of which one is said.
    pub const NAMES: &'static [&'static str] = &[
        "tls_client_auth_subject_dn",
        "tls_client_auth_san_dns",
        "tls_client_auth_san_uri",
        "tls_client_auth_san_ip",
        "tls_client_auth_san_email",
    ];
}

impl Default for RequestSettings {
    fn default() -> Self {
        Self {
            response_types: BTreeSet::from([ResponseType::Code]),
            request_uris: Vec::new(),
            object_alg: None,
            pushed_only: false,
            signed_only: false,
            response_alg: None,
            default_max_age: None,
            default_acr_values: Vec::new(),
            required_acr: None,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            launch_url: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            initiate_login_uri: None,
            about: AboutSettings::default(),
            registered_itself: None,
            first_party: false,
            auth_method: AuthMethod::default(),
            sealed_secrets: SealedSecrets::default(),
            jwks: None,
            jwks_uri: None,
            grants: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
            scopes: Scopes::parse("openid profile email offline_access"),
            subject: SubjectType::default(),
            sector: String::new(),
            sector_identifier_uri: None,
            id_token_alg: Algorithm::RS256,
            access_token_alg: Algorithm::RS256,
            profile: Profile::default(),
            requests: RequestSettings::default(),
            logout: LogoutSettings::default(),
            tokens: TokenSettings::default(),
            binding: BindingSettings::default(),
            schools: BTreeSet::new(),
            other_schools: false,
            roles: BTreeSet::new(),
        }
    }
}

impl Settings {
    /// It registered itself and nobody of the district has looked at it yet (row P23).
    pub fn is_unknown(&self) -> bool {
        self.registered_itself.as_ref().is_some_and(|registered| !registered.approved)
    }
}

impl AuthMethod {
    /// Every method, in the order of discovery.
    pub const ALL: &'static [Self] = &[
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// Its word in the protocol.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }
}

impl GrantType {
    /// Every grant, in the order of discovery.
    pub const ALL: &'static [Self] = &[
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
        Self::JwtBearer,
        Self::Implicit,
    ];

    /// Its word in the protocol.
    pub fn word(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::Implicit => "implicit",
        }
    }

    /// The grant of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|grant| grant.word() == word)
    }
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::SchoolApp, Self::Openid, Self::Fapi2];

    /// Its word, in settings and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::SchoolApp => "school-app",
            Self::Openid => "openid",
            Self::Fapi2 => "fapi2",
        }
    }
}

impl ResponseType {
    /// Every one, in the order of discovery.
    pub const ALL: &'static [Self] = &[
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
        Self::Token,
        Self::None,
    ];

    /// Its words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
            Self::Token => "token",
            Self::None => "none",
        }
    }

    /// The one of these words, in whatever order.
    pub fn from_words(words: &str) -> Option<Self> {
        let set = |words: &str| words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>();
        Self::ALL.iter().copied().find(|one| set(one.words()) == set(words))
    }

    /// A code is among it.
    pub fn has_code(self) -> bool {
        matches!(self, Self::Code | Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// An ID token comes through the browser.
    pub fn has_id_token(self) -> bool {
        matches!(self, Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken)
    }

    /// An access token comes through the browser.
    pub fn has_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken | Self::Token)
    }
}
