use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dnssec-unlinked"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc4035#section-5",
    page: page!("dns/dnssec-unlinked"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    if dns.ds.is_absent() && !dns.dnskey.records().is_empty() {
        let count = dns.dnskey.records().len().to_string();
        let found = zone::found(visit, "ds").evidence("keys", count);
        report.add(zone::missing(found, &dns.domain, "DS"));
    }
}
