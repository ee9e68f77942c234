use model::{CheckId, Confidence, Cwe, Severity};

use super::insecure;
use crate::web::{Check, Page, Report, Run, Visit, elements, embedded::Use, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.mixed-passive"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.w3.org/TR/mixed-content/",
    page: page!("content/mixed-passive"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let elements = insecure::elements(page, &[Use::Media]);
    if let Some(found) = elements::about(page, "", &elements) {
        report.add(found.key("media"));
    }
}
