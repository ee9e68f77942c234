use model::{CheckId, Confidence, Severity};

use super::indexing::indexable;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.description-missing"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/snippet",
    page: page!("seo/description-missing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for page in indexable(visit) {
        let mut said = page.document.meta("description").map(|(_, content)| content);
        if !said.any(|content| !content.trim().is_empty()) {
            report.add(Found::at(page.url()).evidence("url", address(page.url())));
        }
    }
}
