//! `/account/check`: can each of my children get in? For a guardian to look at before the first day of school (A2): is there
//! an account, was it ever opened, is there a way back when the password is forgotten; and what to do where something is
//! missing. It shows children whose records the guardian may see, and nothing of theirs but these three answers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::pages::{Check, Checked};
use super::sign_in_first;
use crate::app::App;
use crate::model::Audience;
use crate::people::children_of;
use crate::store::accounts::{Account, AccountState};
use crate::store::events::Filter;
use crate::store::people::Person;
use crate::store::{Reader, StoreError};
use crate::web::{FrameExtras, PageError, Visitor, flow, page};

/// `GET /account/check`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first("/account/check")) };
    let reader = app.store.read();
    let mut children = Vec::new();
    for child in children_of(&reader.people(), signed_in.person).await? {
        children.push(check(&reader, &child).await?);
    }
    children.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(page(&Check { children, join: join(&app) }, FrameExtras::default()))
}

/// The three answers for one child.
async fn check(reader: &Reader<'_>, child: &Person) -> Result<Checked, StoreError> {
    let account = reader.accounts().of_person(child.id).await?;
    let shut = account.as_ref().is_some_and(|account| account.state == AccountState::Disabled);
    // Whoever only has a letter with a provisional password is invited and has no account yet.
    let account = account.filter(|account| account.state != AccountState::Invited);
    let (opened, way_back) = match &account {
        Some(account) => (was_opened(reader, account).await?, has_way_back(reader, account, child).await?),
        None => (false, false),
    };
    Ok(Checked { name: child.display_name(), account: account.is_some(), opened, way_back, shut })
}

/// Somebody signed in to it at least once.
async fn was_opened(reader: &Reader<'_>, account: &Account) -> Result<bool, StoreError> {
    let of_child = Filter { kind: Some("session.started".to_owned()), person: Some(account.person), since: None };
    Ok(!reader.events().list(&of_child, 1).await?.is_empty())
}

/// Questions that were answered, or an address for a letter.
async fn has_way_back(reader: &Reader<'_>, account: &Account, child: &Person) -> Result<bool, StoreError> {
    let accounts = reader.accounts();
    Ok(child.email.is_some() || accounts.email(account.id).await?.is_some() || !accounts.security_answers(account.id).await?.is_empty())
}

/// Where a pupil's account begins, if pupils can join by themselves.
fn join(app: &App) -> Option<String> {
    let loaded = app.flows.all();
    let mut pupils = loaded.iter().filter(|flow| flow.listed && flow.audience == Some(Audience::Student));
    pupils.next().map(|flow| flow::start_address(flow))
}
