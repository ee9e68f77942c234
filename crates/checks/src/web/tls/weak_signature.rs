use model::{CheckId, Confidence, Cwe, Severity, site::tls::HashAlgorithm};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.weak-signature"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Weak Hash.
    cwe: Some(Cwe(328)),
    reference: "https://www.rfc-editor.org/rfc/rfc9155",
    page: page!("tls/weak-signature"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    for certificate in endpoint::signed(tls) {
        let (key, severity) = match certificate.signature.hash {
            HashAlgorithm::Md2 | HashAlgorithm::Md4 | HashAlgorithm::Md5 => ("md5", Severity::High),
            HashAlgorithm::Sha1 => ("sha1", Severity::Medium),
            _ => continue,
        };
        let found = endpoint::found(visit, key)
            .severity(severity)
            .evidence("signature", &certificate.signature.algorithm);
        report.add(endpoint::with_certificate(found, certificate));
    }
}
