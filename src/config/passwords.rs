//! `[passwords]`: what a password's hash costs (security.md 2.1).

use serde::{Deserialize, Serialize};

/// Argon2id, and how many may be at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSettings {
    /// KiB of memory a hash walks through; 19456 at least, or 47104 with one iteration, or 12288 with three.
    pub memory_kib: u32,
    /// How often it walks through it.
    pub iterations: u32,
    /// Hashes at the same time; 0: one fewer than there are cores, and at least one. Together they take half
    /// of the machine's memory at most.
    pub slots: usize,
    /// Seconds that somebody may wait for a slot before they are asked to come back.
    pub longest_wait: u64,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, slots: 0, longest_wait: 3 }
    }
}
