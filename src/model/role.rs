//! What a person is at a school, in OneRoster's words.

use serde::{Deserialize, Serialize};

/// A role of OneRoster 1.1 and 1.2 (`users.role`, `roles.role`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the words are OneRoster's own")]
pub enum Role {
    Administrator,
    Aide,
    Counselor,
    DistrictAdministrator,
    Guardian,
    Parent,
    Principal,
    Proctor,
    Relative,
    Secretary,
    SiteAdministrator,
    Student,
    SystemAdministrator,
    Teacher,
}

/// Whom a page or a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// A pupil, of six to eighteen.
    Student,
    /// A parent, a guardian, a relative.
    Guardian,
    /// Everybody who works for the district.
    Staff,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Administrator,
        Self::Aide,
        Self::Counselor,
        Self::DistrictAdministrator,
        Self::Guardian,
        Self::Parent,
        Self::Principal,
        Self::Proctor,
        Self::Relative,
        Self::Secretary,
        Self::SiteAdministrator,
        Self::Student,
        Self::SystemAdministrator,
        Self::Teacher,
    ];

    /// The word of OneRoster and of the `edu_roles` claim.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Aide => "aide",
            Self::Counselor => "counselor",
            Self::DistrictAdministrator => "districtAdministrator",
            Self::Guardian => "guardian",
            Self::Parent => "parent",
            Self::Principal => "principal",
            Self::Proctor => "proctor",
            Self::Relative => "relative",
            Self::Secretary => "secretary",
            Self::SiteAdministrator => "siteAdministrator",
            Self::Student => "student",
            Self::SystemAdministrator => "systemAdministrator",
            Self::Teacher => "teacher",
        }
    }

    /// The role of a word, exactly as OneRoster writes it, or with its extension prefix (`ext:secretary`).
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_prefix("ext:").unwrap_or(word);
        Self::ALL.iter().copied().find(|role| role.word() == word)
    }

    /// Whose pages and rules apply.
    pub fn audience(self) -> Audience {
        match self {
            Self::Student => Audience::Student,
            Self::Guardian | Self::Parent | Self::Relative => Audience::Guardian,
            _ => Audience::Staff,
        }
    }
}

impl Audience {
    /// Every audience.
    pub const ALL: &'static [Self] = &[Self::Student, Self::Guardian, Self::Staff];

    /// Its word in flow files, settings and the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Guardian => "guardian",
            Self::Staff => "staff",
        }
    }

    /// The audience of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|audience| audience.word() == word)
    }
}
