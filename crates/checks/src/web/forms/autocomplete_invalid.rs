use model::{CheckId, Confidence, Severity};

use super::controls::{fields, shown};
use super::purposes::is_known;
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.autocomplete-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill",
    page: page!("forms/autocomplete-invalid"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for field in fields(&page.document) {
        if field.attribute("autocomplete").is_some_and(|value| !is_known(value)) {
            several.add_as(Some(field.line()), "element", || shown(field));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
