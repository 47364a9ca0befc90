//! Certificates of clients (RFC 8705): what they are called, and whether one is the one that a client is registered with. Who brought
//! it, and whether an authority stands for it, is known before.

use std::net::IpAddr;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, Reader, SliceReader};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use super::jwk::{Curve, PublicKey};
use crate::model::Hash;
use crate::store::clients::TlsSubject;

/// What a certificate is called in the tokens that are bound to it (RFC 8705 section 3.1).
pub fn thumbprint(certificate: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Hash::of(certificate).0)
}

/// Is it of this subject (RFC 8705 section 2.1.2)? Exactly as it is registered; no wildcards.
pub fn is_of(certificate: &[u8], subject: &TlsSubject) -> bool {
    let Ok(certificate) = Certificate::from_der(certificate) else { return false };
    let certificate = certificate.tbs_certificate();
    if let TlsSubject::Dn(registered) = subject {
        return Name::from_str(registered).is_ok_and(|registered| same_name(&registered, certificate.subject()));
    }
    let others = certificate.get_extension::<SubjectAltName>().ok().flatten();
    others.is_some_and(|(_, others)| others.0.iter().any(|other| names(subject, other)))
}

/// Both are written anew (RFC 4514), so that two kinds of ASN.1 string with the same letters are the same.
fn same_name(one: &Name, other: &Name) -> bool {
    !one.is_empty() && one.to_string() == other.to_string()
}

fn names(subject: &TlsSubject, other: &GeneralName) -> bool {
    match (subject, other) {
        (TlsSubject::SanDns(registered), GeneralName::DnsName(found)) => found.as_str().eq_ignore_ascii_case(registered),
        (TlsSubject::SanUri(registered), GeneralName::UniformResourceIdentifier(found)) => found.as_str() == registered,
        (TlsSubject::SanEmail(registered), GeneralName::Rfc822Name(found)) => found.as_str() == registered,
        (TlsSubject::SanIp(registered), GeneralName::IpAddress(found)) => address(found.as_bytes()) == Some(*registered),
        _ => false,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// Is it one of these keys' own (RFC 8705 section 2.2)? By the whole certificate where a key has one (`x5c`), else by the key.
pub fn is_among(certificate: &[u8], jwks: &Value) -> bool {
    let Some(key) = key_of(certificate) else { return false };
    let keys = jwks["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    keys.iter().any(|registered| match registered.get("x5c") {
        Some(chain) => chain[0].as_str().and_then(|first| BASE64_STANDARD.decode(first).ok()).is_some_and(|first| first == certificate),
        None => PublicKey::of(registered).is_some_and(|registered| registered == key),
    })
}

/// The key of a certificate, if it is one that clients sign with (RFC 3279 sections 2.3.1 and 2.3.5, RFC 8410 section 4).
fn key_of(certificate: &[u8]) -> Option<PublicKey> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let info = certificate.tbs_certificate().subject_public_key_info();
    let bytes = info.subject_public_key.as_bytes()?;
    let curve = || info.algorithm.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok();
    match info.algorithm.oid {
        RSA => SliceReader::new(bytes).ok()?.sequence(rsa).ok(),
        EC if curve() == Some(P256) => Some(PublicKey::Ec { curve: Curve::P256, point: bytes.to_vec() }),
        EC if curve() == Some(P384) => Some(PublicKey::Ec { curve: Curve::P384, point: bytes.to_vec() }),
        ED25519 => Some(PublicKey::Ed(bytes.to_vec())),
        _ => None,
    }
}

fn rsa(reader: &mut SliceReader<'_>) -> Result<PublicKey, x509_cert::der::Error> {
    let (n, e) = (UintRef::decode(reader)?, UintRef::decode(reader)?);
    Ok(PublicKey::Rsa { n: n.as_bytes().to_vec(), e: e.as_bytes().to_vec() })
}

/// Could a certificate be of this subject? For registration.
pub fn is_readable(subject: &TlsSubject) -> bool {
    match subject {
        TlsSubject::Dn(name) => Name::from_str(name).is_ok_and(|name| !name.is_empty()),
        TlsSubject::SanDns(text) | TlsSubject::SanUri(text) | TlsSubject::SanEmail(text) => !text.is_empty() && text.is_ascii(),
        TlsSubject::SanIp(_) => true,
    }
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    use serde_json::json;

    use super::*;

    fn der(pem: &str) -> Vec<u8> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
    }

    fn client() -> Vec<u8> {
        der(include_str!("../../tests/keys/tls/client.pem"))
    }

    #[test]
    fn a_certificate_is_of_the_subject_that_is_registered_and_of_no_other() {
        let text = |text: &str| text.to_owned();
        for good in [
            TlsSubject::Dn(text("CN=cahier,O=École des Tilleuls\\, Rimouski,C=CA")),
            TlsSubject::SanDns(text("Cahier.rp.test")),
            TlsSubject::SanUri(text("urn:rp.test:cahier")),
            TlsSubject::SanEmail(text("cahier@rp.test")),
            TlsSubject::SanIp("192.0.2.7".parse().unwrap()),
        ] {
            assert!(is_readable(&good) && is_of(&client(), &good), "{good:?}");
            assert!(!is_of(b"", &good) && !is_of(&der(include_str!("../../tests/keys/tls/server.pem")), &good));
        }
        for bad in [
            TlsSubject::Dn(text("CN=cahier")),
            TlsSubject::Dn(text("CN=cahier,C=CA")),
            TlsSubject::Dn(text("C=CA,O=École des Tilleuls\\, Rimouski,CN=cahier")),
            TlsSubject::Dn(text("")),
            TlsSubject::SanDns(text("rp.test")),
            TlsSubject::SanDns(text("*.rp.test")),
            TlsSubject::SanUri(text("cahier.rp.test")),
            TlsSubject::SanEmail(text("CAHIER@rp.test")),
            TlsSubject::SanIp("192.0.2.8".parse().unwrap()),
        ] {
            assert!(!is_of(&client(), &bad), "{bad:?}");
        }
        for empty in [TlsSubject::Dn(text("")), TlsSubject::Dn(text("x")), TlsSubject::SanDns(text("")), TlsSubject::SanUri(text("é"))] {
            assert!(!is_readable(&empty), "{empty:?}");
        }
    }

    #[test]
    fn a_comma_in_a_name_begins_no_other_name() {
        let [one, two] = ["CN=a\\,O=b", "CN=a,O=b"].map(|text| Name::from_str(text).unwrap());
        assert!(!same_name(&one, &two) && same_name(&one, &one));
    }

    #[test]
    fn a_self_signed_certificate_is_known_by_its_key_or_as_a_whole() {
        for pem in [include_str!("../../tests/keys/tls/self.pem"), include_str!("../../tests/keys/tls/client.pem")] {
            let certificate = der(pem);
            let whole = json!({ "kty": "x", "x5c": [BASE64_STANDARD.encode(&certificate)] });
            let own = match key_of(&certificate).unwrap() {
                PublicKey::Rsa { n, e } => {
                    json!({ "kty": "RSA", "n": BASE64_URL_SAFE_NO_PAD.encode(n), "e": BASE64_URL_SAFE_NO_PAD.encode(e) })
                }
                PublicKey::Ec { point, .. } => {
                    let part = |at: std::ops::Range<usize>| BASE64_URL_SAFE_NO_PAD.encode(&point[at]);
                    json!({ "kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65) })
                }
                PublicKey::Ed(_) => unreachable!("none of them is"),
            };
            let mut another_whole = own.clone();
            another_whole["x5c"] = json!([BASE64_STANDARD.encode(der(include_str!("../../tests/keys/tls/server.pem")))]);
            for (jwks, known) in [
                (json!({ "keys": [{ "kty": "EC" }, whole] }), true),
                (json!({ "keys": [own] }), true),
                (json!({ "keys": [another_whole] }), false),
                (json!({ "keys": [] }), false),
                (json!({}), false),
            ] {
                assert_eq!(is_among(&certificate, &jwks), known, "{jwks}");
            }
        }
        assert!(!is_among(b"x", &json!({ "keys": [{ "kty": "x", "x5c": ["eA=="] }] })), "what is no certificate is nobody's");
    }

    #[test]
    fn a_thumbprint_is_the_hash_of_the_whole() {
        assert_eq!(thumbprint(b"").len(), 43);
        assert_ne!(thumbprint(&client()), thumbprint(&client()[1..]));
    }
}
