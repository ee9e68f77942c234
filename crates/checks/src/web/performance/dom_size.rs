use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.dom-size"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.chrome.com/docs/lighthouse/performance/dom-size",
    page: page!("performance/dom-size"),
    run: Run::Page(run),
};

/// From how many elements on browsers take notably longer for styles and layout, by Lighthouse.
const LARGE: usize = 1_500;
/// What is felt on a phone with every touch.
const HUGE: usize = 5_000;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let count = page.document.elements().count();
    if count <= LARGE {
        return;
    }
    let severity = if count > HUGE { Severity::Low } else { Severity::Info };
    report.add(
        Found::at(page.url())
            .key("elements")
            .severity(severity)
            .detail(format!("The page has {count} elements before any script has run."))
            .evidence("count", count.to_string()),
    );
}
