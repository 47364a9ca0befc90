//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0). A client may end the session that it knows; everybody
//! else's request is a question to the person (row P20). Where the browser goes then is registered, byte by byte, or
//! nowhere (row P21).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use super::shell::{self, Shell};
use super::token::mint::{ID_TYPE, IdToken};
use super::{client_auth, issuer, paths, redirect_uri, subject};
use crate::app::App;
use crate::model::draft::AskedFor;
use crate::pages::plain::{SignOut, SignedOut};
use crate::store::clients::Client;
use crate::web::{Visitor, see_other};

/// `GET /end-session`.
pub async fn get(State(app): State<Arc<App>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    match Asked::read(&shell, query.unwrap_or_default().as_bytes()).await {
        Ok(asked) => asked.answer(&shell).await,
        Err(response) => response,
    }
}

/// `POST /end-session`: the person's yes on our own page, or an app's request. An app's page sends it without our
/// cookies, so that one is taken again by a GET, with them.
pub async fn post(State(app): State<Arc<App>>, visitor: Visitor, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let query = query.unwrap_or_default();
    match client_auth::form(&headers, &body) {
        Err(error) => return shell.refused(&error, "the body"),
        Ok(form) if form.get("csrf").is_none() => {
            let both = [query.as_bytes(), b"&", &body].concat();
            return match Params::parse(&both) {
                Ok(params) => see_other(&format!("{}?{}", paths::END_SESSION, params.encode())),
                Err(error) => shell.refused(&error, error.description),
            };
        }
        Ok(_) => {}
    }
    if let Err(refused) = shell.form(paths::END_SESSION, &headers, &body) {
        return refused.into_response();
    }
    match Asked::read(&shell, query.as_bytes()).await {
        Ok(asked) => asked.end(&shell).await,
        Err(response) => response,
    }
}

/// A request to sign out, as far as it can be believed.
struct Asked {
    client: Option<Arc<Client>>,
    /// An ID token that we gave that client.
    hint: Option<IdToken>,
    /// Where the browser goes then: an address of that client, with `state`.
    then: Option<String>,
    state: Option<String>,
    address: Option<String>,
}

impl Asked {
    async fn read(shell: &Shell<'_>, encoded: &[u8]) -> Result<Self, Response> {
        let params = Params::parse(encoded).map_err(|error| shell.refused(&error, error.description))?;
        // A hint that we cannot believe says nothing; the person is asked as if there were none.
        let hint = params.get("id_token_hint").and_then(|hint| shell.app.tools.keys.verify::<IdToken>(ID_TYPE, hint).ok());
        let hint = hint.filter(|token| token.iss == issuer(shell.app));
        let named = params.get("client_id");
        if let (Some(hint), Some(named)) = (&hint, named)
            && hint.aud != named
        {
            return Err(shell.refused(&OTHER_CLIENT, "client_id"));
        }
        let client = match hint.as_ref().map(|hint| hint.aud.as_str()).or(named) {
            Some(client_id) => shell
                .app
                .store
                .client(client_id, shell.visitor.now)
                .await
                .map_err(|cause| shell.broken(&cause))?
                .filter(|client| client.enabled),
            None => None,
        };
        let address = params.get("post_logout_redirect_uri").map(str::to_owned);
        let state = params.get("state").map(str::to_owned);
        if let Some(address) = &address
            && !client.as_ref().is_some_and(|client| client.settings.post_logout_redirect_uris.contains(address))
        {
            // Whose address it is, only the hint could have said.
            return Err(match client.is_none() && params.get("id_token_hint").is_some() {
                true => shell.refused(&UNBELIEVED, "id_token_hint"),
                false => shell.refused(&UNREGISTERED, "post_logout_redirect_uri"),
            });
        }
        let then = address.as_ref().map(|address| with_state(address, state.as_deref()));
        Ok(Self { client, hint, then, state, address })
    }

    async fn answer(&self, shell: &Shell<'_>) -> Response {
        match (&shell.visitor.signed_in, &self.hint) {
            (Some(_), _) if self.is_of_this_session(shell) => self.end(shell).await,
            (Some(_), _) => self.ask(shell),
            // Nobody is signed in: what was asked is so. Only a client that showed a token of ours gets the browser back.
            (None, Some(_)) if self.then.is_some() => self.leave(),
            (None, _) => shell.page(&SignedOut::default(), String::new(), None),
        }
    }

    /// Row P20: an ID token of the very session of this browser.
    fn is_of_this_session(&self, shell: &Shell<'_>) -> bool {
        let (Some(hint), Some(client), Some(signed_in)) = (&self.hint, &self.client, &shell.visitor.signed_in) else { return false };
        let keys = &shell.app.tools.keys;
        hint.sid == subject::session(keys, client, signed_in.session.id) && hint.sub == subject::of(keys, client, signed_in.account.id)
    }

    async fn end(&self, shell: &Shell<'_>) -> Response {
        match shell.end_session().await {
            Ok(left) if left.is_empty() => shell::without_session(self.leave()),
            Ok(left) => shell::without_session(left.page(shell, self.then.clone())),
            Err(response) => response,
        }
    }

    /// Back to the client, or to our own page: this address says that nobody is signed in.
    fn leave(&self) -> Response {
        see_other(self.then.as_deref().unwrap_or(paths::END_SESSION))
    }

    /// The person's yes may then lead to the client's address.
    fn ask(&self, shell: &Shell<'_>) -> Response {
        let origin = self.address.as_deref().and_then(redirect_uri::origin);
        let client =
            self.client.as_ref().map(|client| AskedFor { client_id: client.client_id.clone(), origin: origin.unwrap_or_default() });
        let page = SignOut { app: self.client.as_ref().map(|client| client.name_in(shell.visitor.language).to_owned()) };
        shell.page(&page, self.confirmation(), client)
    }

    /// Where the confirmation is sent: what was asked, without the hint.
    fn confirmation(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(client) = &self.client {
            query.append_pair("client_id", &client.client_id);
        }
        for (name, value) in [("post_logout_redirect_uri", &self.address), ("state", &self.state)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("{}?{}", paths::END_SESSION, query.finish())
    }
}

fn with_state(address: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return address.to_owned() };
    let joint = if address.contains('?') { '&' } else { '?' };
    let state: String = form_urlencoded::byte_serialize(state.as_bytes()).collect();
    format!("{address}{joint}state={state}")
}

const OTHER_CLIENT: OAuthError = ErrorCode::InvalidRequest.because("client_id is not that of the id_token_hint");
const UNBELIEVED: OAuthError = ErrorCode::InvalidRequest.because("id_token_hint is not an ID token of ours");
const UNREGISTERED: OAuthError = ErrorCode::InvalidRequest.because("post_logout_redirect_uri is not registered for this client");
