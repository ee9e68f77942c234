use model::{CheckId, Confidence, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cors-wildcard-credentials"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
    page: page!("headers/cors-wildcard-credentials"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last) {
        let origin = head.headers.get("access-control-allow-origin");
        let credentials = head.headers.get("access-control-allow-credentials");
        if origin == Some("*") && credentials == Some("true") {
            report.add(
                heads::found(&head, "access-control-allow-origin", "*")
                    .key("wildcard")
                    .evidence("header", "access-control-allow-credentials: true"),
            );
        }
    }
}
