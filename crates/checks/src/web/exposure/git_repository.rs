use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.git-repository"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Exposure of Version-Control Repository to an Unauthorized Control Sphere.
    cwe: Some(Cwe(527)),
    reference: "https://git-scm.com/docs/gitrepository-layout",
    page: page!("exposure/git-repository"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/.git/HEAD", "/.git/config"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let is_head = answer.url.path().ends_with("HEAD");
        if (is_head && is_head_file(text.trim()))
            || (!is_head && text.trim_start().starts_with("[core]"))
        {
            let first = if is_head { text.trim() } else { "[core]" };
            report.add(answers::found(answer, "git").evidence("value", first));
        }
    }
}

/// A reference, or the id of a commit.
fn is_head_file(text: &str) -> bool {
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id || (text.starts_with("ref: refs/") && !text.contains('\n'))
}
