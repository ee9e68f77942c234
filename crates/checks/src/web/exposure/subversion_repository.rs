use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.subversion-repository"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Exposure of Version-Control Repository to an Unauthorized Control Sphere.
    cwe: Some(Cwe(527)),
    reference: "https://svnbook.red-bean.com/en/1.8/svn.developer.insidewc.html",
    page: page!("exposure/subversion-repository"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/.svn/entries", "/.svn/wc.db"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if (answer.url.path().ends_with("entries") && is_entries(&text))
            || text.starts_with("SQLite format 3\0")
        {
            report.add(
                answers::found(answer, "svn")
                    .evidence("value", text.lines().next().unwrap_or_default()),
            );
        }
    }
}

/// The number of the format, alone or before what the folder holds.
fn is_entries(text: &str) -> bool {
    let number = text.lines().next().unwrap_or_default().trim();
    matches!(number.len(), 1 | 2) && number.bytes().all(|byte| byte.is_ascii_digit())
}
