//! Where the endpoints stand. Clients find them through discovery; only these lines know.

use super::issuer;
use crate::app::App;

/// The whole addresses of an endpoint: under our own name, and where clients show certificates (RFC 8705 section 5).
pub fn addresses(app: &App, path: &str) -> Vec<String> {
    [Some(issuer(app)), app.tools.config.tls.mtls_base.as_deref()].into_iter().flatten().map(|base| under(base, path)).collect()
}

/// A path under an address of settings, with or without its last slash.
pub fn under(base: &str, path: &str) -> String {
    format!("{}{path}", base.trim_end_matches('/'))
}

/// The authorization endpoint; `/authorize/{grant}` goes on with one request.
pub const AUTHORIZE: &str = "/authorize";
/// The token endpoint.
pub const TOKEN: &str = "/token";
/// The pushed-request endpoint.
pub const PAR: &str = "/par";
/// The introspection endpoint.
pub const INTROSPECT: &str = "/introspect";
/// The revocation endpoint.
pub const REVOKE: &str = "/revoke";
/// The device authorization endpoint.
pub const DEVICE_AUTHORIZATION: &str = "/device-authorization";
/// Where a person types a device's code; `/device/{request}` asks about one.
pub const DEVICE: &str = "/device";
/// The UserInfo endpoint.
pub const USERINFO: &str = "/userinfo";
/// The end-session endpoint.
pub const END_SESSION: &str = "/end-session";
/// The page that apps frame to see that a session changed.
pub const CHECK_SESSION: &str = "/check-session";
/// Where apps register themselves.
pub const REGISTER: &str = "/register";
/// One registration.
pub const REGISTERED: &str = "/register/{client_id}";
/// The public keys.
pub const JWKS: &str = "/jwks";
/// OpenID Connect Discovery 1.0 section 4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 section 3.
pub const OAUTH_SERVER: &str = "/.well-known/oauth-authorization-server";
