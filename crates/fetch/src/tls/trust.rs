//! Whether a chain is trusted: the verifier is the one our own connections use, with the same roots.

use std::sync::{Arc, OnceLock};

use model::site::tls::{Certificate, ChainOrder, Distrust, Trust};
use rustls::{
    CertificateError,
    client::{danger::ServerCertVerifier as _, verify_server_name},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
    server::ParsedCertificate,
};
use rustls_platform_verifier::Verifier;

use super::modern::Shown;
use crate::error::printable;

/// The system's roots and those of the client's options, read when they are first asked for.
#[derive(Debug)]
pub(crate) struct Roots {
    authorities_pem: Vec<u8>,
    verifier: OnceLock<Option<Verifier>>,
}

impl Roots {
    pub(crate) fn new(authorities_pem: &[u8]) -> Self {
        Self { authorities_pem: authorities_pem.to_vec(), verifier: OnceLock::new() }
    }

    fn verifier(&self) -> Option<&Verifier> {
        let make = || {
            let extra = CertificateDer::pem_slice_iter(&self.authorities_pem).flatten();
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            Verifier::new_with_extra_roots(extra, provider).ok()
        };
        self.verifier.get_or_init(make).as_ref()
    }
}

/// Judges what a server showed at a time. `chain` is what is told of the same certificates.
pub(super) fn judge(
    roots: &Roots,
    shown: &Shown,
    chain: &[Certificate],
    order: ChainOrder,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Trust {
    let (Some((leaf, rest)), Some(verifier)) = (shown.chain.split_first(), roots.verifier()) else {
        return Trust::Unknown;
    };
    let mut reasons = Vec::new();
    let mut add = |reason: Distrust| {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    };
    // The verifier tells the first reason that it meets; a name that is wrong as well is worth knowing.
    match ParsedCertificate::try_from(leaf) {
        Ok(parsed) if verify_server_name(&parsed, name).is_err() => add(Distrust::WrongName),
        Ok(_) => {}
        Err(_) => add(Distrust::Malformed),
    }
    if chain.len() < shown.chain.len() {
        add(Distrust::Malformed);
    }
    if let Some(leaf) = chain.first() {
        let now_ms = i64::try_from(now.as_secs().saturating_mul(1000)).unwrap_or(i64::MAX);
        if leaf.not_after_ms < now_ms {
            add(Distrust::Expired);
        } else if leaf.not_before_ms > now_ms {
            add(Distrust::NotYetValid);
        }
    }
    if let Err(error) = verifier.verify_server_cert(leaf, rest, name, &shown.ocsp_response, now) {
        add(reason(error, chain, order));
    }
    if shown.bad_signature {
        add(Distrust::BadSignature);
    }
    if reasons.is_empty() { Trust::Trusted } else { Trust::Refused(reasons) }
}

fn reason(error: rustls::Error, chain: &[Certificate], order: ChainOrder) -> Distrust {
    let self_signed = chain.first().is_some_and(|leaf| leaf.self_signed);
    let rustls::Error::InvalidCertificate(error) = error else {
        return Distrust::Other(printable(&error.to_string()));
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Distrust::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Distrust::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Distrust::WrongName
        }
        CertificateError::Revoked => Distrust::Revoked,
        // One that is an authority as well is refused for that.
        CertificateError::UnknownIssuer | CertificateError::Other(_) if self_signed => {
            Distrust::SelfSigned
        }
        CertificateError::UnknownIssuer if is_incomplete(chain, order) => Distrust::Incomplete,
        CertificateError::UnknownIssuer => Distrust::UnknownIssuer,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Distrust::WrongPurpose
        }
        CertificateError::BadEncoding => Distrust::Malformed,
        CertificateError::BadSignature => Distrust::BadSignature,
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            Distrust::WeakSignature
        }
        other => Distrust::Other(printable(&rustls::Error::from(other).to_string())),
    }
}

/// Whether the chain ends in a certificate whose issuer can be had elsewhere and did not come along.
fn is_incomplete(chain: &[Certificate], order: ChainOrder) -> bool {
    let missing = |certificate: &Certificate| {
        !certificate.issuer_urls.is_empty()
            && !chain.iter().any(|other| other.subject == certificate.issuer)
    };
    order != ChainOrder::Unknown && chain.iter().any(missing)
}

/// How certificates follow each other, by the names in them.
pub(super) fn order(chain: &[Certificate]) -> ChainOrder {
    let Some(leaf) = chain.first() else { return ChainOrder::Unknown };
    if chain.windows(2).all(|pair| matches!(pair, [one, next] if one.issuer == next.subject)) {
        return ChainOrder::InOrder;
    }
    // From the server's certificate upwards; each certificate counts once.
    let mut left: Vec<&Certificate> = chain.iter().skip(1).collect();
    let mut issuer = &leaf.issuer;
    while let Some(at) = left.iter().position(|certificate| certificate.subject == *issuer) {
        issuer = &left.swap_remove(at).issuer;
    }
    if left.is_empty() { ChainOrder::OutOfOrder } else { ChainOrder::Unrelated }
}
