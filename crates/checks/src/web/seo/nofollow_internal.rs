use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.nofollow-internal"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links",
    page: page!("seo/nofollow-internal"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for link in page.document.by_name("a").filter(|link| link.has_word("rel", "nofollow")) {
        let url = link.attribute("href").and_then(|href| page.join(href));
        if let Some(url) = url.filter(|url| visit.is_same_origin(url)) {
            several.add_as(Some(link.line()), "url", || address(&url));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
