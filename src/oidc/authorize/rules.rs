//! What an authorization request must be, one named function a rule, in the order in which a client should learn of
//! its mistakes. What passes them all becomes a [`Request`]; nothing later asks again.

use super::mode;
use crate::model::Scopes;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::params::Params;
use crate::oidc::{claims_request, dpop, profile, scopes, target};
use crate::store::clients::{Client, GrantType, ResponseType};
use crate::store::grants::{Prompt, Request};

/// Reads a request whose client and address are known to be good.
pub fn check(params: &Params, client: &Client) -> Result<Request, OAuthError> {
    for rule in RULES {
        rule(params, client)?;
    }
    let claims = claims_request::read(params.get("claims"), client)?;
    let settings = &client.settings.requests;
    let answer = response_type_of(params)?;
    let essential_acr = if claims.acr_is_essential { claims.acr_values.clone() } else { Vec::new() };
    let wanted: Vec<String> = params.list("acr_values").map(str::to_owned).chain(claims.acr_values).collect();
    Ok(Request {
        redirect_uri: params.get("redirect_uri").unwrap_or_default().to_owned(),
        scopes: scopes::known(&Scopes::parse(params.get("scope").unwrap_or_default())),
        state: params.get("state").map(str::to_owned),
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge: params.get("code_challenge").unwrap_or_default().to_owned(),
        prompt: params.list("prompt").filter_map(prompt_of).collect(),
        max_age: params.get("max_age").and_then(|age| age.parse().ok()).or(settings.default_max_age.map(i64::from)),
        login_hint: params.get("login_hint").map(str::to_owned),
        hinted_subject: claims.subject,
        acr_values: if wanted.is_empty() { settings.default_acr_values.clone() } else { wanted },
        essential_acr,
        response_type: answer,
        response_mode: mode::of(params.get("response_mode"), answer).ok_or(OTHER_MODE)?,
        claims: claims.names,
        resource: target::asked(params, client)?.map(str::to_owned),
        dpop_jkt: params.get("dpop_jkt").map(str::to_owned),
        ..Request::default()
    })
}

type Rule = fn(&Params, &Client) -> Result<(), OAuthError>;

const RULES: &[Rule] = &[
    response_type,
    may_use_codes,
    registration,
    response_mode,
    scope_is_bounded,
    scope_is_allowed,
    id_tokens_are_for_openid,
    nonce,
    proof_key,
    bound_key,
    prompt,
    max_age,
    printable,
];

/// RFC 6749 section 3.1.1, row P35: what the client's profile knows and the client is registered for.
fn response_type(params: &Params, client: &Client) -> Result<(), OAuthError> {
    let answer = response_type_of(params)?;
    if !profile::of(client.settings.profile).response_types.contains(&answer) {
        return Err(OTHER_TYPE);
    }
    match client.settings.requests.response_types.contains(&answer) {
        true => Ok(()),
        false => Err(ErrorCode::UnauthorizedClient.because("this client is not registered for this response_type")),
    }
}

fn response_type_of(params: &Params) -> Result<ResponseType, OAuthError> {
    ResponseType::from_words(params.need("response_type", "response_type is missing")?).ok_or(OTHER_TYPE)
}

/// RFC 6749 section 4.1.2.1: a code is only for who may exchange it.
fn may_use_codes(params: &Params, client: &Client) -> Result<(), OAuthError> {
    match response_type_of(params)?.has_code() && !client.settings.grants.contains(&GrantType::AuthorizationCode) {
        true => Err(ErrorCode::UnauthorizedClient.because("this client is not registered for authorization_code")),
        false => Ok(()),
    }
}

/// OpenID Connect Core section 7.2.1: only clients that the district registered.
fn registration(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match params.get("registration") {
        Some(_) => Err(ErrorCode::RegistrationNotSupported.because("registration is not supported")),
        None => Ok(()),
    }
}

/// OAuth 2.0 Multiple Response Type Encoding Practices, section 2.1.
fn response_mode(params: &Params, _: &Client) -> Result<(), OAuthError> {
    mode::of(params.get("response_mode"), response_type_of(params)?).map(|_| ()).ok_or(OTHER_MODE)
}

/// OpenID Connect Core section 3.2.2.1: an ID token is what `openid` asks for.
fn id_tokens_are_for_openid(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match response_type_of(params)?.has_id_token() && !params.list("scope").any(|value| value == "openid") {
        true => Err(ErrorCode::InvalidScope.because("response_type asks for an ID token, and scope lacks openid")),
        false => Ok(()),
    }
}

/// OpenID Connect Core sections 3.2.2.1 and 3.3.2.11: an ID token that comes through the browser answers one request.
fn nonce(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match response_type_of(params)?.has_id_token() && params.get("nonce").is_none() {
        true => Err(ErrorCode::InvalidRequest.because("nonce is missing: this response_type needs one")),
        false => Ok(()),
    }
}

/// Row P44: a list is short.
fn scope_is_bounded(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match params.list("scope").take(MOST_SCOPES + 1).count() {
        0 => Err(ErrorCode::InvalidScope.because("scope is missing")),
        1..=MOST_SCOPES => Ok(()),
        _ => Err(ErrorCode::InvalidRequest.because("scope has too many values")),
    }
}

/// Row P40: what the district lets this client ask. Values that nobody knows are ignored (OpenID Connect Core section
/// 3.1.2.1).
fn scope_is_allowed(params: &Params, client: &Client) -> Result<(), OAuthError> {
    match params.list("scope").filter(|value| scopes::is_known(value)).all(|value| client.settings.scopes.has(value)) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidScope.because("scope has a value that this client is not registered for")),
    }
}

/// RFC 7636 section 4.4.1, row P08: S256, for every client.
fn proof_key(params: &Params, client: &Client) -> Result<(), OAuthError> {
    if !response_type_of(params)?.has_code() || !profile::of(client.settings.profile).proof_key && params.get("code_challenge").is_none() {
        return Ok(());
    }
    let challenge = params.need("code_challenge", "code_challenge is missing: every request needs PKCE")?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(ErrorCode::InvalidRequest.because("code_challenge_method must be S256"));
    }
    match challenge.len() == 43 && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidRequest.because("code_challenge is not a base64url SHA-256")),
    }
}

/// RFC 9449 section 10: the key that the code shall be bound to.
fn bound_key(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match params.get("dpop_jkt").is_none_or(dpop::is_thumbprint) {
        true => Ok(()),
        false => Err(ErrorCode::InvalidRequest.because("dpop_jkt is not the SHA-256 thumbprint of a key")),
    }
}

/// OpenID Connect Core section 3.1.2.1: `none` stands alone.
fn prompt(params: &Params, _: &Client) -> Result<(), OAuthError> {
    let prompts: Vec<Option<Prompt>> = params.list("prompt").map(prompt_of).collect();
    if prompts.contains(&None) {
        return Err(ErrorCode::InvalidRequest.because("prompt must be none, login, consent or select_account"));
    }
    match prompts.len() > 1 && prompts.contains(&Some(Prompt::None)) {
        true => Err(ErrorCode::InvalidRequest.because("prompt=none stands alone")),
        false => Ok(()),
    }
}

/// OpenID Connect Core section 3.1.2.1: seconds.
fn max_age(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match params.get("max_age").map(str::parse::<u32>) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err(ErrorCode::InvalidRequest.because("max_age must be a number of seconds")),
    }
}

/// RFC 6749 appendix A.5: what is given back is printable ASCII.
fn printable(params: &Params, _: &Client) -> Result<(), OAuthError> {
    match ["state", "nonce"].iter().filter_map(|name| params.get(name)).all(|value| value.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
    {
        true => Ok(()),
        false => Err(ErrorCode::InvalidRequest.because("state and nonce must be printable ASCII")),
    }
}

fn prompt_of(word: &str) -> Option<Prompt> {
    match word {
        "none" => Some(Prompt::None),
        "login" => Some(Prompt::Login),
        "consent" => Some(Prompt::Consent),
        "select_account" => Some(Prompt::SelectAccount),
        _ => None,
    }
}

const OTHER_TYPE: OAuthError = ErrorCode::UnsupportedResponseType.because("response_type is none that this client may use");
const OTHER_MODE: OAuthError = ErrorCode::InvalidRequest.because("response_mode is not known, or not fit for this response_type");
const MOST_SCOPES: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    const GOOD: &[(&str, &str)] = &[
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", "https://rp.test/cb"),
        ("scope", "openid profile"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];

    fn judge(changes: &[(&str, &str)]) -> Result<Request, &'static str> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(GOOD.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)));
        query.extend_pairs(changes);
        let params = Params::parse(query.finish().as_bytes()).unwrap();
        check(&params, &client()).map_err(|error| error.code.word())
    }

    #[test]
    fn a_good_request_is_read() {
        let request = judge(&[("state", "s"), ("nonce", "n"), ("max_age", "60"), ("prompt", "login consent"), ("unknown", "x")]).unwrap();
        assert_eq!(request.scopes, Scopes::parse("openid profile"));
        assert_eq!((request.state.as_deref(), request.nonce.as_deref(), request.max_age), (Some("s"), Some("n"), Some(60)));
        assert_eq!(request.prompt, [Prompt::Login, Prompt::Consent]);
    }

    #[test]
    fn every_mistake_has_its_word() {
        let many = (0..51).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");
        let table: &[(&str, &str, &str)] = &[
            ("response_type", "", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "id_token token", "unsupported_response_type"),
            ("response_type", "code id_token", "unsupported_response_type"),
            ("registration", "{}", "registration_not_supported"),
            ("response_mode", "web_message", "invalid_request"),
            ("claims", "x", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("scope", &many, "invalid_request"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            ("code_challenge_method", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("dpop_jkt", "short", "invalid_request"),
            ("prompt", "none login", "invalid_request"),
            ("prompt", "sometimes", "invalid_request"),
            ("max_age", "-1", "invalid_request"),
            ("max_age", "1e400", "invalid_request"),
            ("state", "é", "invalid_request"),
        ];
        for (name, value, word) in table {
            assert_eq!(judge(&[(name, value)]).err(), Some(*word), "{name}={value}");
        }
    }

    #[test]
    fn p08_a_request_without_s256_is_refused() {
        assert_eq!(judge(&[("code_challenge", "")]).err(), Some("invalid_request"));
        assert_eq!(judge(&[("code_challenge_method", "plain")]).err(), Some("invalid_request"));
    }

    #[test]
    fn p40_a_client_gets_no_scope_that_it_is_not_registered_for() {
        assert_eq!(judge(&[("scope", "openid edu_student_number")]).err(), Some("invalid_scope"));
        assert_eq!(judge(&[("scope", "openid something_new")]).unwrap().scopes, Scopes::parse("openid"));
    }
}
