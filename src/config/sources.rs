//! `[[sources]]`: other OpenID providers at which people may sign in, such as an academy's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Audience, Language};

/// One provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// A word for it, which stays: accounts are linked under it.
    pub name: String,
    /// Its issuer, as its discovery document has it.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// What proves that (client_secret_basic).
    pub client_secret: String,
    /// The scopes that bring the claim, beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The claim that holds what the roster knows of somebody.
    pub claim: String,
    /// What that is in the roster.
    pub names: RosterKey,
    /// Whom it vouches for.
    #[serde(default = "everybody")]
    pub audiences: Vec<Audience>,
    /// What its button says, in each language.
    pub label: BTreeMap<Language, String>,
}

/// What a claim is in the roster. No e-mail address: people give those themselves, at many providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RosterKey {
    /// The `sourcedId` of the person's record.
    SourcedId,
    /// A pupil's number.
    StudentNumber,
}

impl SourceSettings {
    /// What its button says.
    pub fn label(&self, language: Language) -> &str {
        self.label.get(&language).map_or(&self.name, String::as_str)
    }
}

/// Never the secret: settings are printed and logged.
impl std::fmt::Debug for SourceSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceSettings").field("name", &self.name).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

fn everybody() -> Vec<Audience> {
    Audience::ALL.to_vec()
}
