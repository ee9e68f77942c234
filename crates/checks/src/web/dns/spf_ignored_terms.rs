use formats::web::email_dns::spf::Warning;
use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.spf-ignored-terms"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc7208#section-5.1",
    page: page!("dns/spf-ignored-terms"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let Some((spf, text)) = zone::spf(dns) else { return };
    for (warning, key, detail) in [
        (Warning::BehindAll, "behind-all", "Something stands behind `all`."),
        (Warning::RedirectIgnored, "redirect", "`redirect` stands beside `all`."),
    ] {
        if spf.warnings.contains(&warning) {
            let found = zone::found(visit, key).detail(detail);
            report.add(zone::record(found, &dns.domain, "TXT", text));
        }
    }
}
