use std::collections::HashMap;

use model::{CheckId, Confidence, Severity};

use super::controls::is_labelable;
use crate::web::{
    Check, Page, Report, Run, Visit, elements::is_out_of_sight, page, shown::Several,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.label-astray"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/forms.html#attr-label-for",
    page: page!("forms/label-astray"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if !page.is_whole() {
        return;
    }
    let mut ids: HashMap<&str, bool> = HashMap::new();
    for element in page.document.elements() {
        if let Some(id) = element.attribute("id") {
            // Elements that a script defines may take a label as well.
            let is_right = is_labelable(element) || element.name().contains('-');
            ids.entry(id).or_insert(is_right);
        }
    }
    let mut several = Several::default();
    for label in page.document.by_name("label").filter(|label| !is_out_of_sight(*label)) {
        if label.attribute("for").is_some_and(|id| ids.get(id) != Some(&true)) {
            several.add(label);
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
