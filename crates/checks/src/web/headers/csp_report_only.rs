use formats::web::csp::Delivery;
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-report-only"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://www.w3.org/TR/CSP3/#cspro-header",
    page: page!("headers/csp-report-only"),
    run: Run::Page(run),
};

/// Beside an enforced policy it is how a stricter one is tried out.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    if all.policies.is_enforced() {
        return;
    }
    let reporting = all.all().find(|(policy, _)| policy.delivery == Delivery::ReportOnlyHeader);
    if let Some((policy, text)) = reporting {
        let first = policy.directives.first().map_or("", |directive| directive.name.as_str());
        report.add(text.show(Found::at(page.url()).key("report-only"), first));
    }
}
