//! `[tls]`: certificates, of clients and of our own.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `[tls]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSettings {
    /// The server's certificate and those above it, in PEM; without it, TLS is the business of a proxy.
    pub certificate_file: Option<PathBuf>,
    /// The certificate's private key, in PEM.
    pub key_file: Option<PathBuf>,
    /// Clients may show a certificate when they connect to us.
    pub ask_client_certificates: bool,
    /// The header in which a trusted proxy passes on the certificate that a client showed.
    pub client_certificate_header: Option<String>,
    /// The authorities whose client certificates are believed, in PEM.
    pub client_ca_file: Option<PathBuf>,
    /// The address at which clients show their certificates, where it is another than the issuer.
    pub mtls_base: Option<String>,
}

impl TlsSettings {
    /// Can a client show a certificate at all?
    pub fn takes_client_certificates(&self) -> bool {
        self.client_certificate_header.is_some() || self.ask_client_certificates
    }

    /// What is wrong, in words.
    pub fn problem(&self) -> Option<String> {
        let header = self.client_certificate_header.as_deref().unwrap_or("x");
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let base = self.mtls_base.as_deref().map(url::Url::parse);
        let is_base =
            base.is_none_or(|base| base.is_ok_and(|base| base.scheme() == "https" && base.path() == "/" && base.query().is_none()));
        if self.certificate_file.is_some() != self.key_file.is_some() {
            return Some("tls.certificate_file and tls.key_file come together".to_owned());
        }
        if self.ask_client_certificates && self.certificate_file.is_none() {
            return Some(
                "tls.ask_client_certificates is for a server with a certificate of its own: tls.certificate_file is missing".to_owned(),
            );
        }
        match (is_name(header), is_base) {
            (false, _) => Some("tls.client_certificate_header is not the name of a header".to_owned()),
            (_, false) => Some("tls.mtls_base must be https, a host and a port".to_owned()),
            _ => None,
        }
    }

    /// Makes every relative path one from the folder of the settings.
    pub(super) fn resolve(&mut self, from: impl Fn(&Path) -> PathBuf) {
        for file in [&mut self.certificate_file, &mut self.key_file, &mut self.client_ca_file] {
            *file = file.as_deref().map(&from);
        }
    }
}
