use model::{CheckId, Confidence, Severity};

use super::way;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

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
    for way in way::plain(visit.site).filter_map(way::of) {
        let [first, second, ..] = way.as_slice() else { continue };
        let leads_to_tls = way.last().is_some_and(|last| last.scheme() == "https");
        if leads_to_tls && first.scheme() == "http" && first.host() != second.host() {
            report.add(
                Found::at(first)
                    .key(first.host_str().unwrap_or_default())
                    .evidence("redirect", format!("{} → {}", address(first), address(second))),
            );
        }
    }
}
