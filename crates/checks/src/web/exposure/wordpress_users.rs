use model::{CheckId, Confidence, Cwe, Severity};
use serde_json::Value;

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.wordpress-users"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://developer.wordpress.org/rest-api/reference/users/",
    page: page!("exposure/wordpress-users"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/wp-json/wp/v2/users"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Ok(Value::Array(users)) = serde_json::from_str(&text) else { continue };
        let named =
            users.iter().filter(|user| user.get("slug").is_some_and(Value::is_string)).count();
        if named > 0 {
            report.add(
                answers::found(answer, "users")
                    .evidence("value", "id, name, slug")
                    .evidence("count", format!("{named} users")),
            );
        }
    }
}
