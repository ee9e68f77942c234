use formats::web::email_dns::dmarc::Issue;
use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dmarc-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc7489#section-6.3",
    page: page!("dns/dmarc-invalid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let Some((dmarc, text)) = zone::dmarc(dns) else { return };
    let told: Vec<String> = dmarc
        .issues
        .iter()
        .map(|issue| match issue {
            Issue::NoPolicy => "`p` is missing or no policy".to_owned(),
            Issue::InvalidValue(tag) => format!("the value of `{tag}` makes no sense"),
            Issue::UnknownTag(tag) => format!("nobody knows `{tag}`"),
            Issue::Repeated(tag) => format!("`{tag}` stands there twice"),
            Issue::InvalidAddress => "an address for reports has no `mailto:`".to_owned(),
        })
        .collect();
    if told.is_empty() {
        return;
    }
    // A tag that is not known does no harm but that what was meant is missing.
    let is_harmless = dmarc.issues.iter().all(|issue| matches!(issue, Issue::UnknownTag(_)));
    let severity = if is_harmless { Severity::Info } else { Severity::Low };
    let shown = told.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; ");
    let found =
        zone::found(visit, "syntax").severity(severity).detail(format!("What is wrong: {shown}."));
    report.add(zone::record(found, &dns.dmarc.name, "TXT", text));
}
