//! What is encrypted (RFC 7518 section 5): AES-GCM, or AES-CBC with HMAC, each under a key of its own that is used once.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use crate::random::Random;
use crate::store::clients::ContentAlgorithm;

/// What came of it.
pub struct Sealed {
    /// The initialization vector.
    pub iv: Vec<u8>,
    /// The ciphertext.
    pub text: Vec<u8>,
    /// What proves that neither it nor the header was changed.
    pub tag: Vec<u8>,
}

/// Encrypts under `key`, which has as many bytes as `enc` asks for. The header is bound to it.
pub fn encrypt(enc: ContentAlgorithm, key: &[u8], header: &[u8], plain: &[u8], random: &Random) -> Result<Sealed, Unspecified> {
    match enc {
        ContentAlgorithm::A128Gcm => gcm(&aead::AES_128_GCM, key, header, plain, random),
        ContentAlgorithm::A256Gcm => gcm(&aead::AES_256_GCM, key, header, plain, random),
        ContentAlgorithm::A128CbcHs256 => cbc((&cipher::AES_128, hmac::HMAC_SHA256), key, header, plain, random.bytes()),
        ContentAlgorithm::A256CbcHs512 => cbc((&cipher::AES_256, hmac::HMAC_SHA512), key, header, plain, random.bytes()),
    }
}

/// Section 5.3. The key is used for this one text, so chance is as good a nonce as any.
fn gcm(by: &'static aead::Algorithm, key: &[u8], header: &[u8], plain: &[u8], random: &Random) -> Result<Sealed, Unspecified> {
    let iv: [u8; aead::NONCE_LEN] = random.bytes();
    let mut text = plain.to_vec();
    let key = LessSafeKey::new(UnboundKey::new(by, key)?);
    let tag = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(header), &mut text)?;
    Ok(Sealed { iv: iv.to_vec(), text, tag: tag.as_ref().to_vec() })
}

/// Section 5.2.2.1: the first half of the key is for the HMAC, the second for AES, and half of the HMAC is the tag.
fn cbc(
    (by, mac): (&'static cipher::Algorithm, hmac::Algorithm),
    key: &[u8],
    header: &[u8],
    plain: &[u8],
    iv: [u8; 16],
) -> Result<Sealed, Unspecified> {
    let (mac_key, key) = key.split_at_checked(key.len() / 2).ok_or(Unspecified)?;
    let mut text = plain.to_vec();
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(by, key)?)?;
    cipher.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from(&iv)))?;
    let mut context = hmac::Context::with_key(&hmac::Key::new(mac, mac_key));
    let bits = u64::try_from(header.len()).map_err(|_| Unspecified)? * 8;
    for part in [header, &iv, &text, &bits.to_be_bytes()] {
        context.update(part);
    }
    let tag = context.sign().as_ref()[..mac_key.len()].to_vec();
    Ok(Sealed { iv: iv.to_vec(), text, tag })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7518 appendix B.1 and B.3, as far as the tag.
    #[test]
    fn cbc_with_hmac_is_that_of_the_rfc() {
        let plain = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without \
                      inconvenience";
        let header = b"The second principle of Auguste Kerckhoffs";
        let iv = [0x1a, 0xf3, 0x8c, 0x2d, 0xc2, 0xb9, 0x6f, 0xfd, 0xd8, 0x66, 0x94, 0x09, 0x23, 0x41, 0xbc, 0x04];
        let key: Vec<u8> = (0..64).collect();
        let short = cbc((&cipher::AES_128, hmac::HMAC_SHA256), &key[..32], header, plain, iv).unwrap();
        assert_eq!(short.text[..4], [0xc8, 0x0e, 0xdf, 0xa3]);
        assert_eq!(short.tag, [0x65, 0x2c, 0x3f, 0xa3, 0x6b, 0x0a, 0x7c, 0x5b, 0x32, 0x19, 0xfa, 0xb3, 0xa3, 0x0b, 0xc1, 0xc4]);
        let long = cbc((&cipher::AES_256, hmac::HMAC_SHA512), &key, header, plain, iv).unwrap();
        assert_eq!(long.text[..4], [0x4a, 0xff, 0xaa, 0xad]);
        assert_eq!(long.tag[..8], [0x4d, 0xd3, 0xb4, 0xc0, 0x88, 0xa7, 0xf4, 0x5c]);
        assert_eq!(long.tag.len(), 32);
    }
}
