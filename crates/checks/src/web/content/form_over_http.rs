use model::{CheckId, Confidence, Cwe, Severity};

use super::insecure;
use crate::web::{Check, Page, Report, Run, Visit, elements, embedded::Use, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.form-over-http"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.w3.org/TR/mixed-content/#insecure-forms",
    page: page!("content/form-over-http"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if let Some(found) = elements::about(page, "", &insecure::elements(page, &[Use::Form])) {
        report.add(found.key("form"));
    }
}
