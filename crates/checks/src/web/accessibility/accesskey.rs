use std::collections::HashMap;

use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.accesskey"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Global_attributes/accesskey",
    page: page!("accessibility/accesskey"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut first = HashMap::new();
    let mut repeated = Vec::new();
    for element in page.document.elements() {
        let Some(key) = element.attribute("accesskey").map(str::trim).filter(|key| !key.is_empty())
        else {
            continue;
        };
        if first.insert(key.to_ascii_lowercase(), element).is_some() {
            repeated.push(element);
        }
    }
    if let Some(found) = about(page, "accesskey", &repeated) {
        report.add(found.detail("The same key stands for several elements."));
    }
}
