use model::{CheckId, Confidence, Severity, site::MessageKind};

use super::said;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.console-errors"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/API/console/error_static",
    page: page!("runtime/console-errors"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    said::tell(visit, MessageKind::Error, report);
}
