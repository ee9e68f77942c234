use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-unsafe-inline-style"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/CSP3/#directive-style-src",
    page: page!("headers/csp-unsafe-inline-style"),
    run: Run::Page(run),
};

/// Attributes alone (`style-src-attr`) are not told: there is little that they can do.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    if all.policies.restricts("style-src-elem") && all.policies.allows_inline_style() {
        report.add(all.show(Found::at(page.url()).key("style"), "style-src-elem"));
    }
}
