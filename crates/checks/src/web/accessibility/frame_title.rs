use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, pixels},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.frame-title"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Techniques/html/H64",
    page: page!("accessibility/frame-title"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 4.1.2. Frames of no size are for scripts.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, |element| {
        let is_shown = ["width", "height"]
            .iter()
            .all(|name| pixels(element, name).is_none_or(|size| size > 1));
        element.is("iframe") && is_shown && !element.has("srcdoc")
    });
    if let Some(found) = about(page, "frames", &without) {
        let count = counted(without.len(), "frame has", "frames have");
        report.add(found.detail(format!("{count} no `title`.")));
    }
}
