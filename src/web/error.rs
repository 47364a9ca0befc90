//! What stands between a person and a page, as people see it. A refusal is only named here; [`super::respond`] turns it
//! into a page in the reader's language.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

use crate::flow::FlowError;
use crate::keys::KeyError;
use crate::model::Timestamp;
use crate::pages::RenderError;
use crate::password::Busy;
use crate::store::StoreError;

/// Why there is no such page.
#[derive(Clone, Debug)]
pub enum PageError {
    /// No page stands at this address.
    NotFound,
    /// A journey that is over; a page that begins again, and no blame (row E19).
    Expired {
        /// Where to begin again.
        again: String,
    },
    /// A form or a journey of another browser, another person or another moment: refused (rows E15, E16, E18, P18).
    Stale {
        /// 403, or 409 for a journey that stands elsewhere.
        status: StatusCode,
        /// Where to go on.
        again: String,
    },
    /// Signed in, but this page is for others; or a form sent by another site.
    NotAllowed,
    /// A request that no page of ours makes.
    Malformed {
        /// Which kind: 400, 413, 415.
        status: StatusCode,
        /// What is wrong with it; never what it said.
        detail: &'static str,
    },
    /// Too many tries; come back then.
    TooMany {
        /// When.
        until: Timestamp,
    },
    /// More people than the machine can serve at this moment.
    Busy,
    /// Something is broken on our side.
    Broken(Arc<str>),
}

impl PageError {
    /// Something is broken; the words are for the log alone.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Self::Broken(cause.to_string().into())
    }

    /// A form or a journey that is not this browser's.
    pub fn forbidden(again: &str) -> Self {
        Self::Stale { status: StatusCode::FORBIDDEN, again: again.to_owned() }
    }

    /// A journey that stands elsewhere than the form thinks.
    pub fn conflict(again: &str) -> Self {
        Self::Stale { status: StatusCode::CONFLICT, again: again.to_owned() }
    }

    /// The status of its page.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Expired { .. } => StatusCode::OK,
            Self::Stale { status, .. } | Self::Malformed { status, .. } => *status,
            Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::broken(error)
    }
}

impl From<RenderError> for PageError {
    fn from(error: RenderError) -> Self {
        Self::broken(error)
    }
}

impl From<KeyError> for PageError {
    fn from(error: KeyError) -> Self {
        Self::broken(error)
    }
}

impl From<Busy> for PageError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<FlowError> for PageError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Busy(busy) => busy.into(),
            other => Self::broken(other),
        }
    }
}
