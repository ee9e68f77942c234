use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.main-missing"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/ARIA/apg/practices/landmark-regions/",
    page: page!("schema/main-missing"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let has_main = page
        .document
        .elements()
        .any(|element| element.is("main") || element.has_word("role", "main"));
    // Nothing is said of a page that scripts build.
    let is_built = page.is_whole() && page.document.by_name("p").any(|p| p.has_text());
    if !has_main && is_built {
        report.add(Found::at(page.url()).evidence("url", address(page.url())));
    }
}
