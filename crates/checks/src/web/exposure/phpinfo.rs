use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.phpinfo"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://www.php.net/manual/en/function.phpinfo.php",
    page: page!("exposure/phpinfo"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/phpinfo.php", "/info.php"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if text.contains("<title>PHP ")
            && text.contains("phpinfo()")
            && text.contains("PHP Version")
        {
            report.add(
                answers::found(answer, "phpinfo")
                    .evidence("value", answers::element(&text, "h1").unwrap_or_default()),
            );
        }
    }
}
