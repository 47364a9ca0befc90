//! The only way an answer leaves for a client's address. Its fields are private and only a registered address makes
//! one, so no path through the code can send anybody, or anything, anywhere else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::oidc::error::OAuthError;
use crate::oidc::params::Params;
use crate::oidc::redirect_uri;
use crate::random::Secret;
use crate::store::clients::Client;
use crate::store::grants::Request;

/// Where the answer to an authorization request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    address: String,
    mode: ResponseMode,
    state: Option<String>,
    issuer: String,
}

/// How the answer travels. Fragments, forms and signed answers belong to profiles that come later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseMode {
    Query,
}

/// The address is not one of the client's. The person sees a page; nobody is redirected (RFC 6749 section 4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untrusted;

impl ReplyTo {
    /// The address that a request names, if the client registered it.
    pub fn of(client: &Client, params: &Params, issuer: &str) -> Result<Self, Untrusted> {
        let state = params.get("state").map(str::to_owned);
        Self::registered(client, params.get("redirect_uri").ok_or(Untrusted)?, state, issuer)
    }

    /// The address of a request that was checked before. It is checked again: the client may have changed since.
    pub fn of_request(client: &Client, request: &Request, issuer: &str) -> Result<Self, Untrusted> {
        Self::registered(client, &request.redirect_uri, request.state.clone(), issuer)
    }

    fn registered(client: &Client, address: &str, state: Option<String>, issuer: &str) -> Result<Self, Untrusted> {
        let known = client.settings.redirect_uris.iter().any(|registered| redirect_uri::same(registered, address));
        match known {
            true => Ok(Self { address: address.to_owned(), mode: ResponseMode::Query, state, issuer: issuer.to_owned() }),
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

    /// Says yes.
    pub fn grant(&self, code: &Secret) -> Response {
        self.send(&[("code", code.expose())])
    }

    /// Says no.
    pub fn refuse(&self, error: &OAuthError) -> Response {
        self.send(&[("error", error.code.word()), ("error_description", error.description)])
    }

    /// By 303, so that no browser sends a form's body along (row P25), and always with `iss` (RFC 9207, row P09).
    fn send(&self, answer: &[(&str, &str)]) -> Response {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(answer);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer);
        let location = match self.mode {
            ResponseMode::Query => {
                let joint = if self.address.contains('?') { '&' } else { '?' };
                format!("{}{joint}{}", self.address, query.finish())
            }
        };
        let location = HeaderValue::try_from(location).expect("a registered address is ASCII and the rest is encoded");
        let headers = [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}
