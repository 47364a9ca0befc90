//! Chance as an input. Only this file reads the system's randomness; a seeded generator gives a test the same
//! tokens in every run.

use std::fmt;
use std::sync::Mutex;

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::model::Hash;

/// A generator of unguessable bytes, shared by the whole program.
pub struct Random(Mutex<ChaCha20Rng>);

impl Random {
    /// Seeded by the operating system.
    #[expect(clippy::disallowed_methods, reason = "this is the randomness everyone else asks")]
    pub fn system() -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(seed.as_mut_slice()).expect("the operating system gives randomness or the program cannot run");
        Self(Mutex::new(ChaCha20Rng::from_seed(*seed)))
    }

    /// The same bytes for the same seed: for tests and for synthetic districts only.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().expect("nothing panics while it holds the generator").fill_bytes(&mut bytes);
        bytes
    }

    /// A uniform number in `0..bound`. `bound` must not be zero.
    pub fn below(&self, bound: u64) -> u64 {
        // Rejection keeps it uniform: what lies above the last whole multiple of `bound` is drawn again.
        let zone = u64::MAX - u64::MAX % bound;
        loop {
            let drawn = u64::from_le_bytes(self.bytes());
            if drawn < zone {
                return drawn % bound;
            }
        }
    }

    /// A secret of 256 bits: a session, a code, a link.
    pub fn secret(&self) -> Secret {
        Secret::new(BASE64_URL_SAFE_NO_PAD.encode(Zeroizing::new(self.bytes::<32>()).as_slice()))
    }
}

/// Text that opens something. It never prints itself, is wiped when dropped, and compares in constant time.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that must send, hash or compare it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps of a 256-bit secret: its SHA-256. Never for secrets that a person chose or types.
    pub fn hash(&self) -> Hash {
        Hash::of(self.0.as_bytes())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(_)")
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Hash {
    /// SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = digest::digest(&digest::SHA256, bytes);
        Self(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Random::seeded(1).secret();
        assert_eq!(format!("{secret:?}"), "Secret(_)");
    }

    #[test]
    fn the_same_seed_gives_the_same_secrets() {
        assert_eq!(Random::seeded(7).secret(), Random::seeded(7).secret());
        assert_ne!(Random::seeded(7).secret(), Random::seeded(8).secret());
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_it() {
        let random = Random::seeded(3);
        let drawn: Vec<u64> = (0..2_000).map(|_| random.below(6)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&0), Some(&5)));
    }
}
