use std::collections::BTreeSet;

use formats::web::cache_control;
use model::{CheckId, Confidence, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.duplicate-headers"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9110#section-5.3",
    page: page!("headers/duplicate-headers"),
    run: Run::Site(run),
};

/// Fields that are sent once (RFC 9110, 5.3), and which other check has no word on.
const SINGLE: [(&str, &str); 4] = [
    ("strict-transport-security", "Browsers go by the first one."),
    ("content-type", "Browsers go by the last one, others by the first."),
    ("location", "Where the redirect leads depends on who follows it."),
    ("etag", "Caches do not know which one is meant."),
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit) {
        for (name, detail) in SINGLE {
            let values: BTreeSet<&str> = head.headers.all(name).collect();
            if values.len() > 1 {
                let mut found = heads::found(&head, name, values.first().unwrap_or(&""));
                for value in values.iter().skip(1).take(3) {
                    found = found.evidence("header", format!("{name}: {value}"));
                }
                report.add(found.key(name).detail(detail));
            }
        }
        let control = cache_control::parse(head.headers.all("cache-control"));
        let is_kept = control.is_public || control.s_maxage.is_some_and(|seconds| seconds > 0);
        if is_kept && (control.is_private || control.is_no_store) {
            let field = head.headers.joined("cache-control").unwrap_or_default();
            report.add(
                heads::found(&head, "cache-control", &field)
                    .key("cache-control")
                    .detail("It allows shared caches to keep the answer, and forbids it; the stricter word counts where caches are careful."),
            );
        }
    }
}
