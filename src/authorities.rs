//! The authorities whose client certificates the district believes (RFC 8705 section 2.1). They are asked here and not by the proxy
//! in front: one that lets self-signed certificates through, as it must for some apps, has checked nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::model::Timestamp;

/// The authorities; none, if the settings name none.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Option<Arc<dyn ClientCertVerifier>>);

/// The file of the authorities is of no use.
#[derive(Debug, thiserror::Error)]
#[error("tls.client_ca_file {0}: {1}")]
pub struct BadAuthorities(String, String);

impl Authorities {
    /// Reads them: certificates in PEM, each of which is believed as it stands.
    pub fn open(file: Option<&Path>) -> Result<Self, BadAuthorities> {
        let Some(file) = file else { return Ok(Self::default()) };
        let bad = |why: String| BadAuthorities(file.display().to_string(), why);
        let text = std::fs::read(file).map_err(|error| bad(error.to_string()))?;
        Self::read(&text).map_err(bad)
    }

    fn read(pem: &[u8]) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        Ok(Self(Some(verifier.build().map_err(|error| error.to_string())?)))
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Did one of them issue this certificate, for a client, and for now? Whether it was revoked is not asked: an app that loses its
    /// key is shut, or gets another subject.
    pub fn issued(&self, certificate: &[u8], now: Timestamp) -> bool {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now.0.unsigned_abs()));
        self.0.as_ref().is_some_and(|verifier| verifier.verify_client_cert(&CertificateDer::from(certificate), &[], now).is_ok())
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// One authority, whose certificates lie in `tests/keys/tls`.
    pub(crate) fn authority() -> Authorities {
        Authorities::read(include_bytes!("tests/keys/tls/ca.pem")).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(pem: &str) -> Vec<u8> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
    }

    #[test]
    fn a_certificate_is_believed_by_its_authority_and_in_its_time() {
        let (authorities, now) = (testing::authority(), Timestamp(1_800_000_000));
        let client = der(include_str!("tests/keys/tls/client.pem"));
        assert!(authorities.issued(&client, now));
        assert!(!authorities.issued(&client, Timestamp(1_600_000_000)), "it has not begun");
        for (name, other) in [
            ("expired", include_str!("tests/keys/tls/expired.pem")),
            ("of a server", include_str!("tests/keys/tls/server.pem")),
            ("of its own", include_str!("tests/keys/tls/self.pem")),
        ] {
            assert!(!authorities.issued(&der(other), now), "{name}");
        }
        assert!(!authorities.issued(&client[..client.len() - 1], now) && !authorities.issued(b"", now));
        assert!(!Authorities::default().issued(&client, now), "without authorities nobody is believed");
        assert!(Authorities::read(b"").is_err(), "a file without any is a mistake");
    }
}
