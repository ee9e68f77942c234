use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.single-nameserver"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc2182",
    page: page!("dns/single-nameserver"),
    run: Run::Site(run),
};

/// RFC 1034, section 4.1, demands two.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    if let [only] = dns.ns.records() {
        report.add(zone::record(zone::found(visit, "ns"), &dns.domain, "NS", only));
    }
}
