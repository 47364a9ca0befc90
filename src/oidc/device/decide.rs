//! The person's part (RFC 8628 section 3.3): sign in, type the code, see which app it is and say yes or no. A right code ties the
//! request to this sign-in, so that nobody else can answer it; wrong ones are counted by account and network.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use super::pages::{Device, DeviceConfirm, DeviceDone};
use super::user_code::UserCode;
use crate::app::App;
use crate::limits::{self, Rule, Taken};
use crate::model::assurance::TWO_FACTOR;
use crate::model::{FieldError, Language, LocalPath};
use crate::oidc::authorize::next::SecondFactor;
use crate::oidc::authorize::step_up;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::params::Params;
use crate::oidc::shell::Shell;
use crate::oidc::{acr, paths, restriction};
use crate::store::clients::Client;
use crate::store::device_requests::{Answer, DeviceRequest};
use crate::store::events::Event;
use crate::store::grants::Issued;
use crate::store::{StoreError, Tx};
use crate::web::{self, FrameExtras, PageError, SignedIn, Visitor, see_other};

/// `GET /device`. A code in the address is filled in and waits for a click: who sent the address may not be the person.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let code = params.get("user_code").and_then(UserCode::parse).map(|code| code.shown()).unwrap_or_default();
    if visitor.signed_in.is_none() {
        let here = if code.is_empty() { paths::DEVICE.to_owned() } else { format!("{}?user_code={code}", paths::DEVICE) };
        let back: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
        return see_other(&format!("/sign-in?return_to={back}"));
    }
    shell.page(&Device { code }, paths::DEVICE.to_owned(), None)
}

/// `POST /device`: the code that was typed.
pub async fn typed(State(app): State<Arc<App>>, visitor: Visitor, headers: HeaderMap, body: Bytes) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let form = match shell.form(paths::DEVICE, &headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused.into_response(),
    };
    let Some(signed_in) = &visitor.signed_in else { return see_other(paths::DEVICE) };
    let typed = form.text("user_code");
    let Some(code) = UserCode::parse(typed) else {
        // A slip of the finger is no guess, and is not counted.
        return again(form.0.clone(), if typed.is_empty() { "device-code-missing" } else { "device-code-wrong" });
    };
    match tie(&shell, signed_in, &code).await {
        Ok(Typed::Right(id)) => see_other(&path_of(id)),
        Ok(Typed::Wrong) => again(form.0.clone(), "device-code-wrong"),
        Ok(Typed::Wait(error)) => error.into_response(),
        Err(cause) => shell.broken(&cause),
    }
}

enum Typed {
    Right(Uuid),
    Wrong,
    Wait(PageError),
}

/// Counted before it is judged (RFC 8628 section 5.1); a right one costs nothing.
async fn tie(shell: &Shell<'_>, signed_in: &SignedIn, code: &UserCode) -> Result<Typed, StoreError> {
    let (keys, now, network) = (&shell.app.tools.keys, shell.visitor.now, &shell.visitor.origin.network);
    let (account, session) = (signed_in.account.id, signed_in.session.id);
    let (subject, hash) = (limits::subject_of_account(keys, account), code.hash(keys));
    shell
        .app
        .store
        .write(async |tx: &Tx| {
            match limits::take(tx, Rule::DeviceCode, &subject, now).await? {
                Taken::Go { .. } => {}
                Taken::Wait(until) => return Ok(Typed::Wait(PageError::TooMany { until })),
                Taken::Closed => return Ok(Typed::Wait(PageError::NotAllowed)),
            }
            match tx.device_requests().tie(&hash, account, session, now).await? {
                Some(id) => {
                    limits::give_back(tx, Rule::DeviceCode, &subject).await?;
                    Ok(Typed::Right(id))
                }
                None => {
                    limits::failed(tx, keys, network, &subject, now).await?;
                    Ok(Typed::Wrong)
                }
            }
        })
        .await
}

fn again(typed: std::collections::BTreeMap<String, String>, text: &str) -> Response {
    let errors = vec![FieldError::of("user_code", text)];
    let extras = FrameExtras { action: paths::DEVICE.to_owned(), errors, typed, ..FrameExtras::default() };
    let mut response = web::page(&Device { code: String::new() }, extras);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// `GET /device/{request}`: which app it is, or what was answered.
pub async fn ask(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let open = match Open::find(&shell, &id).await {
        Ok(open) => open,
        Err(response) => return response,
    };
    match open.request.answer {
        Answer::None => {}
        ref answer => return shell.page(&DeviceDone { allowed: *answer != Answer::Denied }, String::new(), None),
    }
    match restriction::admits(&app, &open.client, open.signed_in.account.id).await {
        Ok(true) if open.needs_more() => open.step_up(&shell).await,
        Ok(true) => shell.page(&open.confirm(visitor.language), path_of(open.request.id), None),
        Ok(false) => shell.refused(&NOT_FOR_THEM, "the account"),
        Err(error) => shell.refused(&error, error.description),
    }
}

/// `POST /device/{request}`: yes or no.
pub async fn decide(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let open = match Open::find(&shell, &id).await {
        Ok(open) => open,
        Err(response) => return response,
    };
    let form = match shell.form(&path_of(open.request.id), &headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused.into_response(),
    };
    let admitted = match restriction::admits(&app, &open.client, open.signed_in.account.id).await {
        Ok(admitted) => admitted,
        Err(error) => return shell.refused(&error, error.description),
    };
    if admitted && open.needs_more() {
        return see_other(&path_of(open.request.id));
    }
    match open.answer(&shell, form.text("answer") == "allow" && admitted).await {
        Ok(true) if !admitted => shell.refused(&NOT_FOR_THEM, "the account"),
        Ok(true) => see_other(&path_of(open.request.id)),
        Ok(false) => shell.expired(),
        Err(cause) => shell.broken(&cause),
    }
}

/// A request that this sign-in may answer.
struct Open<'a> {
    request: DeviceRequest,
    client: Arc<Client>,
    signed_in: &'a SignedIn,
}

impl<'a> Open<'a> {
    /// Finds it; the response says what stands in the way, and nothing of what was asked.
    async fn find(shell: &Shell<'a>, id: &str) -> Result<Self, Response> {
        let (app, now) = (shell.app, shell.visitor.now);
        let (Ok(id), Some(signed_in)) = (id.parse::<Uuid>(), shell.visitor.signed_in.as_ref()) else { return Err(shell.expired()) };
        let found = async {
            let request = app.store.read().device_requests().find(id).await?;
            let mine = |request: &DeviceRequest| request.session == Some(signed_in.session.id) && request.expires_at > now;
            let Some(request) = request.filter(mine) else { return Ok(None) };
            let client = app.store.client(&request.client_id, now).await?.filter(|client| client.enabled);
            Ok::<_, StoreError>(client.map(|client| Self { request, client, signed_in }))
        };
        match found.await {
            Ok(Some(open)) => Ok(open),
            Ok(None) => Err(shell.expired()),
            Err(cause) => Err(shell.broken(&cause)),
        }
    }

    /// The client is for nobody who is signed in with less than it is registered to need.
    fn needs_more(&self) -> bool {
        let (session, account) = (&self.signed_in.session, &self.signed_in.account);
        let needed = self.client.settings.requests.required_acr.as_deref();
        needed.is_some_and(|needed| !acr::reaches(&session.acr, &account.assurance, needed))
    }

    async fn step_up(&self, shell: &Shell<'_>) -> Response {
        let helps = self.client.settings.requests.required_acr.as_deref().is_some_and(|needed| {
            self.signed_in.session.acr != TWO_FACTOR && acr::reaches(TWO_FACTOR, &self.signed_in.account.assurance, needed)
        });
        match step_up::second_factor(shell.app, self.signed_in).await {
            Ok(second) if helps && second != SecondFactor::Never => {
                let here = LocalPath::parse(&path_of(self.request.id)).expect("an id is plain");
                step_up::begin(shell, self.signed_in, None, true, here).await
            }
            Ok(_) => shell.refused(&UNMET, "the account"),
            Err(cause) => shell.broken(&cause),
        }
    }

    fn confirm(&self, language: Language) -> DeviceConfirm {
        DeviceConfirm::of(self.client.name_in(language), &self.signed_in.name, &self.request.scopes)
    }

    /// False where it was answered or ran out in between.
    async fn answer(&self, shell: &Shell<'_>, allowed: bool) -> Result<bool, StoreError> {
        let (now, signed_in, request) = (shell.visitor.now, self.signed_in, &self.request);
        let session = &signed_in.session;
        let issued = Issued {
            account: session.account,
            session: session.id,
            auth_time: session.auth_time,
            acr: session.acr.clone(),
            amr: session.amr.clone(),
        };
        let event = Event {
            actor: Some(signed_in.account.id),
            person: Some(signed_in.person),
            detail: json!({ "client": self.client.client_id, "scope": request.scopes }),
            ..Event::of(if allowed { "device.allowed" } else { "device.denied" })
        };
        shell
            .app
            .store
            .write(async |tx: &Tx| {
                if !tx.device_requests().answer(request.id, &issued, allowed, now).await? {
                    return Ok(false);
                }
                if allowed && !self.client.settings.first_party {
                    tx.consents().allow(signed_in.account.id, &self.client.client_id, &request.scopes, now).await?;
                }
                tx.record(&event, now).await?;
                Ok(true)
            })
            .await
    }
}

fn path_of(id: Uuid) -> String {
    format!("{}/{id}", paths::DEVICE)
}

const UNMET: OAuthError =
    ErrorCode::UnmetAuthenticationRequirements.because("this person cannot sign in with the assurance that is needed");
const NOT_FOR_THEM: OAuthError = ErrorCode::AccessDenied.because("this client is not for this person");
