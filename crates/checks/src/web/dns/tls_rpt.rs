use formats::web::email_dns::transport::tls_report_addresses;
use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.tls-rpt"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8460#section-3",
    page: page!("dns/tls-rpt"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit).filter(|dns| zone::has_mail(dns)) else { return };
    if dns.tls_rpt.is_unknown() {
        return;
    }
    let name = format!("_smtp._tls.{}", dns.domain);
    let texts = dns.tls_rpt.records().iter();
    let records: Vec<_> = texts.filter(|text| text.starts_with("v=TLSRPTv1")).collect();
    let has_address = |text: &str| {
        let addresses = tls_report_addresses(text).unwrap_or_default();
        let is_address = |to: &String| to.starts_with("mailto:") || to.starts_with("https:");
        addresses.iter().any(is_address)
    };
    match records.as_slice() {
        [] => report.add(zone::missing(zone::found(visit, "missing"), &name, "TXT v=TLSRPTv1")),
        [one] if has_address(one) => {}
        several => {
            let detail = match several {
                [_] => "`rua` names no address with `mailto:` or `https:`.",
                _ => "There are several records, so that none counts.",
            };
            let found = zone::found(visit, "invalid")
                .title("The record for reports about encrypted mail has no effect")
                .detail(detail);
            let shown = several.iter().take(3);
            report.add(shown.fold(found, |found, text| zone::record(found, &name, "TXT", text)));
        }
    }
}
