//! What an app sees of a person, in words that a pupil reads: asked before, and told after.

use crate::model::{Message, Scopes};

/// The words of what these scopes open.
pub fn words(scopes: &Scopes) -> Vec<Message> {
    SEEN.iter().filter(|(scope, _)| scopes.has(scope)).map(|(_, text)| Message::of(text)).collect()
}

/// Each scope, and its text.
pub const SEEN: &[(&str, &str)] = &[
    ("openid", "consent-sees-number"),
    ("profile", "consent-sees-profile"),
    ("email", "consent-sees-email"),
    ("phone", "consent-sees-phone"),
    ("edu_roles", "consent-sees-roles"),
    ("edu_orgs", "consent-sees-schools"),
    ("edu_grade", "consent-sees-grade"),
    ("edu_student_number", "consent-sees-student-number"),
    ("edu_children", "consent-sees-children"),
];
