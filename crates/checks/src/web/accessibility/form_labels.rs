use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.form-labels"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/labels-or-instructions",
    page: page!("accessibility/form-labels"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.3.1, 3.3.2 and 4.1.2.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, is_field);
    if let Some(found) = about(page, "fields", &without) {
        let count = counted(without.len(), "field has", "fields have");
        report.add(found.detail(format!("{count} no label.")));
    }
}

/// What the keyboard does not reach is a trap for robots.
pub(super) fn is_field(element: Element<'_>) -> bool {
    let kind = element.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    let is_button = matches!(kind.as_str(), "hidden" | "submit" | "reset" | "button" | "image");
    let is_native =
        (element.is("input") && !is_button) || element.is("select") || element.is("textarea");
    is_native && element.attribute("tabindex").is_none_or(|index| index.trim() != "-1")
}
