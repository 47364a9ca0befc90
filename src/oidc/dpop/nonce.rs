//! The server's word that a proof repeats, so that none can be made in advance (RFC 9449 sections 8 and 9). Nothing is kept of
//! one: it says when it was made, under a MAC that every node can make again.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::keys::{KeyStore, Purpose};
use crate::model::{Hash, Timestamp};

/// The one to use from `now` on; the same for everybody and for a minute.
pub fn of(keys: &KeyStore, now: Timestamp) -> String {
    let minute = now.0.div_euclid(MINUTE);
    let mut bytes = [0; LENGTH];
    bytes[..8].copy_from_slice(&minute.to_be_bytes());
    bytes[8..].copy_from_slice(&mac(keys, minute).0[..16]);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Is it ours, and of the last minutes?
pub fn is_good(keys: &KeyStore, nonce: &str, now: Timestamp) -> bool {
    let Some(bytes) = BASE64_URL_SAFE_NO_PAD.decode(nonce).ok().and_then(|bytes| <[u8; LENGTH]>::try_from(bytes).ok()) else {
        return false;
    };
    let (minute, tag) = bytes.split_at(8);
    let minute = i64::from_be_bytes(minute.try_into().expect("it was split there"));
    let ours: bool = mac(keys, minute).0[..16].ct_eq(tag).into();
    ours && (0..=MINUTES).contains(&now.0.div_euclid(MINUTE).saturating_sub(minute))
}

fn mac(keys: &KeyStore, minute: i64) -> Hash {
    keys.mac(Purpose::Ticket, &[b"dpop-nonce", &minute.to_be_bytes()])
}

const LENGTH: usize = 8 + 16;
const MINUTE: i64 = 60;
/// How long one is good after its own minute.
const MINUTES: i64 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn one_is_good_for_a_few_minutes_on_every_node() {
        let (keys, another_node) = (KeyStore::for_tests(), KeyStore::for_tests());
        let nonce = of(&keys, NOW);
        assert!(nonce.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'), "RFC 9449 section 8.1");
        for (later, good) in [(0, true), (299, true), (359, true), (360, false), (86_400, false), (-60, false)] {
            assert_eq!(is_good(&another_node, &nonce, Timestamp(NOW.0 + later)), good, "{later}");
        }
    }

    #[test]
    fn p14_only_the_whole_of_it_is_ours() {
        let keys = KeyStore::for_tests();
        let nonce = of(&keys, NOW);
        for at in 0..nonce.len() {
            assert!(!is_good(&keys, &nonce[..at], NOW), "{at}");
            let mut changed = nonce.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(!is_good(&keys, std::str::from_utf8(&changed).unwrap(), NOW), "{at}");
        }
        assert!(!is_good(&keys, &format!("{nonce}A"), NOW) && !is_good(&keys, "", NOW));
    }
}
