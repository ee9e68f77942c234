use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.go-profiler"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://pkg.go.dev/net/http/pprof",
    page: page!("exposure/go-profiler"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/debug/pprof/"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if text.contains("/debug/pprof/") && text.contains("Types of profiles available") {
            report.add(
                answers::found(answer, "pprof").evidence("value", "Types of profiles available"),
            );
        }
    }
}
