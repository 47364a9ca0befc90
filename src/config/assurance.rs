//! `[assurance]`: of whom a second factor is asked. Data alone; `policy.rs` reads it. Pupils are not among the keys: nobody demands of
//! a child what a child cannot have.

use serde::{Deserialize, Serialize};

use crate::model::Role;

/// Of whom a second factor is asked.
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
}

/// How surely somebody must be who they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// By their password.
    #[default]
    Password,
    /// By a second factor beside it.
    TwoFactor,
}

impl Default for AssuranceSettings {
    fn default() -> Self {
        Self { staff: Level::Password, guardian: Level::Password, two_factor_roles: Vec::new(), grace_days: 14 }
    }
}
