use model::{
    CheckId, Confidence, Severity,
    site::tls::{Answer, Version},
};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.no-tls13"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8446",
    page: page!("tls/no-tls13"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    // Nothing offered at all means that nothing was found out.
    let Some(newest) = tls.newest() else { return };
    if tls.offers(Version::Tls13) == Answer::No {
        report.add(endpoint::found(visit, "1.3").evidence("newest", newest.version.as_str()));
    }
}
