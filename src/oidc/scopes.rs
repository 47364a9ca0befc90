//! The scope values that exist, and what each opens. The `edu_*` scopes are named after their one claim.

use crate::model::Scopes;

/// One scope value.
pub struct Scope {
    /// Its word.
    pub name: &'static str,
    /// The claims that it opens at the UserInfo endpoint.
    pub claims: &'static [&'static str],
}

/// Every scope value (OpenID Connect Core sections 5.4 and 11, and the district's own).
pub const SCOPES: &[Scope] = &[
    Scope { name: "openid", claims: &["sub"] },
    Scope { name: "profile", claims: &["name", "given_name", "family_name", "middle_name", "preferred_username", "locale"] },
    Scope { name: "email", claims: &["email", "email_verified"] },
    Scope { name: "phone", claims: &["phone_number", "phone_number_verified"] },
    Scope { name: "offline_access", claims: &[] },
    Scope { name: "edu_roles", claims: &["edu_roles"] },
    Scope { name: "edu_orgs", claims: &["edu_orgs"] },
    Scope { name: "edu_grade", claims: &["edu_grade"] },
    Scope { name: "edu_student_number", claims: &["edu_student_number"] },
    Scope { name: "edu_children", claims: &["edu_children"] },
];

/// Is this one of them?
pub fn is_known(value: &str) -> bool {
    SCOPES.iter().any(|scope| scope.name == value)
}

/// Those of `asked` that exist; others are ignored (OpenID Connect Core section 3.1.2.1).
pub fn known(asked: &Scopes) -> Scopes {
    asked.only(is_known)
}
