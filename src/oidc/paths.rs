//! Where the endpoints stand. Clients find them through discovery; only these lines know.

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
