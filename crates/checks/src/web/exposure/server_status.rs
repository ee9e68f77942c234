use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.server-status"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://httpd.apache.org/docs/2.4/mod/mod_status.html",
    page: page!("exposure/server-status"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/server-status", "/nginx_status"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if text.contains("Apache Server Status for")
            || (text.starts_with("Active connections:")
                && text.contains("server accepts handled requests"))
        {
            report.add(answers::found(answer, "status").evidence(
                "value",
                if text.starts_with("Active") {
                    "Active connections"
                } else {
                    "Apache Server Status"
                },
            ));
        }
    }
}
