//! `/account`: what the school account is, for the person whose it is.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::pages::Account;
use crate::app::App;
use crate::web::{FrameExtras, PageError, Visitor, page, see_other};

/// `GET /account`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(see_other("/sign-in?return_to=%2Faccount")) };
    let reader = app.store.read();
    let person = reader.people().find(signed_in.person).await?.ok_or(PageError::NotAllowed)?;
    let mut schools = Vec::new();
    for at in &person.roles {
        if let Some(org) = reader.people().org(at.org).await?.filter(|org| !schools.contains(&org.name)) {
            schools.push(org.name);
        }
    }
    let account = Account {
        name: signed_in.name.clone(),
        username: signed_in.account.username.clone(),
        schools,
        language: visitor.language.name().to_owned(),
    };
    Ok(page(&account, FrameExtras::default()))
}
