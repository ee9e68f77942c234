use model::{CheckId, Confidence, Severity};

use super::form_labels::is_field;
use crate::web::{
    Check, Page, Report, Run, Visit,
    accessible_name::{Names, Source},
    elements::{about, counted, is_hidden, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.placeholder-labels"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/tutorials/forms/instructions/#placeholder-text",
    page: page!("accessibility/placeholder-labels"),
    run: Run::Rendered(run),
};

/// A field that has nothing but its placeholder for a name. For one search field alone that is common, and the page says it elsewhere.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let names = Names::of(&page.document);
    let only: Vec<_> = page
        .document
        .elements()
        .filter(|element| is_field(*element) && !element.has_word("type", "search"))
        .filter(|element| !hidden.contains(&element.number()))
        .filter(|element| names.name(*element).source == Some(Source::Placeholder))
        .collect();
    if let Some(found) = about(page, "placeholder", &only) {
        let count = counted(only.len(), "field has", "fields have");
        report.add(found.detail(format!("{count} a placeholder instead of a label.")));
    }
}
