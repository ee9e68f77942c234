use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("mobile.viewport-missing"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/meta/name/viewport",
    page: page!("mobile/viewport-missing"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if page.document.meta("viewport").next().is_none() {
        report.add(Found::at(page.url()).evidence("url", address(page.url())));
    }
}
