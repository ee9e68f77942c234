use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.link-name"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/link-purpose-in-context",
    page: page!("accessibility/link-name"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 2.4.4 and 4.1.2.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, is_link);
    if let Some(found) = about(page, "links", &without) {
        let count = counted(without.len(), "link has", "links have");
        report.add(found.detail(format!("{count} no name.")));
    }
}

/// What the keyboard does not reach is left out.
fn is_link(element: Element<'_>) -> bool {
    let is_native = (element.is("a") || element.is("area")) && element.has("href");
    let is_reached = element.attribute("tabindex").is_none_or(|index| index.trim() != "-1");
    match role(element).as_deref() {
        None => is_native && is_reached,
        Some(role) => role == "link" && is_reached,
    }
}
