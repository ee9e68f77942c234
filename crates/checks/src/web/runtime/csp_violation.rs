use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page, scripts::MAX_TOLD, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.csp-violation"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/CSP3/#reporting",
    page: page!("runtime/csp-violation"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered() {
        for violation in rendered.rendering.violations.iter().take(MAX_TOLD) {
            let directive = &violation.directive;
            let blocked = violation.blocked.as_ref();
            let host = blocked.and_then(|url| url.host_str()).unwrap_or("inline");
            let mut found = Found::at(rendered.page.url())
                .key(format!("{directive} {host}"))
                .evidence("directive", directive)
                .evidence(
                    "blocked",
                    blocked.map_or_else(|| "code in the page, or eval".to_owned(), address),
                );
            if let Some(at) = &violation.at {
                found = found.evidence("place", format!("{}:{}", address(&at.url), at.line));
            }
            if violation.is_report_only {
                found = found
                    .severity(Severity::Info)
                    .detail("The policy only reports it: once it is enforced, this is blocked.");
            }
            report.add(found);
        }
    }
}
