use std::collections::BTreeMap;

use model::{CheckId, Confidence, Severity, one_line};

use super::indexing::indexable;
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.title-duplicate"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/title-link",
    page: page!("seo/title-duplicate"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut by_title: BTreeMap<String, Vec<(&Page<'_>, u64)>> = BTreeMap::new();
    for page in indexable(visit) {
        if let Some(title) = page.document.first("title").filter(|title| title.has_text()) {
            by_title.entry(title.words()).or_default().push((page, title.line()));
        }
    }
    for (title, pages) in by_title.iter().filter(|(_, pages)| pages.len() > 1) {
        for (page, line) in pages {
            report.add(
                Found::at(page.url())
                    .line(*line)
                    .key(one_line(title, 200))
                    .detail(format!("{} of the pages that were seen have this title.", pages.len()))
                    .evidence("value", title)
                    .evidence("url", address(page.url())),
            );
        }
    }
}
