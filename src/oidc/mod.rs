//! OpenID Connect and OAuth 2.0 as a provider speaks them: one endpoint a file, rules as lists of named functions
//! under their section of the RFC. It knows no screen but its own consent and account chooser; whoever must sign in
//! is sent on a journey and comes back to `/authorize/{grant}`.

pub mod acr;
pub mod authorize;
pub mod error;
pub mod params;
pub mod redirect_uri;
pub mod scopes;
pub mod subject;
#[cfg(test)]
mod testing;
