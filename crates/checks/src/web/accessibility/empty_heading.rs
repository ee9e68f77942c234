use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.empty-heading"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/headings-and-labels",
    page: page!("accessibility/empty-heading"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.3.1 and 2.4.6. A heading with an id may be filled by a script.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, |element| {
        let is_native = ["h1", "h2", "h3", "h4", "h5", "h6"].iter().any(|name| element.is(name));
        let role = role(element);
        let is_heading = (is_native && role.is_none()) || role.as_deref() == Some("heading");
        is_heading && !element.has("id")
    });
    if let Some(found) = about(page, "headings", &without) {
        let count = counted(without.len(), "heading is", "headings are");
        report.add(found.detail(format!("{count} empty.")));
    }
}
