use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.redirects"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.chrome.com/docs/lighthouse/performance/redirects",
    page: page!("performance/redirects"),
    run: Run::Site(run),
};

/// One is needed from http to https or to the name with `www`.
const MANY: usize = 2;

/// Redirects before the first page.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some((first, answer)) = visit.site.landing() else { return };
    if first.hops.len() < MANY {
        return;
    }
    let mut found = Found::at(&answer.url)
        .key("start")
        .detail(format!("{} redirects come before the first page.", first.hops.len()));
    for hop in first.hops.iter().take(5) {
        let mut url = hop.url.clone();
        url.set_query(None);
        found = found.evidence("url", format!("{} {url}", hop.status));
    }
    report.add(found);
}
