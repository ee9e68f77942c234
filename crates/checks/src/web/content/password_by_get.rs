use model::{CheckId, Confidence, Cwe, Severity};

use super::credentials;
use crate::web::{Check, Page, Report, Run, Visit, elements, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.password-by-get"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Use of GET Request Method With Sensitive Query Strings.
    cwe: Some(Cwe(598)),
    reference: "https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#attr-fs-method",
    page: page!("content/password-by-get"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut forms = credentials::forms(page);
    // A form without an address is most often one that a script sends.
    forms.retain(|form| credentials::is_get(*form) && form.has("action") && !form.has("onsubmit"));
    if let Some(found) = elements::about(page, "", &forms) {
        report.add(found.key("get"));
    }
}
