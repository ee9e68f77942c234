use std::collections::BTreeMap;

use model::{CheckId, Confidence, Severity, one_line};

use super::indexing::indexable;
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.description-duplicate"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/snippet",
    page: page!("seo/description-duplicate"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut by_text: BTreeMap<&str, Vec<(&Page<'_>, u64)>> = BTreeMap::new();
    for page in indexable(visit) {
        for (meta, content) in page.document.meta("description").take(1) {
            if !content.trim().is_empty() {
                by_text.entry(content.trim()).or_default().push((page, meta.line()));
            }
        }
    }
    for (text, pages) in by_text.iter().filter(|(_, pages)| pages.len() > 1) {
        for (page, line) in pages {
            report.add(
                Found::at(page.url())
                    .line(*line)
                    .key(one_line(text, 200))
                    .detail(format!(
                        "{} of the pages that were seen have this description.",
                        pages.len()
                    ))
                    .evidence("value", text)
                    .evidence("url", address(page.url())),
            );
        }
    }
}
