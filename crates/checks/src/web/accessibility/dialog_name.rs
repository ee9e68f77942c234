use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.dialog-name"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/",
    page: page!("accessibility/dialog-name"),
    run: Run::Rendered(run),
};

/// Dialogs are mostly closed when the page comes: their attributes tell.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let is_nameless = |element: &Element<'_>| {
        let is_dialog = element.is("dialog")
            || matches!(role(*element).as_deref(), Some("dialog" | "alertdialog"));
        let says =
            |name: &str| element.attribute(name).is_some_and(|value| !value.trim().is_empty());
        is_dialog && !["aria-label", "aria-labelledby", "title"].iter().any(|name| says(name))
    };
    let without: Vec<_> = page.document.elements().filter(is_nameless).collect();
    if let Some(found) = about(page, "dialog", &without) {
        report.add(found.detail("A dialog has neither `aria-label` nor `aria-labelledby`."));
    }
}
