//! What the district allows, per audience: data and pure functions, no I/O. It can be read aloud to a headmaster and
//! is tested as a table.

/// The district's rules.
pub struct Policy {}
