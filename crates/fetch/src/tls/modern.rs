//! A handshake as a client of today makes it, whatever the certificate.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use model::site::tls::Version;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ProtocolVersion, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::wire::Wire;
use crate::error::printable;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    /// What was negotiated, even if the handshake failed behind it.
    pub(super) chosen: Option<(Version, u16)>,
    pub(super) alpn: Option<Vec<u8>>,
    pub(super) shown: Shown,
    pub(super) failure: Option<Failure>,
}

/// What the server showed of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) ocsp_response: Vec<u8>,
    /// Whether it signed the handshake with another key.
    pub(super) bad_signature: bool,
}

/// Why a handshake ended early.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said no.
    Refused,
    /// Something else; in the TLS library's words.
    Unclear(String),
    /// The caller asked to stop, or the time for everything is over.
    Stopped,
}

/// Shakes hands and leaves.
pub(super) fn shake(mut wire: Wire<'_>, name: &ServerName<'static>, alpn: &[&str]) -> Handshake {
    let mut handshake = Handshake::default();
    let unclear = |error: rustls::Error| Some(Failure::Unclear(printable(&error.to_string())));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let looker = Arc::new(Looker { provider: Arc::clone(&provider), shown: Mutex::default() });
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = match config {
        Ok(config) => config
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&looker) as Arc<_>)
            .with_no_client_auth(),
        Err(error) => return Handshake { failure: unclear(error), ..handshake },
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let mut connection = match ClientConnection::new(Arc::new(config), name.clone()) {
        Ok(connection) => connection,
        Err(error) => return Handshake { failure: unclear(error), ..handshake },
    };
    while connection.is_handshaking() && handshake.failure.is_none() {
        handshake.failure = connection.complete_io(&mut wire).err().map(failure);
    }
    connection.send_close_notify();
    // Nobody waits for what becomes of it.
    let _ = connection.write_tls(&mut wire);
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => Some(Version::Tls12),
        Some(ProtocolVersion::TLSv1_3) => Some(Version::Tls13),
        _ => None,
    };
    let suite = connection.negotiated_cipher_suite().map(|suite| u16::from(suite.suite()));
    handshake.chosen = version.zip(suite);
    handshake.alpn = connection.alpn_protocol().map(<[u8]>::to_vec);
    handshake.shown = looker.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
    handshake
}

fn failure(error: io::Error) -> Failure {
    use rustls::Error as Tls;
    match error.kind() {
        io::ErrorKind::TimedOut => return Failure::Unclear(super::SILENT.to_owned()),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => return Failure::Refused,
        _ => {}
    }
    let inner = error.get_ref();
    if inner.is_some_and(|inner| inner.is::<crate::Error>()) {
        return Failure::Stopped;
    }
    match inner.and_then(|inner| inner.downcast_ref::<Tls>()) {
        Some(Tls::AlertReceived(_) | Tls::PeerIncompatible(_) | Tls::NoApplicationProtocol) => {
            Failure::Refused
        }
        _ => Failure::Unclear(printable(&error.to_string())),
    }
}

/// Looks at certificates and lets them all pass: what they are worth is judged apart.
#[derive(Debug)]
struct Looker {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Shown>,
}

impl Looker {
    /// Keeps what became of the handshake's signature. Nothing secret is sent over the connection, so that it may go on.
    fn note(
        &self,
        outcome: &Result<HandshakeSignatureValid, rustls::Error>,
    ) -> HandshakeSignatureValid {
        if outcome.is_err() {
            self.shown.lock().unwrap_or_else(PoisonError::into_inner).bad_signature = true;
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp_response: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = std::iter::once(end_entity).chain(intermediates).take(super::MAX_CERTIFICATES);
        shown.chain = sent.map(|certificate| certificate.clone().into_owned()).collect();
        shown.ocsp_response = ocsp_response.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.note(&verify_tls12_signature(message, certificate, signed, algorithms)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.note(&verify_tls13_signature(message, certificate, signed, algorithms)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
