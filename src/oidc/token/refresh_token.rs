//! What a refresh token says: its family, its place in the family's line, and a MAC over both that only we can make.
//! So an old one is known for what it is without a row of its own, and one that was cut, lengthened or made up is
//! nothing (row P14).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::keys::{KeyStore, Purpose};
use crate::model::{FamilyId, Hash};
use crate::random::Secret;

/// Which refresh token this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its family.
    pub family: FamilyId,
    /// Its place in the line, from zero.
    pub generation: i64,
}

impl RefreshToken {
    /// The text that the client keeps.
    pub fn write(self, keys: &KeyStore) -> Secret {
        let mut bytes = [0; LENGTH];
        bytes[..16].copy_from_slice(self.family.0.as_bytes());
        bytes[16..24].copy_from_slice(&self.generation.to_be_bytes());
        bytes[24..].copy_from_slice(&self.mac(keys).0);
        Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what a client sent; `None` if we never wrote it.
    pub fn read(text: &str, keys: &KeyStore) -> Option<Self> {
        let bytes: [u8; LENGTH] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let family = FamilyId(uuid::Uuid::from_slice(&bytes[..16]).ok()?);
        let generation = i64::from_be_bytes(bytes[16..24].try_into().ok()?);
        let token = Self { family, generation };
        bool::from(token.mac(keys).0.ct_eq(&bytes[24..])).then_some(token)
    }

    fn mac(self, keys: &KeyStore) -> Hash {
        keys.mac(Purpose::Ticket, &[b"refresh", self.family.0.as_bytes(), &self.generation.to_be_bytes()])
    }
}

const LENGTH: usize = 16 + 8 + 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p14_only_the_whole_token_is_the_token() {
        let keys = KeyStore::for_tests();
        let token = RefreshToken { family: FamilyId(uuid::Uuid::from_u128(7)), generation: 3 };
        let text = token.write(&keys).expose().to_owned();
        assert_eq!(RefreshToken::read(&text, &keys), Some(token));
        for length in 0..text.len() {
            assert_eq!(RefreshToken::read(&text[..length], &keys), None, "{length}");
        }
        for more in ["A", "=", "==", " ", "\n"] {
            assert_eq!(RefreshToken::read(&format!("{text}{more}"), &keys), None);
        }
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(RefreshToken::read(&changed, &keys), None, "{at}");
        }
        assert_eq!(RefreshToken::read(&text.to_uppercase(), &keys), None);
    }
}
