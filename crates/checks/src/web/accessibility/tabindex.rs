use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.tabindex"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/focus-order",
    page: page!("accessibility/tabindex"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 2.4.3.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let positive: Vec<_> = page
        .document
        .elements()
        .filter(|element| {
            let index =
                element.attribute("tabindex").and_then(|index| index.trim().parse::<i64>().ok());
            index.is_some_and(|index| index > 0)
        })
        .collect();
    if let Some(found) = about(page, "tabindex", &positive) {
        report.add(found.detail("A `tabindex` above 0 comes before everything else on the page."));
    }
}
