//! Passwords that the school gives: drawn by chance, easy to read out and to type (B22, E24).

use crate::random::{Random, Secret};

/// Twelve symbols in groups of four: 52 bits.
pub fn readable(random: &Random) -> Secret {
    let symbols = SYMBOLS.as_bytes();
    let group = |_| -> String {
        let symbol = |_| char::from(symbols[usize::try_from(random.below(symbols.len() as u64)).unwrap_or_default()]);
        [(); 4].map(symbol).iter().collect()
    };
    Secret::new([(); 3].map(group).join("-"))
}

/// Small consonants and digits: no word comes of them, and none is taken for another (B22).
const SYMBOLS: &str = "bcdfghjkmnpqrtvwxz346789";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn b22_e24_a_temporary_password_is_chance_and_easy_to_read() {
        let random = Random::seeded(1);
        let drawn: BTreeSet<String> = (0..10_000).map(|_| readable(&random).expose().to_owned()).collect();
        assert_eq!(drawn.len(), 10_000, "no two are the same");
        for password in drawn {
            assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4], "{password}");
            assert!(!password.contains(|symbol: char| "0Oo1lIi$5s2aeuy".contains(symbol)), "{password}");
        }
    }
}
