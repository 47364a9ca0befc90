//! What a passkey signs: an instant, chance, and a MAC over both and over what it is for. It costs no row before it is
//! answered, so a page can hold one and a GET writes nothing; the one use is a row that the answer inserts (row W01).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::keys::{KeyStore, Purpose as MacPurpose};
use crate::model::{Hash, Timestamp};
use crate::random::Random;

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey is made.
    Make,
    /// A passkey is shown.
    Show,
}

/// In which browser, for whom and for what a challenge is good.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// For what.
    pub purpose: Purpose,
    /// The hash of the cookie that the browser has before anybody is signed in.
    pub browser: Hash,
    /// Whose passkey is made; or who is signed in where one is shown, if anybody.
    pub whose: Option<Uuid>,
}

/// A challenge that was answered: what is kept of it, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its hash.
    pub id: Hash,
    /// From then on it is refused for its age.
    pub until: Timestamp,
}

/// A fresh challenge, in base64url.
pub fn challenge(keys: &KeyStore, random: &Random, asked: &Asked, now: Timestamp) -> String {
    let mut open = [0; OPEN];
    open[..8].copy_from_slice(&now.0.to_be_bytes());
    open[8..].copy_from_slice(&random.bytes::<16>());
    BASE64_URL_SAFE_NO_PAD.encode([&open[..], &seal(keys, asked, &open).0].concat())
}

/// The challenge is ours, was given for this and in this browser, less than five minutes ago. It is worth something once: the
/// caller spends the ticket.
pub fn known(keys: &KeyStore, asked: &Asked, challenge: &[u8], now: Timestamp) -> Option<Ticket> {
    let (open, mac) = challenge.split_first_chunk::<OPEN>()?;
    let (made_at, _) = open.split_first_chunk::<8>()?;
    let (made_at, until) = (Timestamp(i64::from_be_bytes(*made_at)), Timestamp(i64::from_be_bytes(*made_at).saturating_add(LIFE)));
    let ours = bool::from(seal(keys, asked, open).0.ct_eq(mac));
    (ours && made_at <= now && now < until).then(|| Ticket { id: Hash::of(challenge), until })
}

fn seal(keys: &KeyStore, asked: &Asked, open: &[u8; OPEN]) -> Hash {
    let purpose: &[u8] = match asked.purpose {
        Purpose::Make => b"passkey made",
        Purpose::Show => b"passkey shown",
    };
    let whose = asked.whose.map(Uuid::into_bytes);
    keys.mac(MacPurpose::Ticket, &[purpose, &asked.browser.0, whose.as_ref().map_or(&[], |whose| &whose[..]), open])
}

/// Eight bytes of time, sixteen of chance (section 13.4.3 asks for sixteen).
const OPEN: usize = 24;
const LIFE: i64 = 5 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn w01_a_challenge_is_good_for_five_minutes_in_one_browser_for_one_person_and_one_purpose() {
        let (keys, random) = (KeyStore::for_tests(), Random::seeded(1));
        let asked = Asked { purpose: Purpose::Show, browser: Hash::of(b"browser"), whose: None };
        let text = challenge(&keys, &random, &asked, NOW);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap();
        assert_ne!(text, challenge(&keys, &random, &asked, NOW), "no two are the same");
        for (after, good) in [(-1, false), (0, true), (LIFE - 1, true), (LIFE, false)] {
            assert_eq!(known(&keys, &asked, &bytes, Timestamp(NOW.0 + after)).is_some(), good, "{after}");
        }
        let others = [
            Asked { purpose: Purpose::Make, ..asked },
            Asked { browser: Hash::of(b"other"), ..asked },
            Asked { whose: Some(Uuid::from_u128(1)), ..asked },
        ];
        for other in others {
            assert_eq!(known(&keys, &other, &bytes, NOW), None, "{other:?}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(known(&keys, &asked, &changed, NOW), None, "byte {at}");
        }
        for short in [&b""[..], &bytes[1..], &bytes[..bytes.len() - 1]] {
            assert_eq!(known(&keys, &asked, short, NOW), None);
        }
    }
}
