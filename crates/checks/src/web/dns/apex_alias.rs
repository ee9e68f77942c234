use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.apex-alias"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc1912#section-2.4",
    page: page!("dns/apex-alias"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit).filter(|dns| dns.host == dns.domain) else { return };
    if let Some(alias) = dns.aliases.records().first() {
        let found = zone::found(visit, "apex");
        report.add(zone::record(found, &dns.host, "CNAME", &alias.target));
    }
}
