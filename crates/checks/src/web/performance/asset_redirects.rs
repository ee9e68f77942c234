use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.asset-redirects"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.chrome.com/docs/lighthouse/performance/redirects",
    page: page!("performance/asset-redirects"),
    run: Run::Site(run),
};

/// Scripts and style sheets that are named by an address that redirects.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let moved: Vec<_> = [Role::Script, Role::Style]
        .into_iter()
        .flat_map(|role| visit.answered(role))
        .filter(|(resource, answer)| answer.is_success() && !resource.hops.is_empty())
        .collect();
    let Some((first, _)) = moved.first() else { return };
    let mut found = Found::at(&first.url)
        .key("assets")
        .detail(format!("{} scripts and style sheets are reached by a redirect.", moved.len()))
        .evidence("count", moved.len().to_string());
    for (resource, answer) in moved.iter().take(4) {
        found = found.evidence("url", format!("{} → {}", resource.url, answer.url));
    }
    report.add(found);
}
