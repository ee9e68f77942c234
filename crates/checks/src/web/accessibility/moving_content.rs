use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.moving-content"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/pause-stop-hide",
    page: page!("accessibility/moving-content"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 2.2.2.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let moving: Vec<_> = page
        .document
        .elements()
        .filter(|element| element.is("marquee") || element.is("blink"))
        .collect();
    if let Some(found) = about(page, "moving", &moving) {
        report.add(found);
    }
}
