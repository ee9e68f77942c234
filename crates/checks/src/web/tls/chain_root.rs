use model::{CheckId, Confidence, Severity};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.chain-root"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2",
    page: page!("tls/chain-root"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let root = tls.chain.iter().skip(1).find(|above| above.self_signed && above.is_ca);
    if let Some(root) = root {
        report.add(endpoint::with_certificate(endpoint::found(visit, "root"), root));
    }
}
