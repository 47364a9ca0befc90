//! The authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2). A request is checked once,
//! kept, and goes on at `/authorize/{grant}` in the browser that brought it, whichever journeys lie between.

mod answers;
mod decide;
mod issue;
pub mod mode;
pub mod next;
pub mod pages;
pub mod reply;
pub mod rules;
pub(super) mod step_up;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

pub use self::answers::{account, consent, other};
use self::decide::{Case, Kept};
use self::next::Next;
use self::pages::{Choice, ChooseAccount, Consent};
use self::reply::ReplyTo;
use super::asking::{self, Asked};
use super::claims_request::to_allow;
use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use super::shell::{self, Shell};
use super::token::mint::{ID_TYPE, IdToken};
use super::{client_auth, issuer, lifetimes, paths, profile};
use crate::app::App;
use crate::model::draft::AskedFor;
use crate::model::{Draft, GrantId, Language, LocalPath};
use crate::store::clients::Client;
use crate::store::grants::{Grant, GrantState, Prompt, Request};
use crate::store::{StoreError, Tx};
use crate::web::{Visitor, see_other, with_cookie};

/// `GET /authorize`.
pub async fn get(State(app): State<Arc<App>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    begin(&Shell { app: &app, visitor: &visitor }, query.as_bytes(), Came::WithCookies).await
}

/// `POST /authorize`. The app's own page sent it, so no cookie of ours came along; the first step is kept and taken
/// again by a GET, with cookies. A parameter in the address and in the form was sent twice (row P03).
pub async fn post(State(app): State<Arc<App>>, visitor: Visitor, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    if let Err(error) = client_auth::form(&headers, &body) {
        return shell.refused(&error, "the body");
    }
    let both = [query.unwrap_or_default().as_bytes(), b"&", &body].concat();
    begin(&shell, &both, Came::WithoutCookies).await
}

/// `GET /authorize/{grant}`: where every journey returns.
pub async fn go_on(State(app): State<Arc<App>>, visitor: Visitor, headers: HeaderMap, Path(grant): Path<String>) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    match Open::find(&shell, &grant, &headers).await {
        Ok(open) => open.proceed(&shell).await,
        Err(response) => response,
    }
}

/// Whether what we know of the browser came along with its request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    WithCookies,
    WithoutCookies,
}

/// Checks a request; it is answered at once, or kept for the person to go on with.
async fn begin(shell: &Shell<'_>, encoded: &[u8], came: Came) -> Response {
    let params = match Params::parse(encoded) {
        Ok(params) => params,
        Err(error) => return shell.refused(&error, error.description),
    };
    let client = match find_client(shell, &params).await {
        Ok(client) => client,
        Err(response) => return response,
    };
    let sent_to = ReplyTo::of(&client, &params, issuer(shell.app));
    let asked = match asking::at_authorize(shell.app, &client, params, shell.visitor.now).await {
        Ok(asked) => asked,
        Err(error) => {
            return match sent_to {
                Ok(reply_to) => refuse_at_once(shell, &client, &reply_to, &error),
                Err(_) => shell.refused(&error, error.description),
            };
        }
    };
    let Ok(reply_to) = ReplyTo::of(&client, &asked.params, issuer(shell.app)) else {
        return shell.refused(&UNTRUSTED, "redirect_uri");
    };
    match answer(shell, &asked, came, &client, &reply_to).await {
        Ok(response) => response,
        Err(error) => refuse_at_once(shell, &client, &reply_to, &error),
    }
}

/// A refusal of which the person has seen nothing. An app that nobody here knows does not lead people away by it (row P23).
fn refuse_at_once(shell: &Shell<'_>, client: &Client, reply_to: &ReplyTo, error: &OAuthError) -> Response {
    match client.settings.is_unknown() && profile::of(client.settings.profile).no_silent_redirects {
        true => shell.refused(error, error.description),
        false => reply_to.refuse(shell, error),
    }
}

/// RFC 6749 section 4.1.2.1: without a client there is nobody to tell.
async fn find_client(shell: &Shell<'_>, params: &Params) -> Result<Arc<Client>, Response> {
    let Some(client_id) = params.get("client_id") else { return Err(shell.refused(&UNKNOWN_CLIENT, "client_id")) };
    match shell.app.store.client(client_id, shell.visitor.now).await {
        Ok(Some(client)) if client.enabled => Ok(client),
        Ok(_) => Err(shell.refused(&UNKNOWN_CLIENT, "client_id")),
        Err(cause) => Err(shell.broken(&cause)),
    }
}

async fn answer(shell: &Shell<'_>, asked: &Asked, came: Came, client: &Client, reply_to: &ReplyTo) -> Result<Response, OAuthError> {
    let (app, visitor, params) = (shell.app, shell.visitor, &asked.params);
    let checked = rules::check(params, client)?;
    let request = Request {
        hinted_subject: hinted_subject(app, client, params)?.or(checked.hinted_subject),
        session_then: visitor.signed_in.as_ref().map(|signed_in| signed_in.session.id),
        pushed: asked.pushed,
        ..checked
    };
    let silent = request.prompt.contains(&Prompt::None);
    let browser = app.tools.random.secret();
    let grant = Grant {
        id: GrantId::new(visitor.now, &app.tools.random),
        client_id: client.client_id.clone(),
        browser: browser.hash(),
        request,
        created_at: visitor.now,
        expires_at: visitor.now + lifetimes::REQUEST,
        chosen_in: None,
        allowed_in: None,
        stepped_in: None,
        state: GrantState::Pending,
    };
    let case = Case { app, grant: &grant, client, signed_in: visitor.signed_in.as_ref(), now: visitor.now };
    let next = case.next().await?;
    match next.unbothered() {
        None => Ok(reply_to.grant(shell, case.issue(Kept::No).await?)),
        // Nobody can do anything about a refusal.
        Some(error) if silent || matches!(next, Next::Refuse(_)) => Err(error),
        Some(_) => {
            let keep = async |tx: &Tx| tx.grants().add(&grant).await;
            let language = in_language(params, visitor);
            let response = match next {
                // Straight to the first page: on a slow line each redirect is a second.
                Next::SignIn(_) if came == Came::WithCookies && language.is_empty() => {
                    let (draft, return_to) = to_sign_in(&grant, asked_for(client, reply_to));
                    shell.begin_after(SIGN_IN, draft, return_to, keep).await
                }
                _ => {
                    app.store.write(keep).await?;
                    see_other(&format!("{}{language}", path_of(grant.id)))
                }
            };
            Ok(with_cookie(response, shell::grant_cookie(grant.id, &browser)))
        }
    }
}

/// What a journey of flow `sign-in` begins with for a request, where it ends again.
fn to_sign_in(grant: &Grant, client: AskedFor) -> (Draft, LocalPath) {
    let draft = Draft { client: Some(client), hint: grant.request.login_hint.clone(), ..Draft::default() };
    (draft, LocalPath::parse(&path_of(grant.id)).expect("an id is plain"))
}

fn asked_for(client: &Client, reply_to: &ReplyTo) -> AskedFor {
    AskedFor { client_id: client.client_id.clone(), origin: reply_to.origin() }
}

/// OpenID Connect Core section 3.1.2.1: an ID token that we gave this client, which may be over. Anything else, an
/// access token too, is a mistake (rows P10, P12).
fn hinted_subject(app: &App, client: &Client, params: &Params) -> Result<Option<String>, OAuthError> {
    let Some(hint) = params.get("id_token_hint") else { return Ok(None) };
    let bad = ErrorCode::InvalidRequest.because("id_token_hint is not an ID token of this client");
    let token: IdToken = app.tools.keys.verify(ID_TYPE, hint).map_err(|_| bad.clone())?;
    match token.iss == issuer(app) && token.aud == client.client_id {
        true => Ok(Some(token.sub)),
        false => Err(bad),
    }
}

/// A kept request that this browser may go on with.
struct Open {
    grant: Grant,
    client: Arc<Client>,
    reply_to: ReplyTo,
}

impl Open {
    /// Finds it; the response says what stands in the way, and nothing of what was asked.
    async fn find(shell: &Shell<'_>, id: &str, headers: &HeaderMap) -> Result<Self, Response> {
        let app = shell.app;
        let now = shell.visitor.now;
        let Ok(id) = id.parse::<GrantId>() else { return Err(shell.expired()) };
        let found = async {
            let Some(grant) = app.store.read().grants().find(id).await? else { return Ok(None) };
            let client = app.store.client(&grant.client_id, now).await?;
            Ok::<_, StoreError>(client.filter(|client| client.enabled).map(|client| (grant, client)))
        };
        let (grant, client) = match found.await {
            Ok(Some(found)) => found,
            Ok(None) => return Err(shell.expired()),
            Err(cause) => return Err(shell.broken(&cause)),
        };
        let ours = shell::cookie_of(headers, id).is_some_and(|cookie| cookie.hash() == grant.browser);
        if !ours || grant.state != GrantState::Pending || grant.expires_at <= now {
            return Err(shell.expired());
        }
        match ReplyTo::of_request(&client, &grant.request, issuer(app)) {
            Ok(reply_to) => Ok(Self { grant, client, reply_to }),
            Err(_) => Err(shell.refused(&UNTRUSTED, "redirect_uri")),
        }
    }

    fn case<'a>(&'a self, shell: &Shell<'a>) -> Case<'a> {
        let visitor = shell.visitor;
        Case { app: shell.app, grant: &self.grant, client: &self.client, signed_in: visitor.signed_in.as_ref(), now: visitor.now }
    }

    async fn proceed(&self, shell: &Shell<'_>) -> Response {
        let case = self.case(shell);
        match case.next().await {
            Ok(Next::Issue) => match case.issue(Kept::Yes).await {
                Ok(said) => self.leave(self.reply_to.grant(shell, said)),
                Err(error) => self.refuse(shell, &error).await,
            },
            Ok(Next::SignIn(_)) => self.sign_in(shell).await,
            Ok(Next::StepUp { must }) => self.step_up(shell, must).await,
            Ok(Next::Choose) => self.show(shell, &self.chooser(shell), "account"),
            Ok(Next::Consent) => {
                let (scopes, address) = (to_allow(&self.grant.request), self.reply_to.address());
                self.show(shell, &Consent::of(&self.client, &scopes, address, shell.visitor.language), "consent")
            }
            Ok(next @ Next::Refuse(_)) => match next.unbothered() {
                Some(error) => self.refuse(shell, &error).await,
                None => shell.expired(),
            },
            Err(error) => self.refuse(shell, &error).await,
        }
    }

    async fn sign_in(&self, shell: &Shell<'_>) -> Response {
        let (draft, return_to) = to_sign_in(&self.grant, self.asked_for());
        shell.begin(SIGN_IN, draft, return_to).await
    }

    fn chooser(&self, shell: &Shell<'_>) -> ChooseAccount {
        let accounts = shell.visitor.signed_in.iter().map(|signed_in| Choice {
            value: signed_in.session.id.to_string(),
            name: signed_in.name.clone(),
            username: signed_in.account.username.clone(),
        });
        ChooseAccount { accounts: accounts.collect(), other: format!("{}/other", path_of(self.grant.id)) }
    }

    fn show<P: crate::pages::Page>(&self, shell: &Shell<'_>, page: &P, form: &str) -> Response {
        let action = format!("{}/{form}", path_of(self.grant.id));
        shell.page(page, action, Some(self.asked_for()))
    }

    fn asked_for(&self) -> AskedFor {
        asked_for(&self.client, &self.reply_to)
    }

    /// Says no, and forgets the request.
    async fn refuse(&self, shell: &Shell<'_>, error: &OAuthError) -> Response {
        let id = self.grant.id;
        match shell.app.store.write(async |tx: &Tx| tx.grants().close(id).await).await {
            Ok(_) => self.leave(self.reply_to.refuse(shell, error)),
            Err(cause) => shell.broken(&cause),
        }
    }

    fn leave(&self, response: Response) -> Response {
        with_cookie(response, shell::no_grant_cookie(self.grant.id))
    }
}

/// OpenID Connect Core section 3.1.2.1, `ui_locales`: for somebody whose language we do not know.
fn in_language(params: &Params, visitor: &Visitor) -> String {
    let wanted = params.list("ui_locales").find_map(Language::from_tag).filter(|_| visitor.signed_in.is_none());
    wanted.map(|language| format!("?language={}", language.tag())).unwrap_or_default()
}

fn path_of(grant: GrantId) -> String {
    format!("{}/{grant}", paths::AUTHORIZE)
}

/// The flow that a request leads to.
const SIGN_IN: &str = "sign-in";
const UNKNOWN_CLIENT: OAuthError = ErrorCode::InvalidRequest.because("client_id is not that of a known client");
const UNTRUSTED: OAuthError = ErrorCode::InvalidRequest.because("redirect_uri is not registered for this client");
