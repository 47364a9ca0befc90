//! `[registration]`: may apps register themselves (RFC 7591), and as what.

use serde::{Deserialize, Serialize};

/// `[registration]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationSettings {
    /// Who may.
    pub mode: RegistrationMode,
    /// The profile of those that do.
    pub profile: RegistrationProfile,
    /// The scope values that they may ask for, at most.
    pub scopes: String,
}

/// Who may register an app by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Nobody: administrators register apps.
    #[default]
    Off,
    /// Whoever was given an initial access token (`preau client registration-token`).
    Token,
    /// Everybody. People are told that the district does not know such an app.
    Open,
}

/// The rules of the protocol that hold for apps that registered themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationProfile {
    /// Codes with PKCE.
    #[default]
    SchoolApp,
    /// Everything that OpenID Connect allows.
    Openid,
}

impl Default for RegistrationSettings {
    fn default() -> Self {
        Self {
            mode: RegistrationMode::default(),
            profile: RegistrationProfile::default(),
            scopes: "openid profile email offline_access".to_owned(),
        }
    }
}
