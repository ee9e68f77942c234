use model::{CheckId, Confidence, Severity};

use super::{heads, transport};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.hsts-subdomains"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc6797#section-6.1.2",
    page: page!("headers/hsts-subdomains"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for stated in transport::of(visit) {
        // What asks for preloading without it is `headers.hsts-preload`.
        let is_partial = stated.policy.as_ref().is_ok_and(|policy| {
            !policy.includes_subdomains && policy.max_age > 0 && !policy.is_preload
        });
        if is_partial {
            report.add(heads::found(&stated.head, transport::NAME, stated.field).key("subdomains"));
        }
    }
}
