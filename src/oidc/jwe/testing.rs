//! Plays the owner of a key, who reads what was encrypted for it.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::cipher::{self, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::b64;
use crate::oidc::client_auth::jwk::PublicKey;
use crate::store::clients::KeyAlgorithm;

/// The owner of an encryption key.
pub enum Owner {
    /// An RSA key.
    Rsa(KeyPair),
    /// A key on P-256.
    Ec(PrivateKey),
}

impl Owner {
    /// With a key for this algorithm.
    pub fn new(alg: KeyAlgorithm) -> Self {
        match alg {
            KeyAlgorithm::RsaOaep | KeyAlgorithm::RsaOaep256 => Self::Rsa(KeyPair::generate(KeySize::Rsa2048).unwrap()),
            _ => Self::Ec(PrivateKey::generate(&agreement::ECDH_P256).unwrap()),
        }
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        match self {
            Self::Rsa(pair) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({ "kty": "RSA", "use": "enc", "kid": "enc-1", "n": b64(&public.n), "e": b64(&public.e) })
            }
            Self::Ec(key) => {
                let point = key.compute_public_key().unwrap();
                let (x, y) = (b64(&point.as_ref()[1..33]), b64(&point.as_ref()[33..]));
                json!({ "kty": "EC", "crv": "P-256", "use": "enc", "kid": "enc-1", "x": x, "y": y })
            }
        }
    }

    /// The same, read.
    pub fn public(&self) -> PublicKey {
        PublicKey::of(&self.jwk()).unwrap()
    }

    /// Header and content of what was encrypted for this key.
    pub fn open(&self, sealed: &str) -> Option<(Value, Vec<u8>)> {
        let parts: Vec<&str> = sealed.split('.').collect();
        let decoded: Vec<Vec<u8>> = parts.iter().map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok()).collect::<Option<_>>()?;
        let [header, wrapped, iv, text, tag] = <[Vec<u8>; 5]>::try_from(decoded).ok()?;
        let header: Value = serde_json::from_slice(&header).ok()?;
        let key = self.key(&header, &wrapped)?;
        let plain = match header["enc"].as_str()? {
            "A128GCM" => gcm(&aead::AES_128_GCM, &key, &iv, parts[0], text, &tag)?,
            "A256GCM" => gcm(&aead::AES_256_GCM, &key, &iv, parts[0], text, &tag)?,
            "A128CBC-HS256" => cbc((&cipher::AES_128, hmac::HMAC_SHA256), &key, &iv, parts[0], text, &tag)?,
            "A256CBC-HS512" => cbc((&cipher::AES_256, hmac::HMAC_SHA512), &key, &iv, parts[0], text, &tag)?,
            _ => return None,
        };
        Some((header, plain))
    }

    fn key(&self, header: &Value, wrapped: &[u8]) -> Option<Vec<u8>> {
        let alg = header["alg"].as_str()?;
        match self {
            Self::Rsa(pair) => {
                let padding = if alg == "RSA-OAEP" { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 };
                let private = PrivateDecryptingKey::from_pkcs8(pair.as_der().ok()?.as_ref()).ok()?;
                let private = OaepPrivateDecryptingKey::new(private).ok()?;
                let mut key = vec![0; private.min_output_size()];
                Some(private.decrypt(padding, wrapped, &mut key, None).ok()?.to_vec())
            }
            Self::Ec(private) => {
                let coordinate = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(header["epk"][name].as_str()?).ok();
                let theirs = [vec![4], coordinate("x")?, coordinate("y")?].concat();
                let theirs = UnparsedPublicKey::new(&agreement::ECDH_P256, theirs);
                let secret = agreement::agree(private, theirs, Unspecified, |secret| Ok(secret.to_vec())).ok()?;
                let enc = header["enc"].as_str()?;
                let direct = match enc {
                    "A128GCM" => 16,
                    "A256CBC-HS512" => 64,
                    _ => 32,
                };
                let unwrap = |length: usize, by| {
                    let mut key = vec![0; wrapped.len()];
                    let kek = AesKek::new(by, &derive(&secret, alg, length)).ok()?;
                    Some(kek.unwrap(wrapped, &mut key).ok()?.to_vec())
                };
                match alg {
                    "ECDH-ES" => Some(derive(&secret, enc, direct)),
                    "ECDH-ES+A128KW" => unwrap(16, &AES_128),
                    _ => unwrap(32, &AES_256),
                }
            }
        }
    }
}

fn derive(secret: &[u8], named: &str, length: usize) -> Vec<u8> {
    let count = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let info = [&count(named.len())[..], named.as_bytes(), &[0; 8], &count(length * 8)].concat();
    let mut key = vec![0; length];
    sskdf_digest(get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).unwrap(), secret, &info, &mut key).unwrap();
    key
}

fn gcm(by: &'static aead::Algorithm, key: &[u8], iv: &[u8], header: &str, text: Vec<u8>, tag: &[u8]) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(by, key).ok()?);
    let mut whole = [text, tag.to_vec()].concat();
    let nonce = Nonce::try_assume_unique_for_key(iv).ok()?;
    Some(key.open_in_place(nonce, Aad::from(header.as_bytes()), &mut whole).ok()?.to_vec())
}

fn cbc(
    (by, mac): (&'static cipher::Algorithm, hmac::Algorithm),
    key: &[u8],
    iv: &[u8],
    header: &str,
    mut text: Vec<u8>,
    tag: &[u8],
) -> Option<Vec<u8>> {
    let (mac_key, key) = key.split_at(key.len() / 2);
    let bits = (u64::try_from(header.len()).unwrap() * 8).to_be_bytes();
    let whole = [header.as_bytes(), iv, &text, &bits].concat();
    let expected = hmac::sign(&hmac::Key::new(mac, mac_key), &whole);
    if expected.as_ref()[..mac_key.len()] != *tag {
        return None;
    }
    let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(by, key).ok()?).ok()?;
    let iv: &[u8; 16] = iv.try_into().ok()?;
    Some(cipher.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?.to_vec())
}
