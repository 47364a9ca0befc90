//! The certificate that a program showed when it connected (RFC 8705): to our own TLS, or to a proxy that is believed and passes it
//! on. A header says nothing when it comes from anybody else.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::district;
use crate::app::App;

/// What was shown to our own TLS: an extension of each request of the connection.
#[derive(Clone, Debug)]
pub struct ShownCertificate(pub Vec<u8>);

/// The certificate of a request's sender, if there is one.
pub(super) fn of(app: &App, parts: &Parts) -> Option<Vec<u8>> {
    if let Some(ShownCertificate(shown)) = parts.extensions.get() {
        return Some(shown.clone());
    }
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    if !district::is_trusted_proxy(app, peer.ip().to_canonical()) {
        return None;
    }
    let mut sent = parts.headers.get_all(district::certificate_header(app)?).iter();
    match (sent.next(), sent.next()) {
        (Some(value), None) => read(value.to_str().ok()?),
        _ => None,
    }
}

/// As RFC 9440 section 2.2 writes it, or as PEM, percent-encoded to fit a header (nginx's `$ssl_client_escaped_cert`).
fn read(value: &str) -> Option<Vec<u8>> {
    if let Some(encoded) = value.trim().strip_prefix(':') {
        return BASE64_STANDARD.decode(encoded.strip_suffix(':')?).ok().filter(|der| !der.is_empty());
    }
    let pem = percent_decoded(value)?;
    CertificateDer::from_pem_slice(&pem).ok().map(|der| der.to_vec())
}

/// A plus is a plus here: base64 has some.
fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(bytes.next())? << 4 | digit(bytes.next())?
            }
            byte => byte,
        });
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_as_proxies_write_it() {
        let pem = include_str!("../tests/keys/tls/client.pem");
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec();
        let escaped: String = pem
            .bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() || byte == b'-' { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        let plus_as_it_is = escaped.replace("%2B", "+");
        for value in [escaped.as_str(), plus_as_it_is.as_str(), &format!(":{}:", BASE64_STANDARD.encode(&der))] {
            assert_eq!(read(value).as_ref(), Some(&der), "{value}");
        }
        for value in ["", ":", "::", ":x:", ":AAAA", "%", "%zz", "%2", "x", "-----BEGIN CERTIFICATE-----", "(null)"] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
