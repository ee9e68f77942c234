use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.elmah"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://elmah.github.io/a/securing-error-log-pages/",
    page: page!("exposure/elmah"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/elmah.axd", "/trace.axd"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if text.contains("Error Log for") && text.contains("ELMAH")
            || text.contains("<h1>Application Trace</h1>")
            || text.contains("Application Trace</font>")
        {
            report.add(
                answers::found(answer, "axd")
                    .evidence("value", answers::element(&text, "title").unwrap_or_default()),
            );
        }
    }
}
