use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::controls::{fields, shown};
use super::purposes::token_for;
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.autocomplete-missing"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/identify-input-purpose",
    page: page!("forms/autocomplete-missing"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    let mut tokens: Vec<&str> = Vec::new();
    let is_filled_in = |field: &Element<'_>| !field.has("readonly") && !field.has("disabled");
    for field in fields(&page.document).filter(is_filled_in) {
        // What the form as a whole says holds for its fields.
        let of_form =
            || field.ancestors().find(|around| around.is("form"))?.attribute("autocomplete");
        let said = field.attribute("autocomplete").or_else(of_form);
        let Some(token) = token_for(field).filter(|_| said.is_none()) else { continue };
        if !tokens.contains(&token) {
            tokens.push(token);
        }
        several.add_as(Some(field.line()), "element", || shown(field));
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found.detail(format!("What fits: `{}`.", tokens.join("`, `"))));
    }
}
