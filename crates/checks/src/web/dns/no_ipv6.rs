use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.no-ipv6"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc6540",
    page: page!("dns/no-ipv6"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    if !dns.a.records().is_empty() && dns.aaaa.is_absent() {
        report.add(zone::missing(zone::found(visit, "aaaa"), &dns.host, "AAAA"));
    }
}
