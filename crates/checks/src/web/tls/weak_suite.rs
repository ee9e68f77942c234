use model::{
    CheckId, Confidence, Cwe, Severity,
    site::tls::{Answer, Weakness},
};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.weak-suite"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Inadequate Encryption Strength.
    cwe: Some(Cwe(326)),
    reference: "https://www.rfc-editor.org/rfc/rfc9325#section-4.1",
    page: page!("tls/weak-suite"),
    run: Run::Site(run),
};

/// RFC 9325, section 4.1: those that must not be negotiated, and CBC, which only should not be.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    for offer in tls.weak_suites.iter().filter(|offer| offer.accepted == Answer::Yes) {
        let Some((key, title, severity)) = told(offer.weakness) else { continue };
        let found = endpoint::found(visit, key).title(title).severity(severity);
        report.add(endpoint::with_suites(found, &offer.suites));
    }
}

/// Key, title and severity; `None` for what `tls.no-forward-secrecy` says.
const fn told(weakness: Weakness) -> Option<(&'static str, &'static str, Severity)> {
    Some(match weakness {
        Weakness::Null => ("null", "Cipher suites without encryption are accepted", Severity::High),
        Weakness::Export => ("export", "Export cipher suites are accepted", Severity::High),
        Weakness::Anonymous => {
            ("anonymous", "Cipher suites without authentication are accepted", Severity::High)
        }
        Weakness::Rc4 => ("rc4", "Cipher suites with RC4 are accepted", Severity::Medium),
        Weakness::Des => ("des", "Cipher suites with DES or RC2 are accepted", Severity::Medium),
        Weakness::TripleDes => {
            ("3des", "Cipher suites with Triple DES are accepted", Severity::Medium)
        }
        Weakness::Cbc => ("cbc", "Cipher suites in CBC mode are accepted", Severity::Info),
        Weakness::StaticRsa | Weakness::StaticDh => return None,
    })
}
