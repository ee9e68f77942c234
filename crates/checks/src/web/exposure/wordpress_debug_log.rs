use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.wordpress-debug-log"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Insertion of Sensitive Information into Log File.
    cwe: Some(Cwe(532)),
    reference: "https://developer.wordpress.org/advanced-administration/debug/debug-wordpress/",
    page: page!("exposure/wordpress-debug-log"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/wp-content/debug.log"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if !answers::is_page(&text) && text.starts_with('[') && text.contains(" UTC] PHP ") {
            report.add(answers::found(answer, "debug.log").evidence("value", "[… UTC] PHP …"));
        }
    }
}
