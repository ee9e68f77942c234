use model::{CheckId, Confidence, Cwe, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.technology-banner"),
    severity: Severity::Info,
    confidence: Confidence::High,
    // Exposure of Sensitive System Information to an Unauthorized Control Sphere.
    cwe: Some(Cwe(497)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html",
    page: page!("headers/technology-banner"),
    run: Run::Site(run),
};

const BANNERS: &[&str] = &[
    "x-powered-by",
    "x-powered-cms",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-php-version",
    "x-framework",
    "x-cms",
    "liferay-portal",
    "microsoftsharepointteamservices",
];

/// With a version it says which known weaknesses to try.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit) {
        for name in BANNERS {
            let Some(field) = head.headers.get(name).filter(|field| !field.is_empty()) else {
                continue;
            };
            let severity = if has_version(field) { Severity::Low } else { Severity::Info };
            report.add(heads::found(&head, name, field).key(*name).severity(severity));
        }
    }
}

/// Two numbers with a dot between them.
fn has_version(field: &str) -> bool {
    let bytes = field.as_bytes();
    bytes.windows(3).any(|three| {
        matches!(three, [before, b'.', behind] if before.is_ascii_digit() && behind.is_ascii_digit())
    })
}
