use formats::web::csp::{Delivery, IssueKind};
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-meta-only"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-content-security-policy",
    page: page!("headers/csp-meta-only"),
    run: Run::Page(run),
};

/// CSP 3, 3.3, and HTML, 4.2.5.3. A directive that stands in a header as well is not lost.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    // `report-uri` takes nothing away from visitors.
    let lost: Vec<_> =
        ["frame-ancestors", "sandbox"].into_iter().filter(|name| !all.policies.has(name)).collect();
    for (policy, text) in all.enforced().filter(|(policy, _)| policy.delivery == Delivery::Meta) {
        for issue in &policy.issues {
            let name = issue.directive.as_str();
            if issue.kind == IssueKind::IgnoredInMeta && lost.contains(&name) {
                let found = Found::at(page.url())
                    .key(name)
                    .detail(format!("`{name}` works in a header only."));
                report.add(text.show(found, name));
            }
        }
    }
    for meta in page.document.by_name("meta") {
        let name = meta.attribute("http-equiv").unwrap_or_default().trim();
        let lost = if name.eq_ignore_ascii_case("content-security-policy-report-only") {
            ("report-only", "A policy that only reports works in a header only.")
        } else if name.eq_ignore_ascii_case("content-security-policy") && !meta.is_in("head") {
            ("body", "A policy outside of `<head>` is ignored.")
        } else if name.eq_ignore_ascii_case("x-frame-options") {
            ("x-frame-options", "`X-Frame-Options` works in a header only.")
        } else {
            continue;
        };
        report.add(
            Found::at(page.url())
                .line(meta.line())
                .key(lost.0)
                .detail(lost.1)
                .evidence("element", crate::web::elements::tag(meta)),
        );
    }
}
