use model::{CheckId, Confidence, Cwe, Severity};
use serde_json::Value;

use super::{
    answers::{answers, shown},
    firebase::is_database_host,
};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.firebase-open-database"),
    severity: Severity::Critical,
    confidence: Confidence::High,
    // Missing Authorization.
    cwe: Some(Cwe(862)),
    reference: "https://firebase.google.com/docs/database/security/get-started",
    page: page!("backends/firebase-open-database"),
    run: Run::Site(run),
};

/// Most names that are told.
const MAX_NAMES: usize = 10;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let databases = answers(visit, |url| {
        (url.path() == "/.json" && url.host_str().is_some_and(is_database_host)).then_some(())
    });
    for ((), answer, root) in databases {
        let host = answer.url.host_str().unwrap_or_default();
        let found = Found::at(&shown(&answer.url)).key(host).evidence("host", host);
        match root {
            Some(Value::Object(root)) if !root.is_empty() => {
                let names: Vec<&str> = root.keys().map(String::as_str).collect();
                let plain = names.iter().copied().filter(|name| is_plain(name));
                let told: Vec<&str> = plain.take(MAX_NAMES).collect();
                report.add(
                    found
                        .evidence("count", format!("{} names at the root", names.len()))
                        .evidence("names", told.join(", ")),
                );
            }
            Some(Value::Null) => report.add(
                found
                    .severity(Severity::Low)
                    .detail("There is nothing in it yet. What will be put there can be read too."),
            ),
            None if answer.is_cut && answer.body.starts_with(b"{") => {
                report.add(found.evidence("count", "more names at the root than were read"));
            }
            _ => {}
        }
    }
}

/// What a developer called a part of the data; with digits it may be somebody's id.
fn is_plain(name: &str) -> bool {
    name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'))
}
