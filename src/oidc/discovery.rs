//! What clients must know before they ask (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2) and the public
//! keys (RFC 7517 section 5). Rendered once and served from memory: these are the most asked for of all addresses.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::authorize::mode;
use super::client_auth::jws;
use super::registration::dynamic;
use super::scopes::SCOPES;
use super::{acr, cors, issuer, paths};
use crate::app::App;
use crate::keys::{Algorithm, Published};
use crate::model::{Hash, Language};
use crate::store::clients::{AuthMethod, ContentAlgorithm, GrantType, KeyAlgorithm, ResponseType};

/// The documents, ready to send.
#[derive(Clone)]
pub struct Documents {
    metadata: Document,
    jwks: Arc<Mutex<Option<(Published, Document)>>>,
}

/// A JSON document in memory, with what a cache needs to know of it.
#[derive(Clone)]
struct Document {
    body: Bytes,
    tag: HeaderValue,
}

impl Documents {
    /// Renders them. They come from the settings alone and never from a request (row P34).
    pub fn new(app: &App) -> Self {
        Self { metadata: Document::of(&describe(app, Language::ALL)), jwks: Arc::default() }
    }

    /// The metadata, at both of its addresses.
    pub async fn metadata(&self, app: &App, headers: &HeaderMap) -> Response {
        cors::public(app, self.metadata.answer(headers), headers).await
    }

    /// The public keys.
    pub async fn jwks(&self, app: &App, headers: &HeaderMap) -> Response {
        cors::public(app, self.keys_now(app).answer(headers), headers).await
    }

    /// Rendered anew when the keys have changed: whoever got a token by a new key finds that key here at once, and one that was taken
    /// away is away.
    fn keys_now(&self, app: &App) -> Document {
        let now = app.tools.keys.published();
        let mut kept = self.jwks.lock().expect("nothing panics while it holds the document");
        match kept.as_ref() {
            Some((then, document)) if *then == now => document.clone(),
            _ => {
                let document = Document::of(&now.jwks());
                kept.insert((now, document)).1.clone()
            }
        }
    }
}

impl Document {
    fn of(value: &Value) -> Self {
        let body = Bytes::from(value.to_string());
        let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&Hash::of(&body).0[..12]));
        Self { body, tag: HeaderValue::try_from(tag).expect("base64 is ASCII") }
    }

    /// The document, or word that the reader has it already (RFC 9110 section 13.1.2).
    fn answer(&self, headers: &HeaderMap) -> Response {
        let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == self.tag);
        let about = [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")), (header::ETAG, self.tag.clone())];
        if known {
            return (StatusCode::NOT_MODIFIED, about).into_response();
        }
        (about, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.body.clone()).into_response()
    }
}

/// Everything, in parts, because a macro has its limits.
fn describe(app: &App, languages: &[Language]) -> Value {
    let mut told = Map::new();
    for part in [endpoints(app), requests(), answers(), clients(app), people(languages)] {
        if let Value::Object(part) = part {
            told.extend(part);
        }
    }
    Value::Object(told)
}

fn endpoints(app: &App) -> Value {
    let issuer = issuer(app);
    let at = |path: &str| format!("{issuer}{path}");
    let mut told = json!({
        "issuer": issuer,
        "authorization_endpoint": at(paths::AUTHORIZE),
        "pushed_authorization_request_endpoint": at(paths::PAR),
        "device_authorization_endpoint": at(paths::DEVICE_AUTHORIZATION),
        "token_endpoint": at(paths::TOKEN),
        "userinfo_endpoint": at(paths::USERINFO),
        "introspection_endpoint": at(paths::INTROSPECT),
        "revocation_endpoint": at(paths::REVOKE),
        "jwks_uri": at(paths::JWKS),
        "end_session_endpoint": at(paths::END_SESSION),
        "check_session_iframe": at(paths::CHECK_SESSION),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    });
    if dynamic::is_offered(app) {
        told["registration_endpoint"] = at(paths::REGISTER).into();
    }
    told
}

/// What may be asked, and how.
fn requests() -> Value {
    json!({
        "response_types_supported": ResponseType::ALL.iter().map(|answer| answer.words()).collect::<Vec<_>>(),
        "response_modes_supported": mode::WORDS,
        "grant_types_supported": GrantType::ALL.iter().map(|grant| grant.word()).collect::<Vec<_>>(),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": jws::ALGORITHMS,
    })
}

/// What signs and encrypts the answers.
fn answers() -> Value {
    let ours: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    let key_algorithms: Vec<&str> = KeyAlgorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    let content_algorithms: Vec<&str> = ContentAlgorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    json!({
        "authorization_response_iss_parameter_supported": true,
        "authorization_signing_alg_values_supported": ours,
        "id_token_signing_alg_values_supported": ours,
        "id_token_encryption_alg_values_supported": key_algorithms,
        "id_token_encryption_enc_values_supported": content_algorithms,
        "userinfo_signing_alg_values_supported": ours,
        "userinfo_encryption_alg_values_supported": key_algorithms,
        "userinfo_encryption_enc_values_supported": content_algorithms,
        "dpop_signing_alg_values_supported": jws::ALGORITHMS,
        "subject_types_supported": ["pairwise", "public"],
    })
}

/// How clients prove themselves; by certificates only where these arrive (RFC 8705 sections 2 and 5).
fn clients(app: &App) -> Value {
    let tls = &app.tools.config.tls;
    let known = AuthMethod::ALL.iter().filter(|method| match method {
        AuthMethod::TlsClientAuth => tls.takes_client_certificates() && !app.tools.authorities.is_empty(),
        AuthMethod::SelfSignedTlsClientAuth => tls.takes_client_certificates(),
        _ => true,
    });
    let methods: Vec<&str> = known.map(|method| method.word()).collect();
    let algorithms: Vec<&str> = jws::ALGORITHMS.iter().copied().chain([jws::SHARED]).collect();
    let mut told = json!({
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods.iter().filter(|method| **method != "none").collect::<Vec<_>>(),
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "tls_client_certificate_bound_access_tokens": tls.takes_client_certificates(),
    });
    if let Some(base) = &tls.mtls_base {
        let there = |path: &str| Value::from(paths::under(base, path));
        told["mtls_endpoint_aliases"] = json!({
            "token_endpoint": there(paths::TOKEN),
            "pushed_authorization_request_endpoint": there(paths::PAR),
            "device_authorization_endpoint": there(paths::DEVICE_AUTHORIZATION),
            "userinfo_endpoint": there(paths::USERINFO),
            "introspection_endpoint": there(paths::INTROSPECT),
            "revocation_endpoint": there(paths::REVOKE),
        });
    }
    told
}

/// What is told of people, and in which languages we speak to them.
fn people(languages: &[Language]) -> Value {
    let claims: Vec<&str> = SCOPES.iter().flat_map(|scope| scope.claims).copied().collect();
    json!({
        "scopes_supported": SCOPES.iter().map(|scope| scope.name).collect::<Vec<_>>(),
        "claims_supported": claims,
        "claim_types_supported": ["normal"],
        "acr_values_supported": acr::WORDS,
        "ui_locales_supported": languages.iter().map(|language| language.tag()).collect::<Vec<_>>(),
    })
}
