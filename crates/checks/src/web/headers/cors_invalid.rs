use model::{CheckId, Confidence, Severity};
use url::Url;

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cors-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    page: page!("headers/cors-invalid"),
    run: Run::Site(run),
};

/// Fetch, "CORS check": the field, all lines joined, is `*` or, byte by byte, the origin that asks.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last) {
        let Some(field) = head.headers.joined("access-control-allow-origin") else { continue };
        let (key, detail) = if is_origin(&field) {
            continue;
        } else if field.contains(',') || field.contains(' ') {
            ("several", "The header names several origins; browsers know one or `*`.")
        } else if field.contains('*') {
            ("pattern", "Browsers know `*` alone and no patterns.")
        } else {
            (
                "origin",
                "This is no origin: one has a scheme, a host, and a port if it is an unusual one, without a slash at the end.",
            )
        };
        report.add(
            heads::found(&head, "access-control-allow-origin", &field).key(key).detail(detail),
        );
    }
}

fn is_origin(field: &str) -> bool {
    if field.contains('*') {
        return field == "*";
    }
    field == "null"
        || Url::parse(field).is_ok_and(|url| {
            // Of other schemes, such as those of extensions, an origin is what its browser makes of it.
            !matches!(url.scheme(), "http" | "https") || url.origin().ascii_serialization() == field
        })
}
