use model::{CheckId, Confidence, Cwe, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cors-insecure-origin"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Permissive Cross-domain Policy with Untrusted Domains.
    cwe: Some(Cwe(942)),
    reference: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    page: page!("headers/cors-insecure-origin"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last && head.url.scheme() == "https") {
        let Some(origin) = head.headers.get("access-control-allow-origin") else { continue };
        let is_with_credentials =
            head.headers.get("access-control-allow-credentials") == Some("true");
        let is_insecure =
            origin.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"));
        if is_with_credentials && is_insecure {
            report.add(
                heads::found(&head, "access-control-allow-origin", origin)
                    .key(model::one_line(origin, 100))
                    .evidence("header", "access-control-allow-credentials: true"),
            );
        }
    }
}
