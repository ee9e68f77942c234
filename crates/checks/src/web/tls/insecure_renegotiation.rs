use model::{CheckId, Confidence, Cwe, Severity, site::tls::Answer};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.insecure-renegotiation"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Channel Accessible by Non-Endpoint.
    cwe: Some(Cwe(300)),
    reference: "https://www.rfc-editor.org/rfc/rfc5746",
    page: page!("tls/insecure-renegotiation"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    if tls.secure_renegotiation == Answer::No {
        report.add(
            endpoint::found(visit, "rfc5746").evidence("missing", "renegotiation_info (0xff01)"),
        );
    }
}
