//! The signature algorithms: their names, and what hangs on the name alone.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// The signature algorithms (RFC 7518 section 3.1, RFC 8037 section 3.1) that keys are made for. Each has keys of its
/// own: no key signs by two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; every relying party knows it.
    RS256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// ECDSA on P-256 with SHA-256; many times cheaper to sign.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

impl Algorithm {
    /// Every algorithm, in the order of discovery and of the JWKS.
    pub const ALL: &'static [Self] = &[Self::RS256, Self::PS256, Self::ES256, Self::ES384, Self::EdDSA];

    /// Its name in JOSE.
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The algorithm of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }

    /// The left half of the hash of `text`, for the `at_hash` and `c_hash` of an ID token that is signed by this
    /// (OpenID Connect Core section 3.1.3.6). Ed25519 hashes by SHA-512.
    pub fn half_hash(self, text: &str) -> String {
        let hash = match self {
            Self::RS256 | Self::PS256 | Self::ES256 => &digest::SHA256,
            Self::ES384 => &digest::SHA384,
            Self::EdDSA => &digest::SHA512,
        };
        let hash = digest::digest(hash, text.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_exactly_one_algorithm() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(*algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name(), "settings and headers say the same");
        }
        for name in ["none", "", "rs256", "RS512", "HS256", "Ed25519", "EDDSA"] {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
        }
    }

    /// The first is the example of OpenID Connect Core A.3; the others were worked out by openssl.
    #[test]
    fn half_a_hash_is_half_of_the_algorithm_s_own() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        for algorithm in [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256] {
            assert_eq!(algorithm.half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
        }
        assert_eq!(Algorithm::ES384.half_hash(token), "jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs");
        assert_eq!(Algorithm::EdDSA.half_hash(token), "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM");
    }
}
