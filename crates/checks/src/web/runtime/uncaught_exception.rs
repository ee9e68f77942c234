use model::{CheckId, Confidence, Severity, site::MessageKind};

use super::said;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.uncaught-exception"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/API/Window/error_event",
    page: page!("runtime/uncaught-exception"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    said::tell(visit, MessageKind::Exception, report);
}
