use model::{CheckId, Confidence, Severity};

use super::controls::{Named, names, shown};
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.label-hint-only"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/tutorials/forms/instructions/#placeholder-text",
    page: page!("forms/label-hint-only"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for (field, named) in names(&page.document) {
        if named == Named::Hint {
            several.add_as(Some(field.line()), "element", || shown(field));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
