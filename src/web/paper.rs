//! Paper that a page hands out: set on a thread that may wait, one document at a time, for each takes a core and some memory.

use std::fmt::Display;

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

/// Sets a document, which answers with its PDF.
pub async fn set<E: Display + Send + 'static>(document: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static) -> Result<Vec<u8>, String> {
    let _turn = SETTING.acquire().await.map_err(|error| error.to_string())?;
    let set = tokio::task::spawn_blocking(document).await.map_err(|error| error.to_string())?;
    set.map_err(|error| error.to_string())
}

/// A file to keep. `name`: plain ASCII, and nobody's name: it stands in lists of downloads that others see.
pub fn file(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).expect("a file's name is plain ASCII");
    ([(CONTENT_TYPE, HeaderValue::from_static(kind)), (CONTENT_DISPOSITION, named)], bytes).into_response()
}

static SETTING: Semaphore = Semaphore::const_new(1);
