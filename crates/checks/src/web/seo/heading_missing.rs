use model::{CheckId, Confidence, Severity};

use super::indexing::noindex;
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.heading-missing"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/sections.html#the-h1,-h2,-h3,-h4,-h5,-and-h6-elements",
    page: page!("seo/heading-missing"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let has_heading = page.document.elements().any(|element| {
        let is_role =
            element.has_word("role", "heading") && element.attribute("aria-level") == Some("1");
        element.is("h1") || is_role
    });
    // A page that scripts build has no text yet: what it will say is not known.
    let is_built = page.is_whole() && page.document.by_name("p").any(|p| p.has_text());
    if !has_heading && is_built && noindex(page).is_none() {
        report.add(Found::at(page.url()).evidence("url", address(page.url())));
    }
}
