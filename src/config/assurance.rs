//! `[assurance]`: of whom more than the password is asked, by audience, role and school. Data alone; `policy.rs` reads it. Pupils are not
//! among the keys: nobody demands of a child what a child cannot have.

use serde::{Deserialize, Serialize};

use crate::model::Role;

/// Of whom more than the password is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssuranceSettings {
    /// Of everybody who works for the district.
    pub staff: Level,
    /// Of parents, guardians, relatives.
    pub guardian: Level,
    /// Of people with one of these roles, whatever is asked of others like them.
    pub two_factor_roles: Vec<Role>,
    /// For so many days, whoever has no second factor may put it off.
    pub grace_days: u16,
    /// Whoever has an app may have a code mailed instead, where no more than that is asked of them.
    pub mailed_code_instead: bool,
    /// Schools that ask for more than the district does. Of several that somebody belongs to, the strictest holds.
    pub schools: Vec<SchoolAssurance>,
}

/// What one school asks for. What it does not say is the district's to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolAssurance {
    /// Its `sourcedId`. A department or a district stands for all that belong to it.
    pub school: String,
    /// Of those who work there.
    #[serde(default)]
    pub staff: Level,
    /// Of the parents, guardians and relatives of its pupils.
    #[serde(default)]
    pub guardian: Level,
}

/// How surely somebody must be who they say; a later one is the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// By their password.
    #[default]
    Password,
    /// By a code beside it that is mailed to them, which is weak and no second factor (security.md D3); whoever has one shows that.
    MailedCode,
    /// By a second factor beside it.
    TwoFactor,
}

impl Default for AssuranceSettings {
    fn default() -> Self {
        Self {
            staff: Level::Password,
            guardian: Level::Password,
            two_factor_roles: Vec::new(),
            grace_days: 14,
            mailed_code_instead: false,
            schools: Vec::new(),
        }
    }
}
