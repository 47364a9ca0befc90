//! What a client's tokens are, beside what signs them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What a client's tokens are. What lets it reach further than its own tokens, or keeps them good for longer, is the district's
/// to set and never the client's own registration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSettings {
    /// Its access tokens say nothing to whoever holds them.
    pub opaque: bool,
    /// What it is called where tokens are for it: it may ask what such a token is worth (RFC 7662, RFC 8707). The district's.
    pub identifiers: BTreeSet<String>,
    /// Seconds in which a refresh token whose answer was lost is answered once more; 0: never. The district's.
    pub refresh_grace: u32,
}

impl TokenSettings {
    /// The longest that a lost answer may be asked for again.
    pub const LONGEST_GRACE: u32 = 60;
}
