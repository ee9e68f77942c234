use model::{CheckId, Confidence, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.openapi-document"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://spec.openapis.org/oas/latest.html",
    page: page!("exposure/openapi-document"),
    run: Run::Site(run),
};

const PATHS: &[&str] =
    &["/openapi.json", "/swagger.json", "/v2/api-docs", "/v3/api-docs", "/swagger/v1/swagger.json"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Some(document) = answers::object(&text) else { continue };
        let Some(version) =
            ["openapi", "swagger"].iter().find_map(|key| document.get(key)?.as_str())
        else {
            continue;
        };
        let Some(paths) = document.get("paths").and_then(|paths| paths.as_object()) else {
            continue;
        };
        report.add(
            answers::found(answer, answer.url.path())
                .evidence("value", format!("version {version}"))
                .evidence("count", format!("{} paths", paths.len())),
        );
    }
}
