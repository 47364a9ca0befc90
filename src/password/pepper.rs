//! The pepper: without a key that is not in the database, a stolen hash cannot even be tried.

use aws_lc_rs::hmac;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::pool::Bytes32;
use crate::random::Secret;

/// Longer text is nobody's password (the policy allows 128 characters, 512 bytes): it is peppered as it is, so that
/// megabytes are not normalised.
const LONGEST: usize = 4 * 1_024;

/// A key of 256 bits. It never prints itself and is wiped when dropped.
#[derive(Clone)]
pub struct Pepper {
    key: hmac::Key,
    /// A name for the key, told by itself, that stands in each hash.
    id: [u8; 6],
}

impl Pepper {
    /// Takes the key in.
    pub fn new(key: &[u8; 32]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        // No UTF-8 begins with this byte, so this is no password's HMAC.
        let tag = hmac::sign(&key, b"\xffwhich pepper");
        Self { id: tag.as_ref()[..6].try_into().expect("SHA-256 has 32 bytes"), key }
    }

    /// Which pepper it is.
    pub(super) fn id(&self) -> &[u8] {
        &self.id
    }

    /// The HMAC of what another system made of a password. No UTF-8 begins with its first byte, so it is no password's.
    pub(super) fn season_digest(&self, digest: &[u8]) -> Bytes32 {
        let mut hmac = hmac::Context::with_key(&self.key);
        hmac.update(b"\xfffrom another system");
        hmac.update(digest);
        Zeroizing::new(hmac.sign().as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    /// The HMAC of the password in NFKC (SP 800-63B-4 section 3.1.1.2), whole, whatever its length.
    pub(super) fn season(&self, password: &Secret) -> Bytes32 {
        let text = password.expose();
        let mut hmac = hmac::Context::with_key(&self.key);
        if text.is_ascii() || text.len() > LONGEST {
            hmac.update(text.as_bytes());
        } else {
            let mut letter = Zeroizing::new([0; 4]);
            text.nfkc().for_each(|c| hmac.update(c.encode_utf8(letter.as_mut_slice()).as_bytes()));
        }
        Zeroizing::new(hmac.sign().as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(_)")
    }
}
