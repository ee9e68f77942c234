use std::collections::BTreeSet;

use model::{CheckId, Confidence, Severity};

use super::indexing::canonicals;
use crate::web::{
    Check, Page, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.canonical-conflict"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    page: page!("seo/canonical-conflict"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let said = canonicals(page);
    let unique: BTreeSet<&str> = said.iter().map(|(_, url)| url.as_str()).collect();
    if unique.len() < 2 {
        return;
    }
    let mut several = Several::default();
    for (line, url) in &said {
        several.add_as(*line, "url", || address(url));
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found.detail(format!("It names {} different ones.", unique.len())));
    }
}
