use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.laravel-telescope"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://laravel.com/docs/telescope",
    page: page!("exposure/laravel-telescope"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/telescope", "/telescope/requests"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if text.contains("window.Telescope =") || text.contains("vendor/telescope/app.js") {
            report.add(
                answers::found(answer, "telescope")
                    .evidence("value", answers::element(&text, "title").unwrap_or_default()),
            );
        }
    }
}
