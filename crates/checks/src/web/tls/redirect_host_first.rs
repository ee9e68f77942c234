use model::{CheckId, Confidence, Severity};

use super::way;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.redirect-host-first"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://hstspreload.org/#submission-requirements",
    page: page!("tls/redirect-host-first"),
    run: Run::Site(run),
};

/// A browser remembers a policy for the host that sent it over https, and that one never does.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(resource) = way::plain(visit.site) else { return };
    let Some(way) = way::of(resource) else { return };
    let [first, second, ..] = way.as_slice() else { return };
    let leads_to_tls = way.last().is_some_and(|last| last.scheme() == "https");
    if leads_to_tls && first.scheme() == "http" && first.host() != second.host() {
        report.add(
            Found::at(first)
                .key(first.host_str().unwrap_or_default())
                .evidence("redirect", format!("{} → {}", way::shown(first), way::shown(second))),
        );
    }
}
