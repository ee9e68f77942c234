use model::{CheckId, Confidence, Cwe, Severity};
use serde_json::Value;

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

/// What Spring Boot shows instead of a value.
const MASK: &str = "******";

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Some(environment) = answers::object(&text) else { continue };
        let sources = environment.get("propertySources").and_then(Value::as_array);
        let Some(sources) = sources else { continue };
        let properties = sources.iter().filter_map(|source| source.get("properties")?.as_object());
        let mut values = properties.flat_map(|p| p.values()).filter_map(|p| p.get("value"));
        let is_open = values.any(|value| value.as_str() != Some(MASK));
        report.add(
            answers::found(answer, "env")
                .severity(if is_open { Severity::High } else { Severity::Low })
                .detail(if is_open {
                    "Values are shown."
                } else {
                    "Names are shown, and every value is masked."
                })
                .evidence("value", "propertySources")
                .evidence("count", format!("{} sources", sources.len())),
        );
    }
}
