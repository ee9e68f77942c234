use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.caa-missing"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8659",
    page: page!("dns/caa-missing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    if dns.caa.records.is_absent() {
        report.add(zone::missing(zone::found(visit, "caa"), &dns.domain, "CAA"));
    }
}
