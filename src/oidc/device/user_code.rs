//! The code that a person reads off one screen and types at another (RFC 8628 section 6.1): eight consonants, `BCDF-GHJK`. No
//! vowels, so no words; no digits, so none is taken for a letter. It has 34 bits, lives ten minutes and is guessed by people who are
//! signed in and must wait after a few mistakes.

use crate::keys::{KeyStore, Purpose};
use crate::model::Hash;
use crate::random::Random;

/// A code, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A fresh one.
    pub fn new(random: &Random) -> Self {
        let symbol = |_| {
            let drawn = usize::try_from(random.below(SYMBOLS.len() as u64)).expect("it is below twenty");
            char::from(SYMBOLS[drawn])
        };
        Self((0..LENGTH).map(symbol).collect())
    }

    /// Reads what was typed. Case and what stands between do not count (RFC 8628 section 6.1); `None` for what no code looks like.
    pub fn parse(typed: &str) -> Option<Self> {
        let symbols: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|symbol| symbol.to_ascii_uppercase()).collect();
        let fits = symbols.len() == LENGTH && symbols.bytes().all(|symbol| SYMBOLS.contains(&symbol));
        fits.then_some(Self(symbols))
    }

    /// As it is shown.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at(LENGTH / 2);
        format!("{first}-{second}")
    }

    /// What stands for it in the store. A plain hash of so few bits would give it back.
    pub fn hash(&self, keys: &KeyStore) -> Hash {
        keys.mac(Purpose::Code, &[b"device", self.0.as_bytes()])
    }
}

const SYMBOLS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let random = Random::seeded(5);
        for _ in 0..100 {
            let code = UserCode::new(&random);
            assert_eq!(code.shown().len(), 9);
            for typed in [code.shown(), code.0.clone(), code.0.to_lowercase(), format!(" {} ", code.shown().replace('-', " "))] {
                assert_eq!(UserCode::parse(&typed), Some(code.clone()), "{typed}");
            }
        }
        for typed in ["", "BCDF", "BCDF-GHJA", "BCDF-GHJ1", "BCDF-GHJKL", "ÉÉÉÉÉÉÉÉ"] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }
}
