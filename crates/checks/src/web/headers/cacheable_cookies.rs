use formats::web::cache_control;
use model::{CheckId, Confidence, Cwe, Severity, site::Headers};

use super::cookies;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cacheable-cookies"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Use of Cache Containing Sensitive Information.
    cwe: Some(Cwe(524)),
    reference: "https://www.rfc-editor.org/rfc/rfc9111#section-7.3",
    page: page!("headers/cacheable-cookies"),
    run: Run::Site(run),
};

/// RFC 9111, 7.3: `Set-Cookie` does not keep a cache from storing an answer.
fn run(visit: &Visit<'_>, report: &mut Report) {
    // Cookies of one answer follow each other.
    let mut judged: Option<(&Headers, bool)> = None;
    for served in cookies::of(visit) {
        let headers = served.head.headers;
        let is_kept = match judged {
            Some((known, is_kept)) if std::ptr::eq(known, headers) => is_kept,
            _ => is_kept_for_all(headers),
        };
        judged = Some((headers, is_kept));
        if !is_kept {
            continue;
        }
        let severity =
            if served.cookie.looks_like_session() { Severity::Medium } else { Severity::Info };
        let control = headers.get("cache-control").unwrap_or_default();
        report.add(
            served
                .found()
                .key(served.stable_name())
                .severity(severity)
                .evidence("header", format!("cache-control: {control}")),
        );
    }
}

/// Whether caches that several people share may give an answer to others without asking.
fn is_kept_for_all(headers: &Headers) -> bool {
    let fields: Vec<&str> = headers.all("cache-control").collect();
    let control = cache_control::parse(fields.iter().copied());
    let is_about_field =
        fields.iter().any(|field| field.to_ascii_lowercase().contains("=\"set-cookie"));
    let varies = headers.joined("vary").unwrap_or_default().to_ascii_lowercase();
    let is_for_each = varies.split(',').any(|name| matches!(name.trim(), "*" | "cookie"));
    let lives = control.s_maxage.or(control.max_age);
    let is_fresh = lives.map_or(control.is_public, |seconds| seconds > 0);
    control.allows_shared_caches()
        && !control.is_no_cache
        && is_fresh
        && !is_about_field
        && !is_for_each
}
