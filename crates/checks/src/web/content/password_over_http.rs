use model::{CheckId, Confidence, Cwe, Severity};

use super::credentials;
use crate::web::{Check, Page, Report, Run, Visit, elements, page, party};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.password-over-http"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://developer.mozilla.org/en-US/docs/Web/Security/Insecure_passwords",
    page: page!("content/password-over-http"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if page.url().scheme() != "http" || party::is_loopback(page.url()) {
        return;
    }
    let fields: Vec<_> =
        page.document.elements().filter(|element| credentials::is_password(*element)).collect();
    if let Some(found) = elements::about(page, "", &fields) {
        report.add(found.key("password"));
    }
}
