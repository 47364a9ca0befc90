//! For those who look after the server: it is alive, it can serve, how it is doing. No secret, no name, no cookie.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::limits::alarm::Watched;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the database answers too; 503 while it does not (row I07).
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    match app.store.read().people().roster_of().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// `GET /metrics`: figures in Prometheus' text form.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    let mut text = String::new();
    let mut gauge = |name: &str, about: &str, value: i64| {
        let _ = writeln!(text, "# HELP preau_{name} {about}\n# TYPE preau_{name} gauge\npreau_{name} {value}");
    };
    let reader = app.store.read();
    if let Ok(Some(at)) = reader.people().roster_of().await {
        gauge("roster_age_seconds", "Seconds since the last roster was applied.", app.now().since(at));
    }
    if let Ok(letters) = reader.outbox().counts().await {
        gauge("letters_waiting", "Letters on their way out.", letters.queued);
        gauge("letters_dead", "Letters that were given up: `preau mail list` says why.", letters.dead);
    }
    if let Ok(waiting) = reader.logout_outbox().waiting().await {
        gauge("logouts_waiting", "Sign-outs that an app is still to hear of.", waiting);
    }
    for &what in Watched::ALL {
        if let Ok(until) = reader.alarms().until(what.word(), app.now()).await {
            let name = format!("alarm_{}", what.word().replace('-', "_"));
            gauge(&name, "1 while more goes wrong in the whole district than is usual.", i64::from(until.is_some()));
        }
    }
    let hashing = app.tools.hasher.load();
    gauge("passwords_waiting", "People whose password waits to be compared.", count(hashing.waiting));
    gauge("passwords_refused", "People who were asked to come back since the start, because too many waited.", count(hashing.refused));
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
