//! What a person answers on the two screens. What is allowed or chosen is the request that the server kept; the form
//! names nothing but the answer (row P19).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Open;
use crate::app::App;
use crate::oidc::claims_request::to_allow;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::shell::Shell;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::web::{SignedIn, Visitor, see_other};

/// `POST /authorize/{grant}/consent`.
pub async fn consent(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(grant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let (open, signed_in, answer) = match answered(&shell, &grant, "consent", "answer", (&headers, &body)).await {
        Ok(answered) => answered,
        Err(response) => return response,
    };
    if answer != "allow" {
        return open.refuse(&shell, &DENIED).await;
    }
    let (id, now, scopes) = (open.grant.id, visitor.now, to_allow(&open.grant.request));
    let event = Event {
        actor: Some(signed_in.account.id),
        person: Some(signed_in.person),
        detail: json!({ "client": open.client.client_id, "scope": scopes }),
        ..Event::of("consent.given")
    };
    let written = app
        .store
        .write(async |tx: &Tx| {
            tx.consents().allow(signed_in.account.id, &open.client.client_id, &scopes, now).await?;
            tx.grants().allow(id, signed_in.session.id).await?;
            tx.record(&event, now).await?;
            Ok::<_, StoreError>(())
        })
        .await;
    back(&shell, &open, written)
}

/// `POST /authorize/{grant}/account`.
pub async fn account(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(grant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    let (open, signed_in, answer) = match answered(&shell, &grant, "account", "account", (&headers, &body)).await {
        Ok(answered) => answered,
        Err(response) => return response,
    };
    let (id, session) = (open.grant.id, signed_in.session.id);
    if answer != session.to_string() {
        return shell.expired();
    }
    let written = app.store.write(async |tx: &Tx| tx.grants().choose(id, session).await.map(|_| ())).await;
    back(&shell, &open, written)
}

/// `GET /authorize/{grant}/other`: somebody else signs in.
pub async fn other(State(app): State<Arc<App>>, visitor: Visitor, Path(grant): Path<String>, headers: HeaderMap) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    match Open::find(&shell, &grant, &headers).await {
        Ok(open) => open.sign_in(&shell).await,
        Err(response) => response,
    }
}

/// The request, who answers, and the answer, after the form proved that it is ours and for this person.
async fn answered<'a>(
    shell: &Shell<'a>,
    grant: &str,
    form: &str,
    field: &str,
    (headers, body): (&HeaderMap, &Bytes),
) -> Result<(Open, &'a SignedIn, String), Response> {
    let open = Open::find(shell, grant, headers).await?;
    let sent = shell.form(&format!("{}/{form}", super::path_of(open.grant.id)), headers, body);
    let sent = sent.map_err(IntoResponse::into_response)?;
    let signed_in = shell.visitor.signed_in.as_ref().ok_or_else(|| shell.expired())?;
    Ok((open, signed_in, sent.text(field).to_owned()))
}

fn back(shell: &Shell<'_>, open: &Open, written: Result<(), StoreError>) -> Response {
    match written {
        Ok(()) => see_other(&super::path_of(open.grant.id)),
        Err(cause) => shell.broken(&cause),
    }
}

const DENIED: OAuthError = ErrorCode::AccessDenied.because("the person did not allow it");
