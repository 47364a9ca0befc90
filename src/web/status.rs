//! `/status`: what works at this moment, for everybody, so that a network, a busy server and a wrong password are told apart
//! (A12). It says how things are and nothing of anybody; a server that is down shows no page, and the page says so.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::{FrameExtras, PageError, Visitor, district, page};
use crate::app::App;
use crate::pages::Page;

/// What works.
#[derive(Debug, Serialize)]
pub struct Status {
    /// When this was looked at, in words.
    pub moment: String,
    /// So many people sign in at once that some must wait.
    pub busy: bool,
    /// Since when letters wait that should have left, in words.
    pub letters_wait: Option<String>,
    /// When the lists of the school came, in words.
    pub lists: Option<String>,
}

/// `GET /status`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let (reader, zone) = (app.store.read(), district::zone(&app));
    let words = |at| app.tools.pages.moment(visitor.reading(), at, visitor.now, &zone);
    let hashing = app.tools.hasher.load();
    let oldest = reader.outbox().counts().await?.oldest;
    let status = Status {
        moment: words(visitor.now),
        busy: hashing.waiting > hashing.threads * MANY,
        letters_wait: oldest.filter(|oldest| visitor.now.since(*oldest) > LATE).map(words),
        lists: reader.people().roster_of().await?.map(words),
    };
    Ok(page(&status, FrameExtras::default()))
}

/// Passwords that wait for each thread: about a second's worth.
const MANY: usize = 20;
/// Seconds. A letter that cannot leave is tried again within a minute; one that waits for ten has met something.
const LATE: i64 = 600;

impl Page for Status {
    const TEMPLATE: &'static str = "pages/status.html";

    fn samples() -> Vec<Self> {
        let moment = || "aujourd’hui à 7 h 30".to_owned();
        let (late, lists) = (Some("aujourd’hui à 6 h 50".to_owned()), Some("aujourd’hui à 6 h 05".to_owned()));
        vec![
            Self { moment: moment(), busy: false, letters_wait: None, lists },
            Self { moment: moment(), busy: true, letters_wait: late, lists: None },
        ]
    }
}
