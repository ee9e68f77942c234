use model::{CheckId, Confidence, Severity, site::Role};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.deprecated-headers"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html",
    page: page!("headers/deprecated-headers"),
    run: Run::Site(run),
};

const DEPRECATED: &[(&str, &str)] = &[
    (
        "x-xss-protection",
        "The filter it steers was taken out of browsers; in old ones it opened holes of its own.",
    ),
    ("public-key-pins", "Browsers no longer pin keys; in old ones a lost key locks visitors out."),
    ("public-key-pins-report-only", "Browsers no longer pin keys."),
    ("expect-ct", "Browsers ask for certificate transparency of every certificate today."),
    ("feature-policy", "`Permissions-Policy` has taken its place, with another grammar."),
    ("x-content-security-policy", "`Content-Security-Policy` has taken its place."),
    ("x-webkit-csp", "`Content-Security-Policy` has taken its place."),
    ("p3p", "No browser of today reads it."),
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last && head.role == Role::Page) {
        for (name, detail) in DEPRECATED {
            let Some(field) = head.headers.get(name) else { continue };
            // That switches the filter off, which is what is advised.
            if *name == "x-xss-protection" && field == "0" {
                continue;
            }
            report.add(heads::found(&head, name, field).key(*name).detail(*detail));
        }
    }
}
