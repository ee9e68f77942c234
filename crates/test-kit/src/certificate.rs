//! An authority for one test, and a server's certificate from it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// The names a test's https server answers to.
const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "git.test", "*.git.test"];

/// A server's certificate for `localhost`, `127.0.0.1`, `git.test` and what is below that.
pub struct Certificate {
    /// Whom to trust.
    pub authority_pem: String,
    /// What the server shows.
    pub certificate_pem: String,
    /// What the server keeps.
    pub key_pem: String,
    pub(crate) config: Arc<ServerConfig>,
}

/// Makes an authority and a certificate.
#[must_use]
pub fn certificate() -> Certificate {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    // Two certificates of one name would seem to be one that has signed itself.
    authority.distinguished_name.push(DnType::CommonName, "an authority of a test");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(NAMES.map(str::to_owned).to_vec())
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    Certificate {
        authority_pem: authority_certificate.pem(),
        certificate_pem: certificate.pem(),
        key_pem: key.serialize_pem(),
        config: Arc::new(config),
    }
}
