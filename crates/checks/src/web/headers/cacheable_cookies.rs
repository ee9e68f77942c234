use formats::web::cache_control;
use model::{CheckId, Confidence, Cwe, Severity};

use super::{cookies, heads::Head};
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
    for served in cookies::of(visit).filter(|served| is_kept_for_all(&served.head)) {
        let severity =
            if served.cookie.looks_like_session() { Severity::Medium } else { Severity::Info };
        let control = served.head.headers.joined("cache-control").unwrap_or_default();
        report.add(
            served
                .found()
                .key(served.stable_name())
                .severity(severity)
                .evidence("header", format!("cache-control: {control}")),
        );
    }
}

/// Whether the answer says that caches that several people share may give it to others without asking.
fn is_kept_for_all(head: &Head<'_>) -> bool {
    let fields: Vec<&str> = head.headers.all("cache-control").collect();
    let control = cache_control::parse(fields.iter().copied());
    let is_about_field =
        fields.iter().any(|field| field.to_ascii_lowercase().contains("=\"set-cookie"));
    let varies = head.headers.joined("vary").unwrap_or_default().to_ascii_lowercase();
    let is_for_each = varies.split(',').any(|name| matches!(name.trim(), "*" | "cookie"));
    let lives = control.s_maxage.or(control.max_age);
    let is_fresh = lives.map_or(control.is_public, |seconds| seconds > 0);
    control.allows_shared_caches()
        && !control.is_no_cache
        && is_fresh
        && !is_about_field
        && !is_for_each
}
