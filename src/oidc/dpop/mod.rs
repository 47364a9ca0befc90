//! Demonstrating Proof of Possession (RFC 9449): a request comes with a proof that its sender holds a key, and what it gets is
//! bound to that key. `proof` says what a proof is, `nonce` what the server lets it repeat; here proofs are read off requests
//! and spent. `super::binding` says who needs one.

mod nonce;
pub mod proof;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use self::proof::Expected;
use super::error::{ErrorCode, OAuthError};
use super::{paths, profile};
use crate::app::App;
use crate::model::Timestamp;
use crate::store::Tx;
use crate::store::clients::Client;

/// The request that a proof is for.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Its method.
    pub method: &'a str,
    /// The path of its endpoint.
    pub path: &'static str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The access token that it presents.
    pub access_token: Option<&'a str>,
}

/// The thumbprint of the key that the sender of a request holds; `None` where it did not try to prove any. The proof is spent: it
/// is good for no other request (row P15).
pub async fn proven(app: &App, client: &Client, call: &Call<'_>, now: Timestamp) -> Result<Option<String>, OAuthError> {
    let mut sent = call.headers.get_all(HEADER).iter();
    let proof = match (sent.next(), sent.next()) {
        (None, _) => return Ok(None),
        (Some(proof), None) => proof.to_str().map_err(|_| ErrorCode::InvalidDpopProof.because("the DPoP header is not ASCII"))?,
        _ => return Err(ErrorCode::InvalidDpopProof.because("the DPoP header was sent more than once")),
    };
    let expected = Expected {
        method: call.method,
        addresses: &paths::addresses(app, call.path),
        access_token: call.access_token,
        algorithms: profile::of(client.settings.profile).algorithms,
        now,
    };
    let proof = proof::check(proof, &expected)?;
    let timely = match &proof.nonce {
        Some(nonce) => nonce::is_good(&app.tools.keys, nonce, now),
        None => !client.settings.binding.dpop_nonces,
    };
    if !timely {
        return Err(ErrorCode::UseDpopNonce.because("the DPoP proof must hold the nonce of the header DPoP-Nonce"));
    }
    match app.store.write(async |tx: &Tx| tx.key_proofs().spend(&proof.id, proof.until).await).await? {
        true => Ok(Some(proof.key)),
        false => Err(ErrorCode::InvalidDpopProof.because("the DPoP proof was used before: jti must be new")),
    }
}

/// Lets an answer carry the next nonce to a client whose proofs must hold one (RFC 9449 section 8.2).
pub fn next_nonce(app: &App, client: &Client, response: &mut Response, now: Timestamp) {
    if client.settings.binding.dpop_nonces {
        add_nonce(app, response, now);
    }
}

/// The refusal that asks for a nonce brings one (RFC 9449 section 8).
pub fn asked_nonce(app: &App, asked: ErrorCode, response: &mut Response, now: Timestamp) {
    if asked == ErrorCode::UseDpopNonce {
        add_nonce(app, response, now);
    }
}

fn add_nonce(app: &App, response: &mut Response, now: Timestamp) {
    let nonce = HeaderValue::try_from(nonce::of(&app.tools.keys, now)).expect("base64 is ASCII");
    response.headers_mut().insert(NONCE, nonce);
}

/// Is it a thumbprint of RFC 7638, by SHA-256?
pub fn is_thumbprint(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

const HEADER: HeaderName = HeaderName::from_static("dpop");
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
