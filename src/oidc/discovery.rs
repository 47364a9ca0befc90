//! What clients must know before they ask (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2) and the public
//! keys (RFC 7517 section 5). Rendered once and served from memory: these are the most asked for of all addresses.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::authorize::mode;
use super::client_auth::jws;
use super::registration::dynamic;
use super::scopes::SCOPES;
use super::{acr, cors, issuer, paths};
use crate::app::App;
use crate::keys::Algorithm;
use crate::model::{Hash, Language, Timestamp};
use crate::store::clients::{AuthMethod, GrantType, ResponseType};

/// The documents, ready to send.
#[derive(Clone)]
pub struct Documents {
    metadata: Document,
    jwks: Arc<Mutex<Option<(Timestamp, Document)>>>,
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

    /// Rendered anew when a second has passed, so that a key that was taken away is away.
    fn keys_now(&self, app: &App) -> Document {
        let now = app.now();
        let mut kept = self.jwks.lock().expect("nothing panics while it holds the document");
        match kept.as_ref() {
            Some((since, document)) if *since == now => document.clone(),
            _ => kept.insert((now, Document::of(&app.tools.keys.jwks()))).1.clone(),
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

/// RFC 8705 sections 2 and 5: only where certificates arrive.
fn tell_of_certificates(told: &mut Value, app: &App) {
    let (tls, methods) = (&app.tools.config.tls, AuthMethod::ALL.iter().copied());
    let known = methods.filter(|method| match method {
        AuthMethod::TlsClientAuth => tls.takes_client_certificates() && !app.tools.authorities.is_empty(),
        AuthMethod::SelfSignedTlsClientAuth => tls.takes_client_certificates(),
        _ => true,
    });
    told["token_endpoint_auth_methods_supported"] = known.map(AuthMethod::word).collect();
    told["tls_client_certificate_bound_access_tokens"] = tls.takes_client_certificates().into();
    if let Some(base) = &tls.mtls_base {
        let told_here = [
            ("token_endpoint", paths::TOKEN),
            ("pushed_authorization_request_endpoint", paths::PAR),
            ("userinfo_endpoint", paths::USERINFO),
        ];
        told["mtls_endpoint_aliases"] =
            told_here.iter().map(|(name, path)| ((*name).to_owned(), Value::from(paths::under(base, path)))).collect();
    }
}

fn describe(app: &App, languages: &[Language]) -> Value {
    let issuer = issuer(app);
    let at = |path: &str| format!("{issuer}{path}");
    let ours: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    let claims: Vec<&str> = SCOPES.iter().flat_map(|scope| scope.claims).copied().collect();
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": at(paths::AUTHORIZE),
        "token_endpoint": at(paths::TOKEN),
        "userinfo_endpoint": at(paths::USERINFO),
        "end_session_endpoint": at(paths::END_SESSION),
        "jwks_uri": at(paths::JWKS),
        "scopes_supported": SCOPES.iter().map(|scope| scope.name).collect::<Vec<_>>(),
        "pushed_authorization_request_endpoint": at(paths::PAR),
        "response_types_supported": ResponseType::ALL.iter().map(|answer| answer.words()).collect::<Vec<_>>(),
        "response_modes_supported": mode::WORDS,
        "request_object_signing_alg_values_supported": jws::ALGORITHMS,
        "authorization_signing_alg_values_supported": ours,
        "grant_types_supported": GrantType::ALL.iter().map(|grant| grant.word()).collect::<Vec<_>>(),
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": ours,
        "token_endpoint_auth_signing_alg_values_supported": jws::ALGORITHMS,
        "dpop_signing_alg_values_supported": jws::ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": acr::WORDS,
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": languages.iter().map(|language| language.tag()).collect::<Vec<_>>(),
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
    });
    tell_of_certificates(&mut metadata, app);
    if dynamic::is_offered(app) {
        metadata["registration_endpoint"] = at(paths::REGISTER).into();
    }
    metadata
}
