use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.graphic-name"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/non-text-content",
    page: page!("accessibility/graphic-name"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.1.1: what says that it is an image and is no `<img>`, which `media.image-alt` judges.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, |element| {
        !element.is("img")
            && matches!(role(element).as_deref(), Some("img" | "image" | "graphics-document"))
    });
    if let Some(found) = about(page, "graphics", &without) {
        report.add(found.detail("Elements say that they are images, but not of what."));
    }
}
