//! TLS of our own (RFC 9325), for a server without a proxy in front: versions 1.2 and 1.3, authenticated encryption and ephemeral
//! keys alone. The files are read again when they change, so that a renewed certificate needs no restart.

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{self, CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, version};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::tls::TlsSettings;
use crate::model::Hash;

/// What connections are welcomed with, as the files say now.
pub(super) struct Tls {
    settings: TlsSettings,
    now: RwLock<Arc<ServerConfig>>,
    /// Of both files, so that a change is seen.
    seen: Mutex<Hash>,
}

/// Certificate and key are of no use.
#[derive(Debug, thiserror::Error)]
#[error("{0}: {1}")]
pub struct BadTls(String, String);

/// What the files hold.
struct Files {
    certificate: Vec<u8>,
    key: zeroize::Zeroizing<Vec<u8>>,
}

impl Tls {
    /// By the settings; `None` where they leave it to a proxy.
    pub(super) fn open(settings: &TlsSettings) -> Result<Option<Arc<Self>>, BadTls> {
        let Some(files) = Files::read(settings)? else { return Ok(None) };
        let (now, seen) = (RwLock::new(Arc::new(files.config(settings)?)), Mutex::new(files.hash()));
        Ok(Some(Arc::new(Self { settings: settings.clone(), now, seen })))
    }

    /// Shakes hands; nothing comes of whoever is slow, or speaks something else. With the certificate that the other side showed.
    pub(super) async fn welcome(&self, stream: TcpStream) -> Option<(TlsStream<TcpStream>, Option<Vec<u8>>)> {
        let config = Arc::clone(&self.now.read().expect("nothing panics while it holds the settings"));
        let stream = tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await.ok()?.ok()?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(|certificate| certificate.to_vec());
        Some((stream, shown))
    }

    /// Takes the files as they are; false if they did not change. A mistake in them changes nothing.
    fn reload(&self) -> Result<bool, BadTls> {
        let Some(files) = Files::read(&self.settings)? else { return Ok(false) };
        let mut seen = self.seen.lock().expect("nothing panics while it compares");
        if *seen == files.hash() {
            return Ok(false);
        }
        // Also where they are of no use: told once, and not again at each look.
        *seen = files.hash();
        let config = files.config(&self.settings)?;
        *self.now.write().expect("nothing panics while it holds the settings") = Arc::new(config);
        Ok(true)
    }

    /// Looks at the files every minute and when the program is asked to (SIGHUP), until the server stops.
    pub(super) async fn tend(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let Ok(mut asked) = signal(SignalKind::hangup()) else { return };
        loop {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = asked.recv() => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            match self.reload() {
                Ok(true) => tracing::info!("the TLS certificate changed and was read again"),
                Ok(false) => {}
                Err(mistake) => tracing::error!(%mistake, "the TLS certificate changed and is of no use; the one before stays"),
            }
        }
    }
}

impl Files {
    fn read(settings: &TlsSettings) -> Result<Option<Self>, BadTls> {
        let (Some(certificate), Some(key)) = (&settings.certificate_file, &settings.key_file) else { return Ok(None) };
        Ok(Some(Self { certificate: read(certificate)?, key: read(key)?.into() }))
    }

    fn hash(&self) -> Hash {
        Hash::of(&[Hash::of(&self.certificate).0, Hash::of(&self.key).0].concat())
    }

    /// Whatever else rustls knows with this provider is neither weak nor old.
    fn config(&self, settings: &TlsSettings) -> Result<ServerConfig, BadTls> {
        let bad =
            |file: &Option<std::path::PathBuf>, why: String| BadTls(file.as_deref().unwrap_or(Path::new("")).display().to_string(), why);
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.map_err(|error| bad(&settings.certificate_file, error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| bad(&settings.key_file, error.to_string()))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&[&version::TLS13, &version::TLS12]);
        let builder = builder.map_err(|error| bad(&settings.certificate_file, error.to_string()))?;
        let builder = match settings.ask_client_certificates {
            true => builder.with_client_cert_verifier(Arc::new(Whoever(provider))),
            false => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| bad(&settings.certificate_file, error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, BadTls> {
    std::fs::read(file).map_err(|error| BadTls(file.display().to_string(), error.to_string()))
}

/// Lets everybody in who holds the key of the certificate they show, or shows none. What it is worth is judged where it is of use: for
/// apps with self-signed ones there is no authority to ask (RFC 8705 section 2.2).
#[derive(Debug)]
struct Whoever(Arc<CryptoProvider>);

impl ClientCertVerifier for Whoever {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

const HANDSHAKE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use axum::{Extension, Router};
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::serve::connections;
    use crate::serve::lanes::Lanes;
    use crate::serve::ready::Answers;
    use crate::web::ShownCertificate;

    const AUTHORITY: &[u8] = include_bytes!("../tests/keys/tls/ca.pem");
    const CLIENT: (&[u8], &[u8]) = (include_bytes!("../tests/keys/tls/client.pem"), include_bytes!("../tests/keys/tls/client.key"));
    const SERVER: (&[u8], &[u8]) = (include_bytes!("../tests/keys/tls/server.pem"), include_bytes!("../tests/keys/tls/server.key"));

    /// A server that says how many bytes of a certificate it was shown.
    async fn served(folder: &Path) -> (Arc<Tls>, std::net::SocketAddr) {
        std::fs::write(folder.join("server.pem"), SERVER.0).unwrap();
        std::fs::write(folder.join("server.key"), SERVER.1).unwrap();
        let settings = TlsSettings {
            certificate_file: Some(folder.join("server.pem")),
            key_file: Some(folder.join("server.key")),
            ask_client_certificates: true,
            ..TlsSettings::default()
        };
        let tls = Tls::open(&settings).unwrap().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tell = async |shown: Option<Extension<ShownCertificate>>| shown.map_or(0, |shown| shown.0.0.len()).to_string();
        let router = Router::new().route("/", get(tell));
        let served = Some(Arc::clone(&tls));
        tokio::spawn(async move {
            let lanes = Lanes::open().unwrap();
            connections::serve(listener, &lanes, Answers::of(router), served, std::future::pending()).await;
        });
        (tls, address)
    }

    async fn ask(
        address: std::net::SocketAddr,
        shown: Option<(&[u8], &[u8])>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<(String, ProtocolVersion), std::io::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_protocol_versions(versions).unwrap().with_root_certificates(roots);
        let config = match shown {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
                builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key).unwrap()).unwrap()
            }
        };
        let stream = TcpStream::connect(address).await?;
        let mut stream = TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        let version = stream.get_ref().1.protocol_version().unwrap();
        Ok((answer.rsplit("\r\n\r\n").next().unwrap_or_default().to_owned(), version))
    }

    #[tokio::test]
    async fn our_own_tls_speaks_both_versions_and_passes_a_certificate_on() {
        let folder = tempfile::tempdir().unwrap();
        let (_, address) = served(folder.path()).await;
        let length = CertificateDer::from_pem_slice(CLIENT.0).unwrap().len().to_string();
        for (version, name) in [(&version::TLS12, ProtocolVersion::TLSv1_2), (&version::TLS13, ProtocolVersion::TLSv1_3)] {
            assert_eq!(ask(address, None, &[version]).await.unwrap(), ("0".to_owned(), name));
            assert_eq!(ask(address, Some(CLIENT), &[version]).await.unwrap(), (length.clone(), name));
        }
        let mut plain = TcpStream::connect(address).await.unwrap();
        plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _ = plain.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear");
    }

    #[tokio::test]
    async fn a_renewed_certificate_needs_no_restart_and_a_bad_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (tls, address) = served(folder.path()).await;
        let both = [&version::TLS13];
        assert!(!tls.reload().unwrap(), "nothing changed");
        std::fs::write(folder.path().join("server.key"), CLIENT.1).unwrap();
        assert!(tls.reload().is_err(), "another key than the certificate's");
        assert!(ask(address, None, &both).await.is_ok());
        std::fs::write(folder.path().join("server.pem"), CLIENT.0).unwrap();
        assert!(tls.reload().unwrap());
        assert!(ask(address, None, &both).await.is_err(), "it is no certificate of this host");
        std::fs::write(folder.path().join("server.pem"), SERVER.0).unwrap();
        std::fs::write(folder.path().join("server.key"), SERVER.1).unwrap();
        assert!(tls.reload().unwrap());
        assert!(ask(address, None, &both).await.is_ok());
    }
}
