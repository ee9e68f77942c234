use model::{CheckId, Confidence, Severity};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.certificate-not-yet-valid"),
    severity: Severity::High,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",
    page: page!("tls/certificate-not-yet-valid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(leaf) = visit.site.tls.as_ref().and_then(|tls| tls.chain.first()) else { return };
    let ahead = leaf.not_before_ms.saturating_sub(visit.site.at_ms);
    if ahead > 0 {
        let found = endpoint::found(visit, "certificate")
            .detail(format!("It begins to hold in {}.", endpoint::span(ahead)));
        report.add(endpoint::with_certificate(found, leaf));
    }
}
