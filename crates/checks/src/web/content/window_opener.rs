use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.window-opener"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Use of Web Link to Untrusted Target with window.opener Access.
    cwe: Some(Cwe(1022)),
    reference: "https://html.spec.whatwg.org/multipage/links.html#link-type-opener",
    page: page!("content/window-opener"),
    run: Run::SentAndRendered(run),
};

/// A link to a new window has no opener unless it asks for one (HTML, 4.6.7.15).
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let links = embedded::of(page).filter(|w| matches!(w.used, Use::Link | Use::Form));
    let given: Vec<_> = links
        .filter(|written| {
            let element = written.element;
            element.attribute("target").is_some_and(|t| t.trim().eq_ignore_ascii_case("_blank"))
                && element.has_word("rel", "opener")
                && !element.has_word("rel", "noopener")
                && !element.has_word("rel", "noreferrer")
                && written.url(page).is_some_and(|url| {
                    url.scheme().starts_with("http") && !party::is_same_site(&url, page.url())
                })
        })
        .map(|written| written.element)
        .collect();
    if let Some(found) = elements::about(page, "", &given) {
        report.add(found.key("opener"));
    }
}
