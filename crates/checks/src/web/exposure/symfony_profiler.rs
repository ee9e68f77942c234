use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.symfony-profiler"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://symfony.com/doc/current/profiler.html",
    page: page!("exposure/symfony-profiler"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/_profiler", "/_profiler/", "/app_dev.php"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if text.contains("Symfony Profiler")
            && (text.contains("sf-toolbar")
                || text.contains("sf-profiler")
                || text.contains("_profiler/"))
        {
            report.add(
                answers::found(answer, "profiler")
                    .evidence("value", answers::element(&text, "title").unwrap_or_default()),
            );
        }
    }
}
