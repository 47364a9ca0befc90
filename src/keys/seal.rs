//! Seals: AES-256-GCM, bound to the place where the sealed value stands (row I15).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::KeyError;
use super::master::MasterKey;
use crate::random::Random;

/// Where a sealed value stands; sealed for one place, it opens at no other.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row, by its key.
    pub row: &'a str,
}

/// The key of all seals. Its nonces are random: good for 2^32 seals (NIST SP 800-38D section 8.3), more than a district
/// writes in its life.
pub(super) struct Seals(LessSafeKey);

impl Seals {
    pub(super) fn of(master: &MasterKey) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, master.derive("seal").as_slice()).expect("AES-256 takes 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// A version, the nonce, what is sealed, the tag.
    pub(super) fn seal(&self, place: Place<'_>, plain: &[u8], random: &Random) -> Vec<u8> {
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = Vec::with_capacity(HEAD + plain.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend(nonce);
        sealed.extend(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, place.bound(), &mut sealed[HEAD..]).expect("a value is shorter than 64 GiB");
        sealed.extend(tag.as_ref());
        sealed
    }

    pub(super) fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let closed = || KeyError::Seal(place.table);
        let (head, body) = sealed.split_at_checked(HEAD).ok_or_else(closed)?;
        let (version, nonce) = head.split_first().ok_or_else(closed)?;
        if *version != VERSION {
            return Err(closed());
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| closed())?;
        let mut plain = body.to_vec();
        let length = self.0.open_in_place(nonce, place.bound(), &mut plain).map_err(|_| closed())?.len();
        plain.truncate(length);
        Ok(plain)
    }
}

impl Place<'_> {
    /// What the seal is bound to; no two places have the same bytes.
    fn bound(&self) -> Aad<Vec<u8>> {
        let mut bytes = vec![VERSION];
        for part in [self.table, self.column, self.row] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        Aad::from(bytes)
    }
}

const VERSION: u8 = 1;
const HEAD: usize = 1 + NONCE_LEN;

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'_> = Place { table: "outbox", column: "letter", row: "7" };

    fn seals() -> (Seals, Random) {
        (Seals::of(&MasterKey::fixed(1)), Random::seeded(1))
    }

    #[test]
    fn i15_a_seal_opens_at_its_place_only() {
        let (seals, random) = seals();
        let sealed = seals.seal(HERE, b"Bonjour", &random);
        assert_eq!(seals.unseal(HERE, &sealed).unwrap(), b"Bonjour");
        let elsewhere = [
            Place { table: "signing_keys", ..HERE },
            Place { column: "sealed", ..HERE },
            Place { row: "8", ..HERE },
            Place { table: "outboxl", column: "etter", ..HERE },
            Place { column: "letter7", row: "", ..HERE },
        ];
        for place in elsewhere {
            assert!(matches!(seals.unseal(place, &sealed), Err(KeyError::Seal(table)) if table == place.table), "{place:?}");
        }
        let other = Seals::of(&MasterKey::fixed(2));
        assert!(other.unseal(HERE, &sealed).is_err());
    }

    #[test]
    fn i15_a_flipped_bit_anywhere_is_seen() {
        let (seals, random) = seals();
        let sealed = seals.seal(HERE, b"Bonjour", &random);
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(seals.unseal(HERE, &flipped).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(seals.unseal(HERE, &sealed[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn i15_the_same_value_is_sealed_differently_each_time_and_never_shows() {
        let (seals, random) = seals();
        let (one, other) = (seals.seal(HERE, b"Bonjour", &random), seals.seal(HERE, b"Bonjour", &random));
        assert_ne!(one, other);
        assert!(!one.windows(7).any(|window| window == b"Bonjour"));
        assert_eq!(seals.unseal(HERE, &seals.seal(HERE, b"", &random)).unwrap(), b"");
    }
}
