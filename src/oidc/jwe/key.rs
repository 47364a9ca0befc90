//! How the key of the content comes to the client (RFC 7518 section 4): under its RSA key, or agreed upon with its key on a curve.

use aws_lc_rs::agreement::{self, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::RsaPublicKeyComponents;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::b64;
use crate::oidc::client_auth::jwk::{Curve, PublicKey};
use crate::random::Random;
use crate::store::clients::{Encryption, KeyAlgorithm};

/// The key of one content.
pub struct Agreed {
    /// The key itself.
    pub key: Zeroizing<Vec<u8>>,
    /// As the client gets it; nothing, where both sides work it out.
    pub wrapped: Vec<u8>,
    /// Our half of an agreement, made for this one.
    pub ephemeral: Option<Value>,
}

/// Is this a key for that algorithm?
pub fn fits(by: KeyAlgorithm, key: &PublicKey) -> bool {
    match by {
        KeyAlgorithm::RsaOaep | KeyAlgorithm::RsaOaep256 => matches!(key, PublicKey::Rsa { .. }),
        KeyAlgorithm::EcdhEs | KeyAlgorithm::EcdhEsA128Kw | KeyAlgorithm::EcdhEsA256Kw => matches!(key, PublicKey::Ec { .. }),
    }
}

/// Makes a key for one content.
pub fn agree(by: Encryption, with: &PublicKey, random: &Random) -> Result<Agreed, Unspecified> {
    match (by.alg, with) {
        (KeyAlgorithm::RsaOaep, PublicKey::Rsa { n, e }) => by_rsa(&OAEP_SHA1_MGF1SHA1, (n, e), fresh(by, random)),
        (KeyAlgorithm::RsaOaep256, PublicKey::Rsa { n, e }) => by_rsa(&OAEP_SHA256_MGF1SHA256, (n, e), fresh(by, random)),
        (_, PublicKey::Ec { curve, point }) => by_curve(by, (*curve, point), random),
        _ => Err(Unspecified),
    }
}

/// As many bytes of chance as the content's algorithm asks for.
fn fresh(by: Encryption, random: &Random) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Zeroizing::new(random.bytes::<64>())[..by.enc.key_length()].to_vec())
}

/// Section 4.3.
fn by_rsa(padding: &'static OaepAlgorithm, (n, e): (&[u8], &[u8]), key: Zeroizing<Vec<u8>>) -> Result<Agreed, Unspecified> {
    let public: PublicEncryptingKey = RsaPublicKeyComponents { n, e }.try_into()?;
    let public = OaepPublicEncryptingKey::new(public)?;
    let mut wrapped = vec![0; public.ciphertext_size()];
    let length = public.encrypt(padding, &key, &mut wrapped, None)?.len();
    wrapped.truncate(length);
    Ok(Agreed { key, wrapped, ephemeral: None })
}

/// Section 4.6: what both sides work out is the content's key, or what wraps it.
fn by_curve(by: Encryption, (curve, point): (Curve, &[u8]), random: &Random) -> Result<Agreed, Unspecified> {
    let (named, wrapping) = match by.alg {
        KeyAlgorithm::EcdhEsA128Kw => (by.alg.name(), Some((&AES_128, 16))),
        KeyAlgorithm::EcdhEsA256Kw => (by.alg.name(), Some((&AES_256, 32))),
        _ => (by.enc.name(), None),
    };
    let (secret, ephemeral) = exchange(curve, point)?;
    let derived = derive(&secret, named, wrapping.map_or(by.enc.key_length(), |(_, length)| length))?;
    let Some((cipher, _)) = wrapping else {
        return Ok(Agreed { key: derived, wrapped: Vec::new(), ephemeral: Some(ephemeral) });
    };
    let key = fresh(by, random);
    let mut wrapped = vec![0; key.len() + WRAPPED_MORE];
    let length = AesKek::new(cipher, &derived)?.wrap(&key, &mut wrapped)?.len();
    wrapped.truncate(length);
    Ok(Agreed { key, wrapped, ephemeral: Some(ephemeral) })
}

/// A secret that only we and the owner of `point` can know, and our half of it as a JWK.
#[expect(
    clippy::disallowed_types,
    reason = "an ephemeral key asks for it, in the manner of ring; this library ignores it and uses its own"
)]
fn exchange(curve: Curve, point: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Value), Unspecified> {
    let (algorithm, name) = match curve {
        Curve::P256 => (&agreement::ECDH_P256, "P-256"),
        Curve::P384 => (&agreement::ECDH_P384, "P-384"),
    };
    let ours = EphemeralPrivateKey::generate(algorithm, &aws_lc_rs::rand::SystemRandom::new())?;
    let public = ours.compute_public_key()?;
    let (x, y) = public.as_ref()[1..].split_at(public.as_ref().len() / 2);
    let jwk = json!({ "kty": "EC", "crv": name, "x": b64(x), "y": b64(y) });
    let keep = |secret: &[u8]| Ok(Zeroizing::new(secret.to_vec()));
    let secret = agree_ephemeral(ours, UnparsedPublicKey::new(algorithm, point), Unspecified, keep)?;
    Ok((secret, jwk))
}

/// Section 4.6.2: the one-step derivation of NIST SP 800-56A with SHA-256, for nobody named.
fn derive(secret: &[u8], named: &str, length: usize) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let count = |length: usize| u32::try_from(length).map(u32::to_be_bytes).map_err(|_| Unspecified);
    let nobody = [0; 4];
    let info = [&count(named.len())?[..], named.as_bytes(), &nobody, &nobody, &count(length * 8)?].concat();
    let mut key = Zeroizing::new(vec![0; length]);
    let by = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(Unspecified)?;
    sskdf_digest(by, secret, &info, &mut key)?;
    Ok(key)
}

/// RFC 3394: one block more than the key.
const WRAPPED_MORE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by another program (Python's `cryptography`, `ConcatKDFHash`) from the secret of RFC 7518 appendix C.
    #[test]
    fn a_key_is_derived_as_others_derive_it() {
        let secret = [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167,
            121, 140, 254, 144, 196,
        ];
        let derived = derive(&secret, "A128GCM", 16).unwrap();
        assert_eq!(b64(&derived), "u5erXQ6FbY-PwD4mWyQqfQ");
    }
}
