use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.actuator"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://docs.spring.io/spring-boot/reference/actuator/endpoints.html",
    page: page!("exposure/actuator"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/actuator"];

/// Endpoints that change something or hand out what is in memory.
const GRAVE: &[&str] =
    &["heapdump", "env", "shutdown", "jolokia", "gateway", "threaddump", "logfile", "configprops"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Some(index) = answers::object(&text) else { continue };
        let links = index.get("_links").and_then(|links| links.as_object());
        // What tells that the application is alive is for everybody.
        let open = |name: &str| !matches!(name, "self" | "health" | "health-path" | "info");
        let Some(links) = links.filter(|links| links.contains_key("self")) else { continue };
        let open: Vec<&str> = links.keys().map(String::as_str).filter(|name| open(name)).collect();
        if open.is_empty() {
            continue;
        }
        let is_grave = open.iter().any(|name| GRAVE.contains(name));
        report.add(
            answers::found(answer, "actuator")
                .severity(if is_grave { Severity::High } else { Severity::Low })
                .evidence("value", open.join(", ")),
        );
    }
}
