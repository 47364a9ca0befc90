//! How a family of tokens begins: with a code, or with an answer that brings tokens through the browser.

use crate::app::App;
use crate::model::{FamilyId, Timestamp};
use crate::oidc::lifetimes;
use crate::store::grants::{Grant, Issued};
use crate::store::tokens::{Family, Told};

/// The family of a code, which ends with the session unless it is for longer (`offline_access`).
pub fn of_code(app: &App, grant: &Grant, issued: &Issued, session_ends: Timestamp, now: Timestamp) -> Family {
    begin(app, grant, issued, grant.request.scopes.has("offline_access"), session_ends, now)
}

/// The family of a token that came through the browser. It is never refreshed, and ends with the session.
pub fn of_answer(app: &App, grant: &Grant, issued: &Issued, session_ends: Timestamp, now: Timestamp) -> Family {
    begin(app, grant, issued, false, session_ends, now)
}

fn begin(app: &App, grant: &Grant, issued: &Issued, offline: bool, session_ends: Timestamp, now: Timestamp) -> Family {
    let (idle_until, expires_at) = lifetimes::of_family(offline, session_ends, now);
    Family {
        id: FamilyId::new(now, &app.tools.random),
        client_id: grant.client_id.clone(),
        account: issued.account,
        session: issued.session,
        offline,
        scopes: grant.request.scopes.clone(),
        told: Told {
            auth_time: issued.auth_time,
            acr: issued.acr.clone(),
            amr: issued.amr.clone(),
            nonce: grant.request.nonce.clone(),
            claims: grant.request.claims.clone(),
            holder: None,
        },
        generation: 0,
        created_at: now,
        idle_until,
        expires_at,
        revoked_at: None,
    }
}
