use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.nested-interactive"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/dom.html#interactive-content",
    page: page!("accessibility/nested-interactive"),
    run: Run::Rendered(run),
};

/// Links and buttons must not have others in them (HTML, sections 4.5.1 and 4.10.6).
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let inside = within(&page.document, |element| element.parent().is_some_and(is_control));
    let nested: Vec<_> = page
        .document
        .elements()
        .filter(|element| inside.contains(&element.number()) && is_interactive(*element))
        .collect();
    if let Some(found) = about(page, "nested", &nested) {
        report.add(found.detail("A control stands within a link or a button."));
    }
}

fn is_control(element: Element<'_>) -> bool {
    (element.is("a") && element.has("href"))
        || element.is("button")
        || matches!(role(element).as_deref(), Some("button" | "link"))
}

fn is_interactive(element: Element<'_>) -> bool {
    is_control(element)
        || element.is("select")
        || element.is("textarea")
        || (element.is("input") && !element.has_word("type", "hidden"))
}
