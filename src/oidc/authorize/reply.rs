//! The only way an answer leaves for a client's address. Its fields are private and only a registered address makes
//! one, so no path through the code can send anybody, or anything, anywhere else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::mode;
use super::pages::{Field, FormPost};
use crate::keys::{Algorithm, KeyError};
use crate::model::draft::AskedFor;
use crate::oidc::error::OAuthError;
use crate::oidc::params::Params;
use crate::oidc::redirect_uri;
use crate::oidc::shell::Shell;
use crate::store::clients::{Client, ResponseType};
use crate::store::grants::{Request, ResponseMode};

/// Where the answer to an authorization request goes, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    address: String,
    mode: ResponseMode,
    state: Option<String>,
    issuer: String,
    client_id: String,
    /// What signs, where the answer is signed.
    algorithm: Algorithm,
}

/// The address is not one of the client's. The person sees a page; nobody is redirected (RFC 6749 section 4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untrusted;

/// What an answer says: names and values.
pub type Said = Vec<(&'static str, String)>;

impl ReplyTo {
    /// The address that a request names, if the client registered it.
    pub fn of(client: &Client, params: &Params, issuer: &str) -> Result<Self, Untrusted> {
        let answer = params.get("response_type").and_then(ResponseType::from_words);
        let mode = mode::of_a_refusal(params.get("response_mode"), answer);
        let state = params.get("state").map(str::to_owned);
        Self::registered(client, params.get("redirect_uri").ok_or(Untrusted)?, mode, state, issuer)
    }

    /// The address of a request that was checked before. It is checked again: the client may have changed since.
    pub fn of_request(client: &Client, request: &Request, issuer: &str) -> Result<Self, Untrusted> {
        Self::registered(client, &request.redirect_uri, request.response_mode, request.state.clone(), issuer)
    }

    fn registered(client: &Client, address: &str, mode: ResponseMode, state: Option<String>, issuer: &str) -> Result<Self, Untrusted> {
        let known = client.settings.redirect_uris.iter().any(|registered| redirect_uri::same(registered, address));
        match known {
            true => Ok(Self {
                address: address.to_owned(),
                mode,
                state,
                issuer: issuer.to_owned(),
                client_id: client.client_id.clone(),
                algorithm: client.settings.requests.response_alg.unwrap_or(client.settings.id_token_alg),
            }),
            false => Err(Untrusted),
        }
    }

    /// The address itself; the token request must name the same one.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address's origin, for the `form-action` of the pages on the way.
    pub fn origin(&self) -> String {
        redirect_uri::origin(&self.address).expect("it was an address when it was registered")
    }

    /// Says yes. The browser then shows the state that the answer speaks of.
    pub(in crate::oidc) fn grant(&self, shell: &Shell<'_>, said: Said) -> Response {
        shell.with_browser_state(self.send(shell, said))
    }

    /// Says no.
    pub(in crate::oidc) fn refuse(&self, shell: &Shell<'_>, error: &OAuthError) -> Response {
        self.send(shell, vec![("error", error.code.word().to_owned()), ("error_description", error.description.to_owned())])
    }

    /// Always with `state` as it came, and with `iss` (RFC 9207, row P09).
    fn send(&self, shell: &Shell<'_>, mut said: Said) -> Response {
        if let Some(state) = &self.state {
            said.push(("state", state.clone()));
        }
        said.push(("iss", self.issuer.clone()));
        if mode::is_signed(self.mode) {
            said = match self.signed(shell, said) {
                Ok(signed) => signed,
                Err(cause) => return shell.broken(&cause),
            };
        }
        match self.mode {
            ResponseMode::Query | ResponseMode::QueryJwt => {
                redirect(&self.address, if self.address.contains('?') { '&' } else { '?' }, &said)
            }
            ResponseMode::Fragment | ResponseMode::FragmentJwt => redirect(&self.address, '#', &said),
            ResponseMode::FormPost | ResponseMode::FormPostJwt => self.form(shell, said),
        }
    }

    /// JARM section 2.1: all of it as the claims of one JWT, for this client and for a few minutes.
    fn signed(&self, shell: &Shell<'_>, said: Said) -> Result<Said, KeyError> {
        let mut claims: Map<String, Value> = said.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        claims.insert("aud".to_owned(), self.client_id.clone().into());
        claims.insert("exp".to_owned(), (shell.visitor.now.0 + SIGNED_LIFE).into());
        Ok(vec![("response", shell.app.tools.keys.sign(self.algorithm, "JWT", &claims)?)])
    }

    /// Form Post Response Mode section 2. The page posts itself where it may; its button does it otherwise.
    fn form(&self, shell: &Shell<'_>, said: Said) -> Response {
        let fields = said.into_iter().map(|(name, value)| Field { name, value }).collect();
        let page = FormPost { address: self.address.clone(), fields };
        let client = AskedFor { client_id: self.client_id.clone(), origin: self.origin() };
        shell.page(&page, String::new(), Some(client))
    }
}

/// By 303, so that no browser sends a form's body along (row P25).
fn redirect(address: &str, joint: char, said: &Said) -> Response {
    let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    let location = HeaderValue::try_from(format!("{address}{joint}{said}")).expect("a registered address is ASCII and the rest is encoded");
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Seconds.
const SIGNED_LIFE: i64 = 300;
