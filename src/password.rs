//! Argon2id in a bounded pool off the async threads, on reused huge-page buffers that are wiped. When too many wait,
//! it sheds load instead of piling up.

use crate::model::draft::PasswordHash;
use crate::random::Secret;

/// Hashes and verifies passwords and answers.
pub struct Hasher {}

/// Too many hashes wait; come back in a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at once")]
pub struct Busy;

/// What a password is beside its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Right, and the hash is weaker than today's parameters: hash it anew.
    RightButWeak,
    /// Wrong, or there was no hash to compare with.
    Wrong,
}

impl Hasher {
    /// Hashes a password that was chosen. NFKC first, no truncation.
    pub async fn hash(&self, _password: &Secret) -> Result<PasswordHash, Busy> {
        todo!()
    }

    /// Compares. `None` costs the same work as a real hash, so that an unknown name takes as long as a known one.
    pub async fn verify(&self, _password: &Secret, _hash: Option<&PasswordHash>) -> Result<Verdict, Busy> {
        todo!()
    }
}
