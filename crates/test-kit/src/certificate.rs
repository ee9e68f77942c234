//! An authority for one test, and a server's certificate from it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

const DAY: Duration = Duration::from_hours(24);
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

/// What clients have against a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its time is over.
    Expired,
    /// Its time is to come.
    NotYetValid,
    /// It is for another host.
    OtherName,
    /// It was signed by itself, and there is no authority to trust.
    SelfSigned,
}

/// Makes an authority and a certificate.
#[must_use]
pub fn certificate() -> Certificate {
    make(params(&NAMES), false)
}

/// The same for other names, from yesterday on and for ninety days, as authorities of today make them.
#[must_use]
pub fn certificate_for(names: &[&str]) -> Certificate {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let yesterday = date_time_ymd(1970, 1, 1) + now - DAY;
    let mut params = params(names);
    (params.not_before, params.not_after) = (yesterday, yesterday + 90 * DAY);
    make(params, false)
}

/// The same with something wrong.
#[must_use]
pub fn flawed_certificate(flaw: Flaw) -> Certificate {
    let mut params = params(if flaw == Flaw::OtherName { &["elsewhere.test"] } else { &NAMES });
    match flaw {
        Flaw::Expired => {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 3, 31);
        }
        Flaw::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
        Flaw::OtherName | Flaw::SelfSigned => {}
    }
    make(params, flaw == Flaw::SelfSigned)
}

/// A day as in RFC 3339, so many days from now.
pub(crate) fn day_in(days: u32) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let day = date_time_ymd(1970, 1, 1) + now + days * DAY;
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).unwrap()
}

fn make(params: CertificateParams, signs_itself: bool) -> Certificate {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    // Two certificates of one name would seem to be one that has signed itself.
    authority.distinguished_name.push(DnType::CommonName, "an authority of a test");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = match signs_itself {
        true => params.self_signed(&key),
        false => params.signed_by(&key, &issuer),
    };
    let certificate = certificate.unwrap();
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
