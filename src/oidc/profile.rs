//! What each security profile demands of a client. The one place that says it: every rule that differs asks here, and
//! what stands nowhere in this table is the same for all.

use crate::keys::Algorithm;
use crate::store::clients::{AuthMethod, Profile, ResponseType};

/// What a profile demands.
pub struct Demands {
    /// What may be asked of the authorization endpoint, if the client is registered for it.
    pub response_types: &'static [ResponseType],
    /// Every request for a code needs PKCE (S256, the only method there is); otherwise it counts when it is sent.
    pub proof_key: bool,
    /// A request object may be fetched from an address that the client registered (row P26).
    pub fetched_requests: bool,
    /// A signed request says when it ends and whom it is for, and nothing beside it counts; otherwise it says what it likes, and
    /// what stands beside it counts where it is silent (OpenID Connect Core section 6.1).
    pub strict_request_objects: bool,
    /// Authorization requests come through the pushed-request endpoint alone.
    pub pushed: bool,
    /// Nobody is sent to an app that the district does not know before they have seen a page of ours (row P23, RFC 9700 section
    /// 4.11.2).
    pub no_silent_redirects: bool,
    /// Tokens are bound to a key or a certificate of the client.
    pub sender_constrained: bool,
    /// What may sign: its ID tokens, its assertions, its request objects, its proofs.
    pub algorithms: &'static [Algorithm],
    /// How it may prove itself.
    pub auth_methods: &'static [AuthMethod],
    /// Its assertions are for the issuer alone, named as one string: one that was made for an endpoint is of use to whoever stands
    /// there.
    pub issuer_alone: bool,
    /// A refresh token is good once, and the next one comes with the tokens.
    pub rotating: bool,
    /// What a person allowed is not asked again. For apps at high risk, each answer is somebody's own yes.
    pub remembers_consent: bool,
}

/// The demands of a profile (`oidc.md`, three tensions; FAPI 2.0 Security Profile sections 5.3 and 5.4).
pub fn of(profile: Profile) -> &'static Demands {
    match profile {
        Profile::SchoolApp => &SCHOOL_APP,
        Profile::Openid => &OPENID,
        Profile::Fapi2 => &FAPI2,
    }
}

static SCHOOL_APP: Demands = Demands {
    response_types: &[ResponseType::Code],
    proof_key: true,
    fetched_requests: false,
    strict_request_objects: false,
    pushed: false,
    no_silent_redirects: true,
    sender_constrained: false,
    algorithms: Algorithm::ALL,
    auth_methods: AuthMethod::ALL,
    issuer_alone: false,
    rotating: true,
    remembers_consent: true,
};

static OPENID: Demands =
    Demands { response_types: ResponseType::ALL, proof_key: false, fetched_requests: true, no_silent_redirects: false, ..SCHOOL_APP };

static FAPI2: Demands = Demands {
    response_types: &[ResponseType::Code],
    proof_key: true,
    fetched_requests: false,
    strict_request_objects: true,
    pushed: true,
    no_silent_redirects: true,
    sender_constrained: true,
    algorithms: &[Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA],
    auth_methods: &[AuthMethod::PrivateKeyJwt, AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth],
    issuer_alone: true,
    // Bound tokens of clients that prove themselves: FAPI 2.0 Security Profile section 5.3.2.1, point 10, advises against more.
    rotating: false,
    remembers_consent: false,
};
