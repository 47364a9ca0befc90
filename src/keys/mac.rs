//! Message authentication codes, each purpose with a key of its own.

use aws_lc_rs::hmac;

use super::master::MasterKey;
use crate::model::Hash;
use crate::random::Secret;

/// A purpose of the master key; each has a key of its own (HKDF-SHA-256, RFC 5869).
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// CSRF tokens.
    Csrf,
    /// Throttle keys: canonical identifiers, also of people who do not exist.
    Throttle,
    /// Pairwise subjects (OpenID Connect Core section 8.1).
    Subject,
    /// Codes on paper: those that open an account, and those of the sheet (recovery codes).
    Code,
    /// The pepper of passwords and answers.
    Pepper,
    /// Challenges, cursors and whatever else the server hands out to see again.
    Ticket,
    /// Decoys for names that nobody has.
    Decoy,
    /// The links of the event log.
    Chain,
}

/// The keys of all purposes, ready to use.
pub(super) struct Macs([hmac::Key; ALL.len()]);

impl Macs {
    pub(super) fn of(master: &MasterKey) -> Self {
        Self(ALL.map(|purpose| hmac::Key::new(hmac::HMAC_SHA256, master.derive(purpose.label()).as_slice())))
    }

    /// HMAC-SHA-256 of the parts, each behind its length, so that `ab, c` is not `a, bc`.
    pub(super) fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> Hash {
        let mut context = hmac::Context::with_key(&self.0[purpose as usize]);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        Hash::from_slice(context.sign().as_ref()).expect("HMAC-SHA-256 has 32 bytes")
    }
}

/// Did this secret sign these bytes by HMAC-SHA-256 (RFC 7518 section 3.2: the secret has 256 bits at least)?
pub fn signed_with(secret: &Secret, signed: &[u8], tag: &[u8]) -> bool {
    let secret = secret.expose().as_bytes();
    secret.len() >= SHORTEST && hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed, tag).is_ok()
}

impl Purpose {
    /// What its key is derived by. What stands in databases and cookies depends on it: never changed.
    fn label(self) -> &'static str {
        match self {
            Self::Csrf => "csrf",
            Self::Throttle => "throttle",
            Self::Subject => "subject",
            Self::Code => "code",
            Self::Pepper => "pepper",
            Self::Ticket => "ticket",
            Self::Decoy => "decoy",
            Self::Chain => "chain",
        }
    }
}

/// Bytes.
const SHORTEST: usize = 32;
/// In the order of the enum, by which the keys are found.
const ALL: [Purpose; 8] =
    [Purpose::Csrf, Purpose::Throttle, Purpose::Subject, Purpose::Code, Purpose::Pepper, Purpose::Ticket, Purpose::Decoy, Purpose::Chain];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        assert!(ALL.iter().enumerate().all(|(at, purpose)| *purpose as usize == at));
        let macs = Macs::of(&MasterKey::fixed(1));
        let of_all: BTreeSet<Hash> = ALL.iter().map(|purpose| macs.mac(*purpose, &[b"same"])).collect();
        assert_eq!(of_all.len(), ALL.len());
        assert_ne!(macs.mac(Purpose::Csrf, &[b"same"]), Macs::of(&MasterKey::fixed(2)).mac(Purpose::Csrf, &[b"same"]));
    }

    #[test]
    fn parts_are_told_apart_by_their_lengths() {
        let macs = Macs::of(&MasterKey::fixed(1));
        let ways: [&[&[u8]]; 6] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"", b"abc"], &[b"abc", b""], &[b"", b"", b"abc"]];
        let distinct: BTreeSet<Hash> = ways.iter().map(|parts| macs.mac(Purpose::Ticket, parts)).collect();
        assert_eq!(distinct.len(), ways.len());
        assert_ne!(macs.mac(Purpose::Ticket, &[]), macs.mac(Purpose::Ticket, &[b""]));
    }

    /// A change here would change every pairwise subject and void every cookie.
    #[test]
    fn what_is_made_today_is_made_by_later_versions_too() {
        let mac = Macs::of(&MasterKey::fixed(1)).mac(Purpose::Subject, &[b"sub", b"rp.test"]);
        assert_eq!(mac.0[..8], [70, 146, 174, 109, 44, 161, 153, 169]);
    }
}
