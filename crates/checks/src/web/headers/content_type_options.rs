use model::{CheckId, Confidence, Cwe, Severity, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.content-type-options"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Interpretation Conflict.
    cwe: Some(Cwe(436)),
    reference: "https://fetch.spec.whatwg.org/#x-content-type-options-header",
    page: page!("headers/content-type-options"),
    run: Run::Site(run),
};

/// Fetch, "determine nosniff": only the first value counts.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for role in [Role::Page, Role::Script, Role::Style] {
        for (_, answer) in visit.answered(role).filter(|(_, answer)| answer.is_success()) {
            let all = answer.headers.joined("x-content-type-options");
            let first = all.as_deref().and_then(|all| all.split(',').next()).map(str::trim);
            match first {
                Some(first) if first.eq_ignore_ascii_case("nosniff") => {}
                // Whether it is there at all is said of pages by `headers.security-headers`.
                None => {}
                Some(first) => report.add(
                    Found::at(&answer.url)
                        .key(first)
                        .detail(format!("`{first}` is not a value that browsers know."))
                        .evidence("header", format!("x-content-type-options: {first}")),
                ),
            }
        }
    }
}
