use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.metrics"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://prometheus.io/docs/instrumenting/exposition_formats/",
    page: page!("exposure/metrics"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/metrics", "/actuator/prometheus"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let types: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
        if types.is_empty() || answers::is_page(&text) {
            continue;
        }
        let mut found =
            answers::found(answer, "metrics").evidence("count", format!("{} metrics", types.len()));
        for name in types.iter().filter_map(|kind| kind.split(' ').next()).take(3) {
            found = found.evidence("value", name);
        }
        report.add(found);
    }
}
