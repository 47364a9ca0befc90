//! `[keys]`: where the master key is, and how strong signing keys are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeySettings {
    /// The file of the master key, which seals everything else. Made for an empty database only, mode 0600.
    pub master_key_file: PathBuf,
    /// Bits of an RSA key: 2048, or 3072, which signs 5.8 times slower.
    pub rsa_bits: u32,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self { master_key_file: "./keys/master.key".into(), rsa_bits: 2048 }
    }
}
