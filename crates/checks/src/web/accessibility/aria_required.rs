use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::aria::required;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.aria-required"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/wai-aria-1.2/#requiredState",
    page: page!("accessibility/aria-required"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 4.1.2. Native elements bring the state themselves.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without: Vec<_> =
        page.document.elements().filter(|element| lacks_state(*element)).collect();
    if let Some(found) = about(page, "state", &without) {
        report.add(found.detail("The role needs a state that the element does not have."));
    }
}

fn lacks_state(element: Element<'_>) -> bool {
    let Some(role) = role(element) else { return false };
    let is_native = [
        "input", "select", "textarea", "h1", "h2", "h3", "h4", "h5", "h6", "meter", "progress",
        "option",
    ]
    .iter()
    .any(|name| element.is(name));
    // Within a custom element a script adds it.
    !is_native
        && !element.name().contains('-')
        && required(&role)
            .iter()
            .any(|state| element.attribute(state).is_none_or(|value| value.trim().is_empty()))
}
