use model::{CheckId, Confidence, Severity};

use super::indexing::{canonicals, noindex};
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.canonical-missing"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    page: page!("seo/canonical-missing"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if canonicals(page).is_empty() && noindex(page).is_none() {
        report.add(Found::at(page.url()).evidence("url", address(page.url())));
    }
}
