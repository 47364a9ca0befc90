//! The way out: a question, one click, and nothing of the person left in the browser (rows P32, S01; A16). It is here, and
//! not with the way in, because the apps that the person walked into are left with it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::shell::{self, Shell};
use crate::app::App;
use crate::pages::plain::{SignOut, SignedOut};
use crate::web::{Sent, Visitor, see_other};

/// `GET /sign-out`.
pub async fn ask(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    match visitor.signed_in {
        Some(_) => shell.page(&SignOut { app: None }, ADDRESS.to_owned(), None),
        None => shell.page(&SignedOut::default(), String::new(), None),
    }
}

/// `POST /sign-out`.
pub async fn go(State(app): State<Arc<App>>, visitor: Visitor, _sent: Sent) -> Response {
    let shell = Shell { app: &app, visitor: &visitor };
    match shell.end_session().await {
        Ok(left) if left.is_empty() => shell::without_session(see_other(ADDRESS)),
        Ok(left) => shell::without_session(left.page(&shell, None)),
        Err(response) => response,
    }
}

const ADDRESS: &str = "/sign-out";
