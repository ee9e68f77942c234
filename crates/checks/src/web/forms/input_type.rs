use model::{CheckId, Confidence, Severity};

use super::controls::{fields, kind, shown};
use super::purposes::token_for;
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.input-type"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/input",
    page: page!("forms/input-type"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for field in fields(&page.document).filter(|field| field.is("input") && kind(*field) == "text")
    {
        let is_told = field.has("inputmode") || field.has_word("autocomplete", "username");
        if !is_told && matches!(token_for(field), Some("email" | "tel")) {
            several.add_as(Some(field.line()), "element", || shown(field));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
