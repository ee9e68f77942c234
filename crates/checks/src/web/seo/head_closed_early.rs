use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.head-closed-early"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/valid-page-metadata",
    page: page!("seo/head-closed-early"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for element in page.document.elements().filter(|element| is_for_head(*element)) {
        if element.is_in("body") {
            several.add(element);
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}

/// What counts in the head alone.
fn is_for_head(element: Element<'_>) -> bool {
    let named = |names: &[&str]| names.iter().any(|name| element.has_word("name", name));
    element.is("link")
        && (element.has_word("rel", "canonical")
            || element.has_word("rel", "alternate") && element.has("hreflang"))
        || element.is("meta") && named(&["description", "robots"])
}
