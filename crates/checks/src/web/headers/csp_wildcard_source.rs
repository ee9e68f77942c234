use formats::web::csp::Breadth;
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-wildcard-source"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://www.w3.org/TR/CSP3/#framework-directive-source-list",
    page: page!("headers/csp-wildcard-source"),
    run: Run::Page(run),
};

/// Under `'strict-dynamic'` hosts and schemes do not count (section 6.7.1.1), which the parser knows.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let policies = &all.policies;
    for (directive, title, severity) in [
        (
            "script-src-elem",
            "The Content-Security-Policy lets scripts come from anywhere",
            Severity::Medium,
        ),
        (
            "object-src",
            "The Content-Security-Policy lets plug-ins come from anywhere",
            Severity::Low,
        ),
        (
            "base-uri",
            "The Content-Security-Policy lets a <base> element lead anywhere",
            Severity::Low,
        ),
    ] {
        if !policies.restricts(directive) || !policies.allows_any_host(directive) {
            continue;
        }
        let breadths = policies.enforced().find_map(|policy| policy.breadth(directive));
        let words = breadths.iter().flatten().filter_map(|breadth| word(*breadth));
        let words: Vec<_> = words.collect();
        let found = Found::at(page.url())
            .key(directive)
            .title(title)
            .severity(severity)
            .detail(format!("{}.", words.join(", ")));
        report.add(all.show(found, directive));
        // Where scripts may come from anywhere, the rest makes nothing worse.
        if directive == "script-src-elem" {
            return;
        }
    }
}

fn word(breadth: Breadth) -> Option<&'static str> {
    match breadth {
        Breadth::AnyHost => Some("`*` is every host there is"),
        Breadth::Https => Some("`https:` is every host on https"),
        Breadth::Http => Some("`http:` is every host, on http and https"),
        Breadth::Data => Some("`data:` is text in the address itself"),
        Breadth::Blob => None,
    }
}
