use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-unsafe-eval"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Eval Injection.
    cwe: Some(Cwe(95)),
    reference: "https://www.w3.org/TR/CSP3/#directive-script-src",
    page: page!("headers/csp-unsafe-eval"),
    run: Run::Page(run),
};

/// HTML, "EnsureCSPDoesNotBlockStringCompilation". Trusted types guard `eval` too.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let policies = &all.policies;
    let is_open = policies.restricts("script-src") && policies.allows_eval();
    if is_open && !policies.requires_trusted_types() {
        report.add(all.show(Found::at(page.url()).key("eval"), "script-src"));
    }
}
