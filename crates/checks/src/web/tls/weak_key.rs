use model::{
    CheckId, Confidence, Cwe, Severity,
    site::tls::{Certificate, KeyAlgorithm, PublicKey},
};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.weak-key"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Inadequate Encryption Strength.
    cwe: Some(Cwe(326)),
    reference: "https://www.rfc-editor.org/rfc/rfc9325#section-4.5",
    page: page!("tls/weak-key"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let is_judged = |(number, certificate): &(usize, &Certificate)| {
        // Clients have a root's key already.
        *number == 0 || !certificate.self_signed
    };
    for (number, certificate) in tls.chain.iter().enumerate().filter(is_judged) {
        let Some((severity, what)) = weakness(&certificate.key) else { continue };
        let key = if number == 0 { "certificate" } else { "intermediate" };
        let whose = if number == 0 { "server's" } else { "intermediate" };
        let found = endpoint::found(visit, key)
            .severity(severity)
            .detail(format!("The {whose} certificate's key is {what}."));
        report.add(endpoint::with_certificate(found, certificate));
    }
}

/// RFC 9325, section 4.5: RSA with 2048 bits, curves with 224; authorities that browsers know issue for P-256 and above (Baseline
/// Requirements, section 6.1.5).
fn weakness(key: &PublicKey) -> Option<(Severity, String)> {
    let bits = key.bits?;
    match &key.algorithm {
        KeyAlgorithm::Rsa if bits < 1024 => Some((Severity::High, format!("RSA with {bits} bits"))),
        KeyAlgorithm::Rsa if bits < 2048 => {
            Some((Severity::Medium, format!("RSA with {bits} bits")))
        }
        KeyAlgorithm::Ec(curve) if bits < 224 => {
            Some((Severity::Medium, format!("on the curve {curve} of {bits} bits")))
        }
        KeyAlgorithm::Ec(curve) if bits < 256 => {
            Some((Severity::Low, format!("on the curve {curve} of {bits} bits")))
        }
        KeyAlgorithm::Dsa => Some((Severity::Medium, format!("DSA with {bits} bits"))),
        KeyAlgorithm::Rsa
        | KeyAlgorithm::Ec(_)
        | KeyAlgorithm::Ed25519
        | KeyAlgorithm::Ed448
        | KeyAlgorithm::Other(_) => None,
    }
}
