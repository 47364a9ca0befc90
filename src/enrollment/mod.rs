//! Joining: one file a stage, and how its flows end. Whoever cannot go on is turned away on one neutral page with a
//! number for the school, whose queue knows why (A46); nothing exists before the end.

mod about_you;
mod activation_code;
mod add_passkey;
mod approval;
mod by_code;
pub mod campaigns;
mod charter;
mod child_birth_date;
mod children;
mod code_child;
mod confirm;
mod details;
mod email;
mod email_proof;
pub mod entrance;
mod families;
mod finish;
mod guardian_match;
pub mod handouts;
mod http;
pub mod invitation_again;
pub mod inviting;
pub mod issuing;
pub mod links;
pub mod pages;
mod preferences;
pub mod provisioning;
pub mod pupil_invites;
pub mod readiness;
pub mod reminding;
pub mod report;
mod roster_match;
mod security_questions;
mod set_password;
mod standing;
pub mod taking_over;
pub mod turned_away;
pub mod waiting;

use crate::flow::{Feature, StageEntry};

/// Joining, for flow files.
pub static FEATURE: Feature = Feature { name: "enrollment", stages: STAGES, finish: &finish::Join };

const STAGES: &[StageEntry] = &[
    StageEntry::of::<activation_code::ActivationCode>("activation-code"),
    StageEntry::of::<activation_code::SecurityCode>("security-code"),
    StageEntry::of::<code_child::CodeChild>("code-child"),
    StageEntry::of::<about_you::AboutYou>("about-you"),
    StageEntry::of::<roster_match::RosterMatch>(roster_match::NAME),
    StageEntry::of::<child_birth_date::ChildBirthDate>("child-birth-date"),
    StageEntry::of::<email::Email>("email"),
    StageEntry::of::<email_proof::EmailProof>(email_proof::NAME),
    StageEntry::of::<approval::AwaitApproval>(crate::web::approval::NAME),
    StageEntry::of::<children::Children>("children"),
    StageEntry::of::<details::Details>("details"),
    StageEntry::of::<set_password::SetPassword>("set-password"),
    StageEntry::of::<security_questions::SecurityQuestions>("security-questions"),
    StageEntry::of::<charter::Charter>("charter"),
    StageEntry::of::<preferences::Preferences>("preferences"),
    StageEntry::of::<add_passkey::AddPasskey>("add-passkey"),
    StageEntry::of::<http::Http>("http"),
    StageEntry::of::<confirm::Confirm>("confirm"),
];
