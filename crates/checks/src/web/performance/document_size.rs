use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, loads::size, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.document-size"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/articles/optimizing-content-efficiency-eliminate-downloads",
    page: page!("performance/document-size"),
    run: Run::Page(run),
};

/// Far more than the text of a long article with its markup.
const LARGE_BYTES: usize = 500_000;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let bytes = page.answer.body.len();
    if bytes <= LARGE_BYTES {
        return;
    }
    report.add(
        Found::at(page.url())
            .key("document")
            .detail(format!("The HTML of this page has {}.", size(bytes as u64)))
            .evidence("value", size(bytes as u64)),
    );
}
