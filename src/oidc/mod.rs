//! OpenID Connect and OAuth 2.0 as a provider speaks them: one endpoint a file, rules as lists of named functions
//! under their section of the RFC. It knows no screen but its own consent and account chooser; whoever must sign in
//! is sent on a journey and comes back to `/authorize/{grant}`.

pub mod acr;
pub mod authorize;
pub mod claims;
pub mod client_auth;
pub mod cors;
pub mod discovery;
pub mod end_session;
pub mod error;
pub mod lifetimes;
pub mod params;
pub mod paths;
pub mod redirect_uri;
pub mod registration;
pub mod restriction;
pub mod scopes;
mod shell;
pub mod subject;
#[cfg(test)]
mod testing;
mod throttle;
pub mod token;
pub mod userinfo;

use crate::app::App;

/// Who we are. From the settings alone: no header of a request changes it (row P34).
fn issuer(app: &App) -> &str {
    let _ = app;
    unimplemented!("the settings have no issuer yet")
}
