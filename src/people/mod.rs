//! Pure rules on what the roster says of people: how names and numbers are folded and compared.

/// Folds a name for comparison: compatibility forms, case, accents, hyphens, apostrophes and spaces do not count.
pub fn name_key(_name: &str) -> String {
    todo!()
}

/// Folds a student number for comparison: spaces, a leading `S` or letter O for zero, and leading zeros do not count.
pub fn number_key(_number: &str) -> String {
    todo!()
}

/// Folds an e-mail address for comparison: trimmed, case-folded, its domain in ASCII form (IDNA).
pub fn email_key(_address: &str) -> String {
    todo!()
}
