use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.ds-store"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Insertion of Sensitive Information into Externally-Accessible File or Directory.
    cwe: Some(Cwe(538)),
    reference: "https://en.wikipedia.org/wiki/.DS_Store",
    page: page!("exposure/ds-store"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/.DS_Store"];

/// The file begins with four bytes of version and the mark of its store.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, _) in answers::at(visit, PATHS) {
        if answer.body.get(4..8) == Some(b"Bud1") {
            report.add(answers::found(answer, "ds").evidence("value", "Bud1"));
        }
    }
}
