//! What a program is told when it is refused. Every error of the RFCs stands here once, with its word and its status;
//! descriptions are fixed sentences, so nothing that was sent can come back in one (row P30).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::flow::FlowError;
use crate::keys::KeyError;
use crate::model::Timestamp;
use crate::store::StoreError;

/// The words of RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 8628 section 3.5, RFC 8707 section 2, RFC 9449 section
/// 12.2, OpenID Connect Core sections 3.1.2.6 and 6, and OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are the RFCs' own")]
pub enum ErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    InvalidScope,
    AccessDenied,
    LoginRequired,
    ConsentRequired,
    AccountSelectionRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    InvalidRequestUri,
    InvalidRequestObject,
    RegistrationNotSupported,
    InvalidToken,
    InsufficientScope,
    InvalidDpopProof,
    UseDpopNonce,
    SlowDown,
    AuthorizationPending,
    PollSlower,
    ExpiredToken,
    InvalidTarget,
    UnmetAuthenticationRequirements,
    ServerError,
}

/// A refusal, or the program's own failure, as a program reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// Its word.
    pub code: ErrorCode,
    /// A sentence fit for a stranger.
    pub description: &'static str,
    /// When to come back, for a client that tried too often.
    pub retry: Option<i64>,
}

impl ErrorCode {
    /// The word of the RFC.
    pub fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::SlowDown => "temporarily_unavailable",
            Self::AuthorizationPending => "authorization_pending",
            Self::PollSlower => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::InvalidTarget => "invalid_target",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::ServerError => "server_error",
        }
    }

    /// The status of an answer that is not a redirect.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::SlowDown => StatusCode::TOO_MANY_REQUESTS,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The refusal, with its reason.
    pub const fn because(self, description: &'static str) -> OAuthError {
        OAuthError { code: self, description, retry: None }
    }
}

impl OAuthError {
    /// Too many wrong secrets; back at `until` (row P42).
    pub fn slow_down(now: Timestamp, until: Timestamp) -> Self {
        Self { retry: Some(until.since(now).max(1)), ..ErrorCode::SlowDown.because("too many attempts: come back later") }
    }

    /// The program is broken: its reason goes to the log, and the client hears that it is not to blame.
    pub fn broken(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "a protocol request failed");
        ErrorCode::ServerError.because("the server could not answer; try again")
    }
}

impl From<StoreError> for OAuthError {
    fn from(cause: StoreError) -> Self {
        Self::broken(&cause)
    }
}

impl From<KeyError> for OAuthError {
    fn from(cause: KeyError) -> Self {
        Self::broken(&cause)
    }
}

impl From<FlowError> for OAuthError {
    fn from(cause: FlowError) -> Self {
        Self::broken(&cause)
    }
}

/// RFC 6749 section 5.2: JSON, never cached, and at 401 the scheme that would have been right.
impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.code.word(), "error_description": self.description }));
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.code == ErrorCode::InvalidClient {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\""));
        }
        if let Some(seconds) = self.retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.unsigned_abs()));
        }
        response
    }
}
