//! The public keys of passkeys, as COSE writes them (RFC 9052 section 7, RFC 9053), of the three kinds that are asked for.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use ciborium::Value;

use super::Wrong;

/// A key, and the one algorithm that it signs by.
#[derive(Debug)]
pub(super) enum Key {
    /// ECDSA on P-256 with SHA-256: the point, uncompressed.
    Es256([u8; 65]),
    /// Ed25519.
    EdDsa([u8; 32]),
    /// RSASSA-PKCS1-v1_5 with SHA-256: modulus and exponent.
    Rs256(Vec<u8>, Vec<u8>),
}

impl Key {
    /// The algorithms that are asked for, by their numbers at IANA; what is liked most comes first.
    pub const ASKED_FOR: [i64; 3] = [ES256, EDDSA, RS256];

    /// Reads a key. Of another kind, or of more than one, it is refused (row W03).
    pub fn read(cose: &[u8]) -> Result<Self, Wrong> {
        let map: Value = ciborium::from_reader(cose).map_err(|_| Wrong::Malformed("the key"))?;
        let entries = map.into_map().map_err(|_| Wrong::Malformed("the key"))?;
        let number = |label: i64| find(&entries, label).and_then(Value::as_integer).and_then(|number| i64::try_from(number).ok());
        let bytes = |label: i64| find(&entries, label).and_then(Value::as_bytes);
        match (number(KIND), number(ALGORITHM), number(-1)) {
            (Some(EC2), Some(ES256), Some(P_256)) => {
                let (x, y) = (fixed(bytes(-2))?, fixed(bytes(-3))?);
                let mut point = [4; 65];
                point[1..33].copy_from_slice(&x);
                point[33..].copy_from_slice(&y);
                Ok(Self::Es256(point))
            }
            (Some(OKP), Some(EDDSA), Some(CURVE_ED25519)) => Ok(Self::EdDsa(fixed(bytes(-2))?)),
            (Some(RSA), Some(RS256), None) => match (bytes(-1), bytes(-2)) {
                (Some(n), Some(e)) => Ok(Self::Rs256(n.clone(), e.clone())),
                _ => Err(Wrong::Algorithm),
            },
            _ => Err(Wrong::Algorithm),
        }
    }

    /// The number of its algorithm.
    pub fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => ES256,
            Self::EdDsa(_) => EDDSA,
            Self::Rs256(..) => RS256,
        }
    }

    /// Whether it signed this. A key that is none, a point off its curve, signed nothing.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok(),
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Self::Rs256(n, e) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
        }
    }
}

/// The value under a label that stands there once.
fn find(entries: &[(Value, Value)], label: i64) -> Option<&Value> {
    let mut found = entries.iter().filter(|(key, _)| *key == Value::from(label)).map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}

fn fixed(bytes: Option<&Vec<u8>>) -> Result<[u8; 32], Wrong> {
    bytes.and_then(|bytes| bytes.as_slice().try_into().ok()).ok_or(Wrong::Algorithm)
}

// RFC 9053 sections 2 and 7, RFC 8812 section 2.
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;
const P_256: i64 = 1;
const CURVE_ED25519: i64 = 6;
