//! The pages that every page's foot leads to: what happens to a person's data, and how far the pages are for everybody.

use axum::response::Response;

use super::{FrameExtras, page};
use crate::pages::plain::{Accessibility, Privacy};

/// `GET /privacy`.
pub async fn privacy() -> Response {
    page(&Privacy { contact: None }, FrameExtras::default())
}

/// `GET /accessibility`.
pub async fn accessibility() -> Response {
    page(&Accessibility {}, FrameExtras::default())
}
