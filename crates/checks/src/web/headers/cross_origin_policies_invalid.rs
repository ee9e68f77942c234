use formats::web::cross_origin::{EmbedderPolicy, OpenerPolicy, ResourcePolicy, UnknownValue};
use model::{CheckId, Confidence, Severity, site::Role};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cross-origin-policies-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/browsers.html#the-headers",
    page: page!("headers/cross-origin-policies-invalid"),
    run: Run::Site(run),
};

type Reader = fn(&str) -> Result<(), UnknownValue>;

const KNOWN: [(&str, Reader); 5] = [
    ("cross-origin-opener-policy", |field| OpenerPolicy::parse(field).map(drop)),
    ("cross-origin-opener-policy-report-only", |field| OpenerPolicy::parse(field).map(drop)),
    ("cross-origin-embedder-policy", |field| EmbedderPolicy::parse(field).map(drop)),
    ("cross-origin-embedder-policy-report-only", |field| EmbedderPolicy::parse(field).map(drop)),
    ("cross-origin-resource-policy", |field| ResourcePolicy::parse(field).map(drop)),
];

/// Two of the three are structured fields, so that several lines of them make none.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last) {
        for (name, read) in KNOWN {
            let is_judged = head.role == Role::Page || name == "cross-origin-resource-policy";
            let Some(field) = head.headers.joined(name).filter(|_| is_judged) else { continue };
            if read(&field).is_err() {
                report.add(heads::found(&head, name, &field).key(name).detail(
                    "Browsers do not know this value, and behave as if the header were not there.",
                ));
            }
        }
    }
}
