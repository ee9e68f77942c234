use model::{CheckId, Confidence, Severity};

use super::{heads, transport};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.hsts-over-http"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc6797#section-7.2",
    page: page!("headers/hsts-over-http"),
    run: Run::Site(run),
};

/// RFC 6797, 7.2: it must not be sent there, and 8.1: browsers ignore it.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.url.scheme() == "http") {
        if let Some(field) = head.headers.get(transport::NAME) {
            report.add(heads::found(&head, transport::NAME, field).key("http"));
        }
    }
}
