use model::{CheckId, Confidence, Cwe, Severity};

use super::addresses::{self, Inner};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.internal-host"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://www.rfc-editor.org/rfc/rfc6762",
    page: page!("content/internal-host"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for told in addresses::told(visit, Inner::Name) {
        let mut found =
            Found::at(told.url).key(told.host.as_str()).evidence(told.evidence.0, told.evidence.1);
        found.line = told.line;
        report.add(found);
    }
}
