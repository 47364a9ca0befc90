//! `/account`: what the school account is, for the person whose it is, and what they can change of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::pages::Account;
use super::sign_in_first;
use crate::app::App;
use crate::passkeys::Passkeys;
use crate::store::people::Person;
use crate::store::{Reader, StoreError};
use crate::web::invites::may_invite;
use crate::web::{FrameExtras, PageError, Visitor, page};

/// `GET /account`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first("/account")) };
    let reader = app.store.read();
    let person = reader.people().find(signed_in.person).await?.ok_or(PageError::NotAllowed)?;
    let account = Account {
        name: signed_in.name.clone(),
        username: signed_in.account.username.clone(),
        schools: schools(&reader, &person).await?,
        email: reader.accounts().email(signed_in.account.id).await?.or(person.email.clone()),
        language: visitor.language.name().to_owned(),
        children: reader.people().relationships(person.id).await?.iter().any(|tie| tie.guardian == person.id),
        approvals: super::approvals::waiting(&reader, person.id, visitor.now).await?,
        invite: may_invite(&app, &person).await?,
        badges: super::badges::looks_after(&app, &reader, &person).await?,
        questions: !reader.accounts().security_answers(signed_in.account.id).await?.is_empty(),
        passkeys: Passkeys::of(&app.tools.config).is_some(),
        done: done_of(&uri, DONE),
    };
    Ok(page(&account, FrameExtras::default()))
}

/// The names of the schools of somebody.
pub(super) async fn schools(reader: &Reader<'_>, person: &Person) -> Result<Vec<String>, StoreError> {
    let mut schools = Vec::new();
    for at in &person.roles {
        if let Some(org) = reader.people().org(at.org).await?.filter(|org| !schools.contains(&org.name)) {
            schools.push(org.name);
        }
    }
    Ok(schools)
}

/// What was just changed: the text that says so, of those of this page.
pub(super) fn done_of(uri: &Uri, texts: &[(&str, &str)]) -> Option<String> {
    let query = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, done) = query.into_iter().find(|(name, _)| name == "done")?;
    let said = texts.iter().find(|(flow, _)| *flow == done)?.1;
    Some(said.to_owned())
}

const DONE: &[(&str, &str)] = &[
    ("address", "account-done-address"),
    ("password", "account-done-password"),
    ("questions", "account-done-questions"),
    ("preferences", "account-done-preferences"),
];
