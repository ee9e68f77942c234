use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Run, page};

/// See its page.
pub static CHECK: Check = Check {
    id: CheckId::from_static("secrets.js-bundle-sweep"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Use of Hard-coded Credentials.
    cwe: Some(Cwe(798)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
    page: page!("secrets/js-bundle-sweep"),
    run: Run::Engine,
};
