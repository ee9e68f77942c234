use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.button-name"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/name-role-value",
    page: page!("accessibility/button-name"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 4.1.2.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, is_button);
    if let Some(found) = about(page, "buttons", &without) {
        let count = counted(without.len(), "button has", "buttons have");
        report.add(found.detail(format!("{count} no name.")));
    }
}

fn is_button(element: Element<'_>) -> bool {
    let role = role(element);
    if role.is_some() && role.as_deref() != Some("button") {
        return false;
    }
    role.is_some()
        || element.is("button")
        || (element.is("summary") && element.parent().is_some_and(|parent| parent.is("details")))
        || (element.is("input")
            && ["button", "image"].iter().any(|kind| element.has_word("type", kind)))
}
