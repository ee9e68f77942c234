use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.links-not-crawlable"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/links-crawlable",
    page: page!("seo/links-not-crawlable"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for link in page.document.by_name("a") {
        let is_script = match link.attribute("href") {
            Some(href) => {
                href.trim_start().get(..11).is_some_and(|s| s.eq_ignore_ascii_case("javascript:"))
            }
            None => link.has("onclick"),
        };
        // What is said to be a button is one.
        if is_script && !link.has_word("role", "button") {
            several.add(link);
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
