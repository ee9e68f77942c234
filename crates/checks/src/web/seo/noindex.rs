use model::{CheckId, Confidence, Severity};

use super::indexing::noindex;
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.noindex"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag",
    page: page!("seo/noindex"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let Some(said) = noindex(page) else { return };
    let is_home = visit.landing().is_some_and(|home| std::ptr::eq(home, page));
    let (name, value) = said.said;
    let mut found =
        Found::at(page.url()).evidence(name, value).evidence("url", address(page.url()));
    found.line = said.line;
    if is_home {
        found = found
            .severity(Severity::Low)
            .key("home")
            .detail("It is the page that the site begins with.");
    }
    report.add(found);
}
