//! How a family of tokens begins: with a code, with an answer that brings tokens through the browser, or with a device.

use crate::app::App;
use crate::model::{FamilyId, Scopes, SessionId, Timestamp};
use crate::oidc::lifetimes;
use crate::store::accounts::Account;
use crate::store::clients::Client;
use crate::store::device_requests::DeviceRequest;
use crate::store::grants::{ClaimNames, Grant, Issued};
use crate::store::tokens::{Family, Told};

/// The family of a code, which ends with the session unless it is for longer (`offline_access`).
pub fn of_code(app: &App, grant: &Grant, issued: &Issued, session_ends: Timestamp, now: Timestamp) -> Family {
    let family = begin(app, (&grant.client_id, &grant.request.scopes), issued, session_ends, now);
    let told = Told {
        nonce: grant.request.nonce.clone(),
        claims: grant.request.claims.clone(),
        resource: grant.request.resource.clone(),
        ..family.told
    };
    Family { told, ..family }
}

/// The family of a token that came through the browser. It is never refreshed, and ends with the session.
pub fn of_answer(app: &App, grant: &Grant, issued: &Issued, session_ends: Timestamp, now: Timestamp) -> Family {
    Family { offline: false, idle_until: session_ends, expires_at: session_ends, ..of_code(app, grant, issued, session_ends, now) }
}

/// The family of a device that a person let in.
pub fn of_device(app: &App, device: &DeviceRequest, issued: &Issued, session_ends: Timestamp, now: Timestamp) -> Family {
    begin(app, (&device.client_id, &device.scopes), issued, session_ends, now)
}

/// The family of an assertion, which stands for a person who did not sign in here. It is for minutes and is never refreshed; it ends
/// before that with the account, or when all that the account gave out is taken back.
pub fn of_assertion(app: &App, client: &Client, account: &Account, (scopes, issuer): (&Scopes, &str), now: Timestamp) -> Family {
    let session = SessionId::new(now, &app.tools.random);
    let issued = Issued { account: account.id, session, auth_time: now, acr: String::new(), amr: Vec::new() };
    let until = now + lifetimes::VOUCHED;
    let family = begin(app, (&client.client_id, scopes), &issued, until, now);
    let told = Told { vouched_by: Some(issuer.to_owned()), ..family.told };
    Family { told, offline: true, idle_until: until, expires_at: until, ..family }
}

fn begin(app: &App, (client_id, scopes): (&str, &Scopes), issued: &Issued, session_ends: Timestamp, now: Timestamp) -> Family {
    let offline = scopes.has("offline_access");
    let (idle_until, expires_at) = lifetimes::of_family(offline, session_ends, now);
    Family {
        id: FamilyId::new(now, &app.tools.random),
        client_id: client_id.to_owned(),
        account: issued.account,
        session: issued.session,
        offline,
        scopes: scopes.clone(),
        told: Told {
            auth_time: issued.auth_time,
            acr: issued.acr.clone(),
            amr: issued.amr.clone(),
            nonce: None,
            claims: ClaimNames::default(),
            resource: None,
            vouched_by: None,
            holder: None,
        },
        generation: 0,
        created_at: now,
        idle_until,
        expires_at,
        revoked_at: None,
    }
}
