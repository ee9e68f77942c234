use model::{CheckId, Confidence, Severity, site::tls::Answer};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.staple-missing"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc7633",
    page: page!("tls/staple-missing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let Some(leaf) = tls.chain.first().filter(|leaf| leaf.must_staple) else { return };
    if tls.ocsp_stapled == Answer::No {
        report.add(endpoint::with_certificate(endpoint::found(visit, "staple"), leaf));
    }
}
