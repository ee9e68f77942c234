use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.graphql-introspection"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://graphql.org/learn/introspection/",
    page: page!("exposure/graphql-introspection"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/graphql"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Some(answered) = answers::object(&text) else { continue };
        let schema = answered.get("data").and_then(|data| data.get("__schema"));
        if let Some(schema) = schema.filter(|schema| schema.is_object()) {
            let types = schema.get("types").and_then(|types| types.as_array()).map_or(0, Vec::len);
            report.add(
                answers::found(answer, "introspection")
                    .evidence("value", "data.__schema")
                    .evidence("count", format!("{types} types")),
            );
        }
    }
}
