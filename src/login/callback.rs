//! `/sign-in/callback`: where another provider sends the browser back to (E9). The state names the journey; only the
//! browser that holds it goes on (rows E15, E18).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::source_proof::{self, CODE, ERROR, ISS};
use crate::app::App;
use crate::web::{PageError, Visitor, flow};

/// `GET /sign-in/callback`.
pub async fn come_back(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let query = uri.query().unwrap_or_default();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
        // What is said twice is said by nobody.
        if value.len() > LONGEST || found.insert(name, value).is_some() {
            return Err(PageError::forbidden("/sign-in"));
        }
    }
    let state = found.remove("state").unwrap_or_default();
    let journey = state.split_once('.').map_or("", |(journey, _)| journey).to_owned();
    let fields = [("code", CODE), ("error", ERROR), ("iss", ISS)];
    let form = fields.into_iter().filter_map(|(from, to)| Some((to.to_owned(), found.remove(from)?))).collect();
    let is_ours = |id, draft: &_| source_proof::is_ours(&app.tools.keys, id, draft, &state);
    flow::come_back(&app, &visitor, flow::Return { journey: &journey, stage: source_proof::NAME, form, query }, is_ours).await
}

const LONGEST: usize = 4_096;
