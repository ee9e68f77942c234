use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{Check, Found, Page, Report, Run, Visit, loads::loads, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.requests"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://almanac.httparchive.org/en/2024/page-weight",
    page: page!("performance/requests"),
    run: Run::Page(run),
};

/// About what the median page asks for, scripts' own requests included.
const MANY: usize = 70;

/// Requests that the markup makes: scripts, style sheets and images that are not loaded lazily.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = loads(page);
    let all: Vec<_> = all.iter().filter(|load| !load.element.has_word("loading", "lazy")).collect();
    if all.len() <= MANY {
        return;
    }
    let count = |role| all.iter().filter(|load| load.role == role).count();
    let (scripts, styles, images) = (count(Role::Script), count(Role::Style), count(Role::Image));
    report.add(
        Found::at(page.url())
            .key("requests")
            .detail(format!(
                "The page asks for {} files at once: {scripts} scripts, {styles} style sheets and {images} images.",
                all.len()
            ))
            .evidence("count", all.len().to_string()),
    );
}
