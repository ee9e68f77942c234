use model::{CheckId, Confidence, Cwe, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cross-domain-policies"),
    severity: Severity::Info,
    confidence: Confidence::High,
    // Permissive Cross-domain Policy with Untrusted Domains.
    cwe: Some(Cwe(942)),
    reference: "https://owasp.org/www-project-secure-headers/#x-permitted-cross-domain-policies",
    page: page!("headers/cross-domain-policies"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    const NAME: &str = "x-permitted-cross-domain-policies";
    for head in heads::of(visit).filter(|head| head.is_last) {
        let Some(field) = head.headers.get(NAME) else { continue };
        let word = field.to_ascii_lowercase();
        if matches!(word.as_str(), "all" | "by-content-type" | "by-ftp-filename") {
            report.add(heads::found(&head, NAME, field).key(word));
        }
    }
}
