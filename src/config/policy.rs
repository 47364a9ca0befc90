//! `[policy]`: what the district allows each audience. Data alone; `policy.rs` reads it.

use serde::{Deserialize, Serialize};

use crate::model::Role;

/// Whose rules of passwords hold: what each means stands in docs/admin/passwords.md, and `preau config check` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// NIST SP 800-63B-4, for a password that stands alone.
    Nist,
    /// CNIL, délibération 2022-100: 50 bits, beside a limit of tries.
    Cnil,
    /// The same for a password that stands alone: 80 bits.
    #[serde(rename = "cnil-80")]
    Cnil80,
    /// As the guide of system A has it (docs/systems.md).
    SystemA,
    /// As that of system B.
    SystemB,
    /// As that of system C.
    SystemC,
    /// As that of system D.
    SystemD,
    /// As that of system E.
    SystemE,
}

/// The district's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// Whose rules of passwords hold for everybody; else NIST's, and for pupils twelve characters.
    pub password_preset: Option<Preset>,
    /// Pupils.
    pub student: AudienceSettings,
    /// Parents, guardians, relatives.
    pub guardian: AudienceSettings,
    /// Everybody who works for the district.
    pub staff: AudienceSettings,
    /// Identifiers and provisional passwords in letters.
    pub provisional: ProvisionalSettings,
    /// Whether pupils invite their parents by mail.
    pub pupil_invites: PupilInviteSettings,
    /// Security questions.
    pub questions: QuestionSettings,
    /// A temporary password may be mailed. Mail is read by others: a link is the better way (security.md R11).
    pub temporary_password_by_mail: bool,
    /// The public addresses of schools, as `203.0.113.0/24`: many pupils behind one address are not an attack.
    pub school_networks: Vec<String>,
    /// Roles whose people open a session at the counter of their school, for pupils and guardians.
    pub counter_roles: Vec<Role>,
    /// Until a child has this age, a guardian who may see the records takes a copy of what is held about it; 0: none does.
    pub child_data_until_age: u8,
    /// Words that no password may be made of: the mascot, the town, the name of the portal.
    pub forbidden_words: Vec<String>,
    /// So many days before an invitation ends, whoever has not joined is reminded of it, where there is an address (E3).
    pub reminder_days: Vec<u16>,
}

/// The rules of one audience. What is not set is the audience's default, which `policy.rs` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceSettings {
    /// The name to sign in with: `{studentNumber}`, `{givenName}`, `{familyName}`, `{email}`, such as `S0{studentNumber}`.
    pub username: Option<String>,
    /// Whose rules of passwords hold for these alone.
    pub password_preset: Option<Preset>,
    /// The least number of characters in a password.
    pub password_length: Option<u16>,
    /// The new password is typed twice.
    pub password_twice: Option<bool>,
    /// So many former passwords may not come back.
    pub password_history: Option<u16>,
    /// A former password may not come back for so many days.
    pub password_history_days: Option<u16>,
    /// A session ends after so many hours.
    pub session_hours: Option<u16>,
    /// On a device the account knows, a session ends after so many days instead.
    pub known_device_days: Option<u16>,
}

/// Identifiers and provisional passwords in letters (E2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProvisionalSettings {
    /// The name to sign in with: `{givenName}`, `{familyName}`, `{studentNumber}`; numbered where several would have it.
    pub username: Option<String>,
    /// For how many days a provisional password is good.
    pub days: Option<u16>,
}

/// Pupils who invite their parents by mail (C10, C11). Where it is switched off, what waits can still be used or taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PupilInviteSettings {
    /// They may.
    pub enabled: bool,
    /// Of these schools alone, by `sourcedId`; of all, if none is named.
    pub schools: Vec<String>,
    /// Of these grades alone, as the roster writes them; of all, if none is named.
    pub grades: Vec<String>,
}

/// Security questions. Off unless a flow asks them (security.md D2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuestionSettings {
    /// So many are answered at enrolment.
    pub answer: u8,
    /// So many of these are asked at recovery.
    pub ask: u8,
    /// So many of these may be answered wrong.
    pub may_be_wrong: u8,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self {
            password_preset: None,
            student: AudienceSettings::default(),
            guardian: AudienceSettings::default(),
            staff: AudienceSettings::default(),
            provisional: ProvisionalSettings::default(),
            pupil_invites: PupilInviteSettings::default(),
            questions: QuestionSettings::default(),
            temporary_password_by_mail: false,
            school_networks: Vec::new(),
            counter_roles: vec![Role::Secretary, Role::Principal, Role::Administrator, Role::SiteAdministrator],
            child_data_until_age: 14,
            forbidden_words: Vec::new(),
            reminder_days: vec![30, 7, 1],
        }
    }
}

impl Default for QuestionSettings {
    fn default() -> Self {
        Self { answer: 3, ask: 3, may_be_wrong: 0 }
    }
}
