//! `/account/children`: the children that the school ties to a guardian, by whom they are known there, and the door for a
//! child who is missing (B31). A court's order counts from the next request on (row E27): what the roster says now is
//! what is shown.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::child_data;
use super::overview::schools;
use super::pages::{Child, Children};
use super::sign_in_first;
use crate::app::App;
use crate::flow::Flow;
use crate::model::PersonId;
use crate::pages::Telephone;
use crate::people::children_of;
use crate::store::StoreError;
use crate::web::{self, FrameExtras, PageError, Visitor, page};

/// `GET /account/children`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first("/account/children")) };
    let children = children(&app, &visitor, signed_in.person).await?;
    Ok(page(&Children { children, add: add(&app) }, FrameExtras::default()))
}

/// Where a code is typed that adds a child, if the district gives out any (C13).
fn add(app: &App) -> Option<String> {
    let asks_a_code = |flow: &Flow| flow.stages.first().is_some_and(|first| first.name == "activation-code");
    app.flows.all().iter().find(|flow| flow.listed && asks_a_code(flow)).map(|flow| web::flow::start_address(flow))
}

/// By name. Nobody whose records the guardian may not see, and nobody who left.
async fn children(app: &App, visitor: &Visitor, guardian: PersonId) -> Result<Vec<Child>, StoreError> {
    let reader = app.store.read();
    let people = reader.people();
    let mut children = Vec::new();
    for child in children_of(&people, guardian).await? {
        let homeroom = people.classes(child.id).await?.into_iter().find(|class| class.homeroom).map(|class| class.title);
        let telephones = people.telephones(child.id).await?.into_iter().filter_map(|(_, number)| Telephone::of(None, &number)).collect();
        let data = child_data::is_young(&app.tools, &child, visitor.now).then(|| child_data::address(&child.id.to_string()));
        children.push(Child { name: child.display_name(), schools: schools(&reader, &child).await?, class: homeroom, telephones, data });
    }
    children.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(children)
}
