use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dnssec-missing"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9364",
    page: page!("dns/dnssec-missing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    // With keys and without a word of the parent it is `dns.dnssec-unlinked`.
    if dns.ds.is_absent() && dns.dnskey.is_absent() {
        report.add(zone::missing(zone::found(visit, "dnssec"), &dns.domain, "DS"));
    }
}
