//! `/counter/end`: the session is over, finished or not, and nothing of it stays in the browser (E18; row P32). Pages at the counter go
//! here by themselves when their time is over.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::pages::CounterEnd;
use crate::app::App;
use crate::web::{FrameExtras, PageError, Visitor, cookies, flow, page, with_cookie};

/// `GET /counter/end`. Changes nothing but what this browser holds of sessions at a counter.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let left = flow::leave_counter(&app, &visitor).await?;
    let done = left.as_ref().is_some_and(|(done, _)| *done);
    let extras = FrameExtras { large: true, here: Some("/counter/end".to_owned()), ..FrameExtras::default() };
    let mut response = page(&CounterEnd { done }, extras);
    if let Some((_, cleared)) = left {
        response = cleared.into_iter().fold(response, with_cookie);
        for name in [cookies::COUNTER, cookies::LANGUAGE, cookies::PRE] {
            response = with_cookie(response, cookies::clear(name));
        }
        let everything = HeaderValue::from_static("\"cache\", \"storage\"");
        response.headers_mut().insert(HeaderName::from_static("clear-site-data"), everything);
    }
    Ok(response)
}
