//! The table of addresses; the only file that knows every feature. Tests walk it: an address that is not here is not
//! served, and one that is here is tried with every method, without a token and from another site (row S11).

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::flow::Feature;
use crate::oidc::{self, paths};
use crate::web::counter::END;
use crate::web::{PageError, assets, flow, footer, guide, headers, health, help, host, logo, respond, status};
use crate::{account, counter, enrollment, login, recovery};

/// What flow files may name.
pub static FEATURES: &[&Feature] =
    &[&login::FEATURE, &enrollment::FEATURE, &recovery::FEATURE, &account::FEATURE, &counter::OFFICE, &counter::FEATURE];

/// Where other providers send the browser back to (E9).
pub const CALLBACK: &str = "/sign-in/callback";

/// An address and who answers there.
pub type Address = (&'static str, MethodRouter<Arc<App>>);

/// The addresses that answer people, with pages.
pub fn pages() -> Vec<Address> {
    vec![
        ("/", get(login::home::show)),
        ("/sign-in", get(flow::start).post(flow::start_with)),
        ("/sign-in/passkey", get(login::passkey::challenge)),
        (CALLBACK, get(login::callback::come_back)),
        ("/badge", get(login::badge::show).post(login::badge::typed)),
        ("/badge/{token}", get(login::badge::open)),
        ("/recover", get(flow::start).post(flow::start_with)),
        ("/enroll", get(enrollment::entrance::show)),
        ("/enroll/invitation-again", get(enrollment::invitation_again::show).post(enrollment::invitation_again::send)),
        ("/enroll/invitation-again/sent", get(enrollment::invitation_again::sent)),
        ("/enroll/write-to-me", get(enrollment::waiting::show).post(enrollment::waiting::keep)),
        ("/enroll/write-to-me/sent", get(enrollment::waiting::sent)),
        ("/enroll/{flow}", get(flow::start).post(flow::start_with)),
        ("/flow/{journey}", get(flow::show)),
        ("/flow/{journey}/{stage}", post(flow::answer)),
        ("/mail", get(flow::mail_link::show).post(flow::mail_link::confirm)),
        ("/mail/{token}", get(flow::mail_link::open)),
        ("/at/{school}", get(host::at_school)),
        ("/undo", get(account::address::show).post(account::address::undo)),
        ("/undo/{token}", get(account::address::open)),
        ("/not-me", get(account::not_me::show).post(account::not_me::shut)),
        ("/not-me/{token}", get(account::not_me::open)),
        ("/sign-out", get(oidc::sign_out::ask).post(oidc::sign_out::go)),
        ("/account", get(account::overview::show)),
        ("/account/approvals", get(account::approvals::show).post(account::approvals::decide)),
        ("/account/invite", get(enrollment::pupil_invites::show).post(enrollment::pupil_invites::send)),
        ("/account/children", get(account::children::show)),
        ("/account/children/{child}/data", get(account::child_data::show).post(account::child_data::take)),
        ("/account/check", get(account::check::show)),
        ("/account/sessions", get(account::sessions::show).post(account::sessions::end)),
        ("/account/badges", get(account::badges::show).post(account::badges::change)),
        ("/account/codes", get(account::codes::show)),
        ("/account/data", get(account::data::show).post(account::data::take)),
        ("/account/device", get(account::shared_device::show).post(account::shared_device::change)),
        ("/account/apps", get(account::apps::show).post(account::apps::withdraw)),
        ("/account/inbox", get(account::inbox::show).post(account::inbox::read)),
        ("/account/inbox/{message}", get(account::inbox::message)),
        ("/account/{flow}", get(flow::start).post(flow::start_with)),
        ("/office/counter", get(counter::desk::list)),
        ("/office/counter/{session}", get(counter::desk::show).post(counter::desk::act)),
        ("/office/counter/{session}/sheet", get(counter::desk::print)),
        ("/office/counter/{session}/sheet.pdf", get(counter::desk::pdf)),
        ("/office/open-counter", get(counter::desk::start).post(counter::desk::start_with)),
        ("/counter", get(flow::start).post(flow::start_with)),
        (END, get(counter::end::show)),
        ("/help", get(help::show).post(help::send)),
        ("/help/sent", get(help::sent)),
        ("/help/guide", get(guide::show)),
        ("/status", get(status::show)),
        ("/privacy", get(footer::privacy)),
        ("/accessibility", get(footer::accessibility)),
        (paths::AUTHORIZE, get(oidc::authorize::get).post(oidc::authorize::post)),
        ("/authorize/{grant}", get(oidc::authorize::go_on)),
        ("/authorize/{grant}/consent", post(oidc::authorize::consent)),
        ("/authorize/{grant}/account", post(oidc::authorize::account)),
        ("/authorize/{grant}/other", get(oidc::authorize::other)),
        (paths::DEVICE, get(oidc::device::decide::show).post(oidc::device::decide::typed)),
        ("/device/{request}", get(oidc::device::decide::ask).post(oidc::device::decide::decide)),
        (paths::END_SESSION, get(oidc::end_session::get).post(oidc::end_session::post)),
    ]
}

/// The addresses by which machines look after us.
pub fn probes() -> Vec<Address> {
    vec![("/healthz", get(health::alive)), ("/readyz", get(health::ready)), ("/metrics", get(health::metrics))]
}

/// The whole program over HTTP.
pub fn router(app: Arc<App>) -> Router {
    let table = |addresses: Vec<Address>| addresses.into_iter().fold(Router::new(), |router, (path, who)| router.route(path, who));
    let pages = table(pages())
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || PageError::NotFound)
        .layer(CatchPanicLayer::custom(|panic: Box<dyn std::any::Any + Send>| respond::after_panic(&panic)))
        .layer(from_fn_with_state(Arc::clone(&app), respond::dress));
    Router::new()
        .merge(pages)
        .merge(oidc::endpoints(&app))
        .merge(table(probes()))
        .merge(assets::routes())
        .merge(table(vec![("/logo/{client_id}", get(logo::show))]))
        .layer(from_fn_with_state(Arc::clone(&app), host::check))
        .layer(from_fn(headers::secure))
        .with_state(app)
}
