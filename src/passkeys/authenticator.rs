//! What an authenticator says (sections 6.1 and 6.5): whether its owner was there, and the key that it made.

use aws_lc_rs::digest::{self, SHA256};
use ciborium::Value;

use super::Wrong;
use super::cose::Key;

/// Authenticator data, of which it was seen that it is for us and that the owner was there and verified.
pub(super) struct Data<'a> {
    pub sign_count: u32,
    pub backup_eligible: bool,
    pub backed_up: bool,
    holds_key: bool,
    rest: &'a [u8],
}

/// A key and its id, as a new passkey has them.
pub(super) struct Attested<'a> {
    pub credential: &'a [u8],
    pub public_key: &'a [u8],
}

/// What comes with a new passkey.
pub(super) struct Attestation {
    /// The authenticator data, as it is signed.
    pub data: Vec<u8>,
    statement: Statement,
}

/// What it says of the authenticator itself. We ask for nothing, and believe what is none.
enum Statement {
    /// Nothing.
    None,
    /// By the new key's own hand: what a browser leaves that was asked for nothing (section 5.4.7).
    Own { algorithm: i128, signature: Vec<u8> },
}

impl<'a> Data<'a> {
    /// Reads it, for the relying party of this id.
    pub fn read(bytes: &'a [u8], rp_id: &str) -> Result<Self, Wrong> {
        let short = Wrong::Malformed("the authenticator data");
        let (rp, bytes) = bytes.split_first_chunk::<32>().ok_or(short)?;
        let ([flags], bytes) = bytes.split_first_chunk::<1>().ok_or(short)?;
        let (count, rest) = bytes.split_first_chunk::<4>().ok_or(short)?;
        let is = |flag: u8| flags & flag != 0;
        let data = Self {
            sign_count: u32::from_be_bytes(*count),
            backup_eligible: is(BACKUP_ELIGIBLE),
            backed_up: is(BACKED_UP),
            holds_key: is(HOLDS_KEY),
            rest,
        };
        match () {
            () if rp != digest::digest(&SHA256, rp_id.as_bytes()).as_ref() => Err(Wrong::RelyingParty),
            () if !is(PRESENT) => Err(Wrong::NotPresent),
            () if !is(VERIFIED) => Err(Wrong::NotVerified),
            () if data.backed_up && !data.backup_eligible => Err(Wrong::Copies),
            () => Ok(data),
        }
    }

    /// The key that was made. What follows it, the extensions, nobody asked for.
    pub fn attested(&self) -> Result<Attested<'a>, Wrong> {
        let wrong = Wrong::Malformed("the new key");
        if !self.holds_key {
            return Err(wrong);
        }
        let (_aaguid, rest) = self.rest.split_first_chunk::<16>().ok_or(wrong)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(wrong)?;
        let (credential, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(wrong)?;
        let mut after = rest;
        let _: Value = ciborium::from_reader(&mut after).map_err(|_| wrong)?;
        Ok(Attested { credential, public_key: &rest[..rest.len() - after.len()] })
    }
}

impl Attestation {
    /// Reads an attestation object (section 6.5.4).
    pub fn read(object: &[u8]) -> Result<Self, Wrong> {
        let wrong = Wrong::Malformed("the attestation object");
        let map: Value = ciborium::from_reader(object).map_err(|_| wrong)?;
        let entries = map.into_map().map_err(|_| wrong)?;
        let (Some(format), Some(statement), Some(data)) = (find(&entries, "fmt"), find(&entries, "attStmt"), find(&entries, "authData"))
        else {
            return Err(wrong);
        };
        let (Some(format), Some(statement), Some(data)) = (format.as_text(), statement.as_map(), data.as_bytes()) else {
            return Err(wrong);
        };
        Ok(Self { data: data.clone(), statement: Statement::read(format, statement)? })
    }

    /// Whether its statement is true.
    pub fn judge(&self, key: &Key, client_data_hash: &[u8]) -> Result<(), Wrong> {
        match &self.statement {
            Statement::None => Ok(()),
            Statement::Own { algorithm, signature } => {
                let signed = [&self.data, client_data_hash].concat();
                let own = *algorithm == i128::from(key.algorithm()) && key.verifies(&signed, signature);
                if own { Ok(()) } else { Err(Wrong::Attestation) }
            }
        }
    }
}

impl Statement {
    fn read(format: &str, entries: &[(Value, Value)]) -> Result<Self, Wrong> {
        match format {
            "none" if entries.is_empty() => Ok(Self::None),
            // With a certificate it would speak of its maker, and nobody asked.
            "packed" if entries.len() == 2 => {
                let algorithm = find(entries, "alg").and_then(Value::as_integer).ok_or(Wrong::Attestation)?;
                let signature = find(entries, "sig").and_then(Value::as_bytes).ok_or(Wrong::Attestation)?;
                Ok(Self::Own { algorithm: algorithm.into(), signature: signature.clone() })
            }
            _ => Err(Wrong::Attestation),
        }
    }
}

/// The value under a name that stands there once.
fn find<'v>(entries: &'v [(Value, Value)], name: &str) -> Option<&'v Value> {
    let mut found = entries.iter().filter(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}

// Section 6.1, the bits of the flags.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HOLDS_KEY: u8 = 1 << 6;
