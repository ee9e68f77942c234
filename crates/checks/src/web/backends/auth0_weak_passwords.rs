use model::{CheckId, Confidence, Cwe, Severity};
use serde_json::Value;

use super::answers::{answers, shown};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.auth0-weak-passwords"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Weak Password Requirements.
    cwe: Some(Cwe(521)),
    reference: "https://auth0.com/docs/authenticate/database-connections/password-strength",
    page: page!("backends/auth0-weak-passwords"),
    run: Run::Site(run),
};

/// The application's public settings are a call of a function with JSON, as Auth0's own login form loads them.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let tenant = |url: &url::Url| {
        let host = url.host_str().filter(|host| host.ends_with(".auth0.com"))?;
        url.path().starts_with("/client/").then(|| host.to_owned())
    };
    for (host, answer, _) in answers(visit, tenant) {
        let Some(settings) = settings(&answer.body) else { continue };
        for (connection, policy) in weak(&settings) {
            report.add(
                Found::at(&shown(&answer.url))
                    .key(format!("{host} {connection}"))
                    .evidence("host", &host)
                    .evidence("connection", connection)
                    .evidence("passwordPolicy", policy),
            );
        }
    }
}

fn settings(body: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let call = text.strip_prefix("Auth0.setClient(")?.trim_end_matches(';').trim_end();
    serde_json::from_str(call.strip_suffix(')')?).ok()
}

/// The databases of users whose passwords may have fewer than eight characters, and their policies.
fn weak(settings: &Value) -> impl Iterator<Item = (&str, &str)> {
    let strategies = settings.get("strategies").and_then(Value::as_array).into_iter().flatten();
    let databases =
        strategies.filter(|one| one.get("name").and_then(Value::as_str) == Some("auth0"));
    let connections = databases.filter_map(|one| one.get("connections")?.as_array()).flatten();
    connections.filter_map(|one| {
        let policy = one.get("passwordPolicy")?.as_str()?;
        // A length of its own goes before the policy's.
        let length = one.pointer("/password_complexity_options/min_length").and_then(Value::as_u64);
        let is_weak = matches!(policy, "none" | "low") && length.is_none_or(|length| length < 8);
        is_weak.then_some((one.get("name")?.as_str()?, policy))
    })
}
