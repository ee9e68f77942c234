use formats::web::email_dns::spf::Warning;
use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.spf-ptr"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc7208#section-5.5",
    page: page!("dns/spf-ptr"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let Some((spf, text)) = zone::spf(dns) else { return };
    if spf.warnings.contains(&Warning::Ptr) {
        report.add(zone::record(zone::found(visit, "ptr"), &dns.domain, "TXT", text));
    }
}
