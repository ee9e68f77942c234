use formats::web::csp::{Policies, Source};
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-missing-directives"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://www.w3.org/TR/CSP3/#strict-csp",
    page: page!("headers/csp-missing-directives"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let policies = &all.policies;
    if !policies.is_enforced() {
        return;
    }
    let mut tell = |directive: &'static str, severity, detail: &str| {
        let found = Found::at(page.url())
            .key(directive)
            .title(format!("The Content-Security-Policy does not restrict {directive}"))
            .severity(severity)
            .detail(detail);
        let text = all.enforced().map(|(_, text)| text).next();
        report.add(match text {
            Some(text) => text.show(found, directive),
            None => found,
        });
    };
    if !policies.restricts("script-src") {
        let detail =
            "Neither `script-src` nor `default-src` is there: the policy lets every script run.";
        // The rest of a policy adds little to one that lets scripts be.
        return tell("script-src", Severity::Medium, detail);
    }
    if !policies.restricts("object-src") {
        tell(
            "object-src",
            Severity::Low,
            "Plug-ins and `<object>` elements may come from anywhere.",
        );
    }
    if !policies.has("base-uri") {
        let (severity, detail) = if trusts_by_nonce(policies) {
            (
                Severity::Low,
                "A `<base>` element that gets into the page leads scripts with a nonce and a relative address to another server.",
            )
        } else {
            (
                Severity::Info,
                "A `<base>` element that gets into the page changes where its relative addresses lead.",
            )
        };
        tell("base-uri", severity, detail);
    }
    if !policies.has("form-action") && page.document.by_name("form").next().is_some() {
        let detail = "A form that gets into the page may send what people type to any server; `default-src` does not count here.";
        tell("form-action", Severity::Info, detail);
    }
}

fn trusts_by_nonce(policies: &Policies) -> bool {
    policies.enforced().filter_map(|policy| policy.effective("script-src-elem")).any(|directive| {
        directive.sources().iter().any(|source| matches!(source, Source::Nonce(_)))
    })
}
