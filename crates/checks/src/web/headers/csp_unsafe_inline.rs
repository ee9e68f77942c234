use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-unsafe-inline"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://www.w3.org/TR/CSP3/#allow-all-inline",
    page: page!("headers/csp-unsafe-inline"),
    run: Run::Page(run),
};

/// CSP 3, 6.7.3.2: `'unsafe-inline'` counts only where no nonce, hash or `'strict-dynamic'` takes it back. A page whose policies do not
/// restrict scripts at all is for `headers.csp-missing-directives`.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let policies = &all.policies;
    if policies.restricts("script-src-elem") && policies.allows_inline_script() {
        let found = Found::at(page.url()).key("script").detail(
            "Any `<script>` element in the page runs, also one that an attacker gets into it.",
        );
        report.add(all.show(found, "script-src-elem"));
    } else if policies.restricts("script-src-attr") && policies.allows_inline_handler() {
        let found = Found::at(page.url())
            .key("handler")
            .severity(Severity::Low)
            .title("The Content-Security-Policy lets inline event handlers run")
            .detail("Event handlers in attributes (`onclick` and others) run, also those that an attacker gets into the page.");
        report.add(all.show(found, "script-src-attr"));
    }
}
