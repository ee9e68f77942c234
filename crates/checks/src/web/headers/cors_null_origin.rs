use model::{CheckId, Confidence, Cwe, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cors-null-origin"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Permissive Cross-domain Policy with Untrusted Domains.
    cwe: Some(Cwe(942)),
    reference: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    page: page!("headers/cors-null-origin"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last) {
        if head.headers.get("access-control-allow-origin") != Some("null") {
            continue;
        }
        let found = heads::found(&head, "access-control-allow-origin", "null");
        // Only this spelling counts (Fetch, "CORS check").
        let is_with_credentials =
            head.headers.get("access-control-allow-credentials") == Some("true");
        report.add(if is_with_credentials {
            found
                .key("credentials")
                .severity(Severity::High)
                .detail(
                    "Any site can read, in a sandboxed frame, what a signed-in visitor sees here.",
                )
                .evidence("header", "access-control-allow-credentials: true")
        } else {
            found.key("null").detail(
                "Any site can read the answer in a sandboxed frame, without the visitor's cookies.",
            )
        });
    }
}
