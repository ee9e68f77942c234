use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.mercurial-repository"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Exposure of Version-Control Repository to an Unauthorized Control Sphere.
    cwe: Some(Cwe(527)),
    reference: "https://www.mercurial-scm.org/wiki/FileFormats",
    page: page!("exposure/mercurial-repository"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/.hg/requires"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        if !answers::is_page(&text)
            && text.lines().any(|line| line == "revlogv1" || line == "store")
        {
            report.add(answers::found(answer, "hg").evidence("value", "revlogv1"));
        }
    }
}
