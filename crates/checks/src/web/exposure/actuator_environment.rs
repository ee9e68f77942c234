use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.actuator-environment"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://docs.spring.io/spring-boot/api/rest/actuator/env.html",
    page: page!("exposure/actuator-environment"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/actuator/env", "/env"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Some(environment) = answers::object(&text) else { continue };
        let sources = environment.get("propertySources").and_then(|sources| sources.as_array());
        if let Some(sources) = sources {
            report.add(
                answers::found(answer, "env")
                    .evidence("value", "propertySources")
                    .evidence("count", format!("{} sources", sources.len())),
            );
        }
    }
}
