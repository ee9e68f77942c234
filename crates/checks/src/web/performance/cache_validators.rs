use model::{CheckId, Confidence, Severity, site::Role};

use super::transfer::cache_control;
use crate::web::{Check, Found, Report, Run, Visit, loads::is_own, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.cache-validators"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-8.8",
    page: page!("performance/cache-validators"),
    run: Run::Site(run),
};

/// What is kept for a week and longer is seldom asked for again.
const LONG_SECONDS: u64 = 7 * 24 * 3600;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let roles = [Role::Script, Role::Style, Role::Image, Role::Font];
    let without: Vec<_> = roles
        .into_iter()
        .flat_map(|role| visit.answered(role))
        .map(|(_, answer)| answer)
        .filter(|answer| answer.is_success() && is_own(visit, &answer.url))
        .filter(|answer| !answer.headers.has("etag") && !answer.headers.has("last-modified"))
        .filter(|answer| {
            let control = cache_control(answer);
            !control.is_no_store
                && control.browser_lifetime().is_none_or(|seconds| seconds < LONG_SECONDS)
        })
        .collect();
    let Some(first) = without.first() else { return };
    report.add(
        Found::at(&first.url)
            .key("validators")
            .detail(format!("{} files have neither `ETag` nor `Last-Modified`.", without.len()))
            .evidence("url", first.url.as_str())
            .evidence("count", without.len().to_string()),
    );
}
