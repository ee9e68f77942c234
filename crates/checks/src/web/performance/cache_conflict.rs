use model::{CheckId, Confidence, Severity, site::Role};

use super::transfer::cache_control;
use crate::web::{Check, Found, Report, Run, Visit, loads::is_own, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.cache-conflict"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2",
    page: page!("performance/cache-conflict"),
    run: Run::Site(run),
};

/// Directives of `Cache-Control` that take each other back.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for role in [Role::Page, Role::Script, Role::Style, Role::Image, Role::Font] {
        let own = visit
            .answered(role)
            .filter(|(_, answer)| answer.is_success() && is_own(visit, &answer.url));
        for (_, answer) in own {
            let control = cache_control(answer);
            let keeps = control.max_age.is_some_and(|seconds| seconds > 0)
                || control.s_maxage.is_some_and(|seconds| seconds > 0)
                || control.is_immutable;
            let conflict = if control.is_no_store && keeps {
                "`no-store` forbids to keep what a lifetime allows to keep."
            } else if control.is_public && control.is_private {
                "`public` and `private` exclude each other."
            } else if control.is_private && control.s_maxage.is_some() {
                "`s-maxage` is for shared caches, which `private` shuts out."
            } else if control.is_immutable && control.max_age.is_none() {
                "`immutable` says nothing without `max-age`."
            } else {
                continue;
            };
            let header = answer.headers.joined("cache-control").unwrap_or_default();
            report.add(
                Found::at(&answer.url)
                    .key(conflict)
                    .detail(conflict)
                    .evidence("header", format!("cache-control: {header}")),
            );
        }
    }
}
