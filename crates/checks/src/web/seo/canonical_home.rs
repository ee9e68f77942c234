use model::{CheckId, Confidence, Severity};

use super::indexing::canonicals;
use crate::web::{
    Check, Page, Report, Run, Visit, page,
    shown::{Several, address, document_of},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.canonical-home"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    page: page!("seo/canonical-home"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let home = document_of(visit.site.home());
    let mut root = home.clone();
    root.set_path("/");
    root.set_query(None);
    let mut several = Several::default();
    let mut first = None;
    for page in &visit.pages {
        // Addresses that differ from the home page's by their query alone may well be the home page.
        let is_other = !matches!(page.url().path(), "/" | "/index.html" | "/index.php" | "/home")
            && page.url().path() != home.path();
        let said = canonicals(page);
        let [(line, said)] = said.as_slice() else { continue };
        if is_other && (*said == home || *said == root) && has_own_title(page, visit) {
            first.get_or_insert(page.url());
            several.add_as(*line, "url", || address(page.url()));
        }
    }
    if let Some(found) = first.and_then(|first| several.found(first)) {
        report.add(found);
    }
}

/// A page with the title of the home page may be the home page.
fn has_own_title(page: &Page<'_>, visit: &Visit<'_>) -> bool {
    let title = |page: &Page<'_>| page.document.first("title").map(|title| title.words());
    visit.landing().is_none_or(|home| title(home) != title(page))
}
