//! `/enroll`: the ways to join, and the way one began already (A42).

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::pages::{Enroll, Way};
use crate::app::App;
use crate::flow::Flow;
use crate::model::Language;
use crate::web::{FrameExtras, PageError, Visitor, flow, page};

/// `GET /enroll`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let return_to = flow::return_to(&uri);
    let loaded = app.flows.all();
    let listed = loaded.iter().filter(|flow| flow.listed && flow.feature.name == FEATURE);
    let flows = listed.map(|flow| way(flow, visitor.language, return_to.carried_by(&flow::start_address(flow)))).collect();
    let begun = flow::begun(&app, &visitor, FEATURE).await?;
    let resume = begun.and_then(|(address, name)| app.flow(&name).map(|flow| way(&flow, visitor.language, address)));
    Ok(page(&Enroll { flows, resume }, FrameExtras::default()))
}

fn way(flow: &Flow, language: Language, address: String) -> Way {
    let said = |key: &str| flow.texts.get(language.tag()).and_then(|texts| texts.get(key)).cloned();
    Way { address, title: said("title").unwrap_or_else(|| flow.name.clone()), text: said("lead") }
}

const FEATURE: &str = "enrollment";
