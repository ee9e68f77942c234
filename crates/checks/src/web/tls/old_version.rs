use model::{
    CheckId, Confidence, Cwe, Severity,
    site::tls::{Answer, Version, VersionOffer},
};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.old-version"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Selection of Less-Secure Algorithm During Negotiation.
    cwe: Some(Cwe(757)),
    reference: "https://www.rfc-editor.org/rfc/rfc8996",
    page: page!("tls/old-version"),
    run: Run::Site(run),
};

/// RFC 7568 forbids SSL 3.0, RFC 8996 TLS 1.0 and 1.1.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let old =
        |offer: &&VersionOffer| offer.offered == Answer::Yes && offer.version < Version::Tls12;
    let (ssl, early): (Vec<_>, Vec<_>) =
        tls.versions.iter().filter(old).partition(|offer| offer.version == Version::Ssl3);
    let is_all = [Version::Tls12, Version::Tls13].iter().all(|new| tls.offers(*new) == Answer::No);
    let (early_title, early_severity) = match is_all {
        true => ("Nothing newer than TLS 1.1 is offered", Severity::High),
        false => ("TLS 1.0 or 1.1 is offered", Severity::Medium),
    };
    for (offers, key, title, severity) in [
        (ssl, "ssl", "SSL 3.0 is offered", Severity::High),
        (early, "tls", early_title, early_severity),
    ] {
        if offers.is_empty() {
            continue;
        }
        let found = endpoint::found(visit, key).title(title).severity(severity);
        let with_version = |found: crate::web::Found, offer: &&VersionOffer| {
            endpoint::with_suites(found.evidence("version", offer.version.as_str()), &offer.suite)
        };
        report.add(offers.iter().fold(found, with_version));
    }
}
