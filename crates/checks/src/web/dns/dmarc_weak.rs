use formats::web::email_dns::dmarc::{Dmarc, Policy};
use model::{CheckId, Confidence, Cwe, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dmarc-weak"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Insufficient Verification of Data Authenticity.
    cwe: Some(Cwe(345)),
    reference: "https://www.rfc-editor.org/rfc/rfc7489#section-6.3",
    page: page!("dns/dmarc-weak"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let Some((dmarc, text)) = zone::dmarc(dns) else { return };
    let mut add = |key: &'static str, title: &'static str, severity: Severity, detail: String| {
        let found = zone::found(visit, key).title(title).severity(severity).detail(detail);
        report.add(zone::record(found, &dns.dmarc.name, "TXT", text));
    };
    if let Some(detail) = without_effect(&dmarc) {
        let title = "DMARC lets forged mail through";
        add("policy", title, Severity::Low, detail.to_owned());
    } else {
        if dmarc.percent < 100 {
            let detail = format!("`pct={}` spares the rest.", dmarc.percent);
            add("percent", "DMARC holds for a part of the mail only", Severity::Low, detail);
        }
        // A record of the host itself is not asked for names below it (section 6.6.3).
        let is_of_domain = dns.dmarc.name == format!("_dmarc.{}", dns.domain);
        if is_of_domain && dmarc.effective_for_subdomains() == Policy::None {
            let title = "DMARC leaves subdomains open";
            add("subdomains", title, Severity::Low, "`sp=none` lets mail of all names below the domain through, also of those that do not exist.".to_owned());
        }
    }
    if dmarc.aggregate_reports.is_empty() {
        let title = "DMARC asks for no reports";
        add(
            "reports",
            title,
            Severity::Info,
            "Without `rua` nobody hears who sends mail in the domain's name.".to_owned(),
        );
    }
}

fn without_effect(dmarc: &Dmarc) -> Option<&'static str> {
    match dmarc.effective() {
        Policy::None if dmarc.is_test => Some("`t=y` says that it is a test."),
        Policy::None => Some("The policy is `none`: receivers report and do nothing else."),
        Policy::Quarantine | Policy::Reject if dmarc.percent == 0 => {
            Some("`pct=0` applies the policy to no mail.")
        }
        Policy::Quarantine | Policy::Reject => None,
    }
}
