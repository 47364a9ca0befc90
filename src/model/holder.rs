//! Who alone may use a token: whoever holds a key, or a certificate.

use serde::{Deserialize, Serialize};

/// The confirmation of a token (RFC 7800 section 3), in the form of its `cnf` claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// The thumbprint of the key that signs DPoP proofs (RFC 9449 section 6.1).
    #[serde(rename = "jkt")]
    Key(String),
    /// The SHA-256 of a client certificate (RFC 8705 section 3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}
