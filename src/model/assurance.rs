//! How surely somebody is who they say, in the words that apps read (`acr`).

/// A card, at the school and in its hours alone: less than a password, whatever stands beside it.
pub const BADGE: &str = "urn:preau:acr:badge";
/// One factor, of an account that was claimed by what others may know too.
pub const IDENTIFIED: &str = "urn:preau:acr:identified";
/// One factor, of an account that was claimed with something that reached its owner alone.
pub const PROVEN: &str = "urn:preau:acr:proven";
/// Two factors of different kinds at one sign-in.
pub const TWO_FACTOR: &str = "urn:preau:acr:two-factor";
